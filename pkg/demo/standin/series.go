package standin

import (
	"fmt"
	"math"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/heartline-monitor/heartline/pkg/milvus"
)

// family is a metric family with its life.
type family struct {
	milvus.Family
	life

	desc    *prometheus.Desc
	buckets []float64
}

// series is one line of a family, or the lines of one histogram.
type series struct {
	*family
	subject

	values []string  // of the labels
	parts  []*series // what a total is the sum of
	total  float64   // of a counter; observations of a histogram or a summary
	sum    float64
	counts []float64 // observations up to each bucket
}

// value is a number that an instant of the life has.
type value func(*subject) float64

// life is how the series of a family come about. Which functions are set goes with
// the type of the family.
type life struct {
	is     value                 // of a gauge; NaN is no series
	rate   value                 // of a counter: per second; of a histogram or summary: observations per second
	spread func(*subject) spread // of a histogram or summary: the values observed
	past   value                 // what a counter has beside its rate when the World begins
	values map[string][]string   // of labels, where only some, or those that Milvus does not fix
	of     string                // role of the nodes that node_id names, where not the process itself
	// unassigned is that node_id can also be nobody.
	unassigned bool
	// fractional counters count other things than events.
	fractional bool
}

// spread is a log-normal distribution, moved up.
type spread struct {
	median, sigma float64
	moved         float64
}

// below is the share of values up to a bound.
func (d spread) below(bound float64) float64 {
	if bound <= d.moved {
		return 0
	}
	return 0.5 * math.Erfc(-math.Log((bound-d.moved)/d.median)/(d.sigma*math.Sqrt2))
}

func (d spread) mean() float64 { return d.moved + d.median*math.Exp(d.sigma*d.sigma/2) }

// at is the value that a share of the values stays below, for the shares that a
// summary of garbage collections has.
func (d spread) at(share float64) float64 {
	return d.moved + d.median*math.Exp(d.sigma*math.Sqrt2*math.Erfinv(2*min(max(share, 0.01), 0.99)-1))
}

// begin gives a series the total of the time before the World began.
func (s *series) begin(seconds float64) {
	s.add(seconds)
	if s.past != nil {
		s.total += s.past(&s.subject)
	}
}

// add goes through some seconds.
func (s *series) add(seconds float64) {
	if s.rate == nil || s.parts != nil {
		return
	}
	n := max(s.rate(&s.subject), 0) * seconds
	if s.spread == nil {
		s.total += n
		return
	}
	s.observe(n)
}

func (s *series) observe(n float64) {
	if n <= 0 {
		return
	}
	d := s.spread(&s.subject)
	s.total += n
	s.sum += n * d.mean()
	for i, bound := range s.buckets {
		s.counts[i] += n * d.below(bound)
	}
}

func (s *series) reset() {
	s.total, s.sum = 0, 0
	clear(s.counts)
}

// events is a counter's value: whole ones, and as many as its parts where it is a
// total.
func (s *series) events() float64 {
	if s.parts == nil {
		return math.Floor(s.total)
	}
	var n float64
	for _, p := range s.parts {
		n += p.events()
	}
	return n
}

// collect hands a series out; nothing where it has none at the moment. As in Milvus, a
// labelled counter or histogram has no series before it is first used.
func (s *series) collect(out chan<- prometheus.Metric) error {
	m, err := s.metric()
	if err != nil {
		return fmt.Errorf("%s: %w", s.Name, err)
	}
	if m != nil {
		out <- m
	}
	return nil
}

func (s *series) metric() (prometheus.Metric, error) {
	switch s.Type {
	case milvus.Gauge:
		v := s.is(&s.subject)
		if math.IsNaN(v) {
			return nil, nil
		}
		return prometheus.NewConstMetric(s.desc, prometheus.GaugeValue, v, s.values...)
	case milvus.Counter:
		v := s.total
		if !s.fractional {
			v = s.events()
		}
		if v == 0 && len(s.values) > 0 {
			return nil, nil
		}
		return prometheus.NewConstMetric(s.desc, prometheus.CounterValue, v, s.values...)
	case milvus.Summary:
		d := s.spread(&s.subject)
		quantiles := map[float64]float64{}
		for _, q := range []float64{0, 0.25, 0.5, 0.75, 1} {
			quantiles[q] = d.at(q)
		}
		return prometheus.NewConstSummary(s.desc, uint64(s.total), s.sum, quantiles, s.values...)
	}
	return s.histogram()
}

func (s *series) histogram() (prometheus.Metric, error) {
	n := uint64(s.total)
	if n == 0 && len(s.values) > 0 {
		return nil, nil
	}
	buckets := make(map[float64]uint64, len(s.counts))
	for i, count := range s.counts {
		// Sums of shares can come out above the sum of their wholes by a rounding.
		buckets[s.buckets[i]] = min(uint64(count), n)
	}
	return prometheus.NewConstHistogram(s.desc, n, s.sum, buckets, s.values...)
}
