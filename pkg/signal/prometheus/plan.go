package prometheus

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

// plan is how a request is answered.
type plan struct {
	expr     func(view) string
	keys     []func(model.Metric) string // by which a series is known, one for each dimension
	merge    signal.Stat                 // what is made of several series of one key; "" where there are none
	scrape   time.Duration
	steps    time.Duration // the most steps over all windows of a run, maxSteps where it is 0
	notes    []string
	lookback bool // whether short windows look back further than their length

	scale     float64  // seconds in the unit of a heatmap's bounds
	exemplars []string // metrics that may have exemplars, in the unit of the signal
}

// view is what one evaluation looks at, backwards from the end of a window.
type view struct {
	window time.Duration
	rate   time.Duration // range of rates: no less than four scrapes, so that two are in it even when one fails
	gauge  time.Duration // range of gauges: no less than two scrapes
	scrape time.Duration
	fine   time.Duration // steps into which a window is cut where one value will not do
}

// maxSteps bounds the work of Prometheus: steps over all windows of a run, a month
// at 15 seconds each.
const maxSteps = 180_000

func (p *plan) view(r run) view {
	steps := time.Duration(r.n) * r.length / p.scrape
	most := cmp.Or(p.steps, maxSteps)
	return view{
		window: r.length, rate: max(r.length, 4*p.scrape), gauge: max(r.length, 2*p.scrape),
		scrape: p.scrape, fine: p.scrape * (1 + steps/most),
	}
}

// keyPart makes a dimension's value of labels.
type keyPart []string

func (p keyPart) of(m model.Metric) string {
	var parts []string
	for _, label := range p {
		if value := m[model.LabelName(label)]; value != "" {
			parts = append(parts, string(value))
		}
	}
	return strings.Join(parts, " ")
}

// statusLabel holds signal.StatusSuccess or signal.StatusError in answers.
const statusLabel = "status"

// knownLabel marks the series that is a zero wherever the service is known.
const knownLabel = "heartline_known"

// planRequests answers what requests tell, from the first metric that has the
// labels for it.
func (s *Source) planRequests(v *inventory, r signal.Request) (*plan, error) {
	found := v.find(candidatesOf(r.Signal))
	needed := slices.Clone(r.SplitBy)
	if r.Signal == signal.Success || r.Signal == signal.Errors {
		needed = append(needed, signal.Status)
	}
	i := slices.IndexFunc(found, func(f family) bool { return len(f.lacks(needed)) == 0 })
	if i < 0 {
		return nil, &signal.Unsupported{Signal: r.Signal, Reason: fmt.Sprintf("no label of %s tells %s: leave splitBy out, or give the metric the label", list(candidatesIn(found)), join(found[0].lacks(needed)))}
	}
	f := found[i]
	p := &plan{scrape: v.scrape, lookback: true}
	var by []string
	for _, d := range r.SplitBy {
		part := keyPart{statusLabel}
		if d == signal.Operation {
			part = f.operation()
			by = append(by, part...)
		}
		p.keys = append(p.keys, part.of)
	}
	build, err := s.ofRequests(f, r, by)
	if err != nil {
		return nil, err
	}
	if r.Signal == signal.Latency {
		p.notes = append(p.notes, f.resolution(v.bounds[f.name], r.Stat)...)
		p.exemplars = []string{f.name, f.name + "_bucket"}
	}
	// Where the service is up and nothing is counted, there was nothing: a zero.
	fill := v.names[upMetric] && (r.Signal == signal.QPS || r.Signal == signal.Requests)
	p.expr = func(w view) string {
		expr := build(w, "")
		if slices.Contains(r.SplitBy, signal.Status) {
			expr = f.byStatus(func(matcher string) string { return build(w, matcher) })
		}
		if fill {
			expr += " or " + s.whereKnown(w, len(r.SplitBy) > 0)
		}
		return expr
	}
	return p, nil
}

// ofRequests gives the expression of a signal of the requests that a matcher,
// where it is not empty, selects.
func (s *Source) ofRequests(f family, r signal.Request, by []string) (func(w view, matcher string) string, error) {
	switch r.Signal {
	case signal.QPS:
		return func(w view, matcher string) string { return s.rate(f, by, w, matcher) }, nil
	case signal.Requests:
		return func(w view, matcher string) string {
			return s.rate(f, by, w, matcher) + " * " + number(w.window.Seconds())
		}, nil
	case signal.Latency:
		return s.latency(f, r.Stat, by)
	}
	failed, _ := f.failed()
	return func(w view, _ string) string {
		all := s.rate(f, by, w, "")
		// The series of errors begins with the first one.
		share := fmt.Sprintf("(%s or 0 * %s) / %s", s.rate(f, by, w, failed), all, all)
		if r.Signal == signal.Success {
			return "100 * (1 - " + share + ")"
		}
		return "100 * (" + share + ")"
	}, nil
}

// whereKnown is 0 where the service was scraped twice, and nothing where it was not.
func (s *Source) whereKnown(w view, marked bool) string {
	zero := fmt.Sprintf("0 * sum(sum_over_time(%s[%s]) > 1)", s.metric(upMetric), duration(w.rate))
	if marked {
		return labelled(zero, knownLabel, "yes")
	}
	return zero
}

func labelled(expr, label, value string) string {
	return fmt.Sprintf(`label_replace(%s, %q, %q, "", "")`, expr, label, value)
}

func join[T ~string](values []T) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = string(v)
	}
	return strings.Join(texts, " and ")
}
