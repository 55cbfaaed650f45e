package signaltest_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"github.com/heartline-monitor/heartline/pkg/signal"
	"github.com/heartline-monitor/heartline/pkg/signal/signaltest"
)

// memory is a source that has a world at hand: the least that conforms.
type memory struct {
	signaltest.World
	kind   signal.Kind
	closed atomic.Bool
}

func (m *memory) ready(ctx context.Context) error {
	if m.closed.Load() {
		return errors.New("closed")
	}
	return ctx.Err()
}

func (m *memory) Read(ctx context.Context, r signal.Request) (signal.Answer, error) {
	if err := errors.Join(m.ready(ctx), r.Supports(m.kind)); err != nil {
		return signal.Answer{}, err
	}
	parts := map[string][]signaltest.Request{}
	keys := map[string][]string{}
	if len(r.SplitBy) == 0 {
		keys[""] = nil
	}
	for _, q := range m.Requests {
		name, key := "", []string(nil)
		for _, d := range r.SplitBy {
			value := map[signal.Dimension]string{signal.Operation: q.Operation, signal.Status: q.Status}[d]
			name, key = name+"\x00"+value, append(key, value)
		}
		parts[name], keys[name] = append(parts[name], q), key
	}
	answer := signal.Answer{Query: "all"}
	for name, key := range keys {
		s := signal.Series{Key: key}
		for i := range r.Windows.Len() {
			s.Values = append(s.Values, m.value(r, parts[name], i))
		}
		answer.Series = append(answer.Series, s)
	}
	slices.SortFunc(answer.Series, func(a, b signal.Series) int { return slices.Compare(a.Key, b.Key) })
	return answer, nil
}

func (m *memory) value(r signal.Request, requests []signaltest.Request, i int) float64 {
	start, end := r.Windows.Bounds(i)
	from, to := start.UnixNano(), end.UnixNano()
	if r.Signal == signal.Up {
		return 1
	}
	if !end.After(m.Start) {
		return math.NaN()
	}
	var latencies, gauges []float64
	failed, newest := 0.0, int64(0)
	for _, q := range requests {
		at := q.Time.UnixNano()
		if at >= from && at < to {
			latencies = append(latencies, q.Seconds)
			if q.Status == signal.StatusError {
				failed++
			}
		}
		if at < to {
			newest = max(newest, at)
		}
	}
	for _, g := range m.Readings {
		at := g.Time.UnixNano()
		if at >= from && at < to {
			gauges = append(gauges, gauge(r.Signal, g))
		}
		if at < to {
			newest = max(newest, at)
		}
	}
	n := float64(len(latencies))
	switch r.Signal {
	case signal.QPS:
		return n / r.Windows.Seconds(i)
	case signal.Requests:
		return n
	case signal.Success:
		return 100 * (n - failed) / n
	case signal.Errors:
		return 100 * failed / n
	case signal.Latency:
		return stat(r.Stat, latencies)
	case signal.GC, signal.GCPause:
		return total(gauges) / r.Windows.Seconds(i)
	case signal.Age:
		return float64(to-newest) / 1e9
	}
	return stat(r.Stat, gauges)
}

func gauge(s signal.Signal, r signaltest.Reading) float64 {
	switch s {
	case signal.InFlight:
		return r.InFlight
	case signal.CPU:
		return r.CPU
	case signal.Memory:
		return r.Memory
	case signal.Goroutines:
		return r.Goroutines
	case signal.GC:
		return r.GC
	}
	return 100 * r.GCPause
}

func total(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum
}

func stat(s signal.Stat, values []float64) float64 {
	if s == signal.Avg || len(values) == 0 {
		return total(values) / float64(len(values))
	}
	slices.Sort(values)
	q := map[signal.Stat]float64{signal.Min: 0, signal.Max: 1, signal.P50: 0.5, signal.P90: 0.9, signal.P95: 0.95, signal.P99: 0.99}[s]
	at := q * float64(len(values)-1)
	low := int(at)
	high := min(low+1, len(values)-1)
	return values[low]*(1-(at-float64(low))) + values[high]*(at-float64(low))
}

func (m *memory) Latencies(ctx context.Context, w signal.Windows) (signal.Heatmap, error) {
	if err := m.ready(ctx); err != nil {
		return signal.Heatmap{}, err
	}
	h := signal.Heatmap{Bounds: []float64{0.01, 0.1, 1, math.Inf(1)}, Query: "all"}
	for i := range w.Len() {
		counts := make([]float64, len(h.Bounds))
		start, end := w.Bounds(i)
		for _, q := range m.Requests {
			if at, _ := slices.BinarySearch(h.Bounds, q.Seconds); !q.Time.Before(start) && q.Time.Before(end) {
				counts[at]++
			}
		}
		if !end.After(m.Start) {
			counts = slices.Repeat([]float64{math.NaN()}, len(h.Bounds))
		}
		h.Counts = append(h.Counts, counts)
	}
	return h, nil
}

func (m *memory) Missing(context.Context) (map[signal.Signal]string, error) {
	missing := map[signal.Signal]string{}
	for _, d := range signal.Catalogue {
		if reason, ok := d.Cannot[m.kind]; ok {
			missing[d.Signal] = reason
		}
	}
	return missing, nil
}

func (m *memory) Location() *time.Location                  { return m.Zone }
func (m *memory) Check(ctx context.Context) (string, error) { return "a world", m.ready(ctx) }
func (m *memory) Close() error                              { m.closed.Store(true); return nil }
