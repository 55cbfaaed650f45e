package plugin

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/query"
	"github.com/heartline-monitor/heartline/pkg/signal/prometheus/prometheustest"
)

func promQL(expr, format string) backend.DataQuery {
	return panel(query.TypePromQL, fmt.Sprintf(`{"expr": %q, "format": %q}`, expr, format))
}

func TestPromQLOfAMetricThatDoesNotExistSaysSo(t *testing.T) {
	const gone = `This Prometheus has no metric "gone": see that the name is right, also for the version of what exposes it, and that it is scraped.`
	for format, kind := range map[string]string{"series": "matrix", "instant": "vector", "table": "vector"} {
		t.Run(format, func(t *testing.T) {
			p := &fakePrometheus{kind: kind, result: `[]`, names: []string{"up"}}
			d := servingPrometheus(t, p)
			res := respond(t, d, promQL(`gone / up`, format), nil)
			require.NoError(t, res.Error)
			require.Equal(t, 0, res.Frames[0].Rows())
			require.Equal(t, []data.Notice{{Severity: data.NoticeSeverityInfo, Text: gone}}, res.Frames[0].Meta.Notices)

			res = respond(t, d, promQL(`up == 2`, format), nil)
			require.Empty(t, notices(res.Frames[0]), "it exists, and nothing fits")
		})
	}
}

func TestPromQLOfARuleOrWithAnAnswerLooksNothingUp(t *testing.T) {
	p := &fakePrometheus{kind: "vector", result: `[]`, names: []string{}}
	d := servingPrometheus(t, p)
	require.Empty(t, notices(respond(t, d, promQL("gone", "instant"), alerting).Frames[0]))
	p.result = `[{"metric": {}, "value": [1772798400, "1"]}]`
	require.Empty(t, notices(respond(t, d, promQL("gone or vector(1)", "instant"), nil).Frames[0]))
	require.Len(t, p.paths, 2)
}

func TestPromQLIsAnsweredWhereTheLookUpFails(t *testing.T) {
	d := servingPrometheus(t, &fakePrometheus{kind: "vector", result: `[]`}) // its list of names is none
	res := respond(t, d, promQL("gone", "instant"), nil)
	require.NoError(t, res.Error)
	require.Len(t, res.Frames, 1)
}

func TestPromQLSaysThatAnAnswerIsPartial(t *testing.T) {
	const partial = "receive series from Addr: 10.0.0.7:10901: connection refused"
	for format, kind := range map[string]string{"series": "matrix", "instant": "vector"} {
		d := servingPrometheus(t, &fakePrometheus{kind: kind, result: `[]`, warnings: []string{partial}, names: []string{"up"}})
		res := respond(t, d, promQL("up", format), nil)
		require.NoError(t, res.Error)
		require.Equal(t, []data.Notice{{Severity: data.NoticeSeverityWarning, Text: "Prometheus says: " + partial}}, res.Frames[0].Meta.Notices)
	}
}

func hang(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // until then nobody sees that the client is gone
	<-r.Context().Done()
}

func TestPromQLOverATroubledPrometheus(t *testing.T) {
	page := func(status int, kind, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(status)
			_, _ = fmt.Fprint(w, body)
		}
	}
	const js = "application/json"
	for name, tt := range map[string]struct {
		mood   http.HandlerFunc
		want   string
		status int
	}{
		"hangs":       {hang, "did not answer in time: see that it is up and not overloaded, or ask for a shorter range", 504},
		"starts":      {page(503, "text/plain", "Service Unavailable"), "fails (server error: 503): look at its log, or at that of the proxy before it", 502},
		"gives it up": {page(503, js, `{"status":"error","errorType":"timeout","error":"query timed out in expression evaluation"}`), "gave the query up, ask for a shorter range or raise its --query.timeout", 502},
		"is broken":   {page(500, js, `{"status":"error","errorType":"internal","error":"disk on fire"}`), "look at its log: disk on fire", 502},
		"bad PromQL":  {page(400, js, `{"status":"error","errorType":"bad_data","error":"parse error at char 5: unclosed left parenthesis"}`), "does not accept the query: parse error at char 5", 400},
		"too much":    {page(422, js, `{"status":"error","errorType":"execution","error":"query processing would load too many samples into memory"}`), "narrow it if it asks for too much", 400},
		"floods":      {page(200, js, `{"status":"success","data":`+strings.Repeat(" ", 33<<20)+`{}}`), "larger than 32 MiB: narrow the labels", 400},
		"login page":  {page(200, "text/html", "<html>login"), "not with JSON: metrics.url must be the base address of a Prometheus", 502},
	} {
		t.Run(name, func(t *testing.T) {
			srv := httptest.NewServer(tt.mood)
			defer srv.Close()
			patience := 30 // seconds
			if tt.status == http.StatusGatewayTimeout {
				patience = 1
			}
			d := openedWith(t, fmt.Sprintf(`{"timeout": %d, "metrics": {"url": %q}}`, patience, srv.URL), map[string]string{"metricsToken": "s3cret"}, row().open)
			for _, headers := range []map[string]string{nil, alerting} {
				res := respond(t, d, promQL("sum(up", "instant"), headers)
				require.ErrorContains(t, res.Error, tt.want)
				require.EqualValues(t, tt.status, res.Status)
				require.Equal(t, backend.ErrorSourceDownstream, res.ErrorSource)
				require.NotContains(t, res.Error.Error(), "s3cret")
			}
		})
	}
}

// scraped is a real Prometheus that has scraped 10,001 series of crowd, and one
// of queue_length.
func scraped(t *testing.T, flags ...string) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintln(&b, "queue_length{queue=\"a\"} 3")
	for i := range maxGroups + 1 {
		fmt.Fprintf(&b, "crowd{member=\"%d\"} 1\n", i)
	}
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		_, _ = fmt.Fprint(w, b.String())
	}))
	t.Cleanup(target.Close)
	config := "scrape_configs: [{job_name: crowd, scrape_interval: 1s, static_configs: [{targets: ['" + strings.TrimPrefix(target.URL, "http://") + "']}]}]\n"
	return prometheustest.Start(t, t.TempDir(), config, flags...)
}

func TestPromQLOverARealPrometheusInTrouble(t *testing.T) {
	address := scraped(t, "--query.max-samples=50000")
	waitForScrape(t, address)
	d := openedWith(t, fmt.Sprintf(`{"metrics": {"url": %q}}`, address), nil, row().open)
	now := func(expr, format string) backend.DataQuery {
		q := promQL(expr, format)
		q.TimeRange = backend.TimeRange{From: time.Now().Add(-time.Minute), To: time.Now()}
		return q
	}
	require.Equal(t, []string{"3"}, values(t, respond(t, d, now("queue_length", "table"), nil).Frames[0], "Value"))
	for name, tt := range map[string]struct{ expr, format, want string }{
		"bad PromQL":      {"sum(queue_length", "series", "does not accept the query"},
		"too many series": {"crowd", "instant", "answers with 10001 series and 10001 points: aggregate it, such as with sum by (job)"},
		"too many points": {"count_over_time(vector(1)[1d:1s])", "instant", "cannot evaluate the query, narrow it if it asks for too much: query processing would load too many samples"},
	} {
		t.Run(name, func(t *testing.T) {
			res := respond(t, d, now(tt.expr, tt.format), nil)
			require.ErrorContains(t, res.Error, tt.want)
			require.EqualValues(t, 400, res.Status)
		})
	}
	t.Run("unknown metric", func(t *testing.T) {
		res := respond(t, d, now("sum(queue_lenght) + sum(queue_length)", "series"), nil)
		require.NoError(t, res.Error)
		require.Contains(t, notices(res.Frames[0]), `This Prometheus has no metric "queue_lenght"`)
		require.NotContains(t, notices(res.Frames[0]), `"queue_length"`)
		require.Empty(t, notices(respond(t, d, now("queue_length > 3", "series"), nil).Frames[0]))
	})
	t.Run("label values", func(t *testing.T) {
		got, err := choose(t, d, "labelValues?label=queue&match=queue_length")
		require.NoError(t, err)
		require.Equal(t, []string{"a"}, got)
		got, err = choose(t, d, "labelValues?label=queue&match=crowd")
		require.NoError(t, err)
		require.Empty(t, got)
		_, err = choose(t, d, "labelValues?label=member&match=crowd")
		require.ErrorContains(t, err, "has 10001 values")
		_, err = choose(t, d, "labelValues?label=queue&match=queue_length%7B")
		require.ErrorContains(t, err, "does not accept the query")
	})
}

func TestPromQLOverARealPrometheusThatIsSlow(t *testing.T) {
	address := prometheustest.Start(t, t.TempDir(), "{}", "--query.timeout=1ms")
	d := openedWith(t, fmt.Sprintf(`{"metrics": {"url": %q}}`, address), nil, row().open)
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		res := respond(t, d, promQL("count_over_time(vector(1)[1h:10ms]) + count_over_time(vector(1)[1h:10ms])", "instant"), nil)
		assert.ErrorContains(c, res.Error, "gave the query up, ask for a shorter range or raise its --query.timeout")
		assert.EqualValues(c, 502, res.Status)
	}, time.Minute, 100*time.Millisecond, "once it has started")
}
