package requestlog

import "slices"

// percentilesOf interpolates linearly between the closest ranks (Hyndman and Fan,
// type 7), whatever gives the value of a rank.
func percentilesOf(n int, value func(rank int) float64) (all [len(quantiles)]float64) {
	for i, stat := range quantiles {
		q, _ := stat.Quantile()
		rank := q * float64(n-1)
		low := int(rank)
		all[i] = value(low)
		if share := rank - float64(low); share > 0 {
			all[i] += (value(low+1) - all[i]) * share
		}
	}
	return all
}

// ranks are those that percentilesOf asks for.
func ranks(n int) []int {
	var all []int
	percentilesOf(n, func(rank int) float64 {
		all = append(all, rank)
		return 0
	})
	slices.Sort(all)
	return slices.Compact(all)
}

// selectRanks moves values so that each of the sorted ranks, counted from
// offset, holds what it would if all were sorted. No value is NaN.
func selectRanks(values []float64, ranks []int, offset int) {
	for len(ranks) > 0 && len(values) > 1 {
		if len(values) <= 32 {
			slices.Sort(values)
			return
		}
		low, high := partition(values)
		// What lies between is all the same.
		left, _ := slices.BinarySearch(ranks, offset+low)
		right, _ := slices.BinarySearch(ranks, offset+high)
		selectRanks(values[:low], ranks[:left], offset)
		values, ranks, offset = values[high:], ranks[right:], offset+high
	}
}

// partition moves the values below a pivot to the front and those above it to the
// end, and returns where those that equal it begin and end.
func partition(values []float64) (low, high int) {
	pivot := pivotOf(values)
	low, high = 0, len(values)
	for i := 0; i < high; {
		switch v := values[i]; {
		case v < pivot:
			values[i], values[low] = values[low], v
			low++
			i++
		case v > pivot:
			high--
			values[i], values[high] = values[high], v
		default:
			i++
		}
	}
	return low, high
}

// pivotOf is the middle one of nine values spread over all.
func pivotOf(values []float64) float64 {
	var sample [9]float64
	for i := range sample {
		sample[i] = values[i*(len(values)-1)/(len(sample)-1)]
	}
	slices.Sort(sample[:])
	return sample[len(sample)/2]
}
