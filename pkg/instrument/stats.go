package instrument

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"runtime"
	"strconv"
	"time"
)

// Stats is what GET /api/monitor/stats answers. Times are UTC, latencies in
// seconds, shares in percent from 0 to 100; what is not known is null.
type Stats struct {
	Identity
	Total      Figures           `json:"total"`
	Operations []OperationStats  `json:"operations"` // sorted by name
	Runtime    Runtime           `json:"runtime"`
	RequestLog *RequestLogCounts `json:"request_log"`
}

// Identity says whose figures they are, and how to read them.
type Identity struct {
	Version       int       `json:"version"`
	Service       string    `json:"service"`
	Start         time.Time `json:"start"`
	Now           time.Time `json:"now"`
	WindowSeconds int       `json:"window_seconds"`
	Sketch        Sketch    `json:"sketch"`
}

// Sketch says how latencies are binned, and how far a percentile can be off.
type Sketch struct {
	Gamma         float64 `json:"gamma"`
	RelativeError float64 `json:"relative_error"`
}

// Figures are those of the requests since the start and in the sliding window.
type Figures struct {
	RequestsTotal uint64   `json:"requests_total"`
	ErrorsTotal   uint64   `json:"errors_total"`
	Requests      uint64   `json:"requests"`
	Errors        uint64   `json:"errors"`
	QPS           float64  `json:"qps"`
	InFlight      *int64   `json:"in_flight"` // null for an operation whose requests are known only when they end
	SuccessRate   *float64 `json:"success_rate"`
	ErrorRate     *float64 `json:"error_rate"`
	Latency       *Latency `json:"latency_seconds"`
}

// OperationStats are the figures of one operation.
type OperationStats struct {
	Operation string `json:"operation"`
	Figures
}

// Latency says how long the requests of the window took, in seconds.
type Latency struct {
	Avg float64 `json:"avg"`
	Min float64 `json:"min"`
	Max float64 `json:"max"`
	P50 float64 `json:"p50"`
	P90 float64 `json:"p90"`
	P95 float64 `json:"p95"`
	P99 float64 `json:"p99"`
}

// Runtime are the figures of the process.
type Runtime struct {
	Goroutines       int      `json:"goroutines"`
	MemoryAlloc      uint64   `json:"memory_alloc_bytes"`
	MemorySys        uint64   `json:"memory_sys_bytes"`
	MemoryTotalAlloc uint64   `json:"memory_total_alloc_bytes"`
	GCTotal          uint64   `json:"gc_total"`
	GCPauseSeconds   float64  `json:"gc_pause_seconds_total"`
	CPUPercent       *float64 `json:"cpu_percent"` // in the last complete second, of GOMAXPROCS processors
	CPUSeconds       *float64 `json:"cpu_seconds_total"`
}

// RequestLogCounts are the rows of the request log.
type RequestLogCounts struct {
	Written uint64 `json:"written"`
	Dropped uint64 `json:"dropped"`
}

// Stats takes the live figures: what GET /api/monitor/stats answers, without the
// history.
func (m *Monitor) Stats() (Stats, error) {
	stats, _, err := m.stats()
	return stats, err
}

// tally gathers what is known of one operation, or of all.
type tally struct {
	*sum
	requests, errors uint64 // since the start
}

// stats takes the live figures and lists the complete seconds they rest on.
func (m *Monitor) stats() (Stats, []*second, error) {
	operations := m.byName()
	now, tallies, past, used := m.gather(operations)
	stats := Stats{
		Identity:   m.identity(now),
		Operations: make([]OperationStats, 0, len(operations)), Runtime: runtimeStats(used, past),
	}
	var err error
	inFlight := m.inFlight()
	if stats.Total, err = tallies[totalID].figures(m.span(now), &inFlight); err != nil {
		return Stats{}, nil, err
	}
	for _, o := range operations {
		figures, err := tallies[o.id].figures(m.span(now), o.inFlightOrNil())
		if err != nil {
			return Stats{}, nil, err
		}
		stats.Operations = append(stats.Operations, OperationStats{Operation: o.name, Figures: figures})
	}
	if m.requestLog != nil {
		written, dropped := m.requestLog.Counts()
		stats.RequestLog = &RequestLogCounts{Written: written, Dropped: dropped}
	}
	return stats, past, nil
}

func (m *Monitor) identity(now time.Time) Identity {
	return Identity{
		Version: 1, Service: m.config.Service, Start: m.epoch.Round(0).UTC(), Now: now.Round(0).UTC(),
		WindowSeconds: m.history.window, Sketch: Sketch{Gamma: Gamma, RelativeError: RelativeError},
	}
}

// seconds lists the complete seconds, without the figures of the window.
func (m *Monitor) seconds() (Identity, []*second) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.identity(time.Now()), m.history.after(-1)
}

// gather adds up the window by the ids of operations, from the complete seconds
// that lie in it and what was counted since.
func (m *Monitor) gather(operations []*Operation) (now time.Time, tallies map[int]*tally, past []*second, used usage) {
	total := &tally{sum: newSum()}
	tallies = map[int]*tally{totalID: total}

	m.mu.Lock()
	now = time.Now()
	past = m.history.after(-1)
	used = m.process.read()
	for _, o := range operations {
		delta, all := o.peek()
		t := &tally{sum: newSum(), requests: all.requests, errors: all.errors}
		t.merge(delta)
		tallies[o.id] = t
		total.merge(delta)
		total.requests += all.requests
		total.errors += all.errors
	}
	m.mu.Unlock()

	for _, s := range past {
		if age := now.Unix() - s.unix; age <= 0 || age >= int64(m.history.window) {
			continue
		}
		for id, i := range s.intervals() {
			if t := tallies[id]; t != nil { // an operation that came up since is in the next answer
				t.merge(i)
			}
		}
	}
	return now, tallies, past, used
}

func (o *Operation) inFlightOrNil() *int64 {
	if n, known := o.inFlight(); known {
		return &n
	}
	return nil
}

func (t *tally) figures(span float64, inFlight *int64) (Figures, error) {
	f := Figures{
		RequestsTotal: t.requests, ErrorsTotal: t.errors, Requests: t.sum.requests, Errors: t.sum.errors,
		QPS: float64(t.sum.requests) / span, InFlight: inFlight,
	}
	if f.Requests > 0 {
		failed := 100 * float64(f.Errors) / float64(f.Requests)
		succeeded := 100 * float64(f.Requests-f.Errors) / float64(f.Requests)
		f.ErrorRate, f.SuccessRate = &failed, &succeeded
	}
	var err error
	f.Latency, err = t.latency()
	return f, err
}

func runtimeStats(used usage, past []*second) Runtime {
	r := Runtime{
		Goroutines: runtime.NumGoroutine(), MemoryAlloc: used.alloc, MemorySys: used.sys, MemoryTotalAlloc: used.totalAlloc,
		GCTotal: used.gcs, GCPauseSeconds: used.gcPause.Seconds(),
	}
	if used.cpuKnown {
		total := used.cpu.Seconds()
		r.CPUSeconds = &total
	}
	if n := len(past); n > 0 && past[n-1].gauges.cpuKnown {
		r.CPUPercent = &past[n-1].gauges.cpu
	}
	return r
}

// StatsHandler serves GET /api/monitor/stats. With since=<Unix seconds> the answer
// holds the complete seconds behind it, at most the last 900; with operations=1
// these are broken down by operation. With figures=0 it holds nothing but them and
// the Identity: who follows the seconds needs no figures of the window.
func (m *Monitor) StatsHandler() http.Handler {
	return m.config.Auth.protect(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ask, err := parseHistory(r.URL.Query())
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		head, past, err := m.head(ask)
		if err != nil {
			m.config.Logger.ErrorContext(r.Context(), "Cannot take figures", "error", err)
			http.Error(w, "cannot take figures: "+err.Error(), http.StatusInternalServerError)
			return
		}
		if err := m.writeStats(w, head, past, ask); err != nil {
			m.config.Logger.DebugContext(r.Context(), "Cannot send figures", "error", err)
		}
	}))
}

// head is what an answer holds before the history.
func (m *Monitor) head(ask historyAsk) (any, []*second, error) {
	if ask.alone {
		identity, past := m.seconds()
		return identity, past, nil
	}
	stats, past, err := m.stats()
	return stats, past, err
}

// historyAsk is which part of the history a request wants.
type historyAsk struct {
	wanted     bool
	since      int64
	operations bool
	alone      bool // without the figures of the window
}

func parseHistory(values url.Values) (ask historyAsk, err error) {
	if ask.wanted = values.Has("since"); ask.wanted {
		ask.since, err = strconv.ParseInt(values.Get("since"), 10, 64)
		if err != nil || ask.since < 0 {
			return ask, fmt.Errorf("since=%q is no time: use whole Unix seconds, 0 for all that is kept", values.Get("since"))
		}
	}
	for _, name := range []string{"operations", "figures"} {
		if value := values.Get(name); values.Has(name) && value != "0" && value != "1" {
			return ask, fmt.Errorf("%s=%q is unknown: use operations=1 to break the history down by operation, figures=0 for the history alone", name, value)
		}
	}
	ask.operations, ask.alone = values.Get("operations") == "1", values.Get("figures") == "0"
	return ask, nil
}

// writeStats sends the history second by second: all of it, broken down by
// operation, can be many times as long as what it is kept in.
func (m *Monitor) writeStats(w http.ResponseWriter, head any, past []*second, ask historyAsk) error {
	text, err := json.Marshal(head)
	if err != nil {
		return err
	}
	sayJSON(w)
	to := bufio.NewWriter(w)
	if ask.wanted {
		text = append(text[:len(text)-1], `,"history":[`...)
	}
	_, _ = to.Write(text) // Flush returns the first error
	comma := ""
	for s := range m.unpack(past, ask) {
		text, err := json.Marshal(s)
		if err != nil {
			return err
		}
		_, _ = to.WriteString(comma)
		if _, err := to.Write(text); err != nil {
			return err
		}
		comma = ","
	}
	if ask.wanted {
		_, _ = to.WriteString("]}")
	}
	_ = to.WriteByte('\n')
	return to.Flush()
}

func sayJSON(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
}
