package prometheus_test

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/program"
	"github.com/heartline-monitor/heartline/pkg/signal/prometheus"
	"github.com/heartline-monitor/heartline/pkg/signal/prometheus/prometheustest"
)

// backfill makes a folder of data of what an OpenMetrics text tells of the past.
func backfill(t testing.TB, openMetrics string) (dir string) {
	t.Helper()
	tool, err := program.Find(t.Context(), "promtool")
	require.NoError(t, err)
	dir = t.TempDir()
	text := filepath.Join(t.TempDir(), "world.txt")
	require.NoError(t, os.WriteFile(text, []byte(openMetrics), 0o600))
	said, err := exec.CommandContext(t.Context(), tool, "tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=48h", text, dir).CombinedOutput()
	require.NoError(t, err, string(said))
	return dir
}

// startServer starts a Prometheus over a folder of data, and ends it with the test.
func startServer(t testing.TB, data, config string, flags ...string) v1.API {
	t.Helper()
	api := connect(t, prometheustest.Start(t, data, config, flags...))
	until(t, api, "vector(1)")
	return api
}

// connect makes an API whose connections end with the test.
func connect(t testing.TB, address string) v1.API {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 16}
	t.Cleanup(transport.CloseIdleConnections)
	api, err := prometheus.NewAPI(address, &http.Client{Transport: transport, Timeout: time.Minute})
	require.NoError(t, err)
	return api
}

// until waits for an expression to have a value.
func until(t testing.TB, api v1.API, expr string) {
	t.Helper()
	require.Eventually(t, func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		value, _, err := prometheus.Query(ctx, api, expr, time.Now())
		if err != nil {
			return false
		}
		return len(value.(model.Vector)) > 0
	}, time.Minute, 100*time.Millisecond, expr)
}
