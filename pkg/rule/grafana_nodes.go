package rule

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/heartline-monitor/heartline/pkg/query"
)

// instantRange is what $__range stands for in a rule's expression.
const instantRange = 10 * time.Minute

// conditions are what Grafana evaluates for a rule.
type conditions struct {
	nodes     []provisionedQuery
	condition string
	missing   int
	// template wraps a text in Prometheus' template language.
	template func(string) string
}

type provisionedQuery struct {
	RefID         string        `yaml:"refId"`
	QueryType     string        `yaml:"queryType,omitempty"`
	DatasourceUID string        `yaml:"datasourceUid"`
	Range         secondsBack   `yaml:"relativeTimeRange"`
	Model         yaml.MapSlice `yaml:"model"`
}

// secondsBack is a range counted back from the time of evaluation.
type secondsBack struct {
	From int `yaml:"from"`
	To   int `yaml:"to"`
}

func back(length, ended time.Duration) secondsBack {
	return secondsBack{From: int((length + ended).Seconds()), To: int(ended.Seconds())}
}

func (r Rule) conditions(offset time.Duration, t Target) (conditions, error) {
	if len(r.Terms) > 0 {
		return r.asked(t)
	}
	span := back(instantRange, offset)
	expr := r.inGrafana()
	c, splits := split(expr)
	if !splits {
		c.measured = expr
	}
	asked, err := t.promql("A", c.measured, span)
	if err != nil {
		return conditions{}, err
	}
	if splits {
		return conditions{
			nodes:     []provisionedQuery{asked, threshold("B", "A", span, c.evaluator)},
			condition: "B", missing: missingEvaluations, template: withValue,
		}, nil
	}
	return conditions{
		nodes: []provisionedQuery{
			asked,
			computed("B", span, "math", yaml.MapItem{Key: "expression", Value: "is_number($A) || is_nan($A) || is_inf($A)"}),
			threshold("C", "B", span, evaluator{"gt", []float64{0}}),
		},
		condition: "C", missing: missingEvaluationsIsOver, template: withValue,
	}, nil
}

// withValue makes a text that is written for Prometheus one for Grafana: $value is the
// number there. Where there is no series, or the rule could not be evaluated, there is
// none, and a template that asks for it would fail.
func withValue(text string) string {
	return "{{ with $values.A }}{{ $value := .Value }}" + text + "{{ else }}" + noSeries + "{{ end }}"
}

// promql asks for the value of an expression now.
func (t Target) promql(name, expr string, span secondsBack) (provisionedQuery, error) {
	if t.overHeartline() {
		return heartlineQuery(name, &query.PromQL{Format: query.FormatInstant, Expr: expr, Lenient: true}, span, t.heartline())
	}
	return provisionedQuery{
		RefID: name, DatasourceUID: t.DatasourceUID, Range: span,
		Model: yaml.MapSlice{
			{Key: "refId", Value: name},
			{Key: "datasource", Value: source(t.DatasourceType, t.DatasourceUID)},
			{Key: "editorMode", Value: "code"},
			{Key: "expr", Value: expr},
			{Key: "instant", Value: true},
			{Key: "range", Value: false},
		},
	}, nil
}

// asked are the nodes of a rule that asks the Heartline data source: the terms, the
// formula where there is one, and the threshold. All have one number for each alert
// already, so there is nothing to reduce.
func (r Rule) asked(t Target) (conditions, error) {
	c := conditions{condition: r.condition(), missing: missingEvaluations}
	for i, term := range r.Terms {
		made, err := term.nodes(refID(i), t.heartline())
		if err != nil {
			return c, fmt.Errorf("term %s: %w", refID(i), err)
		}
		c.nodes = append(c.nodes, made...)
	}
	if r.Formula != "" {
		c.nodes = append(c.nodes, computed(r.judged(), r.span(), "math", yaml.MapItem{Key: "expression", Value: r.Formula}))
	}
	c.nodes = append(c.nodes, threshold(r.condition(), r.judged(), r.span(), r.Limit.evaluator()))
	return c, nil
}

// nodes are the query of a term and, where a missing number has a value, the
// expression that fills it in, which then has the term's name.
func (t Term) nodes(name, uid string) ([]provisionedQuery, error) {
	if t.Else == nil {
		asked, err := heartlineQuery(name, t.Query, t.span(), uid)
		return []provisionedQuery{asked}, err
	}
	asked, err := heartlineQuery(name+"0", t.Query, t.span(), uid)
	return []provisionedQuery{asked, computed(name, t.span(), "reduce",
		yaml.MapItem{Key: "expression", Value: name + "0"},
		yaml.MapItem{Key: "reducer", Value: "last"},
		yaml.MapItem{Key: "settings", Value: yaml.MapSlice{
			{Key: "mode", Value: "replaceNN"}, {Key: "replaceWithValue", Value: *t.Else},
		}},
	)}, err
}

func heartlineQuery(name string, q query.Query, span secondsBack, uid string) (provisionedQuery, error) {
	body, err := query.Encode(q)
	if err != nil {
		return provisionedQuery{}, err
	}
	// JSON is YAML, and read as such keeps its whole numbers whole.
	var fields yaml.MapSlice
	if err := yaml.UnmarshalWithOptions(body, &fields, yaml.UseOrderedMap()); err != nil {
		return provisionedQuery{}, fmt.Errorf("read the encoded query again: %w", err)
	}
	model := yaml.MapSlice{
		{Key: "refId", Value: name},
		{Key: "datasource", Value: source(pluginID, uid)},
	}
	return provisionedQuery{
		RefID: name, QueryType: string(q.Type()), DatasourceUID: uid,
		Range: span,
		Model: append(model, fields...),
	}, nil
}

// span is the stretch of time that a term looks at.
func (t Term) span() secondsBack { return back(t.Window, t.Ended) }

// span is the stretch of time of all terms. Grafana wants expressions to have one.
func (r Rule) span() secondsBack {
	var all secondsBack
	for _, t := range r.Terms {
		all.From = max(all.From, t.span().From)
	}
	return all
}

func threshold(name, of string, span secondsBack, e evaluator) provisionedQuery {
	return computed(name, span, "threshold",
		yaml.MapItem{Key: "expression", Value: of},
		yaml.MapItem{Key: "conditions", Value: []yaml.MapSlice{{{Key: "evaluator", Value: yaml.MapSlice{
			{Key: "type", Value: e.kind},
			{Key: "params", Value: plainNumbers(e.params)},
		}}}}},
	)
}

// computed is an expression that Grafana evaluates.
func computed(name string, span secondsBack, kind string, fields ...yaml.MapItem) provisionedQuery {
	return provisionedQuery{
		RefID: name, DatasourceUID: "__expr__", Range: span,
		Model: append(yaml.MapSlice{
			{Key: "refId", Value: name},
			{Key: "datasource", Value: source("__expr__", "__expr__")},
			{Key: "type", Value: kind},
		}, fields...),
	}
}

func source(kind, uid string) yaml.MapSlice {
	return yaml.MapSlice{{Key: "type", Value: kind}, {Key: "uid", Value: uid}}
}

// plainNumbers writes whole numbers such as 8e+09, which is how the YAML encoder has
// them, without an exponent: without a point it makes a text of them to YAML 1.1.
func plainNumbers(values []float64) []any {
	const exact = 1 << 53
	all := make([]any, len(values))
	for i, v := range values {
		all[i] = v
		short := strconv.FormatFloat(v, 'g', -1, 64)
		if strings.Contains(short, "e+") && !strings.Contains(short, ".") && math.Abs(v) < exact {
			all[i] = int64(v)
		}
	}
	return all
}
