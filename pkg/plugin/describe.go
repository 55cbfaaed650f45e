package plugin

import (
	"fmt"
	"strings"
	"time"

	"github.com/heartline-monitor/heartline/pkg/query"
)

// describe says in one line what was asked, for the query inspector.
func describe(q query.Query, r request, detail string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", q.Type(), q.Shape())
	if detail != "" {
		fmt.Fprintf(&b, " %s", detail)
	}
	var where []string
	for _, c := range r.filter.Conditions {
		where = append(where, fmt.Sprintf("%s %s %s", c.Dimension, c.Operator, strings.Join(c.Values, "|")))
	}
	if !r.filter.Text.Empty() {
		where = append(where, fmt.Sprintf("message contains %q", r.filter.Text.Raw))
	}
	if len(where) > 0 {
		fmt.Fprintf(&b, " where %s", strings.Join(where, " and "))
	}
	zone := r.store.Location()
	fmt.Fprintf(&b, " from %s to %s %s", r.span.From.In(zone).Format(time.DateTime), r.span.To.In(zone).Format(time.DateTime), zone)
	return b.String()
}
