package prometheus

import (
	"fmt"
	"slices"

	"github.com/prometheus/common/model"

	facts "github.com/heartline-monitor/heartline/pkg/milvus" // this package's milvus is the dialect
	"github.com/heartline-monitor/heartline/pkg/signal"
)

// How a request ended is in the label status of milvusRequests. "total" counts each
// request once more, when it begins: it is never added to the others. What the caller
// did wrong is no error, like a status of 4xx of an HTTP server.
const (
	allRequests    = `status="total"`
	failedRequests = `status=~"` + facts.FailedRequests + `"`
	// refusedRequests are those rejected and, from 2.5 on, those that the client is
	// told to try again, as it is when it exceeds a rate limit.
	refusedRequests = `status=~"rejected|rejected_user|rejected_system|retry"`
	limitedRequests = `status="fail"` // of milvusLimited
)

// milvusFunctions are the functions that latencies are of, by the names that
// milvusReads and milvusWrites have for them, so that an operation has one name.
var milvusFunctions = map[string]string{
	"search": "Search", "hybrid_search": "HybridSearch", "query": "Query",
	"insert": "Insert", "delete": "Delete", "upsert": "Upsert",
}

// milvusFunction is the one name of an operation.
func milvusFunction(name string) string {
	if function, ok := milvusFunctions[name]; ok {
		return function
	}
	return name
}

// planRequests answers what the counter of requests tells.
func (d milvus) planRequests(s *Source, v *inventory, r signal.Request) (*plan, error) {
	by, keys, err := d.split(v, r, milvusRequests)
	if err != nil {
		return nil, err
	}
	rate := func(w view, matcher string) string { return s.sumRate(milvusRequests, by, w, matcher) }
	p := &plan{scrape: v.scrape, lookback: true, keys: keys}
	fill := v.names[upMetric] && (r.Signal == signal.QPS || r.Signal == signal.Requests)
	p.expr = func(w view) string {
		all := rate(w, allRequests)
		if share := s.share(r, w, rate, all); share != "" {
			return share
		}
		expr := all
		if slices.Contains(r.SplitBy, signal.Status) {
			failed := orZero(rate(w, failedRequests), all)
			expr = labelled(fmt.Sprintf("clamp_min(%s - %s, 0)", all, failed), statusLabel, signal.StatusSuccess) +
				" or " + labelled(failed, statusLabel, signal.StatusError)
		}
		if r.Signal == signal.Requests {
			expr = "(" + expr + ") * " + number(w.window.Seconds())
		}
		if fill {
			expr += " or " + s.whereKnown(w, len(r.SplitBy) > 0)
		}
		return expr
	}
	return p, nil
}

// share is the expression of the percentage of requests that a signal is of, "" for
// a signal that is none. Series of failures begin with the first one.
func (s *Source) share(r signal.Request, w view, rate func(view, string) string, all string) string {
	switch r.Signal {
	case signal.Success:
		return fmt.Sprintf("100 * clamp_min(1 - %s / %s, 0)", orZero(rate(w, failedRequests), all), all)
	case signal.Errors:
		return fmt.Sprintf("100 * clamp_max(%s / %s, 1)", orZero(rate(w, failedRequests), all), all)
	case signal.Rejections:
		refused := orZero(rate(w, refusedRequests), all)
		if len(r.SplitBy) == 0 { // up to 2.4 only the rate limiter's own counter, which has other labels, knows whom it refused
			limited := orZero(s.sumRate(milvusLimited, nil, w, limitedRequests), all)
			refused = fmt.Sprintf("(%s >= %s or %s)", refused, limited, limited)
		}
		return fmt.Sprintf("100 * clamp_max(%s / %s, 1)", refused, all)
	}
	return ""
}

// orZero is an expression, or 0 where there is only the other.
func orZero(expr, other string) string { return fmt.Sprintf("(%s or 0 * %s)", expr, other) }

// millisecond is the unit of Milvus' latencies, in seconds.
const millisecond = 0.001

// planLatency answers from the latencies of reads and of writes, which have the same
// buckets and tell different requests apart: they are added up.
func (d milvus) planLatency(s *Source, v *inventory, r signal.Request) (*plan, error) {
	if slices.Contains(r.SplitBy, signal.Status) {
		return nil, &signal.Unsupported{Signal: r.Signal, Reason: "Milvus times the requests that succeeded only: leave status out of splitBy"}
	}
	by, keys, err := d.split(v, r, milvusReads, milvusWrites)
	if err != nil {
		return nil, err
	}
	p := &plan{scrape: v.scrape, lookback: true, keys: keys}
	p.notes = append([]string{"the latency is of searches, queries, inserts, upserts and deletes that succeeded"}, milvusResolution(v, r.Stat)...)
	p.expr = func(w view) string {
		if r.Stat == signal.Avg {
			return fmt.Sprintf("%s * %s / %s", number(millisecond), s.latencyRate("_sum", by, w), s.latencyRate("_count", by, w))
		}
		return fmt.Sprintf("%s * histogram_quantile(%s, %s)", number(millisecond), quantile(r.Stat), s.latencyRate("_bucket", append(slices.Clone(by), model.BucketLabel), w))
	}
	return p, nil
}

// latencyRate is the rate of reads and writes in one of a histogram's series.
func (s *Source) latencyRate(suffix string, by []string, w view) string {
	both := s.metric("", named([]string{milvusReads + suffix, milvusWrites + suffix}))
	return fmt.Sprintf("sum%s(rate(%s[%s]))", grouping(by), both, duration(w.rate))
}

func milvusResolution(v *inventory, stat signal.Stat) []string {
	for _, metric := range []string{milvusReads, milvusWrites} {
		if bounds := v.bounds[metric]; len(bounds) > 0 {
			seconds := make([]float64, len(bounds))
			for i, bound := range bounds {
				seconds[i] = bound * millisecond
			}
			return family{candidate: candidate{name: metric}, buckets: true}.resolution(seconds, stat)
		}
	}
	return nil
}

func (milvus) planBuckets(s *Source, v *inventory) (*plan, error) {
	return s.heatPlan(v, millisecond, func(w view) string { return s.latencyRate("_bucket", []string{model.BucketLabel}, w) }), nil
}
