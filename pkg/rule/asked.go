package rule

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/heartline-monitor/heartline/pkg/query"
)

// Asked is the part of a rule that asks the Heartline data source. Its terms answer one
// number for each alert, with the labels of the alert as text columns.
type Asked struct {
	// Terms are called A, B and so on in Formula, an expression of Grafana's math, which
	// makes one number of those with the same labels. A single term needs none.
	Terms   []Term
	Formula string
	Limit   Limit
	// Firing and Resolved are templates that name what the alert is about, with the number
	// that is judged as .Value.
	Firing, Resolved string
}

// Term is one number for each alert: a query over a stretch of time.
type Term struct {
	Query  query.Query
	Window time.Duration // how long the stretch is, in whole seconds; a status is judged at its end
	Ended  time.Duration // how long ago the stretch ended; 0 is now
	// Else takes the place of a number that is missing, where there is nothing to
	// measure and nothing wrong either; nil leaves it missing.
	Else *float64
}

// Comparison says on which side of its limit a value is an alert.
type Comparison string

// The comparisons.
const (
	Above   Comparison = "above"
	Below   Comparison = "below"
	AtLeast Comparison = "from"
	Between Comparison = "between" // from Value to below Limit.Until
)

// comparisons lists them all.
var comparisons = []Comparison{Above, Below, AtLeast, Between}

// Limit is the number that separates good from bad.
type Limit struct {
	Is     Comparison
	Value  float64
	Until  float64 // the first value above a range that is no alert any more; 0 for no range
	Unit   string
	Reason string
}

// evaluator is the comparison as Grafana's threshold names it, with its numbers. Its
// ranges include both ends.
func (l Limit) evaluator() evaluator {
	if l.Is == Between {
		return evaluator{"within_range_included", []float64{l.Value, math.Nextafter(l.Until, math.Inf(-1))}}
	}
	return evaluator{map[Comparison]string{Above: "gt", Below: "lt", AtLeast: "gte"}[l.Is], []float64{l.Value}}
}

// test is the condition of a template in which . has the value.
func (l Limit) test() string {
	if l.Is == Between {
		return "and (ge .Value " + float(l.Value) + ") (lt .Value " + float(l.Until) + ")"
	}
	return map[Comparison]string{Above: "gt", Below: "lt", AtLeast: "ge"}[l.Is] + " .Value " + float(l.Value)
}

// float writes a number so that a template reads it as one that may have a fraction.
func float(v float64) string {
	text := strconv.FormatFloat(v, 'f', -1, 64)
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text
}

// words say which values are an alert.
func (l Limit) words() string {
	value := strconv.FormatFloat(l.Value, 'f', -1, 64)
	if l.Is == Between {
		return "from " + value + " to below " + strconv.FormatFloat(l.Until, 'f', -1, 64)
	}
	return string(l.Is) + " " + value
}

// refID names the nodes of a rule: first the terms, then the formula where there is
// one, then the threshold.
func refID(i int) string { return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[i : i+1] }

// maxTerms leaves letters for the formula and the threshold.
const maxTerms = 24

// judged names the node with the number that is compared with the limit.
func (a Asked) judged() string {
	if a.Formula == "" {
		return refID(0)
	}
	return refID(len(a.Terms))
}

// condition names the threshold.
func (a Asked) condition() string {
	if a.Formula == "" {
		return refID(1)
	}
	return refID(len(a.Terms) + 1)
}

const (
	noNumber     = "There is no number now: what it is read from does not answer."
	noSeries     = "There is no value: nothing is told of it now, or the rule could not be evaluated, and its error says why."
	notEvaluated = "The rule could not be evaluated: see its error, and the health of the data source."
)

// description is a template for each case: the alert fires, it is resolved, it keeps
// its state because there is no number now (which Grafana writes as NaN, the only
// number that differs from itself), or the rule could not be evaluated, when there is
// no value and a template that asks for it would fail.
func (a Asked) description() string {
	return "{{ with $values." + a.judged() + " }}{{ if ne .Value .Value }}" + noNumber +
		"{{ else if " + a.Limit.test() + " }}" + a.Firing + "{{ else }}" + a.Resolved + "{{ end }}{{ else }}" + notEvaluated + "{{ end }}"
}
