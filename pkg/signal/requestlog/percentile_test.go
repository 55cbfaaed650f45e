package requestlog

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// distributions that are easy and hard to select from.
func distributions(n int) map[string][]float64 {
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	all := map[string][]float64{}
	for i := range n {
		all["random"] = append(all["random"], rng.ExpFloat64())
		all["rising"] = append(all["rising"], float64(i))
		all["falling"] = append(all["falling"], float64(n-i))
		all["the same"] = append(all["the same"], 0.25)
		all["few values"] = append(all["few values"], float64(rng.IntN(3))/1_000)
		all["alternating"] = append(all["alternating"], float64(i%2*(n-i)+i))
		all["tiny and huge"] = append(all["tiny and huge"], []float64{0, 1e-300, 1e-12, 1, 1e9, 1e300}[rng.IntN(6)]*(1+rng.Float64()))
	}
	return all
}

func sorted(values []float64) [len(quantiles)]float64 {
	values = slices.Sorted(slices.Values(values))
	return percentilesOf(len(values), func(rank int) float64 { return values[rank] })
}

func TestPercentilesAreInterpolatedBetweenTheClosestRanks(t *testing.T) {
	require.Equal(t, [...]float64{3, 4.6, 4.8, 4.96}, sorted([]float64{5, 1, 4, 2, 3}))
	require.Equal(t, [...]float64{1.5, 1.9, 1.95, 1.99}, sorted([]float64{1, 2}))
	require.Equal(t, [...]float64{7, 7, 7, 7}, sorted([]float64{7}))
}

func TestPercentilesAreThoseOfSortedTimesHoweverTheyAreFound(t *testing.T) {
	for _, n := range []int{1, 2, 3, 31, 32, 33, 34, 100, 1_000, 4_567} {
		for name, values := range distributions(n) {
			want := sorted(values)
			for _, most := range []limits{{copied: n, picked: n}, {copied: 0, picked: n}} {
				pieces := slices.Collect(slices.Chunk(slices.Clone(values), 1+n/5))
				got, exact := percentilesIn(pieces, most)
				require.True(t, exact)
				require.InDeltaSlice(t, want[:], got[:], 0, "%d %s %+v", n, name, most)
			}
		}
	}
}

func TestPercentilesOfManyAlikeAreExactOrNearAndSaid(t *testing.T) {
	most := limits{copied: 0, picked: 10}
	got, exact := percentilesIn([][]float64{slices.Repeat([]float64{0.1}, 1_000)}, most)
	require.True(t, exact)
	require.Equal(t, [...]float64{0.1, 0.1, 0.1, 0.1}, got)
	var close []float64
	for i := range 1_000 {
		close = append(close, 0.1+float64(i)*1e-7)
	}
	want := sorted(close)
	got, exact = percentilesIn([][]float64{close}, most)
	require.False(t, exact)
	for i := range got {
		require.InEpsilon(t, want[i], got[i], 0.002)
	}
}

func TestBinsAreInTheOrderOfTheirValues(t *testing.T) {
	values := distributions(3_000)["tiny and huge"]
	values = append(values, distributions(3_000)["random"]...)
	slices.Sort(values)
	require.True(t, slices.IsSortedFunc(values, func(a, b float64) int { return binOf(a) - binOf(b) }))
	require.Zero(t, binOf(0))
	require.Equal(t, bins-1, binOf(1e300))
}
