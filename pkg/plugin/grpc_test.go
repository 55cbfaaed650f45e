package plugin

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/experimental/datasourcetest"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/query"
)

// freeAddress is an address that nobody listened on a moment ago.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return l.Addr().String()
}

// writeTree writes a store of one monitor as check scripts do.
func writeTree(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for path, content := range map[string]string{
		"storage/check_quota/monitor_item.yaml":  "direction: storage\nmonitor_item: check_quota\ndirection_admin: lin\nscript_execute_frequency: every 10 minutes\nscript_startup_host: stor01\n",
		"storage/check_quota/heartbeat/20260306": `{"time": "2026-03-06 11:00:00", "user": "root", "host": "stor01", "script": "/check/quota.py"}` + "\n",
		"storage/check_quota/log/20260306":       `{"time": "2026-03-06 11:00:01", "message_level": "Error", "message": "配额已满"}` + "\n",
	} {
		path = filepath.Join(root, path)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o750))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	}
	return root
}

// overGRPC starts the plugin as Grafana does and returns its client.
func overGRPC(t *testing.T) *datasourcetest.TestPluginClient {
	t.Helper()
	// The SDK registers its metrics anew with each server.
	was := prometheus.DefaultRegisterer
	t.Cleanup(func() { prometheus.DefaultRegisterer = was })
	prometheus.DefaultRegisterer = prometheus.NewRegistry()
	plugin, err := datasourcetest.Manage(NewDatasource, datasourcetest.ManageOpts{Address: freeAddress(t)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, plugin.Shutdown()) })
	return plugin.Client
}

func configuredOverGRPC(settings string, secrets map[string]string) backend.PluginContext {
	return backend.PluginContext{
		Namespace: "default", PluginID: ID,
		DataSourceInstanceSettings: &backend.DataSourceInstanceSettings{
			ID: 1, UID: "uid1", Updated: time.Now(), JSONData: []byte(settings), DecryptedSecureJSONData: secrets,
		},
	}
}

func TestPluginServesAStoreOverGRPC(t *testing.T) {
	root := writeTree(t)
	t.Setenv(allowedPathsVariable, filepath.Dir(root))
	client := overGRPC(t)
	pluginContext := configuredOverGRPC(fmt.Sprintf(`{"events": {"kind": "filetree", "path": %q}}`, root), nil)

	health, err := client.CheckHealth(t.Context(), &backend.CheckHealthRequest{PluginContext: pluginContext})
	require.NoError(t, err)
	require.Equal(t, backend.HealthStatusOk, health.Status, health.Message)

	lines := panel(query.TypeLogs, `{"levels": ["Error"]}`)
	status := panel(query.TypeHeartbeats, `{"format": "status"}`)
	unknown := panel("weather", `{}`)
	lines.RefID, status.RefID, unknown.RefID = "A", "B", "C"
	res, err := client.QueryData(t.Context(), &backend.QueryDataRequest{
		PluginContext: pluginContext, Headers: alerting, Queries: []backend.DataQuery{lines, status, unknown},
	})
	require.NoError(t, err)
	require.ErrorContains(t, res.Responses["A"].Error, `an alert rule cannot use logs in format "lines"`, "the header of alert rules arrives")
	require.NoError(t, res.Responses["B"].Error)
	require.Equal(t, []string{"3000"}, values(t, res.Responses["B"].Frames[0], "overdue"))
	require.ErrorContains(t, res.Responses["C"].Error, `unknown query type "weather"`)

	res, err = client.QueryData(t.Context(), &backend.QueryDataRequest{PluginContext: pluginContext, Queries: []backend.DataQuery{lines}})
	require.NoError(t, err)
	require.NoError(t, res.Responses["A"].Error)
	require.Equal(t, []string{"配额已满"}, values(t, res.Responses["A"].Frames[0], "body"))

	var choices []choice
	err = client.CallResource(t.Context(), &backend.CallResourceRequest{PluginContext: pluginContext, Method: http.MethodGet, Path: "monitors", URL: "monitors"},
		backend.CallResourceResponseSenderFunc(func(r *backend.CallResourceResponse) error { return json.Unmarshal(r.Body, &choices) }))
	require.NoError(t, err)
	require.Equal(t, []choice{{"check_quota", "check_quota"}}, choices)
}

func TestPluginServesServicesOverGRPC(t *testing.T) {
	app := &moody{}
	srv := httptest.NewServer(app)
	defer srv.Close()
	client := overGRPC(t)
	pluginContext := configuredOverGRPC(fmt.Sprintf(`{"services": [{"name": "one-api", "kind": "app", "url": %q}]}`, srv.URL), map[string]string{"services.one-api.token": "t"})

	health, err := client.CheckHealth(t.Context(), &backend.CheckHealthRequest{PluginContext: pluginContext})
	require.NoError(t, err)
	require.Equal(t, "services that answer: 1", health.Message)
	require.Equal(t, "Bearer t", app.auth.Load())

	goroutines := panel(query.TypeSignals, `{"signal": "goroutines", "format": "instant"}`)
	goroutines.TimeRange = backend.TimeRange{From: time.Now().Add(-time.Minute), To: time.Now()}
	res, err := client.QueryData(t.Context(), &backend.QueryDataRequest{PluginContext: pluginContext, Headers: alerting, Queries: []backend.DataQuery{goroutines}})
	require.NoError(t, err)
	require.NoError(t, res.Responses["A"].Error)
	require.Equal(t, []string{"1234"}, values(t, res.Responses["A"].Frames[0], "goroutines"))

	var offered []offer
	err = client.CallResource(t.Context(), &backend.CallResourceRequest{PluginContext: pluginContext, Method: http.MethodGet, Path: "signals", URL: "signals?service=one-api"},
		backend.CallResourceResponseSenderFunc(func(r *backend.CallResourceResponse) error { return json.Unmarshal(r.Body, &offered) }))
	require.NoError(t, err)
	require.Contains(t, offered[0].Unavailable, "the app serves no /api/monitor/stats")
}
