package plugin

import (
	"context"
	"slices"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/heartline-monitor/heartline/pkg/frame"
	"github.com/heartline-monitor/heartline/pkg/query"
)

// monitors answers queries of type monitors.
func (d *Datasource) monitors(ctx context.Context, a eventsAsk[*query.Monitors]) (answer, error) {
	j, err := d.judge(ctx, a.request)
	if err != nil {
		return answer{}, err
	}
	if wanted := a.query.Statuses; len(wanted) > 0 {
		j.rows = slices.DeleteFunc(j.rows, func(r frame.Judged) bool { return !slices.Contains(wanted, r.Status) })
	}
	res := answer{head: frame.Head{Problems: j.problems, Remarks: j.remarks}}
	if limit := a.query.Rows(); len(j.rows) > limit {
		j.rows, res.head.Reached = j.rows[:limit], limit
	}
	res.frames = data.Frames{frame.Monitors(j.rows)}
	return res, nil
}
