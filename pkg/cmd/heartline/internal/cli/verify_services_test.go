package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/instrument"
	"github.com/heartline-monitor/heartline/pkg/instrument/requestlog"
)

// complete writes a provisioning file with check scripts and with services: an app,
// and the log of its requests.
func complete(t *testing.T, store string) string {
	t.Helper()
	log := filepath.Join(t.TempDir(), "requests.db")
	address := runningApp(t, log)
	return file(t, "datasource.yaml", fmt.Sprintf(`apiVersion: 1
datasources:
  - name: Everything
    uid: heartline
    type: heartline-monitor-datasource
    jsonData:
      events: {kind: filetree, path: %q, timezone: UTC}
      services:
        - {name: orders, kind: app, url: %q}
        - {name: orders-log, kind: requestlog, path: %q, timezone: UTC}
`, store, address, log))
}

// runningApp serves an instrumented app that has answered requests, at least one
// whole second ago, and written them down.
func runningApp(t *testing.T, log string) (address string) {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	writer, err := requestlog.Open(requestlog.Config{Path: log, Location: time.UTC, Logger: quiet})
	require.NoError(t, err)
	monitor, err := instrument.New(instrument.Config{Service: "orders", RequestLog: writer, Logger: quiet})
	require.NoError(t, err)
	server := httptest.NewServer(monitor.Handler())
	t.Cleanup(func() {
		server.Close()
		monitor.Close()
		_ = writer.Close()
	})
	for i := range 40 {
		var failed error
		if i%10 == 0 {
			failed = errors.New("out of stock")
		}
		monitor.Observe("GET /orders", time.Duration(i)*time.Millisecond, failed)
	}
	require.Eventually(t, func() bool { return toldOf(t, server.URL) == 40 }, 10*time.Second, 50*time.Millisecond)
	return server.URL
}

// toldOf is how many requests an app tells of in seconds that are over.
func toldOf(t *testing.T, address string) (requests int) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+"/api/monitor/stats?since=0", nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	body, err := io.ReadAll(response.Body)
	require.NoError(t, errors.Join(err, response.Body.Close()))
	var stats struct {
		History []struct{ Requests int }
	}
	require.NoError(t, json.Unmarshal(body, &stats), "%s", body)
	for _, second := range stats.History {
		requests += second.Requests
	}
	return requests
}
