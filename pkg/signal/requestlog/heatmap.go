package requestlog

import (
	"context"
	"math"
	"sort"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

// heatBounds are the upper bounds of a heatmap in seconds: six to each power of
// ten from a millisecond to a hundred seconds, each about 1.47 times the one before.
var heatBounds = func() []float64 {
	var bounds []float64
	for _, unit := range []float64{1000, 100, 10, 1, 0.1} {
		for _, step := range []float64{1, 1.5, 2.2, 3.3, 4.7, 6.8} {
			bounds = append(bounds, step/unit)
		}
	}
	return append(bounds, 100, math.Inf(1))
}()

// countHeat counts the requests of each segment by how long they took.
func countHeat(segments []segment) {
	for _, s := range segments {
		for _, times := range s.times {
			for _, seconds := range times {
				s.heat[sort.SearchFloat64s(heatBounds, seconds)]++
			}
		}
	}
}

func addHeat(sum, more []uint32) []uint32 {
	if sum == nil {
		return more
	}
	for i, n := range more {
		sum[i] += n
	}
	return sum
}

// Latencies implements signal.Source.
func (s *Source) Latencies(ctx context.Context, w signal.Windows) (h signal.Heatmap, err error) {
	err = s.use(ctx, func(l look) error {
		all, err := s.figures(ctx, l, w, heat)
		if err != nil {
			return err
		}
		h = signal.Heatmap{Bounds: heatBounds, Counts: make([][]float64, len(all)), Query: s.query(w), Notes: notes(l.strays, all)}
		for i, f := range all {
			h.Counts[i] = unknown(len(heatBounds))
			if s.known(l, w, i) {
				for j, n := range f.heat {
					h.Counts[i][j] = float64(n)
				}
			}
		}
		return nil
	})
	return h, err
}
