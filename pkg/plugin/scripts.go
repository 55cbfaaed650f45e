package plugin

import (
	"context"
	"fmt"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/query"
)

// request is what all queries for events have in common once they are prepared.
type request struct {
	filter event.Filter
	span   event.Range // whole seconds, both ends included
	store  event.Store
	alert  bool
	panel  backend.DataQuery
}

// eventsAsk is a request with the model of its type.
type eventsAsk[Q query.Events] struct {
	request
	query Q
}

// ofEvents makes of a handler of events one of queries. What the handler puts
// into head.Query is what the answer was cut by.
func ofEvents[Q query.Events](d *Datasource, run func(context.Context, eventsAsk[Q]) (answer, error)) runFunc[Q] {
	return func(ctx context.Context, a ask[Q]) (answer, error) {
		r, err := d.prepare(a.query, a.panel, a.alert)
		if err != nil {
			return answer{}, err
		}
		res, err := run(ctx, eventsAsk[Q]{request: r, query: a.query})
		if err != nil {
			return answer{}, err
		}
		if lost := res.head.Problems.Lost(); a.alert && lost != nil {
			return answer{}, backend.DownstreamErrorf("an alert cannot be decided while events are missing (%s): make it readable for the user that Grafana runs as", lost)
		}
		res.head.Query = describe(a.query, r, res.head.Query)
		for _, key := range query.Inapplicable(a.query) {
			res.head.Remarks = append(res.head.Remarks, fmt.Sprintf("The filter on %s does nothing here: %s have none.", key, a.query.Type()))
		}
		return res, nil
	}
}

// prepare works out what a decoded query for events needs to be answered.
func (d *Datasource) prepare(q query.Events, panel backend.DataQuery, alert bool) (request, error) {
	r := request{alert: alert, panel: panel, span: wholeSeconds(panel.TimeRange)}
	var err error
	if r.filter, err = q.Filter(); err != nil {
		return r, queryError{err}
	}
	if alert {
		if err := withoutVariables(r.filter); err != nil {
			return r, queryError{err}
		}
	}
	r.store, err = d.events.Store()
	return r, err
}

// wholeSeconds cuts a panel's range to the resolution events have.
func wholeSeconds(r backend.TimeRange) event.Range {
	return event.Range{From: r.From.UTC().Truncate(time.Second), To: r.To.UTC().Truncate(time.Second)}
}
