package instrument

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/stretchr/testify/require"
)

// atGoroutines runs a benchmark at 1 and at 8 goroutines, whatever GOMAXPROCS is:
// work is called once in each and returns what is measured.
func atGoroutines(b *testing.B, work func() func(i int)) {
	for _, n := range []int{1, 8} {
		b.Run("goroutines="+strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			done := make(chan struct{}, n)
			each := (b.N + n - 1) / n
			b.ResetTimer()
			for range n {
				go func() {
					do := work()
					for i := range each {
						do(i)
					}
					done <- struct{}{}
				}()
			}
			for range n {
				<-done
			}
		})
	}
}

// spread is a latency that changes from request to request, from 1 to 33 ms.
func spread(i int) time.Duration { return time.Millisecond + time.Duration(i%1024)*31*time.Microsecond }

func BenchmarkObserve(b *testing.B) {
	m := newMonitor(b, Config{})
	o := m.Operation("GET /orders")
	atGoroutines(b, func() func(int) { return func(i int) { o.Observe(spread(i), nil) } })
}

func BenchmarkObserveByName(b *testing.B) {
	m := newMonitor(b, Config{})
	atGoroutines(b, func() func(int) { return func(i int) { m.Observe("GET /orders", spread(i), nil) } })
}

// Two readings of the clock are in this one.
func BenchmarkBeginEnd(b *testing.B) {
	m := newMonitor(b, Config{})
	o := m.Operation("GET /orders")
	atGoroutines(b, func() func(int) { return func(int) { o.Begin().End(nil) } })
}

func BenchmarkClock(b *testing.B) {
	m := newMonitor(b, Config{})
	atGoroutines(b, func() func(int) { return func(int) { _ = m.clock() } })
}

// 50 operations, 900 s of history and a long window must cost a request nothing.
func BenchmarkObserveLongWindow(b *testing.B) {
	m := newMonitor(b, Config{Window: historySeconds * time.Second})
	operations := make([]*Operation, 64)
	for i := range operations {
		operations[i] = m.Operation("operation " + strconv.Itoa(i))
	}
	atGoroutines(b, func() func(int) { return func(i int) { operations[i%64].Observe(spread(i), nil) } })
}

var nothing = http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})

// bare is a ResponseWriter without the cost of one.
type bare struct{ header http.Header }

func (w bare) Header() http.Header         { return w.header }
func (w bare) Write(p []byte) (int, error) { return len(p), nil }
func (w bare) WriteHeader(int)             {}

func BenchmarkHandlerBare(b *testing.B) { benchmarkHandler(b, nothing) }

func BenchmarkHandlerMiddleware(b *testing.B) {
	benchmarkHandler(b, newMonitor(b, Config{}).Middleware(nothing))
}

func BenchmarkHandlerWrap(b *testing.B) {
	benchmarkHandler(b, newMonitor(b, Config{}).Wrap("GET /orders", nothing))
}

// The same figures with client_golang's own: a histogram of durations and a counter
// by status.
func BenchmarkHandlerPromhttp(b *testing.B) {
	duration := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "duration_seconds", NativeHistogramBucketFactor: 1.1}, []string{"code"})
	counter := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "requests_total"}, []string{"code"})
	benchmarkHandler(b, promhttp.InstrumentHandlerDuration(duration, promhttp.InstrumentHandlerCounter(counter, nothing)))
}

func benchmarkHandler(b *testing.B, h http.Handler) {
	r := httptest.NewRequest(http.MethodGet, "/orders", http.NoBody)
	r.Pattern = "GET /orders"
	atGoroutines(b, func() func(int) {
		w := bare{header: http.Header{}}
		return func(int) { h.ServeHTTP(w, r) }
	})
}

// What client_golang's histogram alone costs for one observation.
func BenchmarkPrometheusHistogram(b *testing.B) {
	h := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "duration_seconds", NativeHistogramBucketFactor: 1.02})
	atGoroutines(b, func() func(int) { return func(i int) { h.Observe(spread(i).Seconds()) } })
}

func BenchmarkStats(b *testing.B) {
	m := newMonitor(b, Config{})
	for i := range 200 {
		for n := range 1000 {
			m.Observe("operation "+strconv.Itoa(i), spread(n), nil)
		}
	}
	m.tick(time.Now())
	r := httptest.NewRequest(http.MethodGet, "/api/monitor/stats", http.NoBody)
	b.ReportAllocs()
	for b.Loop() {
		w := httptest.NewRecorder()
		m.StatsHandler().ServeHTTP(w, r)
		require.Equal(b, http.StatusOK, w.Code)
		_, _ = io.Copy(io.Discard, w.Body)
	}
}
