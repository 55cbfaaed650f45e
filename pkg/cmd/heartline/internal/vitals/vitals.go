// Package vitals reads the figures by which a running service is watched.
package vitals

import (
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"github.com/heartline-monitor/heartline/pkg/band"
	"github.com/heartline-monitor/heartline/pkg/report"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

// Figure is one thing that is known of a service.
type Figure struct {
	Name   string // in flags, JSON and plain lines
	Label  string
	Signal signal.Signal
	Stat   signal.Stat
	Scale  *band.Scale // nil where no bands are agreed on
}

// The figures.
var (
	QPS        = Figure{Name: "qps", Label: "QPS", Signal: signal.QPS}
	P50        = Figure{Name: "p50", Label: "Latency p50", Signal: signal.Latency, Stat: signal.P50}
	P95        = Figure{Name: "p95", Label: "Latency p95", Signal: signal.Latency, Stat: signal.P95}
	P99        = Figure{Name: "p99", Label: "Latency p99", Signal: signal.Latency, Stat: signal.P99}
	Success    = Figure{Name: "success", Label: "Success", Signal: signal.Success, Scale: &band.Success}
	InFlight   = Figure{Name: "inflight", Label: "In flight", Signal: signal.InFlight, Stat: signal.Avg}
	CPU        = Figure{Name: "cpu", Label: "CPU", Signal: signal.CPU, Stat: signal.Avg}
	Goroutines = Figure{Name: "goroutines", Label: "Goroutines", Signal: signal.Goroutines, Stat: signal.Avg, Scale: &band.Goroutines}
	GC         = Figure{Name: "gc", Label: "GC cycles", Signal: signal.GC}
	Memory     = Figure{Name: "memory", Label: "Memory", Signal: signal.Memory, Stat: signal.Avg, Scale: &band.Memory}
)

// Unit is what the figure is measured in.
func (f Figure) Unit() signal.Unit {
	d, err := signal.Define(f.Signal)
	if err != nil {
		return signal.Count
	}
	return d.Unit
}

// Text is a value with its unit.
func (f Figure) Text(v float64) string { return report.Figure{Value: v, Unit: f.Unit()}.Text() }

// Band is the band of a value; ok is false where there is none.
func (f Figure) Band(v float64) (b band.Band, ok bool) {
	if f.Scale == nil {
		return band.Band{}, false
	}
	return f.Scale.Of(v)
}

// Read asks a source for a figure. One that the service does not have is NaN
// throughout, and reason says why.
func (f Figure) Read(ctx context.Context, src signal.Source, w signal.Windows) (values []float64, reason string, err error) {
	a, err := src.Read(ctx, signal.Request{Signal: f.Signal, Stat: f.Stat, Windows: w})
	if absent, ok := errors.AsType[*signal.Unsupported](err); ok {
		values = make([]float64, w.Len())
		for i := range values {
			values[i] = math.NaN()
		}
		return values, absent.Reason, nil
	}
	if err != nil {
		return nil, "", err
	}
	return a.Series[0].Values, "", nil
}

// Until are n windows of a length, the last of which ends with the newest second
// that apps surely know of at an instant: they tell a second once it is over.
// Windows that ended at the instant itself would miss it, and be empty where they
// are a second long.
func Until(at time.Time, n int, length time.Duration) signal.Windows {
	end := at.Truncate(time.Second).Add(-time.Second)
	w := signal.Windows{Starts: make([]time.Time, n), End: end}
	for i := range n {
		w.Starts[i] = end.Add(-time.Duration(n-i) * length)
	}
	return w
}

// Newest is the last value that is known, NaN where none is.
func Newest(values []float64) float64 {
	for _, v := range slices.Backward(values) {
		if !math.IsNaN(v) {
			return v
		}
	}
	return math.NaN()
}
