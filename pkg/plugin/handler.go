package plugin

import (
	"context"
	"fmt"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/tracing"
	"github.com/grafana/grafana-plugin-sdk-go/config"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/grafana/grafana-plugin-sdk-go/experimental/concurrent"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/frame"
	"github.com/heartline-monitor/heartline/pkg/query"
)

// maxConcurrent bounds the queries of one request that run side by side; the
// SDK knows no higher bound.
const maxConcurrent = 10

// request is what all query types have in common once they are decoded.
type request struct {
	filter event.Filter
	span   event.Range // whole seconds, both ends included
	store  event.Store
	alert  bool
	panel  backend.DataQuery
}

// ask is a request with the model of its type.
type ask[Q query.Events] struct {
	request
	query Q
}

// answer is what a query type's handler makes of an ask.
type answer struct {
	frames data.Frames
	head   frame.Head
	detail string // what the answer was cut by, for the query inspector
}

// handle makes the handler of one query type.
func handle[Q query.Events](d *Datasource, t query.Type, run func(context.Context, ask[Q]) (answer, error)) backend.QueryDataHandlerFunc {
	return func(ctx context.Context, req *backend.QueryDataRequest) (*backend.QueryDataResponse, error) {
		alert := fromAlert(req)
		one := func(ctx context.Context, q concurrent.Query) backend.DataResponse {
			ctx, span := tracing.DefaultTracer().Start(ctx, "heartline query", trace.WithAttributes(
				attribute.String("queryType", string(t)), attribute.String("refId", q.DataQuery.RefID)))
			defer span.End()
			started := time.Now()
			frames, err := evaluate(ctx, d, t, q.DataQuery, alert, run)
			if err != nil {
				_ = tracing.Error(span, err)
				return failure(ctx, err)
			}
			backend.Logger.FromContext(ctx).Debug("Query answered", "queryType", string(t), "refId", q.DataQuery.RefID,
				"frames", len(frames), "duration", time.Since(started))
			return backend.DataResponse{Status: backend.StatusOK, Frames: frames}
		}
		return concurrent.QueryData(ctx, req, one, concurrentQueries(ctx))
	}
}

func evaluate[Q query.Events](ctx context.Context, d *Datasource, t query.Type, panel backend.DataQuery, alert bool, run func(context.Context, ask[Q]) (answer, error)) (data.Frames, error) {
	if d.broken != nil {
		return nil, d.broken
	}
	q, unknown, err := query.Decode(t, panel.JSON)
	if err != nil {
		return nil, queryError{err}
	}
	typed, ok := q.(Q)
	if !ok {
		return nil, fmt.Errorf("a %s query was decoded as %T", t, q)
	}
	r, err := d.prepare(typed, panel, alert)
	if err != nil {
		return nil, err
	}
	a, err := run(ctx, ask[Q]{request: r, query: typed})
	if err != nil {
		return nil, err
	}
	if lost := a.head.Problems.Lost(); alert && lost != nil {
		return nil, backend.DownstreamErrorf("an alert cannot be decided while events are missing (%s): make it readable for the user that Grafana runs as", lost)
	}
	a.head.Query = describe(q, r, a.detail)
	a.head.Unknown = unknown
	for _, key := range query.Inapplicable(typed) {
		a.head.Remarks = append(a.head.Remarks, fmt.Sprintf("The filter on %s does nothing here: %s have none.", key, t))
	}
	a.head.Apply(panel.RefID, a.frames)
	return a.frames, nil
}

// prepare works out what a decoded query needs to be answered.
func (d *Datasource) prepare(q query.Events, panel backend.DataQuery, alert bool) (request, error) {
	r := request{alert: alert, panel: panel}
	var err error
	if r.filter, err = q.Filter(); err != nil {
		return r, queryError{err}
	}
	if r.span, err = wholeSeconds(panel.TimeRange); err != nil {
		return r, err
	}
	if alert {
		if err := alertable(q, r.filter); err != nil {
			return r, queryError{err}
		}
	}
	r.store, err = d.events.Store()
	return r, err
}

// unknownType answers queries of a type that does not exist.
func unknownType(ctx context.Context, req *backend.QueryDataRequest) (*backend.QueryDataResponse, error) {
	res := backend.NewQueryDataResponse()
	for _, q := range req.Queries {
		_, _, err := query.Decode(query.Type(q.QueryType), q.JSON)
		res.Responses[q.RefID] = failure(ctx, queryError{err})
	}
	return res, nil
}

// fromAlert reports whether an alert rule asks.
func fromAlert(req *backend.QueryDataRequest) bool {
	const header = "FromAlert"
	return req.Headers[header] == "true" || req.GetHTTPHeader(header) == "true"
}

func concurrentQueries(ctx context.Context) int {
	n, err := config.GrafanaConfigFromContext(ctx).ConcurrentQueryCount()
	if err != nil {
		return maxConcurrent
	}
	return min(max(n, 1), maxConcurrent)
}

// wholeSeconds cuts a panel's range to the resolution events have.
func wholeSeconds(r backend.TimeRange) (event.Range, error) {
	span := event.Range{From: r.From.UTC().Truncate(time.Second), To: r.To.UTC().Truncate(time.Second)}
	if span.To.Before(span.From) {
		return span, queryError{fmt.Errorf("the time range ends (%s) before it begins (%s)", span.To.Format(time.RFC3339), span.From.Format(time.RFC3339))}
	}
	return span, nil
}
