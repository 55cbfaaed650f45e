package shop

import (
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestLoadIsTheSameForTheSameSeed(t *testing.T) {
	calm := at(0)
	require.Equal(t, arrivals(1, 30, calm), arrivals(1, 30, calm))
	require.NotEqual(t, arrivals(1, 30, calm), arrivals(2, 30, calm))
	require.NotEqual(t, arrivals(1, 30, calm), arrivals(1, 31, calm))
}

func TestArrivalsHaveTheRateAndStayInTheirSecond(t *testing.T) {
	for _, rate := range []float64{5, 150, 400} {
		n, shares := 0, map[string]float64{}
		for second := range int64(500) {
			all := arrivals(1, second, conditions{rate: rate})
			require.True(t, slices.IsSortedFunc(all, func(a, b arrival) int { return int(a.after - b.after) }))
			for _, a := range all {
				require.Less(t, a.after, time.Second)
				shares[a.operation.pattern]++
			}
			n += len(all)
		}
		require.InEpsilon(t, rate*500, n, 0.05)
		for _, o := range operations {
			require.InEpsilon(t, o.share, shares[o.pattern]/float64(n), 0.2, o.pattern)
		}
	}
}

func TestNoWorkTakesLongerThanTheLongest(t *testing.T) {
	for id := range uint64(2000) {
		took, _ := operations[len(operations)-1].outcome(generator(1, id), conditions{slowness: 1000})
		require.Greater(t, took, time.Duration(0))
		require.LessOrEqual(t, took, longestWork)
	}
}

func TestLeakHoldsGoroutinesAndHeals(t *testing.T) {
	before, empty := runtime.NumGoroutine(), heap()
	l := newLeak()
	l.set(3000)
	require.Equal(t, before+3000, runtime.NumGoroutine())
	require.Greater(t, heap(), empty+2900*heldBytes)
	l.set(1000)
	requireGoroutines(t, before+1000)
	l.set(0)
	requireGoroutines(t, before)
}

// heap is the memory that is held, in bytes.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// requireGoroutines waits for those that were released to end.
func requireGoroutines(t *testing.T, want int) {
	t.Helper()
	require.Eventually(t, func() bool { return runtime.NumGoroutine() <= want+1 }, 10*time.Second, time.Millisecond) // Eventually has one itself
}
