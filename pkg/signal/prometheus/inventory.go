package prometheus

import (
	"context"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"
	"golang.org/x/sync/errgroup"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

// inventory is what a Prometheus has of a service.
type inventory struct {
	names     map[string]bool
	labels    map[string][]string  // of each metric of requests that is there, by the candidate's name
	bounds    map[string][]float64 // of its buckets, the infinite one left out
	scrape    time.Duration        // how often the service is scraped
	instances int                  // targets of the service
	roles     map[target][]string  // what each process of a Milvus does

	mu      sync.Mutex
	partial v1.Warnings // of a Prometheus that told a part only
}

// warned keeps what Prometheus warns of: it may have more than it told.
func (v *inventory) warned(warnings v1.Warnings) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.partial = append(v.partial, warnings...)
}

// certain makes a Fault of a signal that a service seems not to give where Prometheus
// told a part only: there is no telling.
func (s *Source) certain(v *inventory, err error) error {
	if _, ok := errors.AsType[*signal.Unsupported](err); !ok || len(v.partial) == 0 {
		return err
	}
	return s.inPart(v)
}

func (s *Source) inPart(v *inventory) error {
	return signal.Faultf("%s answers in part only, see what it cannot reach: %.500s", where(s.api), v.partial[0])
}

// family is a metric that the service has.
type family struct {
	candidate

	// How a histogram is stored. One that has counts and no buckets knows
	// averages only.
	counts, buckets, native bool
	labels                  []string
}

// find gives the candidates that the service has, in order.
func (v *inventory) find(candidates []candidate) []family {
	var found []family
	for _, c := range candidates {
		f := family{candidate: c, labels: v.labels[c.name]}
		if c.kind == histogram {
			f.counts = v.names[c.name+"_count"] && v.names[c.name+"_sum"]
			f.buckets = f.counts && v.names[c.name+"_bucket"]
			// A summary has the bare name too, with a quantile on it.
			f.native = v.names[c.name] && !slices.Contains(f.labels, model.QuantileLabel)
		}
		if f.counts || f.native || c.kind != histogram && v.names[c.name] {
			found = append(found, f)
		}
	}
	return found
}

// take reads the inventory of a span of time.
func (s *Source) take(ctx context.Context, from, to time.Time) (*inventory, error) {
	v := &inventory{names: map[string]bool{}, labels: map[string][]string{}, bounds: map[string][]float64{}, scrape: DefaultScrapeInterval}
	found, err := s.values(ctx, v, model.MetricNameLabel, s.dialect.names(), from, to)
	if err != nil {
		return nil, err
	}
	for _, name := range found {
		v.names[string(name)] = true
	}
	described := v.find(s.dialect.described()) // their labels are not known yet
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(concurrency)
	if v.names[upMetric] {
		g.Go(func() error { return s.targets(ctx, v, to) })
	}
	for _, f := range described {
		g.Go(func() error {
			labels, bounds, err := s.describe(ctx, v, f, from, to)
			v.mu.Lock()
			defer v.mu.Unlock()
			v.labels[f.name], v.bounds[f.name] = labels, bounds
			return err
		})
	}
	g.Go(func() (err error) {
		v.roles, err = s.dialect.roles(ctx, s, v, from, to)
		return err
	})
	if err := g.Wait(); err != nil {
		return nil, err
	}
	s.dialect.complete(v)
	return v, nil
}

// addIdle adds the metrics that a service which uses our library has after its
// first request only, because they have labels. What has none is there from the
// start.
func (v *inventory) addIdle() {
	if !v.names[ourInFlight] || v.names[ourRequests] {
		return
	}
	v.names[ourRequests] = true
	v.labels[ourRequests] = []string{"operation", "status"}
	if !v.names[ourDuration] && !v.names[ourDuration+"_count"] {
		for _, suffix := range []string{"_bucket", "_sum", "_count"} {
			v.names[ourDuration+suffix] = true
		}
		v.labels[ourDuration] = []string{"operation"}
	}
}

// describe finds the labels of a metric, and the bounds of its buckets.
func (s *Source) describe(ctx context.Context, v *inventory, f family, from, to time.Time) (labels []string, bounds []float64, err error) {
	found, warnings, err := s.api.LabelNames(ctx, []string{s.metric("", named(f.names()))}, from, to)
	if err != nil {
		return nil, nil, classify(ctx, s.api, err)
	}
	v.warned(warnings)
	for _, name := range found {
		labels = append(labels, string(name))
	}
	if !f.buckets {
		return labels, nil, nil
	}
	les, err := s.values(ctx, v, model.BucketLabel, []string{f.name + "_bucket"}, from, to)
	if err != nil {
		return nil, nil, err
	}
	for _, le := range les {
		if bound, err := strconv.ParseFloat(string(le), 64); err == nil && !math.IsInf(bound, 1) {
			bounds = append(bounds, bound)
		}
	}
	slices.Sort(bounds)
	return labels, bounds, nil
}

// values lists those of a label in metrics of the service.
func (s *Source) values(ctx context.Context, v *inventory, label string, metrics []string, from, to time.Time) (model.LabelValues, error) {
	found, warnings, err := LabelValues(ctx, s.api, label, []string{s.metric("", named(metrics))}, from, to)
	v.warned(warnings)
	return found, err
}

// targets counts the service's targets and finds how often they are scraped: the
// usual distance of two samples of up, of the target that is scraped least often.
func (s *Source) targets(ctx context.Context, v *inventory, at time.Time) error {
	expr := s.metric(upMetric) + "[10m]" // twice the longest interval that Prometheus bridges
	value, _, err := Query(ctx, s.api, expr, at)
	if err != nil {
		return err
	}
	matrix, ok := value.(model.Matrix)
	if !ok {
		return unexpected(s.api, expr, value)
	}
	v.instances = len(matrix)
	usual := time.Duration(0)
	for _, series := range matrix {
		gaps := make([]time.Duration, 0, len(series.Values))
		for i := 1; i < len(series.Values); i++ {
			gaps = append(gaps, series.Values[i].Timestamp.Sub(series.Values[i-1].Timestamp))
		}
		if len(gaps) > 0 {
			slices.Sort(gaps)
			usual = max(usual, gaps[len(gaps)/2])
		}
	}
	if usual > 0 {
		v.scrape = max(usual.Round(time.Second), time.Second)
	}
	return nil
}

// search gives the first inventory in which a signal is found: what the service
// had in the range (widened to full hours, so that neighbouring ranges share it),
// else what it had in the day before or since. So a service that was down in all
// of the range still has its signals, without values. That there is nothing at
// all is a Fault.
func (s *Source) search(ctx context.Context, from, to time.Time, found func(*inventory) bool) (*inventory, error) {
	near, err := s.known(ctx, from.Truncate(time.Hour), to.Truncate(time.Hour).Add(time.Hour))
	if err != nil || found(near) {
		return near, err
	}
	return s.around(ctx, from)
}

// around is what the service had from the day before an instant until now.
func (s *Source) around(ctx context.Context, from time.Time) (*inventory, error) {
	v, err := s.known(ctx, from.Truncate(24*time.Hour).Add(-24*time.Hour), s.now().Truncate(time.Hour).Add(time.Hour))
	switch {
	case err != nil || len(v.names) > 0:
	case len(v.partial) > 0:
		err = s.inPart(v)
	default:
		err = signal.Faultf("%s knows nothing of the service that fits {%s}, now or in the day before: see that its target is scraped and that services[].selector fits its labels", where(s.api), s.selector)
	}
	return v, err
}

func list(candidates []candidate) string {
	names := make([]string, len(candidates))
	for i, c := range candidates {
		names[i] = c.name
	}
	return strings.Join(names, ", ")
}

func candidatesIn(found []family) []candidate {
	all := make([]candidate, len(found))
	for i, f := range found {
		all[i] = f.candidate
	}
	return all
}

func statusNames() string {
	names := make([]string, len(statusLabels))
	for i, l := range statusLabels {
		names[i] = l.name
	}
	return strings.Join(names, ", ")
}
