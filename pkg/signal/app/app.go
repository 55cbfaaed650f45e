// Package app reads a running app: the figures of every second that it serves at
// /api/monitor/stats, or, of one that has only that, /api/monitor/health.
//
// An app keeps its last 15 minutes. The source fetches what it does not have yet,
// at most twice a second however many ask, keeps it, and answers from memory.
package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

// Config says which app to read, and how.
type Config struct {
	// URL is the base address, such as http://orders:3000, without user, password,
	// query and fragment.
	URL string
	// Client carries credentials and timeouts; nil is one without credentials. It is
	// not changed. Redirects are never followed.
	Client *http.Client
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// defaultTimeout bounds one fetch where the client sets no timeout.
const defaultTimeout = 5 * time.Second

// Source implements signal.Source for a running app.
//
// It deviates from signal.Source in one point: figures are those of whole
// seconds, and a rate is the requests of the seconds that are known of a window by
// their number. That is the window's whole length unless the window begins before
// the app's first second or ends behind the newest complete one; measured by its
// whole length, the last point of every panel would dip. A second belongs to the
// window that holds its beginning.
type Source struct {
	base   *url.URL
	client http.Client
	now    func() time.Time

	totals     feed // without the figures of each operation
	operations feed // with them: fetched once somebody splits by operation

	expected atomic.Int64 // how long the next answer will be, by the last one, in bytes

	life    context.Context // ends with Close
	end     context.CancelFunc
	mu      sync.Mutex // guards closed, and fetches against Wait
	closed  bool
	fetches sync.WaitGroup
}

var _ signal.Source = (*Source)(nil)

// New makes a source of the app at a URL; nothing is fetched yet.
func New(c Config) (*Source, error) {
	base, err := parseBase(c.URL)
	if err != nil {
		return nil, err
	}
	s := &Source{base: base, now: c.Now}
	if s.now == nil {
		s.now = time.Now
	}
	if c.Client == nil {
		c.Client = NewClient(Credentials{}, defaultTimeout)
	}
	s.client = *c.Client
	s.client.Transport = direct{c.Client.Transport}
	if s.client.Timeout <= 0 {
		s.client.Timeout = defaultTimeout
	}
	s.life, s.end = context.WithCancel(context.Background())
	s.totals = feed{source: s}
	s.operations = feed{source: s, operations: true}
	return s, nil
}

// parseBase checks an address. Errors never hold it whole: it may hold a password.
func parseBase(text string) (*url.URL, error) {
	const example = "write it as http://orders:3000"
	u, err := url.Parse(strings.TrimSpace(text))
	switch {
	case err != nil:
		return nil, fmt.Errorf("the url of the app is none: %s", example)
	case u.User != nil:
		return nil, errors.New("the url of the app holds a user or password: take them out and give them as credentials, where they stay secret")
	case u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("the url of the app has a query or fragment: leave out what follows ? or #")
	case u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		return nil, fmt.Errorf("the url of the app must begin with http:// or https:// and name a host: %s", example)
	}
	return u, nil
}

// Read implements signal.Source.
func (s *Source) Read(ctx context.Context, r signal.Request) (signal.Answer, error) {
	if err := r.Supports(signal.App); err != nil {
		return signal.Answer{}, err
	}
	if r.Signal == signal.Latency && slices.Contains(r.SplitBy, signal.Status) {
		return signal.Answer{}, &signal.Unsupported{Signal: r.Signal,
			Reason: "an app keeps the latency of all requests, not by status: split by operation, or read its request log (kind requestlog)"}
	}
	if d, err := signal.Define(r.Signal); err == nil && r.Stat == "" {
		r.Stat = d.DefaultStat()
	}
	f := &s.totals
	if slices.Contains(r.SplitBy, signal.Operation) {
		f = &s.operations
	}
	m, err := f.latest(ctx)
	if err != nil {
		return signal.Answer{}, err
	}
	if reason, missing := m.missing()[r.Signal]; missing {
		return signal.Answer{}, &signal.Unsupported{Signal: r.Signal, Reason: reason}
	}
	return signal.Answer{Series: m.series(r), Query: f.query(m), Notes: m.notes(r)}, nil
}

// Latencies implements signal.Source.
func (s *Source) Latencies(ctx context.Context, w signal.Windows) (signal.Heatmap, error) {
	m, err := s.totals.latest(ctx)
	if err != nil {
		return signal.Heatmap{}, err
	}
	if reason, missing := m.missing()[signal.Latency]; missing {
		return signal.Heatmap{}, &signal.Unsupported{Signal: signal.Latency, Reason: reason}
	}
	h := m.heatmap(w)
	h.Query = s.totals.query(m)
	h.Notes = m.notes(signal.Request{Signal: signal.Requests, Windows: w})
	return h, nil
}

// Missing implements signal.Source. Of an app that cannot be read now, only what
// its kind never has can be told.
func (s *Source) Missing(ctx context.Context) (map[signal.Signal]string, error) {
	m, err := s.totals.latest(ctx)
	if _, fault := errors.AsType[*signal.Fault](err); fault {
		return kindMissing(), nil
	}
	if err != nil {
		return nil, err
	}
	return m.missing(), nil
}

// Location implements signal.Source: apps speak UTC.
func (s *Source) Location() *time.Location { return time.UTC }

// Check implements signal.Source.
func (s *Source) Check(ctx context.Context) (string, error) {
	m, err := s.totals.latest(ctx)
	if err != nil {
		return "", err
	}
	return m.describe(), nil
}

// Close implements signal.Source: it ends what is being fetched.
func (s *Source) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.end()
	s.fetches.Wait()
	s.client.CloseIdleConnections()
	return nil
}

var errClosed = errors.New("the source of the app is closed: open it anew")

// begin counts a fetch, so that Close waits for it.
func (s *Source) begin() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errClosed
	}
	s.fetches.Add(1)
	return nil
}
