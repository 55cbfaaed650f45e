package plugin

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/frame"
	"github.com/heartline-monitor/heartline/pkg/heartbeat"
	"github.com/heartline-monitor/heartline/pkg/query"
)

// maxGapMonitors bounds the monitors whose beats are read for annotations.
const maxGapMonitors = 1_000

// gaps answers with the times in which monitors were late or down, newest first.
func (d *Datasource) gaps(ctx context.Context, a eventsAsk[*query.Heartbeats]) (answer, error) {
	counted := a.query.Overdue()
	f, err := followed(ctx, d, a.request, maxGapMonitors, func(ctx context.Context, r request, m event.Monitor, last time.Time) ([]frame.Gap, event.Problems, error) {
		return d.gapsOf(ctx, r, m, last, counted)
	})
	if err != nil {
		return answer{}, err
	}
	if f.left > 0 {
		f.head.Remarks = append(f.head.Remarks, fmt.Sprintf("Gaps of the first %d monitors are shown, of %d they are not: narrow the filter.", maxGapMonitors, f.left))
	}
	found := slices.Concat(f.found...)
	slices.SortFunc(found, func(a, b frame.Gap) int {
		return cmp.Or(b.From.Compare(a.From), cmp.Compare(a.Monitor.Name(), b.Monitor.Name()))
	})
	if limit := a.query.Rows(); len(found) > limit {
		found, f.head.Reached = found[:limit], limit
	}
	return answer{frames: data.Frames{frame.Gaps(found)}, head: f.head}, nil
}

// gapsOf finds the gaps of one monitor. One that began before the range is
// measured from its beginning; nothing is known of what lies ahead.
func (d *Datasource) gapsOf(ctx context.Context, r request, m event.Monitor, last time.Time, counted []heartbeat.Status) ([]frame.Gap, event.Problems, error) {
	within := event.Range{From: r.span.From, To: earlier(r.span.To, d.now().UTC())}
	if !last.IsZero() {
		within.From = last
	}
	changes, problems, err := d.changes(ctx, r, m, last, within)
	var found []frame.Gap
	for _, g := range overdueStretches(changes, within.To, counted) {
		g.Monitor = m
		if from := r.panel.TimeRange.From.UTC(); g.From.Before(from) {
			g.From = from
		}
		if g.To.After(g.From) {
			found = append(found, g)
		}
	}
	return found, problems, err
}

// overdueStretches joins neighbouring stretches in a counted status; the last
// change holds until end.
func overdueStretches(changes []heartbeat.Change, end time.Time, counted []heartbeat.Status) []frame.Gap {
	var found []frame.Gap
	open := false
	for i, c := range changes {
		until, ended := end, i+1 < len(changes)
		if ended {
			until = changes[i+1].At
		}
		if !slices.Contains(counted, c.Status) {
			open = false
			continue
		}
		if !open {
			found = append(found, frame.Gap{From: c.At})
			open = true
		}
		g := &found[len(found)-1]
		g.To, g.Ended = until, ended
		if c.Status == heartbeat.Late {
			g.Late = until.Sub(c.At)
		} else {
			g.Down = until.Sub(c.At)
		}
	}
	return found
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
