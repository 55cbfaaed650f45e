package plugin

import (
	"cmp"
	"context"
	"fmt"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/frame"
	"github.com/heartline-monitor/heartline/pkg/query"
)

// heartbeats answers queries of type heartbeats.
func (d *Datasource) heartbeats(ctx context.Context, a eventsAsk[*query.Heartbeats]) (answer, error) {
	switch a.query.Shape() {
	case query.FormatCount:
		return d.count(ctx, a.request, event.Heartbeats, a.query.Grouping)
	case query.FormatStatus:
		return d.status(ctx, a)
	case query.FormatTimeline:
		return d.timeline(ctx, a)
	case query.FormatAnnotations:
		return d.gaps(ctx, a)
	default:
		return beatRows(ctx, a)
	}
}

func beatRows(ctx context.Context, a eventsAsk[*query.Heartbeats]) (answer, error) {
	limit := a.query.Rows()
	page, err := a.store.Heartbeats(ctx, event.PageRequest{Filter: a.filter, Range: a.span, Limit: limit, Order: event.NewestFirst})
	if err != nil {
		return answer{}, err
	}
	return answer{frames: data.Frames{frame.Heartbeats(page.Items)}, head: pageHead(page.Problems, page.More, limit)}, nil
}

func pageHead(problems event.Problems, more bool, limit int) frame.Head {
	head := frame.Head{Problems: problems}
	if more {
		head.Reached = limit
	}
	return head
}

// status has no limit but the one that is asked for: a monitor that is left out
// cannot raise an alert.
func (d *Datasource) status(ctx context.Context, a eventsAsk[*query.Heartbeats]) (answer, error) {
	j, err := d.judge(ctx, a.request)
	if err != nil {
		return answer{}, err
	}
	res := answer{head: frame.Head{Problems: j.problems, Remarks: j.remarks}}
	if limit := cmp.Or(a.query.Limit, query.MaxLimit); len(j.rows) > limit {
		if a.alert {
			return answer{}, queryError{fmt.Errorf("the filter selects %d monitors, the limit is %d: in an alert rule all must fit, narrow the filter or raise the limit", len(j.rows), limit)}
		}
		j.rows, res.head.Reached = j.rows[:limit], limit
	}
	res.frames = data.Frames{frame.Status(j.rows, a.query.Overdue(), a.alert)}
	return res, nil
}
