package shop

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/heartline-monitor/heartline/pkg/signal/prometheus/prometheustest"
)

// stored asks a Prometheus for the trace of each exemplar that it keeps.
func stored(t *testing.T, server string) (traces []string) {
	t.Helper()
	ask := url.Values{
		"query": {"heartline_request_duration_seconds_bucket"},
		"start": {strconv.FormatInt(time.Now().Add(-time.Hour).Unix(), 10)}, "end": {strconv.FormatInt(time.Now().Add(time.Hour).Unix(), 10)},
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server+"/api/v1/query_exemplars?"+ask.Encode(), http.NoBody)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil // it does not answer yet
	}
	defer func() { require.NoError(t, response.Body.Close()) }()
	var answer struct {
		Data []struct {
			Exemplars []struct{ Labels map[string]string }
		}
	}
	if json.NewDecoder(response.Body).Decode(&answer) != nil {
		return nil
	}
	for _, series := range answer.Data {
		for _, e := range series.Exemplars {
			traces = append(traces, e.Labels["trace_id"])
		}
	}
	return traces
}

func TestPrometheusKeepsTheTraceOfARequest(t *testing.T) {
	s, spans := recording(t, Options{Seed: 1}, sdktrace.AlwaysSample())
	served := httptest.NewServer(s.Handler())
	t.Cleanup(served.Close)
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	get(t, s.Handler(), "/products/12", "7")
	id := spans.Ended()[0].SpanContext().TraceID().String()

	config := "global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs:\n- job_name: checkout\n  static_configs: [{targets: ['" + served.Listener.Addr().String() + "']}]\n"
	server := prometheustest.Start(t, t.TempDir(), config, "--enable-feature=exemplar-storage")
	require.Eventually(t, func() bool {
		kept := stored(t, server)
		return len(kept) == 1 && kept[0] == id
	}, 30*time.Second, 100*time.Millisecond)
}
