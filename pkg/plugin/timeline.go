package plugin

import (
	"context"
	"iter"
	"slices"
	"time"

	"github.com/grafana/dskit/concurrency"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/frame"
	"github.com/heartline-monitor/heartline/pkg/query"
)

const (
	// maxTimelines is how many lines a state timeline can show readably.
	maxTimelines = 200
	// timelineWorkers bounds the monitors whose beats are read side by side.
	timelineWorkers = 4
	// timelinePage bounds the beats of one monitor that are held at once.
	timelinePage = 5_000
)

// timeline answers how the status of each monitor changed over the range.
func (d *Datasource) timeline(ctx context.Context, a eventsAsk[*query.Heartbeats]) (answer, error) {
	inventory, err := a.store.Monitors(ctx, a.filter)
	if err != nil {
		return answer{}, err
	}
	monitors, limit := inventory.Monitors, maxTimelines
	if a.query.Limit > 0 {
		limit = min(limit, a.query.Limit)
	}
	res := answer{head: frame.Head{Remarks: d.unknownFrequencies(a.request, monitors)}}
	if len(monitors) > limit {
		monitors, res.head.Reached = monitors[:limit], limit
	}
	before, err := a.store.LastHeartbeats(ctx, byName(a.filter), a.span.From.Add(-time.Second))
	if err != nil {
		return answer{}, err
	}
	monitors = slices.DeleteFunc(monitors, func(m event.Monitor) bool { return before.Unknown[m.Name()] })
	lines := make([]frame.Line, len(monitors))
	problems := make([]event.Problems, len(monitors))
	err = concurrency.ForEachJob(ctx, len(monitors), timelineWorkers, func(ctx context.Context, i int) error {
		var err error
		lines[i], problems[i], err = d.line(ctx, a.request, monitors[i], before.Last[monitors[i].Name()])
		return err
	})
	if err != nil {
		return answer{}, err
	}
	res.head.Problems = slices.Concat(inventory.Problems, before.Problems, slices.Concat(problems...))
	res.frames = frame.Timeline(lines)
	return res, nil
}

// line follows one monitor. last is its last beat before the range.
func (d *Datasource) line(ctx context.Context, r request, m event.Monitor, last time.Time) (frame.Line, event.Problems, error) {
	filter, err := only(m)
	if err != nil {
		return frame.Line{}, nil, err
	}
	beats := beatTimes{store: r.store, filter: filter, span: r.span}
	schedule := d.schedules.parse(m.ExecuteFrequency, r.store.Location())
	changes := d.rule(r.store.Location()).Timeline(schedule, beats.all(ctx), last, r.span.From, r.span.To)
	// The panel's range begins within a second; a point before it would lie outside.
	if from := r.panel.TimeRange.From.UTC(); len(changes) > 0 && changes[0].At.Before(from) {
		changes[0].At = from
	}
	return frame.Line{Monitor: m, Changes: changes}, beats.problems, beats.err
}

// only selects one monitor.
func only(m event.Monitor) (event.Filter, error) {
	direction, err := event.NewCondition(event.Direction, event.OneOf, m.Direction)
	if err != nil {
		return event.Filter{}, err
	}
	item, err := event.NewCondition(event.Item, event.OneOf, m.Name())
	return event.Filter{Conditions: []event.Condition{direction, item}}, err
}

// beatTimes reads the beats of a range page by page.
type beatTimes struct {
	store    event.Store
	filter   event.Filter
	span     event.Range
	problems event.Problems
	err      error // why the beats ended early
}

// all yields the instants at which there was a beat, in ascending order.
func (b *beatTimes) all(ctx context.Context) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		for span, more := b.span, true; more; {
			page, err := b.store.Heartbeats(ctx, event.PageRequest{Filter: b.filter, Range: span, Limit: timelinePage, Order: event.OldestFirst})
			if err != nil {
				b.err = err
				return
			}
			b.problems = slices.Concat(b.problems, page.Problems)
			for _, beat := range page.Items {
				if !yield(beat.Time) {
					return
				}
			}
			if more = page.More && len(page.Items) > 0; more {
				// Further beats of that very second change nothing.
				span.From = page.Items[len(page.Items)-1].Time.Add(time.Second)
			}
		}
	}
}
