package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
)

// service is a running app with a clock of its own, which its second i makes.
type service struct {
	mu     sync.Mutex
	start  time.Time
	at     time.Time
	waits  int
	second func(i int) map[string]any
	answer http.HandlerFunc // instead of the stats
	onWait func(n int)
}

var nine = time.Date(2026, 3, 6, 9, 0, 0, 0, time.UTC)

// calm is a second of an app that is well: ten requests of 20 ms.
func calm(int) map[string]any {
	return map[string]any{
		"requests": 10, "errors": 0, "sum": 0.2, "min": 0.02, "max": 0.02, "bins": [][2]int{{-180, 10}},
		"in_flight": 1, "goroutines": 240, "memory": 64 << 20, "cpu": 12.5, "gc": 0, "gc_pause": 0,
	}
}

// newService starts an app that has run for a while, and its server.
func newService(t *testing.T, second func(int) map[string]any) (*service, string) {
	t.Helper()
	s := &service{start: nine.Add(-10 * time.Minute), at: nine, second: second}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return s, server.URL
}

// with changes parts of calm.
func with(parts map[string]any) func(int) map[string]any {
	return func(i int) map[string]any {
		s := calm(i)
		maps.Copy(s, parts)
		return s
	}
}

func (s *service) set(answer http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

// restart begins another life, which has lasted for a while.
func (s *service) restart(ago time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.start = s.at.Add(-ago)
}

func (s *service) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at
}

// timer is a clock on which waiting takes no time.
func (s *service) timer() timer {
	return timer{now: s.now, pace: func(every time.Duration) (func(context.Context) error, func()) {
		return func(ctx context.Context) error {
			s.mu.Lock()
			s.at = s.at.Add(every)
			s.waits++
			n := s.waits
			s.mu.Unlock()
			if s.onWait != nil {
				s.onWait(n)
			}
			return ctx.Err()
		}, func() {}
	}}
}

// ServeHTTP implements http.Handler.
func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	answer := s.answer
	s.mu.Unlock()
	if answer != nil {
		answer(w, r)
		return
	}
	s.stats(w, r)
}

func (s *service) stats(w http.ResponseWriter, r *http.Request) {
	since, err := strconv.ParseInt(r.URL.Query().Get("since"), 10, 64)
	if err != nil {
		http.Error(w, "since", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	history := []map[string]any{}
	for at := max(since+1, s.start.Unix(), s.at.Unix()-900); at < s.at.Unix(); at++ {
		second := s.second(int(at - nine.Unix()))
		second["t"] = at
		history = append(history, second)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{
		"version": 1, "service": "orders", "start": s.start, "now": s.at, "sketch": map[string]any{"gamma": 1.0218971486541166}, "history": history,
	})
}

// healthOnly is an app without stats.
func healthOnly(w http.ResponseWriter, r *http.Request) {
	if !strings.HasSuffix(r.URL.Path, "/health") {
		http.NotFound(w, r)
		return
	}
	_, _ = w.Write([]byte(`{"status": "ok", "goroutines": 6123, "memory": {"alloc_mb": 256, "total_alloc_mb": 1024, "sys_mb": 512, "num_gc": 45}}`))
}

func failing(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }

// command runs a command on the service's clock.
func (s *service) command(ctx context.Context, t *testing.T, build func(streams, timer) *cobra.Command, args ...string) outcome {
	t.Helper()
	var out, stderr bytes.Buffer
	cmd := build(streams{out: &out, err: &stderr}, s.timer())
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetArgs(args)
	o := outcome{}
	err := cmd.ExecuteContext(ctx)
	if v, ok := errors.AsType[verdict](err); ok {
		o.code = int(v)
	} else if err != nil {
		o.code, o.err = exitFailed, err.Error()
	}
	o.out, o.err = out.String(), o.err+stderr.String()
	return o
}

// masked replaces the address of a server, which differs from run to run.
func masked(text, address string) []byte {
	return []byte(strings.ReplaceAll(text, address, "http://orders:3000"))
}

func secretFile(t *testing.T, content string) string {
	t.Helper()
	path := t.TempDir() + "/secret"
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}
