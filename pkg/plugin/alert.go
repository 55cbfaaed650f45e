package plugin

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/query"
	"github.com/heartline-monitor/heartline/pkg/signal/prometheus"
)

// alertForms says in which formats each query type can be alerted on, and how
// to say it where the format is another.
var alertForms = map[query.Type]struct {
	formats []query.Format
	remedy  string
}{
	query.TypeMonitors:   {nil, "use query type heartbeats with format status: overdue seconds of every monitor"},
	query.TypeHeartbeats: {[]query.Format{query.FormatCount, query.FormatStatus}, "use format status (overdue seconds of every monitor) or count"},
	query.TypeLogs:       {[]query.Format{query.FormatCount}, "use format count"},
	query.TypeAlarms:     {[]query.Format{query.FormatCount}, "use format count"},
	query.TypeSignals:    {[]query.Format{query.FormatInstant, query.FormatSeries}, "use format instant (one number for each service) or series"},
	query.TypeLive:       {nil, "use query type signals with format instant: the same signal over the rule's range"},
	query.TypePromQL:     {[]query.Format{query.FormatInstant, query.FormatSeries}, "use format instant (one number for each label set) or series"},
	query.TypeReport:     {nil, "use query type signals with format instant: the figures of a report are signals"},
}

// variable is a template variable in any of Grafana's notations.
var variable = regexp.MustCompile(`^(\$\w+|\$\{[^}]+\}|\[\[[^\]]+\]\])$`)

// alertable checks what an alert rule needs of a query: numbers, every row, and
// no template variables.
func alertable(q query.Query) error {
	form := alertForms[q.Type()]
	if !slices.Contains(form.formats, q.Shape()) {
		return fmt.Errorf("an alert rule cannot use %s in format %q, it needs numbers: %s", q.Type(), q.Shape(), form.remedy)
	}
	if grouping(q).Top > 0 {
		return errors.New("an alert rule cannot use top, the alerts of groups that drop out of it would end: remove top and put a threshold on the counts")
	}
	switch q := q.(type) {
	case *query.Signals:
		for _, name := range q.Services {
			if isVariable(name) {
				return fmt.Errorf("services holds %s: template variables do not reach alert rules, write the names out, or leave them out for all services", name)
			}
		}
	case *query.PromQL:
		if found := unexpanded(q.Expr); found != "" {
			return fmt.Errorf("expr holds %s: template variables do not reach alert rules, write the value out", found)
		}
	}
	return nil
}

// withoutVariables refuses a filter of events that holds a template variable.
func withoutVariables(f event.Filter) error {
	for _, c := range f.Conditions {
		for _, v := range c.Values {
			if isVariable(v) {
				return fmt.Errorf("the filter on %s holds %s: template variables do not reach alert rules, write the values out", c.Dimension, v)
			}
		}
	}
	if variable.MatchString(f.Text.Raw) {
		return fmt.Errorf("the text filter is %s: template variables do not reach alert rules, write the text out", f.Text.Raw)
	}
	return nil
}

// isVariable is for names: none of them begins with a dollar.
func isVariable(v string) bool { return strings.HasPrefix(v, "$") || variable.MatchString(v) }

// inExpression finds template variables in PromQL, where a dollar has other
// meanings too: the end of a line in a regular expression, and the groups that
// label_replace puts in.
var inExpression = regexp.MustCompile(`\$([A-Za-z_]\w*)|\$\{([A-Za-z_]\w*)(?::\w+)?\}|\[\[(\w+)\]\]`)

// unexpanded is the first template variable in an expression that nobody
// replaces before Prometheus reads it.
func unexpanded(expr string) string {
	for _, m := range inExpression.FindAllStringSubmatch(prometheus.Expand(expr, time.Minute, time.Hour, time.Minute), -1) {
		name := cmp.Or(m[1], m[2], m[3])
		if !strings.Contains(expr, "(?P<"+name+">") && !strings.Contains(expr, "(?<"+name+">") {
			return m[0]
		}
	}
	return ""
}

// grouping is the part of a query that shapes its counts.
func grouping(q query.Query) query.Grouping {
	switch q := q.(type) {
	case *query.Heartbeats:
		return q.Grouping
	case *query.Logs:
		return q.Grouping
	case *query.Alarms:
		return q.Grouping
	}
	return query.Grouping{}
}
