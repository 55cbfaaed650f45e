package prometheus

import (
	"fmt"

	"github.com/prometheus/common/model"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

// planProcess answers what no request tells. The figures of a process are those of
// one instance, whose limits they are judged by: the average one, the least or the
// most one. Requests in flight are those of the whole service. By signal.Role, the
// instances are put together by what the inventory knows of them.
func (s *Source) planProcess(v *inventory, r signal.Request, candidates []candidate) *plan {
	f := v.find(candidates)[0]
	p := &plan{scrape: v.scrape}
	by := ""
	if len(r.SplitBy) > 0 {
		by, p.keys, p.merge = byTarget, []func(model.Metric) string{v.role}, r.Stat
	}
	if f.note != "" {
		p.notes = append(p.notes, f.note)
	}
	switch r.Signal {
	case signal.Up:
		p.expr = func(w view) string {
			return fmt.Sprintf("max%s(max_over_time(%s[%s]))", by, s.metric(f.name), duration(w.gauge))
		}
		p.merge = signal.Max
		return p
	case signal.Age:
		p.expr = func(view) string { return s.lastHeard() }
		return p
	case signal.CPU:
		p.expr = s.processors(f, r.Stat, by, v.names[coresMetric])
		if !v.names[coresMetric] {
			p.notes = append(p.notes, coresMetric+" is missing: the share is of one processor, and may exceed 100 %")
		}
	case signal.GC, signal.GCPause:
		p.lookback = true
		p.expr = func(w view) string {
			return f.scaled(fmt.Sprintf("avg%s(rate(%s[%s]))", by, s.metric(f.name), duration(w.rate)))
		}
		p.merge = signal.Avg
	default:
		p.expr = s.gauge(f, r.Stat, by, r.Signal == signal.InFlight)
	}
	if v.instances > 1 {
		p.notes = append(p.notes, instances(r, v.instances))
	}
	return p
}

func instances(r signal.Request, n int) string {
	stat := r.Stat
	if stat == "" {
		stat = signal.Avg // which is made of what has no stats
	}
	switch {
	case len(r.SplitBy) > 0:
		return fmt.Sprintf("the value is of one instance: the %s over those of each role, of %d instances", stat, n)
	case r.Signal != signal.InFlight:
		return fmt.Sprintf("the value is of one instance: the %s over %d instances", stat, n)
	case stat == signal.Avg:
		return fmt.Sprintf("in flight is the sum over %d instances", n)
	}
	return fmt.Sprintf("in flight is the sum of each of %d instances' own %s, which need not have been at the same time", n, stat)
}

// gauge aggregates over the window, then over instances.
func (s *Source) gauge(f family, stat signal.Stat, by string, whole bool) func(view) string {
	over := string(stat)
	if whole {
		over = "sum"
	}
	return func(w view) string {
		return f.scaled(fmt.Sprintf("%s%s(%s_over_time(%s[%s]))", over, by, stat, s.metric(f.name), duration(w.gauge)))
	}
}

// processors is the processor time in use, of all that a process may use: what
// is made of the rates between every two scrapes. A rate over the whole window
// would take the time before the service's start for idleness.
func (s *Source) processors(f family, stat signal.Stat, by string, cores bool) func(view) string {
	return func(w view) string {
		function, back := "irate", 4*w.scrape
		if w.fine > w.scrape {
			function, back = "rate", max(back, w.fine)
		}
		share := fmt.Sprintf("%s(%s[%s])", function, s.metric(f.name), duration(back))
		if cores {
			share += fmt.Sprintf(" / last_over_time(%s[%s])", s.metric(coresMetric), duration(back))
		}
		return f.scaled(fmt.Sprintf("%s%s(%s)", stat, by, w.overTime(stat, share)))
	}
}

// overTime is a stat of an expression over the window, looked at in fine steps.
func (w view) overTime(stat signal.Stat, expr string) string {
	return fmt.Sprintf("%s_over_time(%s)", stat, w.steps(expr))
}

// steps is an expression at the fine steps of the window. The first one is the one
// that ends a step after its start.
func (w view) steps(expr string) string {
	return fmt.Sprintf("(%s)[%s:%s]", expr, duration(max(w.window-w.fine/2, w.fine)), duration(w.fine))
}

// scaled turns the metric's unit into the signal's.
func (f family) scaled(expr string) string {
	if f.scale == 0 {
		return expr
	}
	return number(f.scale) + " * " + expr
}
