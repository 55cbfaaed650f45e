package cluster

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/heartline-monitor/heartline/pkg/milvus"
	"github.com/heartline-monitor/heartline/pkg/signal/prometheus"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const selector = `job=~"milvus.*"`

var at = time.Date(2026, 3, 6, 12, 0, 0, 123_456_789, time.UTC) // no whole millisecond, as now never is

// TestFiguresAskForMetricsThatEveryReleaseHas holds the expressions against what
// Milvus exposes. "up" is Prometheus' own.
func TestFiguresAskForMetricsThatEveryReleaseHas(t *testing.T) {
	for _, version := range milvus.Versions {
		release, err := milvus.Load(version)
		require.NoError(t, err)
		for _, f := range figures() {
			parsed, err := parser.NewParser(parser.Options{}).ParseExpr(f.of(selector))
			require.NoError(t, err, f.name)
			parser.Inspect(parsed, func(node parser.Node, _ []parser.Node) error {
				if s, ok := node.(*parser.VectorSelector); ok && s.Name != "up" {
					require.True(t, release.Has(s.Name), "%s: Milvus %s has no %s", f.name, version, s.Name)
				}
				return nil
			})
		}
	}
}

// What is good is for the shipped rules to say: none of them counts what a client did wrong, or
// adds up the restarts of many processes.
func TestFiguresAreJudgedAsTheAlertsJudgeThem(t *testing.T) {
	for _, f := range figures() {
		require.NotRegexp(t, `fail_input|rejected_user`, f.expr, f.name)
		if strings.HasPrefix(f.name, "restarts") {
			require.Contains(t, f.expr, "max(changes(")
		}
		if f.name == "query p95" {
			require.Nil(t, f.good, "no rule judges it")
		}
	}
}

// fake answers range queries with the values of the first name that the query holds.
func fake(t *testing.T, versions []string, values map[string][]float64) v1.API {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		query := r.FormValue("query")
		if strings.HasSuffix(r.URL.Path, "/query") {
			var samples []string
			for _, v := range versions {
				samples = append(samples, fmt.Sprintf(`{"metric": {"version": %q}, "value": [0, "1"]}`, v))
			}
			_, _ = fmt.Fprintf(w, `{"status": "success", "data": {"resultType": "vector", "result": [%s]}}`, strings.Join(samples, ","))
			return
		}
		start, err := strconv.ParseFloat(r.FormValue("start"), 64)
		if err != nil {
			panic(err)
		}
		var points []string
		for name, all := range values {
			for i, v := range all {
				if strings.Contains(query, name) {
					points = append(points, fmt.Sprintf(`[%f, "%g"]`, start+float64((points0-len(all)+i)*75), v))
				}
			}
		}
		result := ""
		if points != nil {
			result = `{"metric": {}, "values": [` + strings.Join(points, ",") + `]}`
		}
		_, _ = fmt.Fprintf(w, `{"status": "success", "data": {"resultType": "matrix", "result": [%s]}}`, result)
	}))
	transport := &http.Transport{}
	t.Cleanup(func() { transport.CloseIdleConnections(); server.Close() })
	api, err := prometheus.NewAPI(server.URL, &http.Client{Transport: transport})
	require.NoError(t, err)
	return api
}

// points0 is how many instants an hour of the past has.
const points0 = points + 1

func rising(from, step float64) []float64 {
	all := make([]float64, points0)
	for i := range all {
		all[i] = from + float64(i)*step
	}
	return all
}

func TestReadJudgesTheNewestValueAgainstTheOldest(t *testing.T) {
	api := fake(t, []string{"2.6.8"}, map[string][]float64{
		"milvus_num_node": rising(5, 0), "process_resident_memory_bytes": rising(1<<30, (1<<30)/points),
		"quota_states": rising(0, 1), "milvus_proxy_insert_vectors_count": {12.5},
	})
	v, err := Read(t.Context(), api, selector, at, time.Hour)
	require.NoError(t, err)
	require.False(t, v.Well())
	byName := map[string]Figure{}
	for _, f := range v.Figures {
		byName[f.Name] = f
	}
	require.Equal(t, 5.0, *byName["nodes"].Value)
	require.Zero(t, *byName["nodes"].Change)
	require.Nil(t, byName["nodes"].Good, "no number of nodes is good or bad")
	require.InDelta(t, 1.0, *byName["memory"].Change, 0.05, "it doubled")
	require.False(t, *byName["writes or reads denied"].Good)
	require.Nil(t, byName["writes or reads denied"].Change, "it was none at first")
	require.Nil(t, byName["vectors inserted"].Change, "nothing is known of the beginning")
	require.Nil(t, byName["search p95"].Value)

	var text bytes.Buffer
	require.NoError(t, v.Write(&text, false))
	require.Contains(t, text.String(), "Milvus 2.6.8 at ")
	require.Regexp(t, `(?m)^  memory +2GiB +▅.*█ +\+100 %$`, text.String())
	require.Regexp(t, `(?m)^  writes or reads denied +48 .*not good$`, text.String())
	require.Regexp(t, `(?m)^  search p95 +-$`, text.String())
	text.Reset()
	require.NoError(t, v.Write(&text, true))
	require.True(t, json.Valid(text.Bytes()))
}

func TestAPrometheusThatKnowsNoMilvusIsAnError(t *testing.T) {
	_, err := Read(t.Context(), fake(t, nil, nil), selector, at, time.Hour)
	require.ErrorContains(t, err, "--selector")
}

func TestSelectorRefusesWhatIsNoListOfMatchers(t *testing.T) {
	written, err := Selector(`job="a}",x!="b"`)
	require.NoError(t, err)
	require.Equal(t, `job="a}", x!="b"`, written)
	for _, bad := range []string{"job", `job="a"} or {x="1"`, `job=~"("`} {
		_, err := Selector(bad)
		require.ErrorContains(t, err, "label matchers", bad)
	}
}

func TestNumbersAreWrittenForPeople(t *testing.T) {
	for want, f := range map[string]Figure{
		"1,234,567": {unit: plain, Value: new(1234567.0)}, "0.50/s": {unit: perSecond, Value: new(0.5)}, "1,235 ms": {unit: inMilliseconds, Value: new(1234.6)},
		"1h": {unit: inSeconds, Value: new(3600.0)}, "1m30s": {unit: inSeconds, Value: new(90.0)}, "2h5m": {unit: inSeconds, Value: new(7500.0)}, "12.3 %": {unit: inPercent, Value: new(12.34)}, "-": {},
	} {
		require.Equal(t, want, f.text())
	}
}
