package instrument

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/stretchr/testify/require"
)

func TestHealthIsThatOfExistingServicesToTheField(t *testing.T) {
	w := get(t, newMonitor(t, Config{}).Handler(), "/api/monitor/health")
	require.Equal(t, "application/json", w.Header().Get("Content-Type"))
	require.Regexp(t, regexp.MustCompile(`^\{"status":"ok","goroutines":[1-9]\d*,"memory":\{"alloc_mb":\d+,"total_alloc_mb":\d+,"sys_mb":[1-9]\d*,"num_gc":\d+\}\}\n$`), w.Body.String())
}

// withoutRuntime decodes an answer and takes out what differs from run to run.
func withoutRuntime(t *testing.T, body []byte) string {
	t.Helper()
	var answer map[string]any
	require.NoError(t, json.Unmarshal(body, &answer))
	runtime := answer["runtime"].(map[string]any)
	for _, key := range []string{"goroutines", "memory_alloc_bytes", "memory_sys_bytes", "memory_total_alloc_bytes", "gc_total", "gc_pause_seconds_total", "cpu_percent", "cpu_seconds_total"} {
		require.Contains(t, runtime, key)
	}
	require.Len(t, runtime, 8)
	delete(answer, "runtime")
	if history, ok := answer["history"].([]any); ok {
		for _, s := range history {
			for _, key := range []string{"goroutines", "memory", "cpu", "gc", "gc_pause"} {
				require.Contains(t, s, key)
				delete(s.(map[string]any), key)
			}
		}
	}
	text, err := json.Marshal(rounded(answer))
	require.NoError(t, err)
	return string(text)
}

// rounded cuts numbers to 12 digits: the last ones may depend on the processor.
func rounded(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key := range v {
			v[key] = rounded(v[key])
		}
	case []any:
		for i := range v {
			v[i] = rounded(v[i])
		}
	case float64:
		return json.Number(strconv.FormatFloat(v, 'g', 12, 64))
	}
	return v
}

func TestStatsAreAsDocumented(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMonitor(t, Config{RequestLog: &memoryLog{}})
		m.Operation("GET /idle")
		times(m, 3, "GET /orders", 500*time.Millisecond, nil)
		times(m, 1, "GET /orders", 250*time.Millisecond, errTest)
		time.Sleep(2 * time.Second)
		synctest.Wait() // the sampler wakes at this very instant, too

		const head = `"version":1,"window_seconds":60,"service":"test","start":"2000-01-01T00:00:00Z","now":"2000-01-01T00:00:02Z",
			"sketch":{"gamma":1.02189714865,"relative_error":0.0108300012534},"request_log":{"written":4,"dropped":3},`
		const figures = `"requests_total":4,"errors_total":1,"requests":4,"errors":1,"qps":2,"success_rate":75,"error_rate":25,
			"latency_seconds":{"avg":0.4375,"min":0.25,"max":0.5,"p50":0.494584999373,"p90":0.494584999373,"p95":0.494584999373,"p99":0.494584999373}`
		const none = `"requests_total":0,"errors_total":0,"requests":0,"errors":0,"qps":0,"in_flight":null,"success_rate":null,"error_rate":null,"latency_seconds":null`
		const body = head + `"total":{` + figures + `,"in_flight":0},
			"operations":[{"operation":"GET /idle",` + none + `},{"operation":"GET /orders",` + figures + `,"in_flight":null}]`
		const counted = `"requests":4,"errors":1,"sum":1.75,"min":0.25,"max":0.5,"bins":[[-64,1],[-32,3]]`

		for query, more := range map[string]string{
			"":                              ``,
			"?operations=1":                 ``,
			"?since=0":                      `,"history":[{"t":946684800,` + counted + `,"in_flight":0},{"t":946684801,"requests":0,"errors":0,"in_flight":0}]`,
			"?since=946684800&operations=0": `,"history":[{"t":946684801,"requests":0,"errors":0,"in_flight":0}]`,
			"?since=946684801":              `,"history":[]`,
			"?since=0&operations=1": `,"history":[{"t":946684800,` + counted + `,"in_flight":0,"operations":{"GET /orders":{` + counted + `}}},
				{"t":946684801,"requests":0,"errors":0,"in_flight":0}]`,
		} {
			w := get(t, m.Handler(), "/api/monitor/stats"+query)
			require.Equal(t, http.StatusOK, w.Code, query)
			require.JSONEq(t, "{"+body+more+"}", withoutRuntime(t, w.Body.Bytes()), query)
		}
		var alone map[string]any
		require.NoError(t, json.Unmarshal(get(t, m.Handler(), "/api/monitor/stats?since=946684800&figures=0").Body.Bytes(), &alone))
		require.Len(t, alone["history"], 1)
		require.Equal(t, "test", alone["service"])
		for _, key := range []string{"total", "operations", "runtime", "request_log"} {
			require.NotContains(t, alone, key)
		}
	})
}

func TestStatsOfAnAppWithoutARequestLogSaySo(t *testing.T) {
	require.Contains(t, get(t, newMonitor(t, Config{}).Handler(), "/api/monitor/stats").Body.String(), `"request_log":null`)
}

func TestWrongQuestionsAreRefusedWithTheRemedy(t *testing.T) {
	m := newMonitor(t, Config{})
	for query, want := range map[string]string{
		"since=":           `since="" is no time: use whole Unix seconds`,
		"since=yesterday":  `since="yesterday" is no time`,
		"since=-1":         `since="-1" is no time`,
		"since=1.5":        `since="1.5" is no time`,
		"operations=maybe": `operations="maybe" is unknown: use operations=1`,
		"figures=none":     `figures="none" is unknown`,
	} {
		w := get(t, m.Handler(), "/api/monitor/stats?"+query)
		require.Equal(t, http.StatusBadRequest, w.Code, query)
		require.Contains(t, w.Body.String(), want)
	}
}

func TestEndpointsAreOnlyRead(t *testing.T) {
	m := newMonitor(t, Config{})
	for _, path := range []string{"/api/monitor/health", "/api/monitor/stats", "/metrics"} {
		w := httptest.NewRecorder()
		m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, http.NoBody))
		require.Equal(t, http.StatusMethodNotAllowed, w.Code)
	}
}

func TestMetricsHaveOneHistogramThatIsClassicAndNative(t *testing.T) {
	m := newMonitor(t, Config{RequestLog: &memoryLog{}})
	times(m, 3, "GET /orders", 500*time.Millisecond, nil)
	times(m, 1, "GET /orders", 500*time.Millisecond+1, errTest)
	times(m, 1, "GET /orders", time.Minute, nil)
	call := m.Operation("work").Begin()
	defer call.End(nil)

	families, err := m.Registry().Gather()
	require.NoError(t, err)
	byName := map[string]*dto.MetricFamily{}
	for _, f := range families {
		byName[f.GetName()] = f
	}
	h := byName["heartline_request_duration_seconds"].GetMetric()[0].GetHistogram()
	require.Equal(t, uint64(5), h.GetSampleCount())
	require.InDelta(t, 62.000000001, h.GetSampleSum(), 1e-12)
	require.Equal(t, int32(5), h.GetSchema())
	require.Equal(t, []int64{3, -2, 0}, h.GetPositiveDelta(), "3 up to half a second, 1 above it, 1 of a minute")
	require.Equal(t, int32(-32), h.GetPositiveSpan()[0].GetOffset())
	require.Len(t, h.GetBucket(), 31)
	cumulative := map[float64]uint64{}
	for _, b := range h.GetBucket() {
		cumulative[b.GetUpperBound()] = b.GetCumulativeCount()
	}
	require.Equal(t, uint64(0), cumulative[0.25])
	require.Equal(t, uint64(3), cumulative[0.5])
	require.Equal(t, uint64(4), cumulative[1])
	require.Equal(t, uint64(4), cumulative[32])
	require.InDelta(t, 1.0/1024, h.GetBucket()[0].GetUpperBound(), 0)

	for _, line := range []string{
		`heartline_requests_total{operation="GET /orders",status="success"} 4`,
		`heartline_requests_total{operation="GET /orders",status="error"} 1`,
		`heartline_requests_in_flight 1`,
		`heartline_request_log_rows_total 5`,
		`heartline_request_log_dropped_total 3`,
		`heartline_request_duration_seconds_bucket{operation="GET /orders",le="+Inf"} 5`,
		`heartline_request_duration_seconds_count{operation="work"} 0`,
		"go_goroutines ", "process_cpu_seconds_total ",
	} {
		require.Contains(t, get(t, m.Handler(), "/metrics").Body.String(), "\n"+line)
	}
}

func TestScrapersThatUnderstandNativeHistogramsGetThem(t *testing.T) {
	m := newMonitor(t, Config{})
	m.Observe("work", time.Second, nil)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", http.NoBody)
	r.Header.Set("Accept", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited")
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, r)
	decoder := expfmt.NewDecoder(bytes.NewReader(w.Body.Bytes()), expfmt.ResponseFormat(w.Header()))
	for {
		var f dto.MetricFamily
		require.NoError(t, decoder.Decode(&f), "the histogram is among the families")
		if f.GetName() == "heartline_request_duration_seconds" {
			require.NotEmpty(t, f.GetMetric()[0].GetHistogram().GetPositiveSpan())
			require.NotEmpty(t, f.GetMetric()[0].GetHistogram().GetBucket())
			return
		}
	}
}

func TestLegacyNamesAreThereOnlyWhereTheyAreAskedFor(t *testing.T) {
	require.NotContains(t, get(t, newMonitor(t, Config{}).Handler(), "/metrics").Body.String(), "oneapi_")
	body := get(t, newMonitor(t, Config{Legacy: true}).Handler(), "/metrics").Body.String()
	for _, name := range []string{"oneapi_goroutines", "oneapi_memory_mb"} {
		require.True(t, strings.Contains(body, "\n"+name+" "), name)
	}
}
