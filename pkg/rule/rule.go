// Package rule holds alert rules as data: what is asked, from which number on it
// is an alert, how long it must last, and where to read on. Check says what is
// wrong with a rule; Write renders the rules as files for Grafana's provisioning.
package rule

import (
	"fmt"
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
	Above Comparison = "gt"
	Below Comparison = "lt"
)

// Limit is the number that separates good from bad.
type Limit struct {
	Is     Comparison
	Value  float64
	Unit   string
	Reason string
}

// Span is a length of time that an operator may want to change.
type Span struct {
	Length time.Duration // whole seconds
	Reason string
}

// Rule is one alert rule. Its query answers one number for each alert, with the
// labels of the alert as text columns.
type Rule struct {
	UID      string // at most 40 characters; stable, and never used again for another rule
	Name     string // UpperCamel with the prefix Heartline
	Severity Severity
	// Summary is the same for every alert of the rule; Description is a template
	// that names which monitor it is and the value.
	Summary, Description string

	Query  query.Query
	Window Span // how far back the query looks; a status is judged at its end, which is now
	Limit  Limit
	For    Span
	NoData NoData

	// Dashboard and Panel are where the alert is seen.
	Dashboard string
	Panel     uint32
}

// RunbookURL is where the runbook of the rule is read: the section whose heading
// is the rule's name.
func (r Rule) RunbookURL() string { return runbooks + "#" + strings.ToLower(r.Name) }

// Parameter is a number of a rule that an operator may want to change.
type Parameter struct{ Name, Value, Unit, Reason string }

// Parameters lists those of the rule, as its runbook does.
func (r Rule) Parameters() []Parameter {
	return []Parameter{
		r.Window.parameter("window"),
		{"limit", fmt.Sprintf("%s %s", map[Comparison]string{Above: "above", Below: "below"}[r.Limit.Is],
			strconv.FormatFloat(r.Limit.Value, 'f', -1, 64)), r.Limit.Unit, r.Limit.Reason},
		r.For.parameter("for"),
	}
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
func Groups() []Group { return []Group{checkScripts()} }
