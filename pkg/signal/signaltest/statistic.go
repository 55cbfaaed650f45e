package signaltest

import (
	"math"
	"slices"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

// bounded is a statistic of sorted values: the least and largest answer that is
// right, NaN for one without an answer. It does not fall when a value rises.
type bounded func(sorted []float64) (lo, hi float64)

func count(sorted []float64) (lo, hi float64) {
	return float64(len(sorted)), float64(len(sorted))
}

func sum(sorted []float64) (lo, hi float64) {
	total := 0.0
	for _, v := range sorted {
		total += v
	}
	return total, total
}

func mean(sorted []float64) (lo, hi float64) {
	total, _ := sum(sorted)
	total /= float64(len(sorted)) // 0/0 is NaN
	return total, total
}

// statistic of a stat; relative is the error of percentiles.
func statistic(stat signal.Stat, relative float64) bounded {
	if stat == signal.Avg {
		return mean
	}
	return func(sorted []float64) (lo, hi float64) {
		if len(sorted) == 0 {
			return math.NaN(), math.NaN()
		}
		switch stat {
		case signal.Min:
			return sorted[0], sorted[0]
		case signal.Max:
			return sorted[len(sorted)-1], sorted[len(sorted)-1]
		}
		q, _ := stat.Quantile()
		rank := q * float64(len(sorted)-1)
		below, above := sorted[int(math.Floor(rank))], sorted[int(math.Ceil(rank))]
		if relative > 0 {
			return below, above
		}
		v := below + (above-below)*(rank-math.Floor(rank))
		return v, v
	}
}

// between is what a statistic may be of the values inside and any choice of
// those beside: the extremes are reached with the least and the largest.
func between(f bounded) func(inside, beside []float64) span {
	return func(inside, beside []float64) span {
		slices.Sort(beside)
		s := unknown
		s.nan = false
		for n := range len(beside) + 1 {
			for _, chosen := range [][]float64{beside[:n], beside[len(beside)-n:]} {
				values := slices.Concat(inside, chosen)
				slices.Sort(values)
				lo, hi := f(values)
				if math.IsNaN(lo) {
					s.nan = true
					continue
				}
				s.lo, s.hi = min(s.lo, lo), max(s.hi, hi)
			}
		}
		return s
	}
}
