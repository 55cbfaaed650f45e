package instrument

import (
	"fmt"
	"net/http"
	"runtime"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"
)

var (
	requestsDesc = prometheus.NewDesc("heartline_requests_total", "Requests that have ended.", []string{"operation", "status"}, nil)
	durationDesc = prometheus.NewDesc("heartline_request_duration_seconds", "How long requests took, failed ones included.", []string{"operation"}, nil)
	inFlightDesc = prometheus.NewDesc("heartline_requests_in_flight", "Requests that have begun and not ended.", nil, nil)
	rowsDesc     = prometheus.NewDesc("heartline_request_log_rows_total", "Rows written to the request log.", nil, nil)
	droppedDesc  = prometheus.NewDesc("heartline_request_log_dropped_total", "Rows that the request log had to drop.", nil, nil)
	routinesDesc = prometheus.NewDesc("oneapi_goroutines", "Goroutines that exist.", nil, nil)
	memoryDesc   = prometheus.NewDesc("oneapi_memory_mb", "Memory of the heap in use, in MiB.", nil, nil)
)

// The bounds of the classic histogram are bounds of bins, so that its counts are
// exact: from about 1 ms to 32 s, two for each doubling.
const (
	firstBound  = -10*binsPerDoubling - lowestIndex
	lastBound   = 5*binsPerDoubling - lowestIndex
	boundsApart = binsPerDoubling / 2
)

func (m *Monitor) register() error {
	m.registry = prometheus.NewRegistry()
	for _, c := range []prometheus.Collector{
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), collector{m},
	} {
		if err := m.registry.Register(c); err != nil {
			return err
		}
	}
	return nil
}

// MetricsHandler serves GET /metrics: what is in the Registry.
func (m *Monitor) MetricsHandler() http.Handler {
	return m.config.Auth.protect(promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		Registry: m.registry, EnableOpenMetrics: m.config.TraceID != nil, // only that text format has exemplars
	}))
}

// collector renders the counters of a Monitor for Prometheus; nothing is counted
// twice.
type collector struct{ *Monitor }

// Describe implements prometheus.Collector.
func (c collector) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{requestsDesc, durationDesc, inFlightDesc} {
		to <- d
	}
	if c.requestLog != nil {
		to <- rowsDesc
		to <- droppedDesc
	}
	if c.config.Legacy {
		to <- routinesDesc
		to <- memoryDesc
	}
}

// Collect implements prometheus.Collector.
func (c collector) Collect(to chan<- prometheus.Metric) {
	constant := func(d *prometheus.Desc, t prometheus.ValueType, v float64) {
		to <- prometheus.MustNewConstMetric(d, t, v)
	}
	for _, o := range c.byName() {
		o.collect(to)
	}
	constant(inFlightDesc, prometheus.GaugeValue, float64(c.inFlight()))
	if c.requestLog != nil {
		written, dropped := c.requestLog.Counts()
		constant(rowsDesc, prometheus.CounterValue, float64(written))
		constant(droppedDesc, prometheus.CounterValue, float64(dropped))
	}
	if c.config.Legacy {
		constant(routinesDesc, prometheus.GaugeValue, float64(runtime.NumGoroutine()))
		constant(memoryDesc, prometheus.GaugeValue, float64(c.used().alloc)/mebibyte)
	}
}

func (o *Operation) collect(to chan<- prometheus.Metric) {
	r := o.read()
	for status, n := range map[string]uint64{"success": r.requests - r.errors, "error": r.errors} {
		to <- prometheus.MustNewConstMetricWithCreatedTimestamp(requestsDesc, prometheus.CounterValue, float64(n), o.created, o.name, status)
	}
	h, err := newHistogram(r, o)
	if err != nil {
		h = prometheus.NewInvalidMetric(durationDesc, err)
	}
	to <- h
}

// histogram is a native and a classic histogram in one metric, which client_golang
// has no constant form of.
type histogram struct {
	prometheus.Metric // the native one
	classic           []*dto.Bucket
}

func newHistogram(r reading, o *Operation) (prometheus.Metric, error) {
	bins := make(map[int]int64, len(r.bins))
	for _, b := range r.bins {
		bins[b.index()] = int64(b.count) //nolint:gosec // counts of requests
	}
	native, err := prometheus.NewConstNativeHistogram(durationDesc, r.requests, seconds(r.sum), bins, nil, 0, schema,
		prometheus.DefNativeHistogramZeroThreshold, o.created, o.name)
	if err != nil {
		return nil, fmt.Errorf("operation %q: %w", o.name, err)
	}
	return histogram{Metric: native, classic: o.exemplars.attach(classicBuckets(r.bins), r.requests)}, nil
}

func classicBuckets(bins []bin) []*dto.Bucket {
	var (
		buckets []*dto.Bucket
		below   uint64
	)
	for slot := firstBound; slot <= lastBound; slot += boundsApart {
		for len(bins) > 0 && bins[0].slot <= slot {
			below += bins[0].count
			bins = bins[1:]
		}
		bound, count := upperSeconds(slot), below
		buckets = append(buckets, &dto.Bucket{UpperBound: &bound, CumulativeCount: &count})
	}
	return buckets
}

// Write implements prometheus.Metric.
func (h histogram) Write(to *dto.Metric) error {
	if err := h.Metric.Write(to); err != nil {
		return err
	}
	to.Histogram.Bucket = h.classic
	return nil
}
