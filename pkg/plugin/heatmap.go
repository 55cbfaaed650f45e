package plugin

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/heartline-monitor/heartline/pkg/frame"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

// heatmap answers how many requests took how long, those of all services added.
func (d *Datasource) heatmap(ctx context.Context, s survey, chosen []serviceSettings) (answer, error) {
	// One zone for all, as there is but one line of times.
	windows, err := s.windows(cmp.Or(chosen[0].zone, time.UTC))
	if err != nil {
		return answer{}, err
	}
	if windows.Len() == 0 {
		return s.noData(inFuture), nil
	}
	maps := make([]signal.Heatmap, len(chosen))
	f := failures{named: len(s.query.Services) > 0, lenient: s.query.Lenient}
	f.errs = d.services.each(ctx, chosen, thorough, func(ctx context.Context, i int, source signal.Source) error {
		err := s.request.Supports(chosen[i].Kind)
		if err == nil {
			maps[i], err = source.Latencies(ctx, windows)
		}
		return err
	})
	if err := f.first(ctx); err != nil {
		return answer{}, err
	}
	sum := added(maps, windows.Len())
	if err := s.fits(len(sum.Bounds), windows); err != nil {
		return answer{}, err
	}
	reads := make([]read, len(maps))
	for i, m := range maps {
		reads[i].Query, reads[i].Notes = m.Query, m.Notes
	}
	return answer{
		frames: data.Frames{frame.Heatmap(sum, windows.Starts, s.frame.Step)},
		head:   frame.Head{Query: s.describe(chosen, reads), Errors: f.said(ctx), Remarks: append(f.excused(), notes(chosen, reads)...)},
	}, nil
}

// added adds heatmaps over the same windows. Services may count between
// different bounds: the sum has the bounds of all, and each count stands at the
// upper bound that it had. What is not known of one service is what the others
// have; where nobody knows anything it stays unknown.
func added(maps []signal.Heatmap, windows int) signal.Heatmap {
	var sum signal.Heatmap
	for i, m := range maps {
		bounds := make([]float64, len(m.Bounds))
		for j, b := range m.Bounds {
			bounds[j] = clean(b)
		}
		maps[i].Bounds = bounds
		sum.Bounds = append(sum.Bounds, bounds...)
	}
	slices.Sort(sum.Bounds)
	sum.Bounds = slices.Compact(sum.Bounds)
	sum.Counts = make([][]float64, windows)
	for w := range sum.Counts {
		sum.Counts[w] = slices.Repeat([]float64{math.NaN()}, len(sum.Bounds))
	}
	for _, m := range maps {
		for w, counts := range m.Counts {
			addCounts(sum.Counts[w], sum.Bounds, counts, m.Bounds)
		}
	}
	return sum
}

// clean rounds a bound to nine digits: the same bound of two services may be
// computed in two ways.
func clean(bound float64) float64 {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(bound, 'g', 9, 64), 64)
	if err != nil {
		return bound
	}
	return rounded
}

// addCounts adds the counts of one window. All bounds are among those of the sum.
func addCounts(sum, sumBounds, counts, bounds []float64) {
	for i, n := range counts {
		if math.IsNaN(n) {
			continue
		}
		at, _ := slices.BinarySearch(sumBounds, bounds[i])
		// The window is known: what no service counts there is a zero.
		for j, v := range sum {
			if math.IsNaN(v) {
				sum[j] = 0
			}
		}
		sum[at] += n
	}
}
