package plugin

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/query"
)

// alertForms says in which form each query type can be alerted on.
var alertForms = map[query.Type]string{
	query.TypeMonitors:   "use query type heartbeats with format status: overdue seconds of every monitor",
	query.TypeHeartbeats: "use format status (overdue seconds of every monitor) or count",
	query.TypeLogs:       "use format count",
	query.TypeAlarms:     "use format count",
}

// variable is a template variable in any of Grafana's notations.
var variable = regexp.MustCompile(`^(\$\w+|\$\{[^}]+\}|\[\[[^\]]+\]\])$`)

// alertable checks what an alert rule needs of a query: numbers, every row, and
// no template variables.
func alertable(q query.Query, f event.Filter) error {
	switch q.Shape() {
	case query.FormatCount, query.FormatStatus:
	default:
		return fmt.Errorf("an alert rule cannot use %s in format %q, it needs numbers: %s", q.Type(), q.Shape(), alertForms[q.Type()])
	}
	if grouping(q).Top > 0 {
		return errors.New("an alert rule cannot use top, the alerts of groups that drop out of it would end: remove top and put a threshold on the counts")
	}
	for _, c := range f.Conditions {
		for _, v := range c.Values {
			if strings.HasPrefix(v, "$") || variable.MatchString(v) {
				return fmt.Errorf("the filter on %s holds %s: template variables do not reach alert rules, write the values out", c.Dimension, v)
			}
		}
	}
	if variable.MatchString(f.Text.Raw) {
		return fmt.Errorf("the text filter is %s: template variables do not reach alert rules, write the text out", f.Text.Raw)
	}
	return nil
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
