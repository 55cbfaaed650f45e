package app

import (
	"context"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/heartline-monitor/heartline/pkg/signal"
	"github.com/heartline-monitor/heartline/pkg/signal/signaltest"
)

// history is a world as an instrumented app tells it.
func history(w signaltest.World) []map[string]any {
	requests := map[int64]map[string][]float64{}
	for _, r := range w.Requests {
		at := r.Time.Unix()
		if requests[at] == nil {
			requests[at] = map[string][]float64{}
		}
		seconds := r.Seconds
		if r.Status == signal.StatusError {
			seconds = math.Copysign(seconds, -1)
		}
		requests[at][r.Operation] = append(requests[at][r.Operation], seconds)
	}
	var all []map[string]any
	for _, r := range w.Readings {
		all = append(all, wire(r.Time, requests[r.Time.Unix()], map[string]any{
			"in_flight": r.InFlight, "goroutines": r.Goroutines, "memory": r.Memory, "cpu": r.CPU, "gc": r.GC, "gc_pause": r.GCPause,
		}))
	}
	return all
}

// whole is a source held to the letter of signal.Source: a rate is by the whole
// length of its window, also where a part of it lies before the app's first
// second, and a dimension is either there or not.
type whole struct {
	*Source

	since time.Time // when the app's first second began
}

// Read implements signal.Source.
func (s whole) Read(ctx context.Context, r signal.Request) (signal.Answer, error) {
	if slices.Contains(r.SplitBy, signal.Status) && r.Supports(signal.App) == nil {
		return signal.Answer{}, &signal.Unsupported{Signal: r.Signal, Reason: "not every signal is split by status"}
	}
	a, err := s.Source.Read(ctx, r)
	if r.Signal != signal.QPS && r.Signal != signal.GC && r.Signal != signal.GCPause {
		return a, err
	}
	for i := range r.Windows.Len() {
		start, end := r.Windows.Bounds(i)
		for _, series := range a.Series {
			if start.Before(s.since) {
				series.Values[i] *= end.Sub(s.since).Seconds() / end.Sub(start).Seconds()
			}
		}
	}
	return a, err
}

func TestSourceConforms(t *testing.T) {
	profile := signaltest.Profile{
		Kind: signal.App, SplitBy: []signal.Dimension{signal.Operation},
		Resolution: time.Second, Span: 10 * time.Minute, Percentiles: relativeError(32),
	}
	signaltest.Run(t, profile, func(t testing.TB, w signaltest.World) signal.Source {
		a := &stub{start: w.Start, clock: &clock{at: w.Now}, history: history(w)}
		return whole{open(t, a, Config{Client: NewClient(Credentials{}, time.Minute)}), w.Start}
	})
}
