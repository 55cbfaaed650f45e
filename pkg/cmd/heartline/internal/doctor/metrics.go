package doctor

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// What stands for a duration or a number in the expressions of dashboards, and
// their variables, which stand within the values of labels.
var (
	durations = regexp.MustCompile(`\$__(rate_interval|interval|range)\b|\$\{__(rate_interval|interval|range)\}`)
	variables = regexp.MustCompile(`\$\{?\w+(:\w+)?\}?`)
)

// Needed collects the metrics of the PromQL expressions in a dashboard's JSON into
// needed, under the dashboard's title.
func Needed(needed map[string][]string, title string, dashboard any) error {
	body, err := json.Marshal(dashboard)
	if err != nil {
		return err
	}
	var tree any
	if err := json.Unmarshal(body, &tree); err != nil {
		return err
	}
	return walk(tree, func(expr string) error {
		names, err := metricsOf(expr)
		if err != nil {
			return fmt.Errorf("dashboard %s: %w", title, err)
		}
		for _, name := range names {
			if !slices.Contains(needed[name], title) {
				needed[name] = append(needed[name], title)
			}
		}
		return nil
	})
}

// walk finds the fields named expr.
func walk(node any, visit func(expr string) error) error {
	switch node := node.(type) {
	case []any:
		for _, child := range node {
			if err := walk(child, visit); err != nil {
				return err
			}
		}
	case map[string]any:
		if expr, ok := node["expr"].(string); ok {
			return visit(expr)
		}
		for _, child := range node {
			if err := walk(child, visit); err != nil {
				return err
			}
		}
	}
	return nil
}

// metricsOf are the metrics that an expression reads.
func metricsOf(expr string) ([]string, error) {
	plain := variables.ReplaceAllString(durations.ReplaceAllString(expr, "5m"), "1")
	parsed, err := parser.NewParser(parser.Options{}).ParseExpr(plain)
	if err != nil {
		return nil, fmt.Errorf("the expression %.200q cannot be read: %w", expr, err)
	}
	var names []string
	parser.Inspect(parsed, func(node parser.Node, _ []parser.Node) error {
		if selector, ok := node.(*parser.VectorSelector); ok {
			for _, m := range selector.LabelMatchers {
				if m.Name == model.MetricNameLabel && m.Type == labels.MatchEqual {
					names = append(names, m.Value)
				}
			}
		}
		return nil
	})
	return names, nil
}
