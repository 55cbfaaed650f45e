package plugin

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/query"
)

// fakePrometheus answers every question with the same result.
type fakePrometheus struct {
	mu       sync.Mutex
	kind     string // of the result
	result   string // JSON
	warnings []string
	status   int
	body     string   // instead of a result
	names    []string // of the metrics it has
	asked    []url.Values
	paths    []string
	auth     string
}

func (p *fakePrometheus) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = r.ParseForm()
	p.asked, p.paths, p.auth = append(p.asked, r.Form), append(p.paths, r.URL.Path), r.Header.Get("Authorization")
	w.Header().Set("Content-Type", "application/json")
	if p.status != 0 {
		w.WriteHeader(p.status)
	}
	if p.body != "" {
		_, _ = fmt.Fprint(w, p.body)
		return
	}
	if strings.HasPrefix(r.URL.Path, "/api/v1/label/") {
		_ = json.NewEncoder(w).Encode(map[string]any{"status": "success", "data": p.names})
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{
		"status": "success", "warnings": p.warnings,
		"data": map[string]any{"resultType": p.kind, "result": json.RawMessage(p.result)},
	})
}

func (p *fakePrometheus) last() url.Values {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked[len(p.asked)-1]
}

// servingPrometheus makes an instance over it.
func servingPrometheus(t *testing.T, p *fakePrometheus) *Datasource {
	t.Helper()
	srv := httptest.NewServer(p)
	t.Cleanup(srv.Close)
	return openedWith(t, fmt.Sprintf(`{"metrics": {"url": %q}}`, srv.URL), map[string]string{"metricsToken": "s3cret"}, row().open)
}

const twoSeries = `[
	{"metric": {"__name__": "up", "job": "orders"}, "values": [[1772755200, "1"], [1772758800, "NaN"], [1772762400, "+Inf"]]},
	{"metric": {"job": "basket"}, "values": [[1772755200, "0.5"]]}
]`

func TestPromQLSeries(t *testing.T) {
	p := &fakePrometheus{kind: "matrix", result: twoSeries, warnings: []string{"metric might not be a counter"}}
	frames := ask1(t, servingPrometheus(t, p), query.TypePromQL, `{"expr": "rate(x[$__rate_interval]) * $__interval_ms", "interval": "30s"}`)
	require.Equal(t, "Bearer s3cret", p.auth)
	require.Equal(t, "rate(x[2m]) * 30000", p.last().Get("query"))
	require.Equal(t, "30", p.last().Get("step"))
	require.Len(t, frames, 2)
	f := frames[0]
	require.Equal(t, data.FrameTypeTimeSeriesMulti, f.Meta.Type)
	require.Equal(t, "up", f.Fields[1].Name)
	require.Equal(t, data.Labels{"__name__": "up", "job": "orders"}, f.Fields[1].Labels)
	require.Equal(t, `up{job="orders"}`, f.Fields[1].Config.DisplayNameFromDS)
	require.Equal(t, []string{"1", "<nil>", "+Inf"}, values(t, f, "up"))
	require.Equal(t, "Value", frames[1].Fields[1].Name)
	require.Equal(t, "rate(x[2m]) * 30000\nstep 30s", f.Meta.ExecutedQueryString)
	require.Equal(t, "Prometheus says: metric might not be a counter\n", notices(f))
}

func TestPromQLLegend(t *testing.T) {
	p := &fakePrometheus{kind: "matrix", result: twoSeries}
	d := servingPrometheus(t, p)
	frames := ask1(t, d, query.TypePromQL, `{"expr": "up", "legend": "{{ job }} of {{nothing}}!"}`)
	require.Equal(t, "orders of !", frames[0].Fields[1].Config.DisplayNameFromDS)
	p.result = `[{"metric": {}, "values": [[1772755200, "1"]]}]`
	frames = ask1(t, d, query.TypePromQL, `{"expr": "sum(up)"}`)
	require.Equal(t, "sum(up)", frames[0].Fields[1].Config.DisplayNameFromDS)
}

func TestPromQLInstantAndTable(t *testing.T) {
	p := &fakePrometheus{kind: "vector", result: `[
		{"metric": {"job": "orders", "instance": "a"}, "value": [1772798400, "3"]},
		{"metric": {"job": "basket"}, "value": [1772798400, "NaN"]},
		{"metric": {"job": "native"}, "histogram": [1772798400, {"count": "1", "sum": "1", "buckets": []}]}
	]`}
	d := servingPrometheus(t, p)
	frames := ask1(t, d, query.TypePromQL, `{"expr": "up", "format": "instant"}`)
	require.Equal(t, fmt.Sprint(noon.Unix()), strings.TrimSuffix(p.last().Get("time"), ".000"))
	require.Len(t, frames, 2)
	require.Equal(t, data.FrameTypeNumericMulti, frames[0].Meta.Type)
	require.Equal(t, []string{"3"}, values(t, frames[0], "Value"))
	require.True(t, frames[1].Fields[0].NilAt(0))
	require.Contains(t, notices(frames[0]), "1 native histograms are not shown")

	f := ask1(t, d, query.TypePromQL, `{"expr": "up", "format": "table"}`)[0]
	require.Equal(t, data.FrameTypeTable, f.Meta.Type)
	require.Equal(t, []string{"a", ""}, values(t, f, "instance"))
	require.Equal(t, []string{"orders", "basket"}, values(t, f, "job"))
	require.Equal(t, []string{"3", "<nil>"}, values(t, f, "Value"))

	p.kind, p.result = "scalar", `[1772798400, "42"]`
	require.Equal(t, []string{"42"}, values(t, ask1(t, d, query.TypePromQL, `{"expr": "42", "format": "instant"}`)[0], "Value"))
}

func TestNaNIsANumberToAnAlertRule(t *testing.T) {
	d := servingPrometheus(t, &fakePrometheus{kind: "vector", result: `[{"metric": {"job": "idle"}, "value": [1772798400, "NaN"]}]`})
	res := respond(t, d, panel(query.TypePromQL, `{"expr": "failed / all", "format": "instant"}`), alerting)
	require.NoError(t, res.Error)
	require.False(t, res.Frames[0].Fields[0].NilAt(0), "a null is no data, which nodata: Alerting makes an alert of")
	require.Equal(t, []string{"NaN"}, values(t, res.Frames[0], "Value"))
}

func TestPromQLWithoutAnswerIsNoData(t *testing.T) {
	for format, kind := range map[string]string{"series": "matrix", "instant": "vector"} {
		d := servingPrometheus(t, &fakePrometheus{kind: kind, result: `[]`})
		res := respond(t, d, panel(query.TypePromQL, fmt.Sprintf(`{"expr": "nothing", "format": %q}`, format)), alerting)
		require.NoError(t, res.Error)
		require.Len(t, res.Frames, 1)
		require.Empty(t, res.Frames[0].Fields)
	}
}

func TestPromQLErrorsAreClassified(t *testing.T) {
	tests := []struct {
		name, kind, result, body, format string
		status                           int
		want                             string
		wanted                           int
	}{
		{"bad expression", "", "", `{"status": "error", "errorType": "bad_data", "error": "parse error at char 3"}`, "series", 400, "does not accept the query: parse error at char 3", 400},
		{"too much", "", "", `{"status": "error", "errorType": "execution", "error": "too many samples"}`, "series", 422, "too many samples", 400},
		{"a range", "matrix", `[]`, "", "instant", 0, "put rate(), increase() or another function around it", 400},
		{"broken", "", "", `{"oops`, "series", 500, "fails", 502},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := servingPrometheus(t, &fakePrometheus{kind: tt.kind, result: tt.result, body: tt.body, status: tt.status})
			res := respond(t, d, panel(query.TypePromQL, fmt.Sprintf(`{"expr": "x", "format": %q}`, tt.format)), nil)
			require.ErrorContains(t, res.Error, tt.want)
			require.EqualValues(t, tt.wanted, res.Status)
			require.Equal(t, backend.ErrorSourceDownstream, res.ErrorSource)
			require.NotContains(t, res.Error.Error(), "s3cret")
		})
	}
}

func TestTextIsNoNumber(t *testing.T) {
	_, _, err := numbers(&model.String{Value: "text"})
	require.ErrorContains(t, err, "answers with a string: it must give numbers")
}

func TestPrometheusThatIsGoneIsAFault(t *testing.T) {
	d := servingSources(t, row())
	res := respond(t, d, panel(query.TypePromQL, `{"expr": "up"}`), nil)
	require.ErrorContains(t, res.Error, "Prometheus at 127.0.0.1:1 cannot be reached")
	require.EqualValues(t, 502, res.Status)
}

func TestPromQLNeedsAPrometheus(t *testing.T) {
	res := respond(t, configured(t, `{}`, town()), panel(query.TypePromQL, `{"expr": "up"}`), nil)
	require.ErrorContains(t, res.Error, "no Prometheus is configured: set metrics.url")
	require.EqualValues(t, 400, res.Status)
}

func TestLenientPromQLIsNoDataWithoutAPrometheus(t *testing.T) {
	d := configured(t, `{}`, town())
	for _, tt := range []struct {
		format  query.Format
		headers map[string]string
		kind    data.FrameType
		fields  int // none is how alert rules read that there is no data
	}{
		{query.FormatSeries, nil, data.FrameTypeTimeSeriesMulti, 0},
		{query.FormatSeries, alerting, data.FrameTypeTimeSeriesMulti, 0},
		{query.FormatInstant, nil, data.FrameTypeNumericMulti, 0},
		{query.FormatInstant, alerting, data.FrameTypeNumericMulti, 0},
		{query.FormatTable, nil, data.FrameTypeTable, 2},
	} {
		t.Run(fmt.Sprintf("%s %v", tt.format, tt.headers), func(t *testing.T) {
			res := respond(t, d, panel(query.TypePromQL, fmt.Sprintf(`{"expr": "up", "lenient": true, "format": %q}`, tt.format)), tt.headers)
			require.NoError(t, res.Error)
			require.Len(t, res.Frames, 1)
			f := res.Frames[0]
			require.Equal(t, []any{tt.kind, tt.fields, 0}, []any{f.Meta.Type, len(f.Fields), f.Rows()})
			require.Equal(t, "no Prometheus is configured: set metrics.url in the data source's settings\n", notices(f))
			require.Equal(t, "up", f.Meta.ExecutedQueryString)
		})
	}
}

func TestLenientPromQLFailsWhereThePrometheusDoes(t *testing.T) {
	res := respond(t, servingSources(t, row()), panel(query.TypePromQL, `{"expr": "up", "lenient": true}`), nil)
	require.ErrorContains(t, res.Error, "cannot be reached")
}

func TestTooManyLabelSetsAreRefused(t *testing.T) {
	var b strings.Builder
	for i := range maxGroups + 1 {
		fmt.Fprintf(&b, `,{"metric": {"i": "%d"}, "value": [1772798400, "1"]}`, i)
	}
	d := servingPrometheus(t, &fakePrometheus{kind: "vector", result: "[" + b.String()[1:] + "]"})
	res := respond(t, d, panel(query.TypePromQL, `{"expr": "x", "format": "instant"}`), nil)
	require.ErrorContains(t, res.Error, "answers with 10001 series and 10001 points: aggregate it")
	require.EqualValues(t, 400, res.Status)
}

func TestPromQLStepFollowsGrafanasOwnDataSource(t *testing.T) {
	const day = 24 * time.Hour
	tests := []struct {
		name          string
		length, least time.Duration
		points        int64
		want          time.Duration
	}{
		{"a scrape at least", time.Hour, 0, 1000, 15 * time.Second},
		{"an interval at least", time.Hour, time.Minute, 1000, time.Minute},
		{"a short interval", time.Hour, 5 * time.Second, 1000, 5 * time.Second},
		{"of the panel", 7 * day, 0, 1000, 10 * time.Minute},
		{"of nobody", day, 0, 0, time.Minute},
		{"of an alert rule", 30 * day, 0, 43_200, 5 * time.Minute},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := ask[*query.PromQL]{panel: backend.DataQuery{MaxDataPoints: tt.points, TimeRange: backend.TimeRange{From: noon.Add(-tt.length), To: noon}}}
			require.Equal(t, tt.want, promStep(a, tt.least))
		})
	}
}
