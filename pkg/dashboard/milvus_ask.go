package dashboard

import (
	"fmt"
	"strings"

	"github.com/heartline-monitor/heartline/pkg/milvus"
	"github.com/heartline-monitor/heartline/pkg/query"
)

// The expressions that the panels of Milvus are made of. Each takes matchers that
// select more closely than the variables of job and instance, which all have.

// inCollection selects what the variables of database and collection do. What a release
// does not tell by database is selected by none.
const inCollection = `db_name=~"$database", collection_name=~"$collection"`

// failing selects the requests that Milvus did not answer as it should.
const failing = `status=~"` + milvus.FailedRequests + `"`

// selector selects the series of a metric of the chosen processes.
func selector(metric string, where []string) string {
	return metric + `{` + strings.Join(append([]string{`job=~"$job", instance=~"$instance"`}, where...), ", ") + `}`
}

// aggregated puts an aggregation around an expression, one value for each value of the
// labels by; a single one where there are none.
func aggregated(operator, by, expr string) string {
	if by == "" {
		return operator + "(" + expr + ")"
	}
	return operator + " by (" + by + ") (" + expr + ")"
}

// perSecond is how fast a counter grows, for each value of the labels by.
func perSecond(by, metric string, where ...string) string {
	return aggregated("sum", by, "rate("+selector(metric, where)+"[$__rate_interval])")
}

// grownBy is by how much a counter grew within a window, for each value of the labels by.
func grownBy(window, by, metric string, where ...string) string {
	return aggregated("sum", by, "increase("+selector(metric, where)+"["+window+"])")
}

// totalOf adds a gauge up, for each value of the labels by.
func totalOf(by, metric string, where ...string) string {
	return aggregated("sum", by, selector(metric, where))
}

// highest is the largest of a gauge, for each value of the labels by.
func highest(by, metric string, where ...string) string {
	return aggregated("max", by, selector(metric, where))
}

// quantile is estimated from the buckets of a histogram, for each value of the labels by.
func quantile(q float64, by, metric string, where ...string) string {
	by = strings.TrimPrefix(by+", le", ", ")
	return fmt.Sprintf("histogram_quantile(%g, %s)", q, perSecond(by, metric+"_bucket", where...))
}

// average is that of a histogram, for each value of the labels by; nothing while nothing
// is observed.
func average(by, metric string) string {
	return perSecond(by, metric+"_sum") + " / (" + perSecond(by, metric+"_count") + " > 0)"
}

// shareOf is part over whole, 0 where there is no part of a whole; nothing where there
// is no whole.
func shareOf(part, whole string) string {
	return fmt.Sprintf("(%s or 0 * %s) / (%s > 0)", part, whole, whole)
}

// orZero is 0 where an expression has nothing, as long as a process is scraped: that
// nothing was counted is good news, that nobody is asked is not.
func orZero(expr string) string { return expr + " or 0 * count(" + selector("up", nil) + ")" }

// orNone is orZero for series: the line at 0 is called none.
func orNone(label, expr string) string {
	return fmt.Sprintf(`%s or on () label_replace(0 * count(%s), %q, "none", "", "")`, expr, selector("up", nil), label)
}

// largest keeps the n largest, where there may be more series than can be read.
func largest(n int, expr string) string { return fmt.Sprintf("topk(%d, %s)", n, expr) }

// overTime asks for an expression over time.
func overTime(legend, expr string) query.Query {
	return &query.PromQL{Format: query.FormatSeries, Expr: expr, Legend: legend, Lenient: true}
}

// atEnd asks for the numbers that an expression has at the end of the range.
func atEnd(legend, expr string) query.Query {
	return &query.PromQL{Format: query.FormatInstant, Expr: expr, Legend: legend, Lenient: true}
}
