package app

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

func TestAppWithoutStatsIsReadByItsHealth(t *testing.T) {
	a, s := newStub(t)
	a.behave(a.serveHealth)
	w := over(a.clock.now(), 3, 10*time.Second)
	same(t, []float64{nan, nan, 1234}, only(t, s, signal.Goroutines, signal.Max, w))
	same(t, []float64{nan, nan, 256 << 20}, only(t, s, signal.Memory, signal.Avg, w))
	same(t, []float64{nan, nan, 1}, only(t, s, signal.Up, "", w))
	require.Zero(t, only(t, s, signal.Age, "", w)[2])

	missing, err := s.Missing(t.Context())
	require.NoError(t, err)
	require.Len(t, missing, len(signal.Catalogue)-4)
	const reason = "the app serves no /api/monitor/stats: instrument it with pkg/instrument"
	require.Equal(t, reason, missing[signal.QPS])
	var refused *signal.Unsupported
	_, err = s.Read(t.Context(), signal.Request{Signal: signal.QPS, Windows: w})
	require.ErrorAs(t, err, &refused)
	require.Equal(t, reason, refused.Reason)
	_, err = s.Latencies(t.Context(), w)
	require.ErrorAs(t, err, &refused)
	said, err := s.Check(t.Context())
	require.NoError(t, err)
	require.Equal(t, "serves /api/monitor/health only: 1234 goroutines, 256 MiB of memory; for more, instrument the app with pkg/instrument", said)

	stats, health := a.requests()
	require.Len(t, stats, 1)
	require.Equal(t, 1, health)
	a.clock.add(10 * time.Second)
	answer := read(t, s, signal.Request{Signal: signal.Goroutines, Stat: signal.Avg, Windows: over(a.clock.now(), 3, 10*time.Second)})
	same(t, []float64{nan, nan, 1234}, answer.Series[0].Values)
	require.Contains(t, answer.Notes[0], "the app keeps no history")
	require.Contains(t, answer.Query, "/api/monitor/health")
	stats, health = a.requests()
	require.Empty(t, stats, "not asked each time whether there are stats by now")
	require.Equal(t, 1, health)
	a.clock.add(5 * time.Second)
	same(t, []float64{1234, nan, 1234}, only(t, s, signal.Goroutines, signal.Avg, over(a.clock.now(), 3, 5*time.Second)))
	same(t, []float64{nan}, only(t, s, signal.Up, "", over(a.clock.now().Add(-time.Hour), 1, time.Minute)))
}

func TestStatsThatAppearLaterAreFound(t *testing.T) {
	a, s := newStub(t)
	a.behave(a.serveHealth)
	only(t, s, signal.Goroutines, signal.Avg, over(a.clock.now(), 1, time.Second))
	a.behave(nil)
	a.clock.add(retryStats)
	a.live(2, map[string][]float64{"GET /": {0.1}})
	same(t, []float64{1, 1}, only(t, s, signal.QPS, "", over(a.clock.now(), 2, time.Second)))
}
