package signaltest

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

// asked is what the oracle wants of one window of the world written by hand.
func asked(t *testing.T, p Profile, s signal.Signal, stat signal.Stat, from, to time.Duration) span {
	t.Helper()
	tr := newTrial(small(t, p), p, nil)
	return tr.want(signal.Request{Signal: s, Stat: stat, Windows: windows(tr.Start.Add(to), tr.Start.Add(from))}, 0)
}

func TestOracleAnswersAsOneDoesByHand(t *testing.T) {
	exact := Profile{Kind: signal.RequestLog, Overlap: true}
	for name, c := range map[string]struct {
		signal   signal.Signal
		stat     signal.Stat
		from, to time.Duration
		want     float64
	}{
		"requests up to the end of a minute": {signal.Requests, "", 0, time.Minute, 2},
		"requests from its beginning":        {signal.Requests, "", time.Minute, 61 * time.Second, 4},
		"rate by the whole length":           {signal.QPS, "", -3 * time.Minute, time.Minute, 2.0 / 240},
		"none in a lull":                     {signal.Requests, "", 3 * time.Minute, 6 * time.Minute, 0},
		"success of four":                    {signal.Success, "", time.Minute, 61 * time.Second, 75},
		"median between two":                 {signal.Latency, signal.P50, 0, time.Minute, 0.15},
		"the longest":                        {signal.Latency, signal.Max, 0, 10 * time.Minute, 75},
		"in flight at most":                  {signal.InFlight, signal.Max, 2 * time.Minute, 3 * time.Minute, 3},
		"in flight on average":               {signal.InFlight, signal.Avg, 140 * time.Second, 160 * time.Second, 0.5},
		"in flight at least":                 {signal.InFlight, signal.Min, 140 * time.Second, 150 * time.Second, 1},
	} {
		want := asked(t, exact, c.signal, c.stat, c.from, c.to)
		require.InDelta(t, c.want, want.lo, 1e-9, name)
		require.InDelta(t, c.want, want.hi, 1e-9, name)
		require.True(t, want.holds(c.want), name)
		require.False(t, want.holds(c.want+0.001), name)
		require.False(t, want.holds(math.NaN()), name)
	}
}

func TestOracleKnowsNothingWhereThereIsNothing(t *testing.T) {
	for name, want := range map[string]span{
		"before the first figure": asked(t, Profile{}, signal.Requests, "", -2*time.Minute, 0),
		"latency of a lull":       asked(t, Profile{}, signal.Latency, signal.Avg, 3*time.Minute, 6*time.Minute),
		"success of a lull":       asked(t, Profile{}, signal.Success, "", 3*time.Minute, 6*time.Minute),
	} {
		require.True(t, want.holds(math.NaN()), name)
		require.False(t, want.holds(0), name)
	}
}

func TestOracleAllowsWhatTheProfileSays(t *testing.T) {
	p := Profile{Percentiles: 0.1, Blur: 2 * time.Second}
	median := asked(t, p, signal.Latency, signal.P50, 0, time.Minute)
	require.True(t, median.holds(0.25*1.1), "the longest near an edge, and the error")
	require.False(t, median.holds(0.25*1.11))
	require.True(t, median.holds(math.NaN()), "all requests of the minute are near its edges")
	requests := asked(t, p, signal.Requests, "", 0, time.Minute)
	require.True(t, requests.holds(0), "those too")
	require.True(t, requests.holds(6))
	require.False(t, requests.holds(7))
}
