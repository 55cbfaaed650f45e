package app

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/instrument"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

// What pkg/instrument serves and what this package reads are written apart: here
// they meet.
func TestInstrumentedAppIsReadAsItSeesItself(t *testing.T) {
	monitor, err := instrument.New(instrument.Config{Service: "checkout", Auth: instrument.Auth{Token: "t0ken"}})
	require.NoError(t, err)
	defer monitor.Close()
	server := httptest.NewServer(monitor.Handler())
	defer server.Close()
	s, err := New(Config{URL: server.URL, Client: NewClient(Credentials{Token: "t0ken"}, time.Minute)})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()

	for i := range 1_000 {
		var failed error
		if i%10 == 0 {
			failed = errors.New("out of stock")
		}
		monitor.Observe(fmt.Sprintf("GET /%d", i%3), time.Duration(i+1)*time.Millisecond, failed)
	}
	monitor.Observe("GET /0", 0, nil)
	whole := func() signal.Windows { return over(time.Now(), 1, time.Minute) }
	value := func(what signal.Signal, stat signal.Stat) float64 { return only(t, s, what, stat, whole())[0] }
	require.Eventually(t, func() bool { return value(signal.Requests, "") == 1_001 }, 20*time.Second, 50*time.Millisecond, "its seconds become complete")

	seen, err := monitor.Stats()
	require.NoError(t, err)
	latency := seen.Total.Latency
	for stat, want := range map[signal.Stat]float64{
		signal.Avg: latency.Avg, signal.Min: latency.Min, signal.Max: latency.Max,
		signal.P50: latency.P50, signal.P90: latency.P90, signal.P95: latency.P95, signal.P99: latency.P99,
	} {
		require.InDelta(t, want, value(signal.Latency, stat), 1e-9, stat)
	}
	require.InDelta(t, *seen.Total.SuccessRate, value(signal.Success, ""), 1e-9)
	require.InDelta(t, *seen.Total.ErrorRate, value(signal.Errors, ""), 1e-9)
	require.Zero(t, value(signal.InFlight, signal.Max))
	require.Positive(t, value(signal.Goroutines, signal.Min))
	require.Positive(t, value(signal.Memory, signal.Min))
	require.GreaterOrEqual(t, value(signal.GCPause, ""), 0.0)

	byOperation := read(t, s, signal.Request{Signal: signal.Requests, SplitBy: []signal.Dimension{signal.Operation}, Windows: whole()})
	got := map[string]float64{}
	for _, series := range byOperation.Series {
		got[series.Key[0]] = series.Values[0]
	}
	require.Equal(t, map[string]float64{"GET /0": 335, "GET /1": 333, "GET /2": 333}, got)

	said, err := s.Check(t.Context())
	require.NoError(t, err)
	require.Contains(t, said, `"checkout" is up for`)
	stranger, err := New(Config{URL: server.URL})
	require.NoError(t, err)
	defer func() { require.NoError(t, stranger.Close()) }()
	_, err = stranger.Check(t.Context())
	require.ErrorContains(t, err, "refuses the credentials (401)")
}

func TestHealthOfAnInstrumentedAppIsRead(t *testing.T) {
	monitor, err := instrument.New(instrument.Config{Service: "checkout"})
	require.NoError(t, err)
	defer monitor.Close()
	body := httptest.NewRecorder()
	monitor.HealthHandler().ServeHTTP(body, httptest.NewRequest("GET", healthPath, nil))
	sample, err := parseHealth(body.Body.Bytes())
	require.NoError(t, err)
	require.Positive(t, sample.goroutines)
	require.GreaterOrEqual(t, sample.memory, 0.0)
}
