// Package shop is a service to look at: a web shop's checkout that is instrumented
// with pkg/instrument and has its customers with it. Within a quarter of an hour it
// shows errors in bursts, a slow phase, a burst of traffic and a goroutine leak
// that heals.
package shop

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/heartline-monitor/heartline/pkg/instrument"
	"github.com/heartline-monitor/heartline/pkg/instrument/requestlog"
)

// Name is what the service calls itself.
const Name = "checkout"

// retention is longer than the history is, so that all of it can be seen.
const retention = 30 * 24 * time.Hour

// shutdown is how long requests may take to end once the service does.
const shutdown = 5 * time.Second

// Options say how the service behaves. Equal seeds make equal loads.
type Options struct {
	Seed  uint64
	Begin string // the phase that the load begins with; empty is the first
	// Log is the request log's SQLite file; empty keeps none. See WriteHistory.
	Log string
	// Location is the zone of the times in the request log.
	Location *time.Location
	Logger   *slog.Logger // nil is slog.Default
	// Traces gets a span for each request and for each step of its work; nil makes none.
	Traces trace.TracerProvider
	// Requests gets a line for each request; nil writes none.
	Requests *slog.Logger
}

// Shop is the service.
type Shop struct {
	options Options
	from    time.Duration // how far into the cycle it begins
	monitor *instrument.Monitor
	log     *requestlog.Writer // nil where none is kept
	start   time.Time
	tracer  trace.Tracer
	unnamed atomic.Uint64 // requests without an id so far
}

// New makes the service; Close ends it. It answers requests through Handler; load
// comes with Run.
func New(o Options) (*Shop, error) {
	if o.Log != "" && o.Location == nil {
		return nil, errors.New("a request log needs a zone: set Options.Location")
	}
	from, err := offset(o.Begin)
	if err != nil {
		return nil, err
	}
	config := instrument.Config{Service: Name, Logger: o.Logger, Legacy: true}
	var traces trace.TracerProvider = noop.NewTracerProvider()
	if o.Traces != nil {
		traces, config.TraceID = o.Traces, sampledTrace
	}
	if o.Requests == nil {
		o.Requests = slog.New(slog.DiscardHandler)
	}
	s := &Shop{options: o, from: from, start: time.Now(), tracer: traces.Tracer(Name)}
	if o.Log != "" {
		s.log, err = requestlog.Open(requestlog.Config{Path: o.Log, Location: o.Location, Retention: retention, Logger: o.Logger})
		if err != nil {
			return nil, err
		}
		config.RequestLog = s.log
	}
	if s.monitor, err = instrument.New(config); err != nil {
		return nil, errors.Join(err, s.closeLog())
	}
	return s, nil
}

// Close ends the service's goroutines and writes what is left of the request log.
func (s *Shop) Close() error {
	s.monitor.Close()
	return s.closeLog()
}

func (s *Shop) closeLog() error {
	if s.log == nil {
		return nil
	}
	return s.log.Close()
}

// Timeline is when each scene of the load comes first.
func (s *Shop) Timeline() []Scene { return timeline(s.start, s.from) }

// Handler serves the shop, and how it is doing: GET /api/monitor/health,
// GET /api/monitor/stats and GET /metrics.
func (s *Shop) Handler() http.Handler {
	sells := http.NewServeMux()
	for i := range operations {
		o := &operations[i]
		sells.HandleFunc(o.pattern, func(w http.ResponseWriter, r *http.Request) { s.serve(o, w, r) })
	}
	tells := s.monitor.Handler()
	counts := s.monitor.Middleware(sells)
	if s.options.Traces != nil {
		// Outside of what counts the request, so that an exemplar finds its trace.
		counts = otelhttp.NewHandler(counts, "", otelhttp.WithTracerProvider(s.options.Traces))
	}
	all := http.NewServeMux()
	all.Handle("/", counts)
	all.Handle("/api/monitor/", tells) // looking at the service is no request of its customers
	all.Handle("/metrics", tells)
	return all
}

// Run serves on the listener, which it closes, and drives the load until the
// context ends.
func (s *Shop) Run(ctx context.Context, listener net.Listener) error {
	server := &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 5 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()

	driving, stop := context.WithCancel(ctx)
	defer stop()
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	defer transport.CloseIdleConnections()
	customers := &load{
		seed: s.options.Seed, start: s.start, from: s.from, url: "http://" + reach(listener.Addr()),
		client: &http.Client{Transport: transport}, leak: newLeak(),
	}
	driven := make(chan struct{})
	go func() {
		defer close(driven)
		customers.run(driving)
	}()

	var err error
	select {
	case err = <-ended:
	case <-ctx.Done():
	}
	stop()
	<-driven
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdown)
	defer cancel()
	if err != nil {
		return fmt.Errorf("serve %s: %w", Name, err)
	}
	return errors.Join(server.Shutdown(closing), notClosed(<-ended))
}

func notClosed(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// reach is the address under which this machine reaches a listener: one on all
// interfaces is reached on the loopback one.
func reach(listens net.Addr) string {
	host, port, err := net.SplitHostPort(listens.String())
	if err != nil {
		return listens.String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}
