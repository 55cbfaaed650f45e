package prometheus_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/signal"
	"github.com/heartline-monitor/heartline/pkg/signal/prometheus"
)

// history is a service scraped every 15 seconds that answers a request each
// second, restarts after 10 minutes, has its first errors (each fifth request)
// after 20, fails to be scraped from 30 to 40 minutes on, and is taken down.
func history(start time.Time) *metrics {
	e := &metrics{target: `job="shop",instance="a:1"`}
	const minute = 60
	for s := 7; s <= 40*minute; s += 15 { // never at the edge of a window
		at := start.Add(time.Duration(s) * time.Second)
		if s > 30*minute {
			e.add("up", "", at, 0)
			continue
		}
		e.add("up", "", at, 1)
		e.add("heartline_requests_in_flight", "", at, 2)
		e.add("go_goroutines", "", at, float64(100+s/minute))
		since := s
		if s >= 10*minute {
			since = s - 10*minute
		}
		failed := max(0, s-20*minute) / 5
		e.add("heartline_requests_total", `,operation="GET /",status="success"`, at, float64(since-failed))
		if s >= 20*minute {
			e.add("heartline_requests_total", `,operation="GET /",status="error"`, at, float64(failed))
		}
	}
	return e
}

func TestHistoryOfAServiceThatRestartsFailsAndEnds(t *testing.T) {
	start := time.Date(2026, 3, 6, 9, 0, 0, 0, time.UTC)
	api := startServer(t, backfill(t, history(start).String()), "global: {}\n")
	w := signal.Windows{End: start.Add(60 * time.Minute)}
	for at := start.Add(-10 * time.Minute); at.Before(w.End); at = at.Add(10 * time.Minute) {
		w.Starts = append(w.Starts, at)
	}
	source, err := prometheus.New(prometheus.Config{API: api, Selector: `job="shop"`, Now: func() time.Time { return w.End }})
	require.NoError(t, err)
	nan := math.NaN()
	for _, tc := range []struct {
		signal signal.Signal
		stat   signal.Stat
		want   []float64 // from 10 minutes before the start on
		off    float64
	}{
		{signal.QPS, "", []float64{nan, 1, 1, 1, nan, nan, nan}, 0.03},
		{signal.Requests, "", []float64{nan, 600, 600, 600, nan, nan, nan}, 16},
		{signal.Success, "", []float64{nan, 100, 100, 80, nan, nan, nan}, 0.1},
		{signal.Errors, "", []float64{nan, 0, 0, 20, nan, nan, nan}, 0.1},
		{signal.InFlight, signal.Max, []float64{nan, 2, 2, 2, nan, nan, nan}, 0},
		{signal.Goroutines, signal.Max, []float64{nan, 109, 119, 129, nan, nan, nan}, 0},
		{signal.Up, "", []float64{nan, 1, 1, 1, 0, nan, nan}, 0},
		{signal.Age, "", []float64{nan, 8, 8, 8, 608, 1_208, 1_808}, 0},
	} {
		answer, err := source.Read(t.Context(), signal.Request{Signal: tc.signal, Stat: tc.stat, Windows: w})
		require.NoError(t, err, tc.signal)
		for i, want := range tc.want {
			got := answer.Series[0].Values[i]
			require.True(t, math.IsNaN(want) && math.IsNaN(got) || math.Abs(got-want) <= tc.off, "%s in window %d: %v", tc.signal, i, fmt.Sprint(answer.Series[0].Values))
		}
	}
	says, err := source.Check(t.Context())
	require.Error(t, err, says)
	require.ErrorContains(t, err, "has no target")
}
