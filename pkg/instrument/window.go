package instrument

import (
	"fmt"
	"time"

	"github.com/DataDog/sketches-go/ddsketch"
	"github.com/DataDog/sketches-go/ddsketch/mapping"
	"github.com/DataDog/sketches-go/ddsketch/store"
)

var quantiles = []float64{0.5, 0.9, 0.95, 0.99}

// sketchMapping gives the bins of a DDSketch the numbers and bounds of ours.
var sketchMapping = func() mapping.IndexMapping {
	m, err := mapping.NewLogarithmicMappingWithGamma(Gamma, 1)
	if err != nil {
		panic(err) // Gamma is a constant
	}
	return m
}()

// sum merges intervals into the figures of a window.
type sum struct {
	interval
	latencies *store.DenseStore
}

func newSum() *sum { return &sum{latencies: store.NewDenseStore()} }

func (s *sum) merge(i interval) {
	s.add(i)
	for _, b := range i.bins {
		s.latencies.AddWithCount(b.index(), float64(b.count))
	}
}

// latency summarises how long the requests took, nil where there was none.
func (s *sum) latency() (*Latency, error) {
	if s.requests == 0 {
		return nil, nil //nolint:nilnil // no requests, no latency
	}
	l := &Latency{Avg: s.average(), Min: nanoseconds(s.least), Max: nanoseconds(s.most)}
	sketch := ddsketch.NewDDSketch(sketchMapping, s.latencies, store.NewDenseStore())
	values, err := sketch.GetValuesAtQuantiles(quantiles)
	if err != nil {
		return nil, fmt.Errorf("percentiles: %w", err)
	}
	for i, to := range []*float64{&l.P50, &l.P90, &l.P95, &l.P99} {
		*to = min(max(values[i], l.Min), l.Max)
	}
	return l, nil
}

// span is how long the sliding window is at an instant, in seconds: the seconds
// before the current one that still lie in it and the current one so far, or, as
// long as it is not full, the time since the start, but at least a second.
func (m *Monitor) span(now time.Time) float64 {
	begun := now.Truncate(time.Second).Add(time.Second - m.config.Window)
	return max(min(now.Sub(begun), now.Sub(m.epoch)), time.Second).Seconds()
}
