// Package rule holds alert rules as data: what is asked, from which number on it
// is an alert, how long it must last, and where to read on. Check says what is
// wrong with a rule; Write renders the rules as files for Grafana's provisioning.
package rule

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/heartline-monitor/heartline/pkg/query"
)

// DatasourceUID is the uid of the provisioned data source that rules query.
const DatasourceUID = "heartline"

// runbooks is where the sections of docs/runbooks.md are read.
const runbooks = "https://github.com/heartline-monitor/heartline/blob/main/docs/runbooks.md"

// Severity says how soon somebody must act.
type Severity string

// The severities.
const (
	Critical Severity = "critical" // now
	Warning  Severity = "warning"  // today
	Info     Severity = "info"     // when you come across it
)

// NoData says what a rule does when its query answers nothing at all.
type NoData string

// What a rule can do without data.
const (
	NoDataAlerts    NoData = "Alerting" // silence is the fault
	NoDataIsOK      NoData = "OK"       // nothing to count is nothing wrong
	NoDataKeepsLast NoData = "KeepLast" // alerts stay as they are
)

// Comparison says on which side of its limit a value is an alert.
type Comparison string

// The comparisons, as Grafana's threshold expression names them.
const (
	Above   Comparison = "gt"
	Below   Comparison = "lt"
	AtLeast Comparison = "gte"
	Between Comparison = "within_range_included" // from Value to below Limit.Until
)

// Limit is the number that separates good from bad.
type Limit struct {
	Is     Comparison
	Value  float64
	Until  float64 // the first value above a range that is an alert; 0 for no range
	Unit   string
	Reason string
}

// params are those of Grafana's threshold, whose ranges include both ends.
func (l Limit) params() []float64 {
	if l.Is == Between {
		return []float64{l.Value, math.Nextafter(l.Until, math.Inf(-1))}
	}
	return []float64{l.Value}
}

// test is the condition of a template in which . has the value.
func (l Limit) test() string {
	switch l.Is {
	case AtLeast:
		return fmt.Sprintf("ge .Value %.1f", l.Value)
	case Between:
		return fmt.Sprintf("and (ge .Value %.1f) (lt .Value %.1f)", l.Value, l.Until)
	}
	return fmt.Sprintf("%s .Value %.1f", l.Is, l.Value)
}

// words say which values are an alert.
func (l Limit) words() string {
	value := strconv.FormatFloat(l.Value, 'f', -1, 64)
	if l.Is == Between {
		return fmt.Sprintf("from %s to below %s", value, strconv.FormatFloat(l.Until, 'f', -1, 64))
	}
	return map[Comparison]string{Above: "above ", Below: "below ", AtLeast: "from "}[l.Is] + value
}

// Span is a length of time that an operator may want to change.
type Span struct {
	Length time.Duration // whole seconds
	Reason string
}

// Term is one number for each alert: a query over a stretch of time.
type Term struct {
	Query  query.Query
	Window Span          // how long the stretch is; a status is judged at its end
	Ended  time.Duration // how long ago the stretch ended; 0 is now
	// Else takes the place of a number that is missing, where there is nothing to
	// measure and nothing wrong either; nil leaves it missing.
	Else *float64
}

// Rule is one alert rule. Its terms answer one number for each alert, with the
// labels of the alert as text columns.
type Rule struct {
	UID      string // at most 40 characters; stable, and never used again for another rule
	Name     string // UpperCamel with the prefix Heartline
	Severity Severity
	// Summary is the same for every alert of the rule. Firing and Resolved are templates
	// that name what it is about, with the number that is judged as .Value.
	Summary, Firing, Resolved string

	// Terms are called A, B and so on in Formula, an expression of Grafana's math, which
	// makes one number of those with the same labels. A single term needs none.
	Terms   []Term
	Formula string
	Limit   Limit
	// More are numbers within the formula that an operator may want to change.
	More   []Parameter
	For    Span
	NoData NoData

	// Dashboard and Panel are where the alert is seen.
	Dashboard string
	Panel     uint32
}

// just is the only term of a rule.
func just(q query.Query, window Span) []Term { return []Term{{Query: q, Window: window}} }

// refID names the nodes of a rule: first the terms, then the formula where there is
// one, then the threshold.
func refID(i int) string { return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[i : i+1] }

// judged names the node with the number that is compared with the limit.
func (r Rule) judged() string {
	if r.Formula == "" {
		return refID(0)
	}
	return refID(len(r.Terms))
}

// condition names the threshold.
func (r Rule) condition() string {
	if r.Formula == "" {
		return refID(1)
	}
	return refID(len(r.Terms) + 1)
}

// Description is a template for each case: the alert fires, it is resolved, it keeps
// its state because there is no number now (which Grafana writes as NaN, the only
// number that differs from itself), or the rule could not be evaluated, when there is
// no value and a template that asks for it would fail.
func (r Rule) Description() string {
	return fmt.Sprintf("{{ with $values.%s }}{{ if ne .Value .Value }}%s{{ else if %s }}%s{{ else }}%s{{ end }}{{ else }}%s{{ end }}",
		r.judged(), "There is no number now: what it is read from does not answer.", r.Limit.test(), r.Firing, r.Resolved,
		"The rule could not be evaluated: see its error, and the health of the data source.")
}

// RunbookURL is where the runbook of the rule is read: the section whose heading
// is the rule's name.
func (r Rule) RunbookURL() string { return runbooks + "#" + strings.ToLower(r.Name) }

// Parameter is a number of a rule that an operator may want to change.
type Parameter struct{ Name, Value, Unit, Reason string }

// Parameters lists those of the rule, as its runbook does. All terms have the same
// window.
func (r Rule) Parameters() []Parameter {
	return slices.Concat(
		[]Parameter{
			r.Terms[0].Window.parameter("window"),
			{"limit", r.Limit.words(), r.Limit.Unit, r.Limit.Reason},
		},
		r.More,
		[]Parameter{r.For.parameter("for")},
	)
}

func (s Span) parameter(name string) Parameter {
	value, unit := s.count()
	return Parameter{name, value, unit, s.Reason}
}

// words say how long the span is.
func (s Span) words() string {
	value, unit := s.count()
	return value + " " + unit
}

func (s Span) count() (value, unit string) {
	if s.Length >= time.Hour && s.Length%time.Hour == 0 {
		return strconv.Itoa(int(s.Length / time.Hour)), "hours"
	}
	return strconv.FormatFloat(s.Length.Minutes(), 'f', -1, 64), "minutes"
}

// Group is a list of rules that are evaluated together.
type Group struct {
	File     string // the name of the file it is written to
	Name     string
	Folder   string
	Interval time.Duration // a multiple of 10 seconds
	Rules    []Rule
}

// Groups lists every group that Heartline ships.
func Groups() []Group { return []Group{checkScripts(), requests(), goRuntime()} }
