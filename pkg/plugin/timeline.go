package plugin

import (
	"context"
	"iter"
	"slices"
	"time"

	"github.com/grafana/dskit/concurrency"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/frame"
	"github.com/heartline-monitor/heartline/pkg/heartbeat"
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
	limit := maxTimelines
	if a.query.Limit > 0 {
		limit = min(limit, a.query.Limit)
	}
	f, err := followed(ctx, d, a.request, limit, d.line)
	if err != nil {
		return answer{}, err
	}
	if f.left > 0 {
		f.head.Reached = limit
	}
	return answer{frames: frame.Timeline(f.found), head: f.head}, nil
}

// watched is what was found of each monitor whose beats were read.
type watched[T any] struct {
	found []T
	left  int // monitors beyond the limit
	head  frame.Head
}

// followed reads the beats of the first monitors that a request selects, side by
// side. one gets a monitor with its last beat before the range.
func followed[T any](ctx context.Context, d *Datasource, r request, limit int, one func(context.Context, request, event.Monitor, time.Time) (T, event.Problems, error)) (watched[T], error) {
	inventory, err := r.store.Monitors(ctx, r.filter)
	if err != nil {
		return watched[T]{}, err
	}
	monitors := inventory.Monitors
	f := watched[T]{head: frame.Head{Remarks: d.unknownFrequencies(r, monitors)}, left: max(0, len(monitors)-limit)}
	monitors = monitors[:len(monitors)-f.left]
	before, err := r.store.LastHeartbeats(ctx, byName(r.filter), r.span.From.Add(-time.Second))
	if err != nil {
		return watched[T]{}, err
	}
	monitors = slices.DeleteFunc(monitors, func(m event.Monitor) bool { return before.Unknown[m.Name()] })
	f.found = make([]T, len(monitors))
	problems := make([]event.Problems, len(monitors))
	err = concurrency.ForEachJob(ctx, len(monitors), timelineWorkers, func(ctx context.Context, i int) error {
		var err error
		f.found[i], problems[i], err = one(ctx, r, monitors[i], before.Last[monitors[i].Name()])
		return err
	})
	f.head.Problems = slices.Concat(inventory.Problems, before.Problems, slices.Concat(problems...))
	return f, err
}

// line follows one monitor over the range. last is its last beat before it.
func (d *Datasource) line(ctx context.Context, r request, m event.Monitor, last time.Time) (frame.Line, event.Problems, error) {
	changes, problems, err := d.changes(ctx, r, m, last, r.span)
	// The panel's range begins within a second; a point before it would lie outside.
	if from := r.panel.TimeRange.From.UTC(); len(changes) > 0 && changes[0].At.Before(from) {
		changes[0].At = from
	}
	return frame.Line{Monitor: m, Changes: changes}, problems, err
}

// changes are those of the status of a monitor within a span, by the beats of the
// request's range and the last one before it.
func (d *Datasource) changes(ctx context.Context, r request, m event.Monitor, last time.Time, within event.Range) ([]heartbeat.Change, event.Problems, error) {
	filter, err := only(m)
	if err != nil {
		return nil, nil, err
	}
	beats := beatTimes{store: r.store, filter: filter, span: r.span}
	schedule := d.schedules.parse(m.ExecuteFrequency, r.store.Location())
	changes := d.rule(r.store.Location()).Timeline(schedule, beats.all(ctx), last, within.From, within.To)
	return changes, beats.problems, beats.err
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
