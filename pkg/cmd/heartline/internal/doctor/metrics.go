package doctor

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/heartline-monitor/heartline/pkg/signal/prometheus"
)

// variables of dashboards stand within the values of labels.
var variables = regexp.MustCompile(`\$\{?\w+(:\w+)?\}?`)

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

// metricsOf are the metrics that an expression of a dashboard reads.
func metricsOf(expr string) ([]string, error) {
	filled := prometheus.Expand(expr, time.Minute, time.Hour, 0) // how long is of no consequence
	names, err := prometheus.Metrics(variables.ReplaceAllString(filled, "1"))
	if err != nil {
		return nil, fmt.Errorf("the expression %.200q cannot be read: %w", expr, err)
	}
	return names, nil
}
