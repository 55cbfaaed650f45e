package baseline

import (
	"math"
	"slices"
	"time"
)

// What makes a trend a leak.
const (
	// minTrend is how many samples a trend is judged by at least.
	minTrend = 12
	// significance is how likely a trend may be chance.
	significance = 0.01
	// minRise is the share of its median by which a figure must rise during the run:
	// what rises less is not worth an alarm, however surely it rises.
	minRise = 0.05
	// parts is into how many a run is cut to see whether its troughs rise, and
	// evenness how much each must rise, of an even share.
	parts    = 4
	evenness = 0.4
	// fewestCollections is how often the heap must have been collected during the run
	// that it may be said to leak; Go collects it every forcedCollection at least.
	fewestCollections = 2
	forcedCollection  = 2 * time.Minute
	rounding          = 1e-6
)

// Trend is how a figure moves over time.
//
// The slope is that of Theil and Sen: the median of the slopes between all pairs,
// which a third of the samples being outliers does not move far. A least-squares
// line follows a single burst, and its R² says how well a line fits, not whether
// there is a rise. That is what the test of Mann and Kendall says, of any
// distribution; because successive samples resemble each other, which looks like
// a trend to it, its variance is corrected for autocorrelation as Hamed and Rao
// (1998) do.
//
// A heap is a sawtooth, and one that is caught in its first teeth rises too; a new
// level is a rise that is over. So a rise is steady only if the troughs rise, and
// evenly: the least value of each quarter of the run above that of the one before.
type Trend struct {
	Slope  float64 `json:"slope_per_hour"` // in the figure's unit
	P      float64 `json:"p"`              // that so much rise, or more, is chance
	Steady bool    `json:"steady_growth"`
}

// trendOf judges a figure by its samples, times in hours. ok is false where there
// are too few.
func trendOf(times, values []float64) (t Trend, ok bool) {
	n := len(values)
	if n < minTrend {
		return Trend{}, false
	}
	t.Slope = theilSen(times, values)
	t.P = mannKendall(times, values, t.Slope)
	rise := t.Slope * (times[n-1] - times[0])
	t.Steady = t.P < significance && rise >= minRise*median(values) && troughsRise(values)
	return t, true
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// theilSen is the median of the slopes between all pairs.
func theilSen(times, values []float64) float64 {
	slopes := make([]float64, 0, len(values)*(len(values)-1)/2)
	for i := range values {
		for j := range i {
			slopes = append(slopes, (values[i]-values[j])/(times[i]-times[j]))
		}
	}
	return median(slopes)
}

// mannKendall is how likely chance makes values rise as much as these: the
// one-sided p-value.
func mannKendall(times, values []float64, slope float64) float64 {
	n := float64(len(values))
	score := 0.0
	for i, v := range values {
		for _, earlier := range values[:i] {
			score += sign(v - earlier)
		}
	}
	variance := n * (n - 1) * (2*n + 5)
	for _, tied := range runs(values) {
		variance -= tied * (tied - 1) * (2*tied + 5)
	}
	variance *= correction(times, values, slope) / 18
	if variance <= 0 { // all are the same
		return 1
	}
	z := (score - sign(score)) / math.Sqrt(variance)
	return math.Erfc(z/math.Sqrt2) / 2
}

func sign(v float64) float64 {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

// runs are the sizes of groups of equal values.
func runs(values []float64) []float64 {
	counts := map[float64]float64{}
	for _, v := range values {
		counts[v]++
	}
	sizes := make([]float64, 0, len(counts))
	for _, size := range counts {
		sizes = append(sizes, size)
	}
	return sizes
}

// correction is by how much autocorrelation widens the variance of the score:
// formula 9 of Hamed and Rao, over the ranks of what the slope does not explain.
// A negative autocorrelation would narrow it, which is left out: noise must not be
// a leak.
func correction(times, values []float64, slope float64) float64 {
	rest := make([]float64, len(values))
	for i, v := range values {
		rest[i] = v - slope*times[i]
	}
	if slices.Max(rest)-slices.Min(rest) < 1e-9*(slices.Max(values)-slices.Min(values)) {
		return 1 // a line but for rounding
	}
	r := ranks(rest)
	n := float64(len(r))
	sum := 0.0
	for lag := 1; lag < len(r)-2; lag++ {
		rho := autocorrelation(r, lag)
		if math.Abs(rho) > 1.96/math.Sqrt(n) {
			k := float64(lag)
			sum += (n - k) * (n - k - 1) * (n - k - 2) * rho
		}
	}
	return max(1, 1+2*sum/(n*(n-1)*(n-2)))
}

// ranks count from 0; equal values share the average of theirs.
func ranks(values []float64) []float64 {
	sorted := slices.Sorted(slices.Values(values))
	out := make([]float64, len(values))
	for i, v := range values {
		first, _ := slices.BinarySearch(sorted, v)
		behind := first
		for behind < len(sorted) && sorted[behind] == v {
			behind++
		}
		out[i] = float64(first+behind-1) / 2
	}
	return out
}

func autocorrelation(values []float64, lag int) float64 {
	mean := 0.0
	for _, v := range values {
		mean += v / float64(len(values))
	}
	shared, own := 0.0, 0.0
	for i, v := range values {
		own += (v - mean) * (v - mean)
		if i+lag < len(values) {
			shared += (v - mean) * (values[i+lag] - mean)
		}
	}
	if own == 0 {
		return 0
	}
	return shared / own
}

// troughsRise reports whether the least value of each part of the run lies above
// that of the part before by its share of the whole rise.
func troughsRise(values []float64) bool {
	troughs := make([]float64, parts)
	for i := range troughs {
		troughs[i] = slices.Min(values[i*len(values)/parts : (i+1)*len(values)/parts])
	}
	rise := troughs[parts-1] - troughs[0]
	for i := range parts - 1 {
		if rise <= 0 || troughs[i+1]-troughs[i] < evenness*rise/(parts-1) {
			return false
		}
	}
	return true
}
