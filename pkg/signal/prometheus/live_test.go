package prometheus_test

import (
	"fmt"
	"math"
	"net/http/httptest"
	"testing"
	"time"

	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
	client "github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/signal"
	"github.com/heartline-monitor/heartline/pkg/signal/prometheus"
)

// app is a service with the metrics of our library.
type app struct {
	requests  *client.CounterVec
	durations *client.HistogramVec
}

func startApp(t testing.TB, native bool) (a app, address string) {
	t.Helper()
	options := client.HistogramOpts{Name: "heartline_request_duration_seconds", Buckets: client.ExponentialBuckets(0.001, 1.5, 24)}
	if native {
		options.NativeHistogramBucketFactor = 1.03
	}
	a = app{
		requests:  client.NewCounterVec(client.CounterOpts{Name: "heartline_requests_total"}, []string{"operation", "status"}),
		durations: client.NewHistogramVec(options, []string{"operation"}),
	}
	registry := client.NewRegistry()
	registry.MustRegister(a.requests, a.durations, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		client.NewGauge(client.GaugeOpts{Name: "heartline_requests_in_flight"}))
	server := httptest.NewServer(promhttp.HandlerFor(registry, promhttp.HandlerOpts{EnableOpenMetrics: true}))
	t.Cleanup(server.Close)
	for _, status := range []string{signal.StatusSuccess, signal.StatusError} {
		a.requests.WithLabelValues("GET /", status)
	}
	a.durations.WithLabelValues("GET /")
	return a, server.Listener.Addr().String()
}

// serve counts n requests of 1 to n milliseconds, a tenth of which fail.
func (a app) serve(n int) {
	for i := 1; i <= n; i++ {
		status := signal.StatusSuccess
		if i%10 == 0 {
			status = signal.StatusError
		}
		a.requests.WithLabelValues("GET /", status).Inc()
		a.durations.WithLabelValues("GET /").(client.ExemplarObserver).ObserveWithExemplar(float64(i)/1_000, client.Labels{"trace_id": fmt.Sprintf("trace%d", i)})
	}
}

func TestAnAppThatIsScrapedIsReadAsItCounts(t *testing.T) {
	for name, native := range map[string]bool{"classic": false, "native": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, target := startApp(t, native)
			config := fmt.Sprintf("scrape_configs: [{job_name: shop, scrape_interval: 1s, static_configs: [{targets: ['%s']}]}]\n", target)
			api := startServer(t, t.TempDir(), config, "--enable-feature=exemplar-storage,native-histograms")
			until(t, api, `count_over_time(heartline_requests_total{job="shop",status="error"}[5m]) >= 3`)
			a.serve(1_000)
			until(t, api, `sum(heartline_requests_total{job="shop"}) == 1000`)
			until(t, api, `count_over_time(up{job="shop"}[5m]) >= 6`)
			checkApp(t, api)
		})
	}
}

// The increase is extrapolated to where the samples of the window begin and end.
const extrapolated = 0.2

func checkApp(t *testing.T, api v1.API) {
	t.Helper()
	source, err := prometheus.New(prometheus.Config{API: api, Selector: `job="shop"`})
	require.NoError(t, err)
	says, err := source.Check(t.Context())
	require.NoError(t, err)
	require.Regexp(t, `^1 of 1 targets up, Prometheus \d+\.\d+\.\d+`, says)
	missing, err := source.Missing(t.Context())
	require.NoError(t, err)
	for _, d := range signal.Catalogue {
		require.Equal(t, d.Cannot[signal.Go], missing[d.Signal], d.Signal)
	}

	now := time.Now()
	window := signal.Windows{Starts: []time.Time{now.Add(-5 * time.Minute)}, End: now}
	read := func(s signal.Signal, stat signal.Stat) float64 {
		answer, err := source.Read(t.Context(), signal.Request{Signal: s, Stat: stat, Windows: window})
		require.NoError(t, err)
		return answer.Series[0].Values[0]
	}
	require.InEpsilon(t, 1_000, read(signal.Requests, ""), extrapolated)
	require.InEpsilon(t, 1_000.0/300, read(signal.QPS, ""), extrapolated)
	require.InDelta(t, 90, read(signal.Success, ""), 0.1)
	require.InDelta(t, 10, read(signal.Errors, ""), 0.1)
	require.InEpsilon(t, 0.5005, read(signal.Latency, signal.Avg), 0.001)
	require.InEpsilon(t, 0.5, read(signal.Latency, signal.P50), 0.05)
	require.InEpsilon(t, 0.95, read(signal.Latency, signal.P95), 0.05)
	require.LessOrEqual(t, read(signal.Latency, signal.Min), 0.0011)
	require.Greater(t, read(signal.Latency, signal.Max), 0.999)
	require.LessOrEqual(t, read(signal.Latency, signal.Max), 1.5)
	require.Greater(t, read(signal.Goroutines, signal.Max), 3.0)
	require.Greater(t, read(signal.Memory, signal.Avg), 100_000.0)
	require.Greater(t, read(signal.ResidentMemory, signal.Min), read(signal.Memory, signal.Min))
	require.GreaterOrEqual(t, read(signal.CPU, signal.Avg), 0.0)
	require.LessOrEqual(t, read(signal.CPU, signal.Max), 150.0)
	require.Zero(t, read(signal.InFlight, signal.Max))
	require.InDelta(t, 1, read(signal.Up, ""), 0)
	require.Less(t, read(signal.Age, ""), 30.0)

	heat, err := source.Latencies(t.Context(), window)
	require.NoError(t, err)
	total, half := 0.0, 0.0
	for i, bound := range heat.Bounds {
		total += heat.Counts[0][i]
		if bound <= 0.5 {
			half += heat.Counts[0][i]
		}
	}
	require.InEpsilon(t, 1_000, total, extrapolated)
	require.InDelta(t, 0.5, half/total, 0.2)

	answer, err := source.Read(t.Context(), signal.Request{Signal: signal.Latency, Windows: signal.Windows{Starts: []time.Time{now.Add(-10 * time.Minute), now.Add(-5 * time.Minute)}, End: now}})
	require.NoError(t, err)
	require.True(t, math.IsNaN(answer.Series[0].Values[0]))
	require.NotEmpty(t, answer.Exemplars)
	for _, e := range answer.Exemplars {
		require.Equal(t, fmt.Sprintf("trace%.0f", e.Value*1_000), e.Labels["trace_id"])
	}
}
