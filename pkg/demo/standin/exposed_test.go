package standin_test

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/demo/standin"
)

// exposed is what all processes expose: by process and family.
type exposed map[string]map[string]*dto.MetricFamily

func gather(t *testing.T, w *standin.World) exposed {
	t.Helper()
	all := exposed{}
	for _, p := range w.Processes() {
		registry := prometheus.NewRegistry()
		require.NoError(t, registry.Register(p))
		families, err := registry.Gather()
		require.NoError(t, err)
		all[p.Name()] = map[string]*dto.MetricFamily{}
		for _, f := range families {
			all[p.Name()][f.GetName()] = f
		}
	}
	return all
}

// series are those of a family that have some labels, of all processes.
func (e exposed) series(name string, labels map[string]string) []*dto.Metric {
	var all []*dto.Metric
	for _, process := range slices.Sorted(maps.Keys(e)) {
		family, ok := e[process][name]
		if !ok {
			continue
		}
		for _, m := range family.Metric {
			if has := labelsOf(m); subset(labels, has) {
				all = append(all, m)
			}
		}
	}
	return all
}

func labelsOf(m *dto.Metric) map[string]string {
	all := make(map[string]string, len(m.Label))
	for _, l := range m.Label {
		all[l.GetName()] = l.GetValue()
	}
	return all
}

func subset(some, all map[string]string) bool {
	for k, v := range some {
		if all[k] != v {
			return false
		}
	}
	return true
}

// sum adds up gauges and counters; of histograms, the observations.
func (e exposed) sum(name string, labels map[string]string) (n float64) {
	for _, m := range e.series(name, labels) {
		n += m.GetGauge().GetValue() + m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
	}
	return n
}

// most and least are the ends of what gauges have.
func (e exposed) most(name string) float64 {
	n := math.Inf(-1)
	for _, m := range e.series(name, nil) {
		n = max(n, m.GetGauge().GetValue())
	}
	return n
}

func (e exposed) least(name string) float64 {
	n := math.Inf(1)
	for _, m := range e.series(name, nil) {
		n = min(n, m.GetGauge().GetValue())
	}
	return n
}

// quantile is that of the observations between two looks, read from the buckets as
// PromQL does.
func quantile(q float64, before, after exposed, name string, labels map[string]string) float64 {
	counts := map[float64]float64{}
	for sign, e := range map[float64]exposed{-1: before, 1: after} {
		for _, m := range e.series(name, labels) {
			for _, b := range m.GetHistogram().Bucket {
				counts[b.GetUpperBound()] += sign * float64(b.GetCumulativeCount())
			}
			counts[math.Inf(1)] += sign * float64(m.GetHistogram().GetSampleCount())
		}
	}
	lower, below := 0.0, 0.0
	for _, bound := range slices.Sorted(maps.Keys(counts)) {
		if counts[bound] >= q*counts[math.Inf(1)] {
			if math.IsInf(bound, 1) {
				return lower
			}
			return lower + (bound-lower)*(q*counts[math.Inf(1)]-below)/(counts[bound]-below)
		}
		lower, below = bound, counts[bound]
	}
	return math.NaN()
}

// counts are the counters and the observations of histograms, by all their labels.
func (e exposed) counts() map[string]float64 {
	all := map[string]float64{}
	for process, families := range e {
		for name, f := range families {
			if f.GetType() != dto.MetricType_COUNTER && f.GetType() != dto.MetricType_HISTOGRAM {
				continue
			}
			for _, m := range f.Metric {
				all[fmt.Sprint(process, name, labelsOf(m))] = m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
			}
		}
	}
	return all
}
