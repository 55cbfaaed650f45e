package app

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

func TestPointsAtTheEdgesDoNotDip(t *testing.T) {
	a, s := newStub(t)
	a.live(20, map[string][]float64{"GET /": {0.1, 0.1}})
	a.clock.add(700 * time.Millisecond)
	w := over(a.clock.now(), 3, 10*time.Second) // of the first, 0.7 s are known
	answer := read(t, s, signal.Request{Signal: signal.QPS, Windows: w})
	same(t, []float64{2, 2, 2}, answer.Series[0].Values)
	require.Len(t, answer.Notes, 1)
	require.Contains(t, answer.Notes[0], "the app started at 2026-03-06T09:00:00Z: nothing is known of the time before")
	same(t, []float64{2}, only(t, s, signal.QPS, "", over(a.clock.now(), 1, time.Hour)))
	same(t, []float64{1}, only(t, s, signal.GC, "", over(a.clock.now(), 1, time.Hour)))
}

func TestWhatIsOlderThanTheMemoryIsUnknownAndSaid(t *testing.T) {
	a, s := newStub(t)
	a.live(1000, nil)
	w := over(a.clock.now(), 2, 900*time.Second)
	answer := read(t, s, signal.Request{Signal: signal.Latency, Windows: w})
	same(t, []float64{nan, nan}, answer.Series[0].Values)
	require.Equal(t, []string{
		"percentiles are estimates, off by at most 1.1 %",
		"the app remembers the last 15 minutes; a request log or Prometheus remembers longer; a window that is known in part is measured by that part",
	}, answer.Notes)
	same(t, []float64{nan, 0}, only(t, s, signal.QPS, "", w))
	same(t, []float64{nan, 1}, only(t, s, signal.Up, "", w))
	require.Empty(t, read(t, s, signal.Request{Signal: signal.Goroutines, Windows: over(a.clock.now(), 1, time.Minute)}).Notes)
}

func TestSecondsThatWereMissedAreNotInvented(t *testing.T) {
	a, s := newStub(t)
	a.live(10, map[string][]float64{"GET /": {0.1}})
	a.clock.add(10 * time.Second) // the machine slept
	a.live(10, map[string][]float64{"GET /": {0.1}})
	w := over(a.clock.now(), 3, 10*time.Second)
	same(t, []float64{1, nan, 1}, only(t, s, signal.QPS, "", w))
	same(t, []float64{1, nan, 1}, only(t, s, signal.Up, "", w))
	same(t, []float64{0, 10, 0}, only(t, s, signal.Age, "", w))
}

func TestAppThatJustStartedHasNoSecondYet(t *testing.T) {
	a, s := newStub(t)
	w := over(a.clock.now(), 2, time.Second)
	answer := read(t, s, signal.Request{Signal: signal.QPS, Windows: w})
	same(t, []float64{nan, nan}, answer.Series[0].Values)
	require.Equal(t, []string{"the app started at 2026-03-06T09:00:00Z and has no complete second yet"}, answer.Notes)
	same(t, []float64{nan, 1}, only(t, s, signal.Up, "", w))
	same(t, []float64{nan, 0}, only(t, s, signal.Age, "", w))
}

func TestPercentilesOfAWindowAreMergedOverItsSeconds(t *testing.T) {
	a, s := newStub(t)
	var all []float64
	for i := range 100 {
		d := 0.001 * math.Pow(1.07, float64(i))
		all = append(all, d)
		a.live(1, map[string][]float64{"GET /": {d}})
	}
	w := over(a.clock.now(), 1, 100*time.Second)
	for stat, q := range map[signal.Stat]float64{signal.P50: 0.5, signal.P90: 0.9, signal.P95: 0.95, signal.P99: 0.99} {
		rank := q * 99
		low := int(rank)
		exact := all[low] + (rank-float64(low))*(all[low+1]-all[low])
		require.InEpsilon(t, exact, only(t, s, signal.Latency, stat, w)[0], relativeError(32), stat)
	}
	same(t, []float64{all[0]}, only(t, s, signal.Latency, signal.Min, w))
	same(t, []float64{all[99]}, only(t, s, signal.Latency, signal.Max, w))
}

func TestHeatmapCountsEveryRequestOnce(t *testing.T) {
	a, s := newStub(t)
	a.live(2, map[string][]float64{"GET /": {0.125, 0.126, 0.2, 1}})
	h, err := s.Latencies(t.Context(), over(a.clock.now(), 3, time.Second))
	require.NoError(t, err)
	require.Equal(t, 0.125, h.Bounds[0], "bounds are exact")
	require.Len(t, h.Bounds, 8)
	same(t, []float64{nan, nan, nan, nan, nan, nan, nan, nan}, h.Counts[0])
	same(t, []float64{1, 1, 1, 0, 0, 0, 1, 0}, h.Counts[1])
	require.True(t, math.IsInf(h.Bounds[7], 1))
}
