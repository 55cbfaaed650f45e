package app

import (
	"math"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

// rowsPerOctave is how many rows of a heatmap lie between a latency and its
// double: from 1 ms to 10 s there are 27.
const rowsPerOctave = 2

// heatmap counts requests in rows whose bounds are powers of the root of 2, which
// bins of the sketch share.
func (m *memory) heatmap(w signal.Windows) signal.Heatmap {
	pieces := m.pieces(w)
	perRow := max(1, m.perOctave/rowsPerOctave)
	low, high := math.MaxInt, math.MinInt
	each(pieces, func(_ int, b bin) {
		low, high = min(low, row(b, perRow)), max(high, row(b, perRow))
	})
	var h signal.Heatmap
	for r := low; r <= high; r++ {
		h.Bounds = append(h.Bounds, bound(r*perRow, m.perOctave))
	}
	h.Bounds = append(h.Bounds, math.Inf(1))
	for _, seconds := range pieces {
		counts := make([]float64, len(h.Bounds))
		if len(seconds) == 0 {
			for i := range counts {
				counts[i] = math.NaN()
			}
		}
		h.Counts = append(h.Counts, counts)
	}
	each(pieces, func(i int, b bin) { h.Counts[i][row(b, perRow)-low] += float64(b.count) })
	return h
}

// row is that of a bin: the least whose bound is not below the bin's.
func row(b bin, perRow int) int { return int(math.Ceil(float64(b.index) / float64(perRow))) }

// each calls f for all bins of all pieces.
func each(pieces [][]second, f func(piece int, b bin)) {
	for i, seconds := range pieces {
		for j := range seconds {
			for _, b := range seconds[j].bins {
				f(i, b)
			}
		}
	}
}
