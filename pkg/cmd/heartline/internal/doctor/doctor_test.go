package doctor

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/heartline-monitor/heartline/pkg/signal/prometheus"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve answers paths with texts, and everything else with 404.
func serve(t *testing.T, answers map[string]string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, known := answers[r.URL.Path]
		if !known {
			http.NotFound(w, r)
			return
		}
		if body == "500" {
			w.WriteHeader(http.StatusInternalServerError)
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(func() { server.Close(); client.CloseIdleConnections() })
	return server.URL
}

func api(t *testing.T, answers map[string]string) v1.API {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	a, err := prometheus.NewAPI(serve(t, answers), &http.Client{Transport: transport})
	require.NoError(t, err)
	return a
}

// every finding that is not well must say what to do.
func states(t *testing.T, found []Finding) map[string]Status {
	t.Helper()
	all := map[string]Status{}
	for _, f := range found {
		require.Equal(t, f.Status == Warning || f.Status == Error, f.Remedy != "", "%+v", f)
		require.NotEmpty(t, f.What, "%+v", f)
		all[f.Part] = f.Status
	}
	return all
}

const targets = `{"status": "success", "data": {"activeTargets": [
	{"labels": {"job": "milvus", "instance": "a:9091"}, "health": "up", "scrapeUrl": "http://a:9091/metrics"},
	{"labels": {"job": "milvus", "instance": "b:9091"}, "health": "down", "lastError": "connection refused", "scrapeUrl": "http://b:9091/metrics"},
	{"labels": {"job": "shop", "instance": "c:80"}, "health": "unknown", "scrapeUrl": "http://c/metrics"}], "droppedTargets": []}}`

func TestTargetsThatAreDownAreErrorsWithTheirReason(t *testing.T) {
	found := Targets(api(t, map[string]string{"/api/v1/targets": targets}))(t.Context())
	require.Equal(t, map[string]Status{"prometheus": OK, "target milvus b:9091": Error, "target shop c:80": Warning}, states(t, found))
	require.Equal(t, "connection refused", found[1].What)

	found = Targets(api(t, map[string]string{"/api/v1/targets": `{"status": "success", "data": {"activeTargets": [], "droppedTargets": []}}`}))(t.Context())
	require.Equal(t, map[string]Status{"prometheus": Warning}, states(t, found))
	found = Targets(api(t, nil))(t.Context())
	require.Equal(t, map[string]Status{"prometheus": Error}, states(t, found))
}

func TestMetricsThatDashboardsNeedAreLookedForByVersion(t *testing.T) {
	needed := map[string][]string{}
	require.NoError(t, Needed(needed, "milvus", map[string]any{"panels": []any{
		map[string]any{"targets": []any{
			map[string]any{"expr": `sum(rate(milvus_proxy_req_count{job=~"$job", instance=~"${instance:regex}"}[$__rate_interval]))`},
			map[string]any{"expr": "milvus_wal_scanner_pause_consumption or milvus_rootcoord_proxy_num"},
		}},
	}}))
	require.Equal(t, map[string][]string{
		"milvus_proxy_req_count": {"milvus"}, "milvus_wal_scanner_pause_consumption": {"milvus"}, "milvus_rootcoord_proxy_num": {"milvus"},
	}, needed)
	values := func(v ...string) string {
		body, err := json.Marshal(map[string]any{"status": "success", "data": v})
		require.NoError(t, err)
		return string(body)
	}
	for version, want := range map[string]map[string]Status{
		"v2.6.8": {"metrics": OK, "dashboard milvus": Warning}, // two are missing
		"2.5.14": {"metrics": OK, "dashboard milvus": Warning}, // one is, the other is of a newer version
	} {
		a := api(t, map[string]string{"/api/v1/label/__name__/values": values("milvus_proxy_req_count"), "/api/v1/label/version/values": values(version)})
		found := Metrics(a, needed)(t.Context())
		require.Equal(t, want, states(t, found))
		require.Equal(t, version == "v2.6.8", bytes.Contains([]byte(found[1].What), []byte("scanner_pause")), found[1].What)
	}
	none := api(t, map[string]string{"/api/v1/label/__name__/values": values("up"), "/api/v1/label/version/values": values()})
	require.Equal(t, map[string]Status{"metrics": Warning}, states(t, Metrics(none, needed)(t.Context())), "without a Milvus one finding says so")
}

func TestAnExpressionThatCannotBeReadIsNamed(t *testing.T) {
	err := Needed(map[string][]string{}, "board", map[string]any{"expr": "sum("})
	require.ErrorContains(t, err, `dashboard board`)
	require.ErrorContains(t, err, `"sum("`)
}

func TestMilvusIsAskedForItsHealthAndItsClientsPort(t *testing.T) {
	well := serve(t, map[string]string{"/healthz": "OK"})
	check, err := Milvus(well)
	require.NoError(t, err)
	found := check(t.Context())
	require.Equal(t, OK, states(t, found)["milvus health"])
	check, err = Milvus(well[len("http://"):])
	require.NoError(t, err)
	require.Equal(t, OK, states(t, check(t.Context()))["milvus clients"], "the port that is named is asked")

	check, err = Milvus(serve(t, map[string]string{"/healthz": "500"}))
	require.NoError(t, err)
	require.Equal(t, Error, states(t, check(t.Context()))["milvus health"])
	check, err = Milvus(serve(t, map[string]string{"/healthz": "<html>Log in</html>"}))
	require.NoError(t, err)
	require.Equal(t, Error, states(t, check(t.Context()))["milvus health"], "a login page is no Milvus")
	_, err = Milvus("http://")
	require.ErrorContains(t, err, "no URL")
}

func TestGrafanaIsAskedForThePluginAndItsDataSources(t *testing.T) {
	answers := map[string]string{
		"/api/health":                   `{}`,
		"/api/plugins/p/settings":       `{"enabled": true, "info": {"version": "1.2.3"}}`,
		"/api/datasources":              `[{"name": "Heartline", "uid": "h", "type": "p"}, {"name": "other", "uid": "o", "type": "q"}, {"name": "Broken", "uid": "b", "type": "p"}]`,
		"/api/datasources/uid/h/health": `{"status": "OK", "message": "5 monitors"}`,
		"/api/datasources/uid/b/health": `{"status": "ERROR", "message": "no such folder"}`,
	}
	ask := func() []Finding { return Grafana{URL: serve(t, answers) + "/", Plugin: "p"}.Check(t.Context()) }
	require.Equal(t, map[string]Status{"grafana plugin": OK, "grafana data source Heartline": OK, "grafana data source Broken": Error}, states(t, ask()))
	delete(answers, "/api/plugins/p/settings")
	found := ask()
	require.Equal(t, map[string]Status{"grafana plugin": Error}, states(t, found))
	require.Contains(t, found[0].Remedy, "allow_loading_unsigned_plugins")
	delete(answers, "/api/health")
	require.Equal(t, map[string]Status{"grafana": Error}, states(t, ask()))
}

func TestFindingsArePrintedWithTheirRemediesAndAsJSON(t *testing.T) {
	found, err := Examine(t.Context(), []Check{
		func(context.Context) []Finding { return []Finding{{Part: "a", Status: OK, What: "well"}} },
		func(context.Context) []Finding {
			return []Finding{{Part: "b", Status: Error, What: "ill", Remedy: "rest"}}
		},
	})
	require.NoError(t, err)
	require.True(t, Sick(found))
	var text bytes.Buffer
	require.NoError(t, Write(&text, found, false))
	require.Equal(t, "STATUS  PART  FOUND\nok      a     well\nerror   b     ill\n\nWhat to do\n  b: rest\n", text.String())
	text.Reset()
	require.NoError(t, Write(&text, found, true))
	require.JSONEq(t, `{"healthy": false, "findings": [{"part": "a", "status": "ok", "what": "well"}, {"part": "b", "status": "error", "what": "ill", "remedy": "rest"}]}`, text.String())
}
