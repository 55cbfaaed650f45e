package prometheus

import (
	"context"
	"slices"
	"time"

	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// LabelValues lists the values of a label, sorted, over the series that fit one
// of the selectors (all series without one) and have samples from from to to (a
// zero time is no bound). Errors are those of Query.
func LabelValues(ctx context.Context, api v1.API, label string, selectors []string, from, to time.Time) (model.LabelValues, v1.Warnings, error) {
	values, warnings, err := api.LabelValues(ctx, label, selectors, from, to)
	if err != nil {
		return nil, nil, classify(ctx, api, err)
	}
	return values, warnings, nil
}

// UnknownMetrics lists the metrics that a PromQL expression names and that
// Prometheus has no series of, whenever. Where it answers in part only, there is
// no telling, and the list is empty. Errors are those of Query.
func UnknownMetrics(ctx context.Context, api v1.API, expr string) ([]string, error) {
	named, err := Metrics(expr)
	if err != nil || len(named) == 0 {
		return nil, nil //nolint:nilerr // what is wrong with the expression, its own answer says
	}
	selectors := make([]string, len(named))
	for i, name := range named {
		selectors[i] = "{" + labels.MustNewMatcher(labels.MatchEqual, model.MetricNameLabel, name).String() + "}"
	}
	found, warnings, err := LabelValues(ctx, api, model.MetricNameLabel, selectors, time.Time{}, time.Time{})
	if err != nil || len(warnings) > 0 {
		return nil, err
	}
	return slices.DeleteFunc(named, func(name string) bool { return slices.Contains(found, model.LabelValue(name)) }), nil
}

// Metrics are the names of metrics in a PromQL expression, each once and in its order.
func Metrics(expr string) ([]string, error) {
	parsed, err := parser.NewParser(parser.Options{}).ParseExpr(expr)
	if err != nil {
		return nil, err
	}
	var named []string
	parser.Inspect(parsed, func(node parser.Node, _ []parser.Node) error {
		selector, ok := node.(*parser.VectorSelector)
		if !ok {
			return nil
		}
		for _, m := range selector.LabelMatchers {
			if m.Name == model.MetricNameLabel && m.Type == labels.MatchEqual && !slices.Contains(named, m.Value) {
				named = append(named, m.Value)
			}
		}
		return nil
	})
	return named, nil
}
