package verify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/provisioning"
)

// What Grafana puts into the query of a rule that does not say it.
const (
	ruleInterval = time.Second
	rulePoints   = 43_200
)

// tolerant are the settings by which a rule expects that there is no data.
var tolerant = []string{"OK", "KeepLast", "Alerting"}

// rule asks the queries of an alert rule as Grafana's alerting does, and judges
// its condition.
func (r *runner) rule(ctx context.Context, rule provisioning.Rule) Check {
	c := Check{Kind: KindRule, Dashboard: rule.Folder + " / " + rule.Group, Panel: rule.Title, Type: "rule"}
	queries, span, err := r.ruleQueries(rule)
	if skip, ok := errors.AsType[skipError](err); ok {
		c.Skipped = skip.reason
		return c
	}
	if err != nil {
		c.Problem = err.Error()
		return c
	}
	responses, seconds, err := r.timed(ctx, map[string]string{"FromAlert": "true", "http_X-Rule-Uid": rule.UID}, queries)
	c.Seconds = seconds
	if err != nil {
		c.Problem = err.Error()
		return c
	}
	results, err := r.ruleResults(&c, queries, responses)
	if err == nil {
		c.points = points(responses[queries[0].RefID].Frames, span)
		c.State, err = judge(rule, results)
	}
	if errors.Is(err, errNoData) {
		c.State = "no data"
		if slices.Contains(tolerant, rule.NoDataState) {
			return c
		}
		err = fmt.Errorf("%w: give every known series a value, or set noDataState", err)
	}
	if err != nil {
		c.Problem = err.Error()
	}
	return c
}

// ruleQueries prepares the queries of a rule; span is the range of the first.
func (r *runner) ruleQueries(rule provisioning.Rule) ([]backend.DataQuery, backend.TimeRange, error) {
	var queries []backend.DataQuery
	for _, node := range rule.Nodes {
		if node.DataSource.UID == provisioning.ExpressionUID {
			continue
		}
		if err := r.ours(node.DataSource, nil); err != nil {
			return nil, backend.TimeRange{}, err
		}
		q, err := r.ruleQuery(node)
		if err != nil {
			return nil, backend.TimeRange{}, fmt.Errorf("query %s: %w", node.RefID, err)
		}
		queries = append(queries, q)
	}
	if len(queries) == 0 {
		return nil, backend.TimeRange{}, errors.New("the rule asks nothing of any data source")
	}
	return queries, queries[0].TimeRange, nil
}

func (r *runner) ruleQuery(node provisioning.RuleNode) (backend.DataQuery, error) {
	var fields map[string]any
	if err := json.Unmarshal(node.Model, &fields); err != nil || fields == nil {
		return backend.DataQuery{}, errors.New("its model is missing: write the query there")
	}
	interval, points := ruleInterval, int64(rulePoints)
	if ms, ok := fields["intervalMs"].(float64); ok && ms > 0 {
		interval = time.Duration(ms) * time.Millisecond
	}
	if n, ok := fields["maxDataPoints"].(float64); ok && n > 0 {
		points = int64(n)
	}
	if node.From <= node.To {
		return backend.DataQuery{}, fmt.Errorf("its relativeTimeRange is empty: from (%v ago) must lie before to (%v ago)", node.From, node.To)
	}
	span := backend.TimeRange{From: r.Clock.Now.Add(-node.From), To: r.Clock.Now.Add(-node.To)}
	return dataQuery(node.RefID, fields, span, interval, points)
}

// ruleResults reads the answers as alerting does, and counts them in the check.
func (r *runner) ruleResults(c *Check, queries []backend.DataQuery, responses backend.Responses) (map[string]result, error) {
	results := map[string]result{}
	var failed error
	for _, q := range queries {
		response, answered := responses[q.RefID]
		if !answered {
			return nil, fmt.Errorf("query %s: the plugin gave no answer to it", q.RefID)
		}
		if response.Error != nil {
			return nil, fmt.Errorf("query %s: %w", q.RefID, response.Error)
		}
		c.measure(response.Frames)
		read, err := readFrames(response.Frames)
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("query %s: %w", q.RefID, err))
		}
		results[q.RefID] = read
	}
	return results, failed
}
