package app

import (
	"encoding/json"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// gamma is that of native histograms of schema 5.
var gamma = math.Exp2(1.0 / 32)

// clock is a clock that stands still until it is moved.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// stub is an app as it appears on the wire. Its requests are told per second.
type stub struct {
	mu      sync.Mutex
	start   time.Time
	clock   *clock
	history []map[string]any
	asked   []url.Values // of the stats
	health  int          // how often that was asked for
	answer  http.HandlerFunc
}

var morning = time.Date(2026, 3, 6, 9, 0, 0, 0, time.UTC)

// newStub starts an app, and a source that reads it.
func newStub(t testing.TB) (*stub, *Source) {
	t.Helper()
	a := &stub{start: morning, clock: &clock{at: morning}}
	return a, open(t, a, Config{})
}

// open starts a server and makes a source that reads it with the stub's clock.
func open(t testing.TB, a *stub, c Config) *Source {
	t.Helper()
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	c.URL, c.Now = server.URL, a.clock.now
	s, err := New(c)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// live lets n seconds pass, each with these requests per operation.
func (a *stub) live(n int, requests map[string][]float64) {
	for range n {
		a.mu.Lock()
		at := a.clock.now()
		a.history = append(a.history, wire(at, requests, nil))
		a.mu.Unlock()
		a.clock.add(time.Second)
	}
}

// restart begins another life.
func (a *stub) restart() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.history, a.start = nil, a.clock.now()
}

func (a *stub) behave(answer http.HandlerFunc) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.answer = answer
}

// requests are those for the stats since the last call, and the number of those
// for the health.
func (a *stub) requests() ([]url.Values, int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	stats, health := a.asked, a.health
	a.asked, a.health = nil, 0
	return stats, health
}

// ServeHTTP implements http.Handler.
func (a *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	switch r.URL.Path {
	case "/api/monitor/stats":
		a.asked = append(a.asked, r.URL.Query())
	case "/api/monitor/health":
		a.health++
	}
	answer := a.answer
	a.mu.Unlock()
	if answer == nil {
		answer = a.stats
	}
	answer(w, r)
}

func (a *stub) stats(w http.ResponseWriter, r *http.Request) {
	since, err := strconv.ParseInt(r.URL.Query().Get("since"), 10, 64)
	if r.URL.Path != "/api/monitor/stats" || err != nil {
		http.NotFound(w, r)
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	history := []map[string]any{}
	for _, s := range a.history {
		if at, _ := s["t"].(int64); at > since {
			s = maps.Clone(s)
			if r.URL.Query().Get("operations") != "1" {
				delete(s, "operations")
			}
			history = append(history, s)
		}
	}
	reply(w, map[string]any{
		"version": 1, "service": "checkout", "start": a.start, "now": a.clock.now(), "window_seconds": 60,
		"sketch": map[string]any{"gamma": gamma, "relative_error": 0.0108}, "total": map[string]any{"requests_total": 7, "latency_seconds": nil},
		"operations": []any{}, "runtime": map[string]any{"goroutines": 12}, "request_log": nil, "history": history[max(0, len(history)-900):],
	})
}

func (a *stub) serveHealth(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/api/monitor/health" {
		http.NotFound(w, r)
		return
	}
	reply(w, map[string]any{"status": "ok", "goroutines": 1234, "memory": map[string]any{"alloc_mb": 256, "total_alloc_mb": 1024, "sys_mb": 512, "num_gc": 45}})
}

func reply(w http.ResponseWriter, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	_, _ = w.Write(body)
}

// wire is a second of the history. Failed requests are those of negative seconds.
func wire(at time.Time, requests map[string][]float64, gauges map[string]any) map[string]any {
	var all []float64
	operations := map[string]any{}
	for name, durations := range requests {
		all = append(all, durations...)
		operations[name] = tallied(durations)
	}
	s := tallied(all)
	s["t"], s["operations"] = at.Unix(), operations
	maps.Copy(s, map[string]any{"in_flight": 2, "goroutines": 100, "memory": 1 << 20, "cpu": 12.5, "gc": 1, "gc_pause": 0.001})
	maps.Copy(s, gauges)
	return s
}

func tallied(durations []float64) map[string]any {
	t := map[string]any{"requests": len(durations), "errors": 0}
	if len(durations) == 0 {
		return t
	}
	counts, sum, errors := map[int]int{}, 0.0, 0
	var seconds []float64
	for _, d := range durations {
		if math.Signbit(d) {
			errors++
			d = -d
		}
		seconds = append(seconds, d)
		counts[max(-960, int(math.Ceil(math.Log2(d)*32)))]++
		sum += d
	}
	bins := [][2]int{}
	for _, i := range slices.Sorted(maps.Keys(counts)) {
		bins = append(bins, [2]int{i, counts[i]})
	}
	maps.Copy(t, map[string]any{"errors": errors, "sum": sum, "min": slices.Min(seconds), "max": slices.Max(seconds), "bins": bins})
	return t
}

// over are n windows of a length that end at an instant.
func over(end time.Time, n int, length time.Duration) signal.Windows {
	w := signal.Windows{End: end}
	for i := n; i > 0; i-- {
		w.Starts = append(w.Starts, end.Add(-time.Duration(i)*length))
	}
	return w
}

func read(t testing.TB, s *Source, r signal.Request) signal.Answer {
	t.Helper()
	a, err := s.Read(t.Context(), r)
	require.NoError(t, err)
	return a
}

// only reads a signal that has one series.
func only(t testing.TB, s *Source, what signal.Signal, stat signal.Stat, w signal.Windows) []float64 {
	t.Helper()
	a := read(t, s, signal.Request{Signal: what, Stat: stat, Windows: w})
	require.Len(t, a.Series, 1)
	return a.Series[0].Values
}
