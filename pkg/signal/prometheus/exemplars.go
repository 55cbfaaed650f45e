package prometheus

import (
	"cmp"
	"context"
	"slices"

	v1 "github.com/prometheus/client_golang/api/prometheus/v1"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

// maxExemplars is how many an answer has: the slowest ones.
const maxExemplars = 100

// exemplars adds requests with their traces, where Prometheus keeps any. That it
// does not is no reason to fail: it is noted.
func (s *Source) exemplars(ctx context.Context, metrics []string, w signal.Windows, a *signal.Answer) {
	found, err := s.api.QueryExemplars(ctx, s.metric("", named(metrics)), w.Starts[0], w.End)
	if err != nil {
		a.Notes = append(a.Notes, "there are no exemplars: "+classify(ctx, s.api, err).Error())
		return
	}
	a.Exemplars = slowest(found)
}

// slowest picks the slowest exemplars, and gives them by time. Native and classic
// histograms of the same metric hold the same ones.
func slowest(found []v1.ExemplarQueryResult) []signal.Exemplar {
	var all []signal.Exemplar
	for _, series := range found {
		for _, e := range series.Exemplars {
			labels := make(map[string]string, len(e.Labels))
			for name, value := range e.Labels {
				labels[string(name)] = string(value)
			}
			all = append(all, signal.Exemplar{Time: e.Timestamp.Time().UTC(), Value: float64(e.Value), Labels: labels})
		}
	}
	slices.SortStableFunc(all, func(a, b signal.Exemplar) int { return cmp.Compare(b.Value, a.Value) })
	all = all[:min(len(all), maxExemplars)]
	slices.SortStableFunc(all, func(a, b signal.Exemplar) int { return a.Time.Compare(b.Time) })
	return all
}
