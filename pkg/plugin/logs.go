package plugin

import (
	"context"
	"slices"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/frame"
	"github.com/heartline-monitor/heartline/pkg/query"
)

// liveSlack is how far the end of a range may lie in the past and still mean
// now: browsers' clocks are off, and dashboards may hold the end back.
const liveSlack = 5 * time.Minute

// logs answers queries of type logs.
func (d *Datasource) logs(ctx context.Context, a eventsAsk[*query.Logs]) (answer, error) {
	if a.query.Shape() == query.FormatCount {
		return d.count(ctx, a.request, event.Logs, a.query.Grouping)
	}
	if a.query.Live && d.now().Sub(a.span.To) <= liveSlack {
		return d.liveLines(ctx, a)
	}
	order := event.Order(a.query.Order == query.Oldest)
	page, err := linesPage(ctx, a, order)
	if err != nil {
		return answer{}, err
	}
	res := answer{frames: data.Frames{frame.Logs(page.Items)}, head: pageHead(page.Problems, page.More, a.query.Rows())}
	if a.query.Live {
		res.head.Remarks = []string{"New lines are not followed, because the time range does not end now."}
	}
	return res, nil
}

// liveLines answers with the newest lines and the channel on which those that
// are written later will come.
func (d *Datasource) liveLines(ctx context.Context, a eventsAsk[*query.Logs]) (answer, error) {
	page, err := linesPage(ctx, a, event.NewestFirst)
	if err != nil {
		return answer{}, err
	}
	// Whatever order was asked for: Grafana appends what comes to the end, and
	// cuts what gets too old off the beginning.
	slices.Reverse(page.Items)
	path, err := d.tails.path(a.query)
	if err != nil {
		return answer{}, err
	}
	d.tails.sent(path, page.Items, a.span.To)
	f := frame.Logs(page.Items)
	f.Meta.Channel = d.tails.channel(path)
	head := pageHead(page.Problems, page.More, a.query.Rows())
	head.Query = "live"
	return answer{frames: data.Frames{f}, head: head}, nil
}

func linesPage(ctx context.Context, a eventsAsk[*query.Logs], order event.Order) (event.Page[event.Log], error) {
	return a.store.Logs(ctx, event.PageRequest{Filter: a.filter, Range: a.span, Limit: a.query.Rows(), Order: order})
}
