package prometheus

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"
	"golang.org/x/sync/errgroup"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

const (
	concurrency = 4       // questions at once for one request
	maxPoints   = 11_000  // that Prometheus gives in one answer for one series
	maxSeries   = 1_000   // into which a signal may be split
	maxCells    = 2 << 20 // series times windows
	maxNotes    = 8       // of one evaluation
)

// run is a stretch of windows of the same length.
type run struct {
	first, n int
	length   time.Duration
}

// runs cuts windows into stretches that one question answers: Prometheus knows
// nothing of days of 23 hours.
func runs(w signal.Windows) []run {
	var all []run
	for i := range w.Len() {
		start, end := w.Bounds(i)
		length := end.Sub(start)
		if last := len(all) - 1; last >= 0 && all[last].length == length && all[last].n < maxPoints {
			all[last].n++
			continue
		}
		all = append(all, run{i, 1, length})
	}
	return all
}

// evaluate asks Prometheus at the end of each window, looking back over it.
func (s *Source) evaluate(ctx context.Context, p *plan, w signal.Windows) (*table, error) {
	t := &table{windows: w, series: map[model.Fingerprint]*points{}}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(concurrency)
	for _, r := range runs(w) {
		v := p.view(r)
		expr := p.expr(v)
		t.asked(expr)
		if p.lookback && v.rate > v.window {
			t.say(fmt.Sprintf("a point looks back %s, as the service is scraped every %s", duration(v.rate), duration(p.scrape)))
		}
		g.Go(func() error {
			found, warnings, err := s.fetch(ctx, w, r, expr)
			if err != nil {
				return err
			}
			return t.add(found, warnings, r)
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return t, nil
}

// fetch evaluates an expression for one run.
func (s *Source) fetch(ctx context.Context, w signal.Windows, r run, expr string) (model.Matrix, v1.Warnings, error) {
	_, from := w.Bounds(r.first)
	_, to := w.Bounds(r.first + r.n - 1)
	if r.n > 1 {
		value, warnings, err := QueryRange(ctx, s.api, expr, from, to, r.length)
		if err != nil {
			return nil, nil, err
		}
		matrix, ok := value.(model.Matrix)
		if !ok {
			return nil, nil, unexpected(s.api, expr, value)
		}
		return matrix, warnings, nil
	}
	value, warnings, err := Query(ctx, s.api, expr, to)
	if err != nil {
		return nil, nil, err
	}
	vector, ok := value.(model.Vector)
	if !ok {
		return nil, nil, unexpected(s.api, expr, value)
	}
	matrix := make(model.Matrix, len(vector))
	for i, sample := range vector {
		matrix[i] = &model.SampleStream{Metric: sample.Metric}
		if sample.Histogram != nil {
			matrix[i].Histograms = []model.SampleHistogramPair{{Timestamp: sample.Timestamp, Histogram: sample.Histogram}}
		} else {
			matrix[i].Values = []model.SamplePair{{Timestamp: sample.Timestamp, Value: sample.Value}}
		}
	}
	return matrix, warnings, nil
}

// table collects the answers for all windows.
type table struct {
	windows signal.Windows
	asks    []string

	mu     sync.Mutex
	notes  []string
	series map[model.Fingerprint]*points
}

// points are the values of a series, NaN where there is none, and the histograms
// where it has any.
type points struct {
	metric     model.Metric
	values     []float64
	histograms map[int]*model.SampleHistogram
}

// add puts what was found for a run into its windows.
func (t *table) add(found model.Matrix, warnings v1.Warnings, r run) error {
	for _, warning := range warnings {
		t.say("Prometheus warns: " + warning)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	_, from := t.windows.Bounds(r.first)
	window := func(at model.Time) int {
		i := r.first + int(math.Round(float64(at.Time().Sub(from))/float64(r.length)))
		return min(max(i, r.first), r.first+r.n-1)
	}
	for _, stream := range found {
		p, err := t.of(stream.Metric)
		if err != nil {
			return err
		}
		for _, v := range stream.Values {
			p.values[window(v.Timestamp)] = float64(v.Value)
		}
		for _, h := range stream.Histograms {
			p.histograms[window(h.Timestamp)] = h.Histogram
		}
	}
	return nil
}

func (t *table) of(metric model.Metric) (*points, error) {
	key := metric.Fingerprint()
	if p, ok := t.series[key]; ok {
		return p, nil
	}
	if n := len(t.series) + 1; n > maxSeries || n*t.windows.Len() > maxCells {
		return nil, excess{fmt.Errorf("there are more than %d series, or %d points in all: leave splitBy out, narrow services[].selector, or ask for longer intervals", maxSeries, maxCells)}
	}
	p := &points{metric: metric, values: nothing(t.windows.Len()), histograms: map[int]*model.SampleHistogram{}}
	t.series[key] = p
	return p, nil
}

// nothing is n values of which nothing is known.
func nothing(n int) []float64 { return slices.Repeat([]float64{math.NaN()}, n) }

func (t *table) asked(expr string) {
	if !slices.Contains(t.asks, expr) {
		t.asks = append(t.asks, expr)
	}
}

func (t *table) query() string { return strings.Join(t.asks, "\n") }

func (t *table) say(note string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.notes) < maxNotes && !slices.Contains(t.notes, note) {
		t.notes = append(t.notes, note)
	}
}

// answer gives the series by key. Where nothing is split there is one, whatever
// was found.
func (t *table) answer(p *plan) []signal.Series {
	var known []float64
	byKey, several := map[string]signal.Series{}, map[string][][]float64{}
	for _, found := range t.series {
		if found.metric[knownLabel] != "" {
			known = found.values
			continue
		}
		key := make([]string, len(p.keys))
		for i, of := range p.keys {
			key[i] = of(found.metric)
		}
		id := strings.Join(key, "\xff")
		byKey[id] = signal.Series{Key: key, Values: found.values}
		several[id] = append(several[id], found.values)
	}
	for id, series := range byKey {
		if len(several[id]) > 1 {
			series.Values = merged(p.merge, several[id])
			byKey[id] = series
		}
	}
	if len(p.keys) == 0 && len(byKey) == 0 {
		byKey[""] = signal.Series{Key: []string{}, Values: nothing(t.windows.Len())}
	}
	all := make([]signal.Series, 0, len(byKey))
	for _, series := range byKey {
		all = append(all, filled(series, known))
	}
	slices.SortFunc(all, func(a, b signal.Series) int { return slices.Compare(a.Key, b.Key) })
	return all
}

// merged makes one series of several: of what is known of each window the least, the
// most or, where the stat is none of these, the average.
func merged(stat signal.Stat, all [][]float64) []float64 {
	values := nothing(len(all[0]))
	for i := range values {
		var known []float64
		for _, one := range all {
			if !math.IsNaN(one[i]) {
				known = append(known, one[i])
			}
		}
		switch {
		case len(known) == 0:
		case stat == signal.Min:
			values[i] = slices.Min(known)
		case stat == signal.Max:
			values[i] = slices.Max(known)
		default:
			sum := 0.0
			for _, v := range known {
				sum += v
			}
			values[i] = sum / float64(len(known))
		}
	}
	return values
}

// filled puts the zeros of windows that are known where a series has nothing.
func filled(series signal.Series, known []float64) signal.Series {
	for i, zero := range known {
		if math.IsNaN(series.Values[i]) {
			series.Values[i] = zero
		}
	}
	return series
}
