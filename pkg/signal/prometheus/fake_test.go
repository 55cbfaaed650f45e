package prometheus_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/signal"
	"github.com/heartline-monitor/heartline/pkg/signal/prometheus"
)

// fake is a Prometheus that has metrics with labels, and remembers what it was
// asked. It answers with what the test says, by default with nothing.
type fake struct {
	v1.API // what is not asked for here does not exist

	kind      signal.Kind         // of the service, signal.Go where it is empty
	metrics   map[string][]string // labels by metric
	series    []model.LabelSet    // of milvus_num_node
	bounds    []string            // of buckets
	instances int
	scrape    time.Duration
	matrix    func(expr string, r v1.Range) model.Matrix
	vector    func(expr string) model.Vector
	exemplars []v1.ExemplarQueryResult
	broken    bool // every value is a scalar

	noExemplars, noVersion bool
	warnings               v1.Warnings
	wait                   chan struct{} // where it is not nil, an inventory waits for it

	mu          sync.Mutex
	asked       []string
	ranges      []v1.Range
	inventories int
}

func (f *fake) matching(t []string) []string {
	matchers, err := parser.NewParser(parser.Options{}).ParseMetricSelector(t[0])
	if err != nil {
		panic(err)
	}
	var found []string
	for name := range f.metrics {
		if !slices.ContainsFunc(matchers, func(m *labels.Matcher) bool { return m.Name == model.MetricNameLabel && !m.Matches(name) }) {
			found = append(found, name)
		}
	}
	return found
}

func (f *fake) LabelValues(ctx context.Context, label string, matches []string, _, _ time.Time, _ ...v1.Option) (model.LabelValues, v1.Warnings, error) {
	var values model.LabelValues
	if label == model.BucketLabel {
		for _, bound := range f.bounds {
			values = append(values, model.LabelValue(bound))
		}
		return values, nil, nil
	}
	f.mu.Lock()
	f.inventories++
	f.mu.Unlock()
	if f.wait != nil {
		select {
		case <-f.wait:
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		}
	}
	for _, name := range f.matching(matches) {
		values = append(values, model.LabelValue(name))
	}
	return values, f.warnings, nil
}

func (f *fake) LabelNames(_ context.Context, matches []string, _, _ time.Time, _ ...v1.Option) (model.LabelNames, v1.Warnings, error) {
	var names model.LabelNames
	for _, metric := range f.matching(matches) {
		for _, label := range f.metrics[metric] {
			names = append(names, model.LabelName(label))
		}
	}
	return names, nil, nil
}

func (f *fake) Series(context.Context, []string, time.Time, time.Time, ...v1.Option) ([]model.LabelSet, v1.Warnings, error) {
	return f.series, nil, nil
}

func (f *fake) Query(_ context.Context, expr string, at time.Time, _ ...v1.Option) (model.Value, v1.Warnings, error) {
	if strings.HasPrefix(expr, "up{") && strings.HasSuffix(expr, "}[10m]") {
		var up model.Matrix
		for range max(f.instances, 1) {
			var values []model.SamplePair
			for i := range 5 {
				values = append(values, model.SamplePair{Timestamp: model.TimeFromUnixNano(at.Add(time.Duration(i-5) * f.scrape).UnixNano()), Value: 1})
			}
			up = append(up, &model.SampleStream{Values: values})
		}
		return up, nil, nil
	}
	f.remember(expr, v1.Range{Start: at, End: at})
	if f.broken {
		return &model.Scalar{}, nil, nil
	}
	if f.vector == nil {
		return model.Vector{}, f.warnings, nil
	}
	return f.vector(expr), f.warnings, nil
}

func (f *fake) QueryRange(_ context.Context, expr string, r v1.Range, _ ...v1.Option) (model.Value, v1.Warnings, error) {
	f.remember(expr, r)
	if f.broken {
		return &model.Scalar{}, nil, nil
	}
	if f.matrix == nil {
		return model.Matrix{}, f.warnings, nil
	}
	return f.matrix(expr, r), f.warnings, nil
}

func (f *fake) QueryExemplars(context.Context, string, time.Time, time.Time) ([]v1.ExemplarQueryResult, error) {
	if f.noExemplars {
		return nil, &v1.Error{Type: v1.ErrClient, Msg: "client error: 404"}
	}
	return f.exemplars, nil
}

func (f *fake) remember(expr string, r v1.Range) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked, f.ranges = append(f.asked, expr), append(f.ranges, r)
}

var noon = time.Date(2026, 3, 6, 12, 0, 0, 0, time.UTC)

// source reads the fake at noon.
func (f *fake) source(t testing.TB) *prometheus.Source {
	t.Helper()
	source, err := prometheus.New(prometheus.Config{API: f, Kind: f.kind, Selector: `job="shop"`, Now: func() time.Time { return noon }})
	require.NoError(t, err)
	return source
}

// shop is a service with our library, which a Prometheus scrapes every 15 seconds.
func shop() *fake {
	f := &fake{scrape: 15 * time.Second, bounds: []string{"0.1", "1", "10", "+Inf"}, metrics: map[string][]string{
		"heartline_requests_total": {"operation", "status"}, "heartline_requests_in_flight": nil,
		"go_gc_duration_seconds": {"quantile"},
	}}
	f.histogram("heartline_request_duration_seconds", "operation")
	f.process()
	return f
}

func (f *fake) histogram(name string, labels ...string) {
	f.metrics[name+"_bucket"] = append(slices.Clone(labels), model.BucketLabel)
	f.metrics[name+"_count"], f.metrics[name+"_sum"] = labels, labels
}

func (f *fake) process() {
	for _, name := range []string{"up", "go_goroutines", "go_memstats_alloc_bytes", "process_cpu_seconds_total", "go_gc_duration_seconds_count", "go_gc_duration_seconds_sum", "go_sched_gomaxprocs_threads"} {
		f.metrics[name] = nil
	}
}

// last are n windows of a length until noon.
func last(n int, length time.Duration) signal.Windows {
	w := signal.Windows{End: noon}
	for i := range n {
		w.Starts = append(w.Starts, noon.Add(time.Duration(i-n)*length))
	}
	return w
}
