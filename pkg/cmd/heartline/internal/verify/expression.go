package verify

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/provisioning"
)

// errNoData says that a node of a rule has no value at all.
var errNoData = errors.New("no data")

// unsupportedError names an expression that is not evaluated here.
type unsupportedError struct{ what string }

func (e unsupportedError) Error() string { return e.what + " is not evaluated here" }

// expression is a node that Grafana computes.
type expression struct {
	Type       string `json:"type"`
	Expression string `json:"expression"`
	Reducer    string `json:"reducer"`
	Settings   struct {
		Mode    string   `json:"mode"`
		Replace *float64 `json:"replaceWithValue"`
	} `json:"settings"`
	Conditions []struct {
		Evaluator evaluator       `json:"evaluator"`
		Unload    json.RawMessage `json:"unloadEvaluator"`
	} `json:"conditions"`
}

type evaluator struct {
	Type   string    `json:"type"`
	Params []float64 `json:"params"`
}

// judge evaluates the expressions of a rule over the results of its queries and
// says what its condition comes to: "normal", "firing 2", or that it was not
// evaluated. It fails with errNoData when the condition has no value, or any
// query none at all: then Grafana does not look at the others either.
func judge(rule provisioning.Rule, results map[string]result) (string, error) {
	for _, node := range rule.Nodes {
		if node.DataSource.UID != provisioning.ExpressionUID {
			if len(results[node.RefID].samples) == 0 {
				return "", errNoData
			}
			continue
		}
		computed, err := compute(node, results)
		if unsupported, ok := errors.AsType[unsupportedError](err); ok {
			return "answered, " + unsupported.Error(), nil
		}
		if err != nil {
			return "", fmt.Errorf("expression %s: %w", node.RefID, err)
		}
		results[node.RefID] = computed
	}
	condition, ok := results[rule.Condition]
	switch {
	case !ok:
		return "", fmt.Errorf("the condition %q is none of the rule's nodes", rule.Condition)
	case condition.series:
		return "", fmt.Errorf("the condition %s is a time series: reduce it first", rule.Condition)
	}
	return condition.verdict()
}

// verdict says how many samples are not 0. Each is an alert of its own and needs
// labels of its own.
func (r result) verdict() (string, error) {
	firing, known := 0, 0
	seen := map[string]bool{}
	for _, s := range r.samples {
		name := s.labels.String()
		if seen[name] {
			return "", fmt.Errorf("two numbers have the same labels {%s}: an alert is told by its labels", name)
		}
		seen[name] = true
		if s.last() == nil {
			continue
		}
		known++
		if *s.last() != 0 {
			firing++
		}
	}
	switch {
	case known == 0:
		return "", errNoData
	case firing == 0:
		return "normal", nil
	}
	return fmt.Sprintf("firing %d", firing), nil
}

func compute(node provisioning.RuleNode, results map[string]result) (result, error) {
	var e expression
	if err := json.Unmarshal(node.Model, &e); err != nil {
		return result{}, fmt.Errorf("its model: %w", err)
	}
	switch e.Type {
	case "math":
		return evaluate(e.Expression, results)
	case "threshold", "reduce":
		input, err := lookUp(results, strings.TrimPrefix(e.Expression, "$"))
		if err != nil {
			return result{}, err
		}
		if e.Type == "reduce" {
			return e.reduce(input)
		}
		return e.threshold(input)
	}
	return result{}, unsupportedError{fmt.Sprintf("an expression of type %q", e.Type)}
}

func lookUp(results map[string]result, name string) (result, error) {
	found, ok := results[name]
	if !ok {
		return result{}, fmt.Errorf("it refers to %q, which is no node before it", name)
	}
	if len(found.samples) == 0 {
		return result{}, errNoData
	}
	return found, nil
}

// threshold makes each value 1 where it meets the condition and 0 where it does
// not; a missing value stays missing.
func (e expression) threshold(input result) (result, error) {
	if len(e.Conditions) == 0 {
		return result{}, errors.New("the threshold has no condition")
	}
	if len(e.Conditions[0].Unload) > 0 {
		return result{}, unsupportedError{"a threshold with another one for recovery"}
	}
	meets, err := e.Conditions[0].Evaluator.function()
	if err != nil {
		return result{}, err
	}
	return input.each(func(v float64) float64 { return truth(meets(v)) }), nil
}

// truth is how expressions write true and false.
func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func (e evaluator) function() (func(v float64) bool, error) {
	if e.Type == "" {
		return nil, errors.New("the threshold's evaluator has no type")
	}
	needed := map[string]int{
		"gt": 1, "lt": 1, "eq": 1, "ne": 1, "gte": 1, "lte": 1, "within_range": 2, "outside_range": 2,
		"within_range_included": 2, "outside_range_included": 2,
	}
	n, known := needed[e.Type]
	if !known {
		return nil, unsupportedError{fmt.Sprintf("a threshold of type %q", e.Type)}
	}
	if len(e.Params) < n {
		return nil, fmt.Errorf("threshold %s needs %s, it has %d", e.Type, cmp.Or(map[int]string{1: "a number"}[n], "2 numbers"), len(e.Params))
	}
	a, b := e.Params[0], e.Params[n-1]
	return map[string]func(float64) bool{
		"gt":                     func(v float64) bool { return v > a },
		"lt":                     func(v float64) bool { return v < a },
		"eq":                     func(v float64) bool { return v == a },
		"ne":                     func(v float64) bool { return v != a },
		"gte":                    func(v float64) bool { return v >= a },
		"lte":                    func(v float64) bool { return v <= a },
		"within_range":           func(v float64) bool { return v > a && v < b },
		"outside_range":          func(v float64) bool { return v < a || v > b },
		"within_range_included":  func(v float64) bool { return v >= a && v <= b },
		"outside_range_included": func(v float64) bool { return v <= a || v >= b },
	}[e.Type], nil
}
