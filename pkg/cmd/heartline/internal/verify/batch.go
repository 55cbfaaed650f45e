package verify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/gtime"

	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/pluginhost"
	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/provisioning"
	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/template"
	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/timerange"
	"github.com/heartline-monitor/heartline/pkg/query"
)

// batch gathers the queries of a panel into one request.
type batch struct {
	*board
	span     backend.TimeRange
	interval string // the shortest one
	points   int64
	scope    template.Scope

	queries []backend.DataQuery
	checks  map[string]*Check // by refId
	live    map[string]bool
}

// add prepares a query, or notes in its check why it is not asked. The fixed
// fields take the place of the query's own.
func (q *batch) add(c *Check, t provisioning.Target, source provisioning.Reference, fixed map[string]any) {
	err := q.ours(source, q.scope)
	if err == nil && t.Hide {
		err = skipError{"the query is hidden"}
	}
	if err == nil {
		err = q.prepare(c, t, fixed)
	}
	if skip, ok := errors.AsType[skipError](err); ok {
		c.Skipped = skip.reason
	} else if err != nil {
		c.Problem = q.explain(err).Error()
	}
}

func (q *batch) prepare(c *Check, t provisioning.Target, fixed map[string]any) error {
	interval, points, err := q.step()
	if err != nil {
		return err
	}
	scope := q.scope.With("__interval", gtime.FormatInterval(interval)).With("__interval_ms", strconv.FormatInt(interval.Milliseconds(), 10))
	fields, err := scope.Query(t.Query, q.adHoc)
	if err != nil {
		return err
	}
	maps.Copy(fields, fixed)
	prepared, err := dataQuery(t.RefID, fields, q.span, interval, points)
	if err != nil {
		return err
	}
	c.Type = describe(prepared)
	if q.checks == nil {
		q.checks, q.live = map[string]*Check{}, map[string]bool{}
	}
	if q.checks[t.RefID] != nil {
		return fmt.Errorf("refId %q is used twice: Grafana shows the answer to one of them only", t.RefID)
	}
	q.checks[t.RefID] = c
	q.live[t.RefID] = fields["live"] == true || fields["queryType"] == string(query.TypeLive)
	c.lenient = fields["lenient"] == true && (fields["queryType"] != string(query.TypePromQL) || !q.hasPrometheus())
	q.queries = append(q.queries, prepared)
	return nil
}

// hasPrometheus tells whether the data source has one, so that expressions without
// an answer are no matter of leniency.
func (r *runner) hasPrometheus() bool {
	var settings struct {
		Metrics struct {
			URL string `json:"url"`
		} `json:"metrics"`
	}
	return json.Unmarshal(r.DataSource.Settings.JSONData, &settings) == nil && settings.Metrics.URL != ""
}

// step is the interval that Grafana would propose to the panel.
func (q *batch) step() (interval time.Duration, points int64, err error) {
	points = q.points
	if points <= 0 {
		points = defaultPoints
	}
	var shortest time.Duration
	if q.interval != "" {
		text, err := q.scope.Replace(q.interval, "")
		if err != nil {
			return 0, 0, fmt.Errorf("the panel's interval: %w", err)
		}
		if shortest, err = timerange.ParseInterval(text); err != nil {
			return 0, 0, fmt.Errorf("the panel's interval: %w", err)
		}
	}
	return timerange.Interval(q.span, points, shortest), points, nil
}

// dataQuery completes a query as Grafana sends it.
func dataQuery(refID string, fields map[string]any, span backend.TimeRange, interval time.Duration, points int64) (backend.DataQuery, error) {
	fields["refId"] = refID
	fields["intervalMs"] = interval.Milliseconds()
	fields["maxDataPoints"] = points
	body, err := json.Marshal(fields)
	if err != nil {
		return backend.DataQuery{}, fmt.Errorf("encode the query: %w", err)
	}
	queryType, _ := fields["queryType"].(string)
	return backend.DataQuery{
		RefID: refID, QueryType: queryType, TimeRange: span, Interval: interval, MaxDataPoints: points, JSON: body,
	}, nil
}

// describe is the query's type and format. What cannot be read is the plugin's
// to refuse.
func describe(q backend.DataQuery) string {
	decoded, _, err := query.Decode(query.Type(q.QueryType), q.JSON)
	if err != nil {
		return q.QueryType
	}
	return fmt.Sprintf("%s %s", decoded.Type(), decoded.Shape())
}

// run asks the queries and fills in their checks.
func (q *batch) run(ctx context.Context) {
	if len(q.queries) == 0 {
		return
	}
	responses, seconds, err := q.timed(ctx, nil, q.queries)
	for refID, c := range q.checks {
		c.Seconds = seconds
		response, answered := responses[refID]
		switch {
		case err != nil:
			c.Problem = err.Error()
		case !answered:
			c.Problem = "the plugin gave no answer to it"
		case response.Error != nil:
			c.Problem = response.Error.Error()
		default:
			c.measure(response.Frames)
			c.points = points(response.Frames, q.span)
			q.follow(ctx, refID, c, response)
		}
	}
}

// follow opens the streams that the answer to a live query names.
func (q *batch) follow(ctx context.Context, refID string, c *Check, response backend.DataResponse) {
	if !q.live[refID] {
		return
	}
	var channels []string
	for _, f := range response.Frames {
		if f.Meta != nil && f.Meta.Channel != "" && !slices.Contains(channels, f.Meta.Channel) {
			channels = append(channels, f.Meta.Channel)
		}
	}
	if err := q.checkStreams(ctx, channels, q.span); err != nil {
		c.Problem = err.Error()
	}
}

// timed asks queries in one request and measures how long that takes.
func (r *runner) timed(ctx context.Context, headers map[string]string, queries []backend.DataQuery) (backend.Responses, float64, error) {
	ctx, stop := pluginhost.Within(ctx, Timeout, errSlow)
	defer stop()
	started := time.Now()
	responses, err := r.plugin.QueryData(ctx, headers, queries...)
	return responses, time.Since(started).Seconds(), err
}
