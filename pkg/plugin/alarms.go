package plugin

import (
	"context"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/frame"
	"github.com/heartline-monitor/heartline/pkg/query"
)

// alarms answers queries of type alarms.
func (d *Datasource) alarms(ctx context.Context, a eventsAsk[*query.Alarms]) (answer, error) {
	if a.query.Shape() == query.FormatCount {
		return d.count(ctx, a.request, event.Alarms, a.query.Grouping)
	}
	limit := a.query.Rows()
	page, err := a.store.Alarms(ctx, event.PageRequest{Filter: a.filter, Range: a.span, Limit: limit, Order: event.NewestFirst})
	if err != nil {
		return answer{}, err
	}
	rows := frame.Alarms
	if a.query.Shape() == query.FormatAnnotations {
		rows = frame.Annotations
	}
	return answer{frames: data.Frames{rows(page.Items)}, head: pageHead(page.Problems, page.More, limit)}, nil
}
