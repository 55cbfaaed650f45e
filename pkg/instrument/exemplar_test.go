package instrument

import (
	"context"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/stretchr/testify/require"
)

type traceKey struct{}

// traced is the id that a test put into the context.
func traced(ctx context.Context) string {
	id, _ := ctx.Value(traceKey{}).(string)
	return id
}

// serveTraced sends a request that takes so long and belongs to a trace.
func serveTraced(t *testing.T, m *Monitor, trace string, took time.Duration) {
	t.Helper()
	h := m.Wrap("GET /orders", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { time.Sleep(took) }))
	ctx := context.WithValue(t.Context(), traceKey{}, trace)
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodGet, "/orders", http.NoBody))
}

// scrape asks for the metrics in OpenMetrics' text format.
func scrape(t *testing.T, m *Monitor) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", http.NoBody)
	r.Header.Set("Accept", "application/openmetrics-text; version=1.0.0")
	w := httptest.NewRecorder()
	m.MetricsHandler().ServeHTTP(w, r)
	require.Equal(t, http.StatusOK, w.Code)
	return w
}

func exemplarLines(page string) (lines []string) {
	for line := range strings.Lines(page) {
		if strings.Contains(line, "trace_id") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

func TestBucketsCarryTheNewestTraceThatFellIntoThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMonitor(t, Config{TraceID: traced})
		serveTraced(t, m, "fast", time.Nanosecond)
		serveTraced(t, m, "older", 240*time.Millisecond)
		serveTraced(t, m, "newer", 230*time.Millisecond)
		serveTraced(t, m, "endless", time.Minute)
		serveTraced(t, m, "", 3*time.Second) // not sampled
		serveTraced(t, m, strings.Repeat("x", 121), 3*time.Second)
		serveTraced(t, m, "\xff", 3*time.Second)

		w := scrape(t, m)
		require.Contains(t, w.Header().Get("Content-Type"), "application/openmetrics-text")
		lines := exemplarLines(w.Body.String())
		require.Equal(t, []string{
			`heartline_request_duration_seconds_bucket{operation="GET /orders",le="0.0009765625"} 1 # {trace_id="fast"} 1e-09 9.466848e+08`,
			`heartline_request_duration_seconds_bucket{operation="GET /orders",le="0.25"} 3 # {trace_id="newer"} 0.23 9.4668480047e+08`,
			`heartline_request_duration_seconds_bucket{operation="GET /orders",le="+Inf"} 7 # {trace_id="endless"} 60.0 9.4668486047e+08`,
		}, lines)
	})
}

func TestRequestsWithATraceAreCountedLikeOthers(t *testing.T) {
	m := newMonitor(t, Config{TraceID: traced})
	serveTraced(t, m, "4bf92f3577b34da6a3ce929d0e0e4736", 0)
	m.Observe("GET /orders", 50*time.Second, nil)
	require.Equal(t, []string{"GET /orders 2/0"}, counted(t, m))
	page := scrape(t, m).Body.String()
	require.Contains(t, page, `heartline_request_duration_seconds_bucket{operation="GET /orders",le="+Inf"} 2`)
	require.Equal(t, 1, strings.Count(page, `le="+Inf"`))
}

func TestWithoutTracesThereIsNoExemplarAndTheTextFormatStays(t *testing.T) {
	m := newMonitor(t, Config{})
	serveTraced(t, m, "4bf92f3577b34da6a3ce929d0e0e4736", 0)
	w := scrape(t, m)
	require.Contains(t, w.Header().Get("Content-Type"), "text/plain")
	require.NotContains(t, w.Body.String(), "trace_id")
}

func TestExemplarsStandInTheBucketThatCountsThem(t *testing.T) {
	for _, took := range []time.Duration{1, time.Microsecond, 976 * time.Microsecond, time.Millisecond, 250 * time.Millisecond, 250*time.Millisecond + 1, time.Second, 32 * time.Second, 33 * time.Second, time.Hour} {
		slot := slotOf(int64(took))
		buckets := append(classicBuckets([]bin{{slot, 1}}), &dto.Bucket{UpperBound: new(math.Inf(1)), CumulativeCount: new(uint64(1))})
		holds := 0
		for buckets[holds].GetCumulativeCount() == 0 {
			holds++
		}
		require.Equal(t, holds, classicBucket(slot), took)
	}
}
