package plugin

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/signal/prometheus/prometheustest"
)

// startPrometheus starts a real Prometheus that scrapes the service each second,
// and returns its address.
func startPrometheus(t *testing.T, service string) string {
	t.Helper()
	target, err := url.Parse(service)
	require.NoError(t, err)
	config := "scrape_configs: [{job_name: shop, scrape_interval: 1s, static_configs: [{targets: ['" + target.Host + "']}]}]\n"
	address := prometheustest.Start(t, t.TempDir(), config, "--enable-feature=native-histograms")
	waitForScrape(t, address)
	return address
}

// waitForScrape waits until there is a first sample, which comes seconds after
// the start: a rate over a time in which there was none tells less.
func waitForScrape(t *testing.T, address string) {
	t.Helper()
	require.Eventually(t, func() bool {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+"/api/v1/query?query=up", http.NoBody)
		require.NoError(t, err)
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			return false
		}
		defer func() { _ = resp.Body.Close() }()
		var found struct {
			Data struct{ Result []json.RawMessage }
		}
		return json.NewDecoder(resp.Body).Decode(&found) == nil && len(found.Data.Result) > 0
	}, time.Minute, 100*time.Millisecond)
}
