package act

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"
)

// Config is what a Server works with.
type Config struct {
	Actions []Action
	// Token is what the sender has to know.
	Token string
	// Run runs commands; without it, what would be run is written to the audit log.
	Run bool
	// Audit gets a line of JSON for every alert.
	Audit io.Writer
	// Log gets what is wrong with requests and with the log itself.
	Log *slog.Logger
	// Now is the clock of the limits.
	Now func() time.Time
}

// Server receives alerts and runs the commands for them, one after the other.
type Server struct {
	config  Config
	token   [sha256.Size]byte
	memory  *memory
	audit   *audit
	waiting chan job
}

// job is an action that waits for its turn.
type job struct {
	action *Action
	alert  Alert
	entry  Entry
}

const (
	largestBody = 4 << 20
	mostWaiting = 32
	// shortestToken keeps out tokens that can be guessed.
	shortestToken = 16
)

// New makes a Server.
func New(c Config) (*Server, error) {
	if len(c.Token) < shortestToken {
		return nil, fmt.Errorf("the token has %d characters: give one of at least %d, such as that of openssl rand -hex 24", len(c.Token), shortestToken)
	}
	return &Server{
		config: c, token: sha256.Sum256([]byte(c.Token)), memory: newMemory(),
		audit: &audit{out: c.Audit}, waiting: make(chan job, mostWaiting),
	}, nil
}

// Serve receives alerts at the listener until the context ends; what runs then is
// waited for.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	mux := http.NewServeMux()
	mux.Handle("POST /alerts", s)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, WriteTimeout: 15 * time.Second}
	worked := make(chan struct{})
	go func() {
		defer close(worked)
		s.work(ctx)
	}()
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		<-ctx.Done()
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = server.Shutdown(closing)
	}()
	err := server.Serve(listener)
	stop()
	<-closed
	<-worked
	s.drop(ctx)
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("receive alerts: %w", err)
}

// work runs what waits.
func (s *Server) work(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case j := <-s.waiting:
			s.run(ctx, j)
		}
	}
}

// run runs one command, unless the end has come. What cannot be written to the audit
// log is not done.
func (s *Server) run(ctx context.Context, j job) {
	e := j.entry
	e.Time, e.Outcome = s.config.Now().UTC(), OutcomeBegun
	if ctx.Err() != nil {
		e.Outcome = OutcomeStopped
		s.note(e)
		return
	}
	if err := s.audit.write(e); err != nil {
		s.config.Log.Error("Command was not run, because the audit log cannot be written", "error", err, "action", e.Action)
		return
	}
	result := j.action.run(ctx, j.alert)
	e.Time, e.Outcome, e.ExitCode, e.Seconds = s.config.Now().UTC(), result.Outcome, result.ExitCode, result.Seconds
	e.Output, e.Error = result.Output, result.Error
	s.note(e)
}

// drop says of what still waits after the end that it will not run.
func (s *Server) drop(ctx context.Context) {
	for {
		select {
		case j := <-s.waiting:
			s.run(ctx, j)
		default:
			return
		}
	}
}

// note writes to the audit log what has been decided already.
func (s *Server) note(e Entry) {
	if err := s.audit.write(e); err != nil {
		s.config.Log.Error("Audit log cannot be written", "error", err, "alert", e.Alert, "outcome", e.Outcome)
	}
}

// ServeHTTP takes the webhook of Grafana or of Alertmanager.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.knows(r) {
		s.config.Log.Warn("Request without the token was refused", "remote", r.RemoteAddr)
		w.Header().Set("WWW-Authenticate", "Bearer")
		http.Error(w, "the token is missing or wrong: send Authorization: Bearer TOKEN", http.StatusUnauthorized)
		return
	}
	var m message
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, largestBody)).Decode(&m); err != nil {
		code := http.StatusBadRequest
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			code = http.StatusRequestEntityTooLarge
		}
		s.config.Log.Warn("Body cannot be read", "remote", r.RemoteAddr, "error", err)
		http.Error(w, "the body is no message of Grafana or Alertmanager: "+err.Error(), code)
		return
	}
	busy := false
	for _, alert := range m.Alerts {
		busy = s.take(alert, r.RemoteAddr) == OutcomeBusy || busy
	}
	if busy {
		// The sender tries again; what has been taken is not taken twice.
		http.Error(w, "too many actions wait: try again", http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusOK)
}

// knows compares digests, so that neither the token's length nor a common beginning can be timed.
func (s *Server) knows(r *http.Request) bool {
	token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	sum := sha256.Sum256([]byte(token))
	return subtle.ConstantTimeCompare(sum[:], s.token[:]) == 1 && bearer
}

// take decides on one alert. Resolved ones are no news here.
func (s *Server) take(alert Alert, remote string) Outcome {
	if alert.Status != firing {
		return OutcomeNone
	}
	now := s.config.Now()
	e := Entry{
		Time: now.UTC(), Alert: alert.Labels["alertname"], Labels: alert.Labels, StartsAt: alert.StartsAt.UTC(),
		Remote: remote, Fingerprint: alert.Fingerprint, Outcome: OutcomeNone,
	}
	last := OutcomeNone
	for i := range s.config.Actions {
		a := &s.config.Actions[i]
		if !a.is(alert) {
			continue
		}
		e.Action, e.Command = a.Name, a.Command
		if e.Outcome = s.begin(a, alert, e); e.Outcome != "" {
			s.note(e)
		}
		if last != OutcomeBusy {
			last = e.Outcome
		}
	}
	if e.Action == "" {
		s.note(e)
	}
	return last
}

// begin lets an action wait for its turn; an outcome says why it does not.
func (s *Server) begin(a *Action, alert Alert, e Entry) Outcome {
	outcome, ok := s.memory.permit(a, alert.key(), e.Time)
	if !ok {
		return outcome
	}
	if !s.config.Run {
		return OutcomeDryRun
	}
	select {
	case s.waiting <- job{a, alert, e}:
		return ""
	default:
		s.memory.release(a, alert.key(), e.Time)
		return OutcomeBusy
	}
}
