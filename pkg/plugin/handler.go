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

	"github.com/heartline-monitor/heartline/pkg/frame"
	"github.com/heartline-monitor/heartline/pkg/query"
)

// maxConcurrent bounds the queries of one request that run side by side; the
// SDK knows no higher bound.
const maxConcurrent = 10

// ask is one query, decoded.
type ask[Q query.Query] struct {
	query Q
	alert bool // an alert rule asks
	panel backend.DataQuery
}

// answer is what a query type's handler makes of an ask.
type answer struct {
	frames data.Frames
	head   frame.Head
}

// runFunc answers queries of one type.
type runFunc[Q query.Query] func(context.Context, ask[Q]) (answer, error)

// handle makes the handler of one query type, whatever it asks about.
func handle[Q query.Query](d *Datasource, t query.Type, run runFunc[Q]) backend.QueryDataHandlerFunc {
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

func evaluate[Q query.Query](ctx context.Context, d *Datasource, t query.Type, panel backend.DataQuery, alert bool, run runFunc[Q]) (data.Frames, error) {
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
	if r := panel.TimeRange; r.To.Before(r.From) {
		return nil, queryError{fmt.Errorf("the time range ends (%s) before it begins (%s)", r.To.UTC().Format(time.RFC3339), r.From.UTC().Format(time.RFC3339))}
	}
	if alert {
		if err := alertable(q); err != nil {
			return nil, queryError{err}
		}
	}
	a, err := run(ctx, ask[Q]{query: typed, alert: alert, panel: panel})
	if err != nil {
		return nil, err
	}
	a.head.Unknown = unknown
	a.head.Apply(panel.RefID, a.frames)
	return a.frames, nil
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
