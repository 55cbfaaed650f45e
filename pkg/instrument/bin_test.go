package instrument

import (
	"math"
	"math/rand/v2"
	"sort"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// indexOf finds the bin of a duration by its definition: the first whose bound in
// seconds is not below it.
func indexOf(ns int64) int {
	i := sort.Search(slots-1, func(slot int) bool { return float64(ns)/1e9 <= upperSeconds(slot) })
	return i + lowestIndex
}

func TestTheSlotOfADurationIsTheBinOfItsDefinition(t *testing.T) {
	check := func(ns int64) {
		t.Helper()
		slot := slotOf(ns)
		shortest, longest := limits(slot)
		if ns < shortest || ns > longest {
			require.Failf(t, "not within the slot's limits", "%d ns in slot %d, %d to %d ns", ns, slot, shortest, longest)
		}
		if got, want := slot+lowestIndex, indexOf(ns); got != want {
			bound := upperSeconds(min(slot, want-lowestIndex)) * 1e9
			require.InDelta(t, bound, float64(ns), 1, "bins %d and %d may differ by the rounding of their bound only", got, want)
		}
	}
	for slot := range slots {
		for ns := upperBounds[slot] - 2; ns <= upperBounds[slot]+2; ns++ {
			if ns > 0 {
				check(ns)
			}
		}
	}
	for ns := range int64(100_000) {
		check(ns + 1)
	}
	for range 200_000 {
		check(int64(math.Exp2(rand.Float64() * 50)))
	}
}

func TestBinsAreThoseOfANativeHistogramOfSchema5(t *testing.T) {
	for _, c := range []struct {
		took time.Duration
		want int
	}{
		{time.Second, 0}, {time.Second + 1, 1}, {time.Second - 1, 0},
		{2 * time.Second, 32}, {2*time.Second + 1, 33}, {500 * time.Millisecond, -32},
		{978_572_062, -1}, {978_572_063, 0}, // 2^(-1/32) s is 978572062.09 ns
		{1, -956}, {1 << 62, highestIndex},
	} {
		require.Equal(t, c.want, bin{slot: slotOf(int64(c.took))}.index(), c.took)
	}
	require.InDelta(t, 1.0218971486541166, Gamma, 1e-15)
	require.InDelta(t, 0.0108, RelativeError, 5e-5)
}

func TestPackedIntervalsAreUnpackedAsTheyWere(t *testing.T) {
	total := interval{requests: 7, errors: 2, sum: 12_345_678_901, least: 1, most: math.MaxInt64 - 1, bins: []bin{{0, 1}, {1, 2}, {700, 3}, {slots - 1, 1}}}
	part := interval{requests: 1, sum: 5, least: 5, most: 5, bins: []bin{{slotOf(5), 1}}}
	s := second{packed: pack(pack(nil, totalID, total), 300, part)}
	got := map[int]interval{}
	for id, i := range s.intervals() {
		i.bins = append([]bin(nil), i.bins...)
		got[id] = i
	}
	require.Equal(t, map[int]interval{totalID: total, 300: part}, got)
}

func TestHistoryForgetsOldSecondsAndThoseOfAFutureThatTheClockTookBack(t *testing.T) {
	h := history{window: 60}
	times := func() (list []int64) {
		for _, s := range h.after(-1) {
			list = append(list, s.unix)
		}
		return list
	}
	for unix := range int64(historySeconds + 100) {
		h.append(&second{unix: unix})
	}
	require.Len(t, times(), historySeconds)
	require.Equal(t, int64(100), times()[0])
	h.append(&second{unix: 500})
	require.Equal(t, int64(500), times()[len(times())-1])
	require.Len(t, times(), 401)
	require.Len(t, h.after(498), 2)
	h.append(&second{unix: 10_000})
	require.Equal(t, []int64{10_000}, times())
}

func TestHistoryGivesUpTheOldestWhereItTakesTooMuchMemoryButNeverTheWindow(t *testing.T) {
	h := history{window: 60}
	const size = 4 << 20
	for unix := range int64(50) {
		h.append(&second{unix: unix, packed: make([]byte, size)})
	}
	require.Len(t, h.seconds, 50, "all in the window")
	for unix := range int64(100) {
		h.append(&second{unix: 50 + unix, packed: make([]byte, 1)})
	}
	require.LessOrEqual(t, h.bytes, historyBytes)
	require.Equal(t, 100+historyBytes/size-1, len(h.seconds))
}
