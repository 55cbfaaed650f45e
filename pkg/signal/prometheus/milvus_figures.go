package prometheus

import (
	"fmt"

	"github.com/prometheus/common/model"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

// leakedAfter is the age in seconds from which on a checkpoint is that of a channel
// whose collection was dropped: some releases leave it behind. A week.
const leakedAfter = 7 * 24 * 3600

// figure is how the coordinators and the proxies tell what is there at an instant.
type figure struct {
	metric   string
	matchers []string
	roles    string // of the processes that tell it
	expr     string // with a place for the grouping and one for the selector
}

// figureSteps bounds the samples that Prometheus holds at once: there may be a
// thousand collections.
const figureSteps = 20_000

const summed = "sum%s(%s)"

// figureOf finds how a signal is told with labels for its dimensions.
func (d milvus) figureOf(v *inventory, r signal.Request) (f figure, by []string, keys []func(model.Metric) string, err error) {
	f = map[signal.Signal]figure{
		signal.Queue:         {milvusQueue, []string{`task_state="unissued"`}, proxyRole, summed},
		signal.Segments:      {milvusSegments, []string{`segment_state!="Dropped"`}, dataRole, summed},
		signal.Entities:      {milvusEntities, []string{`status="total"`}, rootRole, summed},
		signal.CheckpointLag: {milvusCheckpoint, nil, "", fmt.Sprintf("clamp_min(max%%s(time() - %%s < %d), 0)", leakedAfter)},
		signal.Nodes:         {milvusNodes, nil, "", summed},
	}[r.Signal]
	by, keys, err = d.split(v, r, f.metric)
	if r.Signal == signal.Entities && (err != nil || !v.names[milvusEntities] && v.names[milvusRows]) {
		// Up to 2.5 the root coordinator does not name databases, the data coordinator does.
		f = figure{milvusRows, nil, dataRole, summed}
		by, keys, err = d.split(v, r, f.metric)
	}
	return f, by, keys, err
}

// planFigure answers what is there at an instant: of all processes together, then
// over the window.
func (d milvus) planFigure(s *Source, v *inventory, r signal.Request) (*plan, error) {
	f, by, keys, err := d.figureOf(v, r)
	if err != nil {
		return nil, err
	}
	p := &plan{scrape: v.scrape, steps: figureSteps, keys: keys}
	if f.metric == milvusRows {
		p.notes = append(p.notes, "entities are the rows of all segments, those deleted and not yet compacted included")
	}
	zero := s.zeroOf(v, r.Signal, f)
	p.expr = func(w view) string {
		expr := fmt.Sprintf(f.expr, grouping(by), s.metric(f.metric, f.matchers...))
		switch {
		case zero == "":
			return w.overTime(r.Stat, expr)
		case len(by) == 0:
			return w.overTime(r.Stat, expr+" or "+zero)
		}
		return fmt.Sprintf("%s or %s", w.parts(r.Stat, expr, zero), labelled(w.overTime(signal.Max, zero), knownLabel, "yes"))
	}
	return p, nil
}

// zeroOf is 0 wherever processes are there which would tell a figure if there was
// one: a count with labels is there after its first use only.
func (s *Source) zeroOf(v *inventory, wanted signal.Signal, f figure) string {
	switch {
	case wanted == signal.CheckpointLag: // no lag of no channel
		return ""
	case wanted == signal.Nodes && v.names[upMetric]:
		return fmt.Sprintf("0 * sum(%s)", s.metric(upMetric))
	case f.roles != "" && v.names[milvusNodes]:
		return fmt.Sprintf("0 * sum(%s)", s.processes(f.roles))
	}
	return ""
}

// processes are those that have registered any of the roles.
func (s *Source) processes(roles string) string {
	return s.metric(milvusNodes, fmt.Sprintf("%s=~%q", roleLabel, roles))
}

// planQuota answers whether a quota was exceeded at any time of the window. Its series
// are there only while it is.
func (d milvus) planQuota(s *Source, v *inventory, r signal.Request) (*plan, error) {
	by, keys, err := d.split(v, r, milvusQuota)
	if err != nil {
		return nil, err
	}
	p := &plan{scrape: v.scrape, keys: keys}
	p.expr = func(w view) string {
		expr := fmt.Sprintf("max%s(max_over_time(%s[%s]) > bool 0)", grouping(by), s.metric(milvusQuota), duration(w.gauge))
		if !v.names[milvusNodes] {
			return expr
		}
		zero := fmt.Sprintf("0 * max(max_over_time(%s[%s]))", s.processes(rootRole), duration(w.gauge))
		if len(by) > 0 {
			zero = labelled(zero, knownLabel, "yes")
		}
		return expr + " or " + zero
	}
	return p, nil
}

// parts is a stat over the window of an expression that has several series, each of
// which is a zero at the steps where it is missing and zero is not.
func (w view) parts(stat signal.Stat, expr, zero string) string {
	all := fmt.Sprintf("on () group_left () count_over_time(%s)", w.steps(zero))
	switch stat {
	case signal.Min:
		return fmt.Sprintf("min_over_time(%s) * (count_over_time(%s) >= bool %s)", w.steps(expr), w.steps(expr), all)
	case signal.Max:
		return w.overTime(stat, expr)
	}
	return fmt.Sprintf("sum_over_time(%s) / %s", w.steps(expr), all)
}
