package prometheus

import (
	"context"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/prometheus/common/model"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

// Latencies implements signal.Source. The bounds are those of the metric's
// buckets; many fine ones of a native histogram are put together to four for each
// doubling.
func (s *Source) Latencies(ctx context.Context, w signal.Windows) (signal.Heatmap, error) {
	h, err := s.latencies(ctx, w)
	return h, blamed(err)
}

func (s *Source) latencies(ctx context.Context, w signal.Windows) (signal.Heatmap, error) {
	if s.closed.Load() {
		return signal.Heatmap{}, errClosed
	}
	v, err := s.having(ctx, signal.Latency, w)
	if err != nil {
		return signal.Heatmap{}, err
	}
	p, err := s.dialect.planBuckets(s, v)
	if err != nil {
		return signal.Heatmap{}, err
	}
	t, err := s.evaluate(ctx, p, w)
	if err != nil {
		return signal.Heatmap{}, err
	}
	bounds, counts := t.heat(p.scale)
	return signal.Heatmap{Bounds: bounds, Counts: counts, Query: t.query(), Notes: t.notes}, nil
}

// heatPlan is the plan of a heatmap of what an expression gives: a native histogram,
// or buckets with their bounds, whose unit is scale seconds.
func (s *Source) heatPlan(v *inventory, scale float64, buckets func(view) string) *plan {
	return &plan{scrape: v.scrape, lookback: true, scale: scale, expr: func(w view) string {
		expr := buckets(w)
		if v.names[upMetric] {
			expr += " or " + s.whereKnown(w, true)
		}
		return expr
	}}
}

// cells counts requests of one window by the upper bounds of their buckets.
type cells map[float64]float64

// heat turns rates of buckets into counts; scale is the unit of classic bounds, in
// seconds.
func (t *table) heat(scale float64) (bounds []float64, counts [][]float64) {
	windows := make([]cells, t.windows.Len()) // nil where nothing is known
	cumulative := make([]cells, t.windows.Len())
	for _, p := range t.series {
		le, err := strconv.ParseFloat(string(p.metric[model.BucketLabel]), 64)
		for i, v := range p.values {
			switch {
			case math.IsNaN(v):
			case p.metric[knownLabel] != "":
				windows[i] = put(windows[i], math.Inf(1), 0)
			case err == nil:
				cumulative[i] = put(cumulative[i], le*scale, v)
			}
		}
	}
	for i, c := range cumulative {
		for le, v := range apart(c) {
			windows[i] = put(windows[i], le, v)
		}
	}
	bound := t.nativeBound()
	for _, p := range t.series {
		for i, h := range p.histograms {
			windows[i] = native(h, bound) // which counts the same requests as classic buckets do
		}
	}
	return t.grid(windows)
}

func put(c cells, bound, v float64) cells {
	if c == nil {
		c = cells{}
	}
	c[bound] += v
	return c
}

// apart takes from each bucket those below it. Rates are estimates, of one series
// each: a bucket may seem to hold less than one that it includes.
func apart(cumulative cells) cells {
	own := cells{}
	below := 0.0
	for _, le := range slices.Sorted(maps.Keys(cumulative)) {
		up := max(cumulative[le], below)
		own[le] = up - below
		below = up
	}
	return own
}

func native(h *model.SampleHistogram, bound func(float64) float64) cells {
	c := cells{math.Inf(1): 0}
	for _, bucket := range h.Buckets {
		c[bound(float64(bucket.Upper))] += float64(bucket.Count)
	}
	return c
}

const (
	// fineBounds is how many bounds native histograms may have before buckets are
	// put together.
	fineBounds  = 64
	perDoubling = 4
	leastBound  = 1e-6 // a microsecond
)

// nativeBound gives the bound under which a native bucket is counted.
func (t *table) nativeBound() func(upper float64) float64 {
	all := map[model.FloatString]bool{}
	for _, p := range t.series {
		for _, h := range p.histograms {
			for _, bucket := range h.Buckets {
				all[bucket.Upper] = true
			}
		}
	}
	if len(all) > fineBounds {
		return coarse
	}
	return func(upper float64) float64 { return upper }
}

// grid lays the cells of all windows on the same bounds, and makes counts of rates.
func (t *table) grid(windows []cells) (bounds []float64, counts [][]float64) {
	all := cells{math.Inf(1): 0}
	for _, c := range windows {
		maps.Copy(all, c)
	}
	bounds = slices.Sorted(maps.Keys(all))
	counts = make([][]float64, len(windows))
	for i, c := range windows {
		counts[i] = make([]float64, len(bounds))
		for j, bound := range bounds {
			counts[i][j] = c[bound] * t.windows.Seconds(i)
		}
		if c == nil {
			counts[i] = nothing(len(bounds))
		}
	}
	return bounds, counts
}

// coarse is the next of the bounds of which there are four for each doubling.
// Finer bounds of native histograms lie between them, and none across.
func coarse(upper float64) float64 {
	if math.IsInf(upper, 1) {
		return upper
	}
	return math.Exp2(math.Ceil(math.Log2(max(upper, leastBound))*perDoubling-1e-6) / perDoubling)
}
