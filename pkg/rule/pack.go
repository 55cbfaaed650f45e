// Package rule holds alert and recording rules: read from files in Prometheus' format
// with what Heartline adds to it, their parameters put in, checked, and rendered for
// Grafana's provisioning and for Prometheus. docs/rules.md describes the format.
package rule

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Renderer names what rules can be written for.
type Renderer string

// The renderers.
const (
	Grafana    Renderer = "grafana"
	Prometheus Renderer = "prometheus"
)

// Renderers lists them all.
var Renderers = []Renderer{Grafana, Prometheus}

// Severity says how soon somebody must act.
type Severity string

// The severities of the shipped rules. A pack may name others.
const (
	Critical Severity = "critical" // now
	Warning  Severity = "warning"  // today
	Info     Severity = "info"     // when you come across it
)

// NoData says what Grafana does when the query of a rule answers nothing at all.
type NoData string

// What a rule can do without data.
const (
	NoDataAlerts    NoData = "Alerting" // silence is the fault
	NoDataIsOK      NoData = "OK"       // nothing to count is nothing wrong
	NoDataKeepsLast NoData = "KeepLast" // alerts stay as they are
)

// Pack is the content of one rule file, its parameters put in.
type Pack struct {
	Name     string // the name of the file without its ending
	File     string // as it was named when it was read
	Title    string
	Folder   string     // Grafana's
	Renders  []Renderer // for what it is written where nobody says otherwise
	Runbooks Runbooks
	// Severities are the values that the label severity may have.
	Severities []string
	// TargetLabels are those that a scrape adds to every series, beside job and instance.
	TargetLabels []string
	Parameters   []Parameter // of all its rules
	Retired      []string    // uids of rules that are gone
	Groups       []Group

	source []byte
	places
}

// Runbooks are the pages that say what to do about an alert: a heading for each.
type Runbooks struct {
	URL  string // of the page; # and the alert's name in lower case are added
	File string // the same page in Markdown, from the folder of the rule file
	// Text is the content of File where it could be read.
	Text string
}

// Group is a list of rules that are evaluated together.
type Group struct {
	Name     string
	Interval time.Duration // a multiple of 10 seconds in Grafana; 0 is what is usual there
	Offset   time.Duration // how long ago the values are that are looked at
	Limit    int           // of alerts or series; Prometheus only; 0 is none
	Rules    []Rule

	places
}

// Pair is a label or an annotation.
type Pair struct{ Name, Value string }

// Panel is where an alert is seen.
type Panel struct {
	Dashboard string // uid
	ID        uint32
}

// Rule is one rule. An alert has an expression in PromQL, or terms that ask the
// Heartline data source; a recording rule has an expression.
type Rule struct {
	Alert, Record string // one of them
	Expr          string // PromQL
	// Raw takes the place of Expr in Grafana: the same question without series that other
	// rules record, which a Grafana cannot count on. Empty where Expr asks for none.
	Raw string
	// For is how long the condition must hold, KeepFiringFor how long an alert stays when it does not any more.
	For, KeepFiringFor  time.Duration
	Labels, Annotations []Pair

	UID    string // at most 40 characters; stable, and never used again for another rule
	Panel  Panel  // zero where there is none
	Unit   string // of the value
	NoData NoData
	// Missing is after how many evaluations without it an alert is resolved in Grafana; 0 is the default.
	Missing    int
	Parameters []Parameter // its own

	Asked // for a rule that asks the Heartline data source

	expr, raw written
	places
}

// Name is that of the alert or of the recorded series.
func (r Rule) Name() string {
	if r.Alert != "" {
		return r.Alert
	}
	return r.Record
}

// Label is the value of a label, empty where the rule has none of this name.
func (r Rule) Label(name string) string { return valueOf(r.Labels, name) }

// Annotation is the text of an annotation, empty where the rule has none of this name.
func (r Rule) Annotation(name string) string { return valueOf(r.Annotations, name) }

func valueOf(pairs []Pair, name string) string {
	for _, p := range pairs {
		if p.Name == name {
			return p.Value
		}
	}
	return ""
}

// inGrafana is the expression that Grafana evaluates.
func (r Rule) inGrafana() string { return cmp.Or(r.Raw, r.Expr) }

// RunbookURL is where the runbook of an alert is read; empty where neither the rule nor
// its pack says.
func (p Pack) RunbookURL(r Rule) string {
	if url := r.Annotation("runbook_url"); url != "" || p.Runbooks.URL == "" {
		return url
	}
	return p.Runbooks.URL + "#" + strings.ToLower(r.Alert)
}

// Count says how many alerts and recording rules the pack has.
func (p Pack) Count() (alerts, recordings int) {
	for _, r := range p.Rules() {
		if r.Alert != "" {
			alerts++
		} else {
			recordings++
		}
	}
	return alerts, recordings
}

// Rules lists the rules of all groups.
func (p Pack) Rules() []Rule {
	var all []Rule
	for _, g := range p.Groups {
		all = append(all, g.Rules...)
	}
	return all
}

// Rendered says whether the pack is written for r where nobody says otherwise.
func (p Pack) Rendered(r Renderer) bool { return slices.Contains(p.Renders, r) }

// places remember where in the file the fields were written; "" is the whole.
type places map[string]Position

// at is where a field is written, or else what it belongs to.
func (p places) at(field string) Position {
	for {
		if place, known := p[field]; known {
			return place
		}
		if field == "" {
			return Position{}
		}
		cut := max(strings.LastIndexByte(field, '.'), 0)
		field = field[:cut]
	}
}
