package rule

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/heartline-monitor/heartline/pkg/query"
)

// limit reads the limit of a rule that asks the Heartline data source. Its numbers are
// parameters without being declared: limit and until.
func (d *decoder) limit(n ast.Node, owner string) Limit {
	f := d.fields(n, "limit", "is", "value", "until", "unit", "reason")
	if n == nil {
		return Limit{}
	}
	l := Limit{
		Is:   Comparison(d.text(f["is"], "is", false)),
		Unit: d.text(f["unit"], "unit", true), Reason: d.text(f["reason"], "reason", true),
	}
	l.Value = d.settable(f["value"], "limit", owner, l)
	l.Until = d.settable(f["until"], "until", owner, l)
	if !slices.Contains(comparisons, l.Is) {
		d.wrong(n, fmt.Sprintf("the limit is %q", l.Is), "write is: above, below, from or between")
	}
	if l.Unit == "" || l.Reason == "" {
		d.wrong(n, "the limit has no unit or no reason", "write unit: and reason: below it")
	}
	// A NaN is not above anything either.
	if (l.Is == Between) != (l.Until > l.Value) {
		d.wrong(n, "until belongs to a limit that is between two numbers, and is the higher one", "write value: and until: with is: between, value: alone with any other")
	}
	return l
}

func (d *decoder) settable(n ast.Node, name, owner string, l Limit) float64 {
	if n == nil {
		return 0
	}
	text := d.text(n, name, false)
	v, err := strconv.ParseFloat(d.setting(owner, Parameter{Name: name, Value: text, Unit: l.Unit}), 64)
	if err != nil || v != v {
		d.wrong(n, fmt.Sprintf("%s %q is no number", name, text), "write one such as 0.5")
	}
	return v
}

func (d *decoder) term(n ast.Node) Term {
	f := d.fields(n, "a term", "query", "window", "ended", "else")
	t := Term{Window: d.duration(f["window"], "window")}
	if t.Window < time.Minute || t.Window%time.Second != 0 {
		d.wrong(n, fmt.Sprintf("the window of a term is %v", t.Window), "write window: with a minute or more, in whole seconds")
	}
	t.Ended = d.ended(f["ended"], t.Window)
	if f["else"] != nil {
		v := d.number(f["else"], "else")
		t.Else = &v
	}
	if f["query"] == nil {
		d.wrong(n, "a term without a query", "write query: with a queryType below it")
		return t
	}
	t.Query = d.query(f["query"])
	return t
}

// ended is a length of time, or a number of windows.
func (d *decoder) ended(n ast.Node, window time.Duration) time.Duration {
	count, ok := strings.CutSuffix(strings.TrimSuffix(d.text(n, "ended", false), "s"), " window")
	if !ok {
		return d.duration(n, "ended")
	}
	times, err := strconv.Atoi(count)
	if err != nil || times < 1 {
		d.wrong(n, fmt.Sprintf("ended %q windows ago", count), "write a whole number of windows, or a length of time such as 15m")
	}
	return time.Duration(times) * window
}

func (d *decoder) query(n ast.Node) query.Query {
	fields, ok := d.value(n).(map[string]any)
	if !ok {
		d.wrong(n, "the query is no mapping", "write queryType: and the fields of the query below it")
		return nil
	}
	body, err := json.Marshal(fields)
	if err != nil {
		d.wrong(n, "the query cannot be written as JSON: "+err.Error(), "mend it")
		return nil
	}
	kind, _ := fields["queryType"].(string)
	q, unknown, err := query.Decode(query.Type(kind), body)
	if err == nil && len(unknown) > 0 {
		err = fmt.Errorf("unknown field %q: leave it out", unknown[0])
	}
	if err == nil && !oneNumberEach(q) {
		err = fmt.Errorf("a %s query of format %q does not answer one number for each alert: use format status, or an instant one", q.Type(), q.Shape())
	}
	if err != nil {
		d.wrong(n, "the query cannot be asked", err.Error())
		return nil
	}
	return q
}

// value is a node as JSON has it.
func (d *decoder) value(n ast.Node) any {
	switch n := n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		all := map[string]any{}
		for _, e := range d.entries(n, "the query") {
			all[e.name] = d.value(e.value)
		}
		return all
	case *ast.SequenceNode:
		all := []any{}
		for _, element := range n.Values {
			all = append(all, d.value(element))
		}
		return all
	case *ast.IntegerNode, *ast.FloatNode:
		return d.number(n, "a number of the query")
	case *ast.BoolNode:
		return n.Value
	case *ast.NullNode:
		return nil
	}
	text := d.text(n, "a field of the query", false)
	if v, err := strconv.ParseFloat(text, 64); err == nil && plain(n) {
		return v // a parameter, as YAML reads a number that is written out
	}
	return text
}

// oneNumberEach reports whether the query is answered by one number for each
// combination of labels, which alone needs no reduce expression.
func oneNumberEach(q query.Query) bool {
	switch q := q.(type) {
	case *query.Heartbeats:
		return q.Shape() == query.FormatStatus || q.Shape() == query.FormatCount && q.Instant
	case *query.Logs:
		return q.Shape() == query.FormatCount && q.Instant
	case *query.Alarms:
		return q.Shape() == query.FormatCount && q.Instant
	case *query.Signals, *query.PromQL:
		return q.Shape() == query.FormatInstant
	}
	return false
}
