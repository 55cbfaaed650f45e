package dashboard

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/prometheus/prometheus/promql/parser"

	"github.com/heartline-monitor/heartline/pkg/milvus"
)

// quantity is what numbers mean. Nothing is said of what is unknown.
type quantity struct {
	is        string // s, ms, µs, bytes, MiB, count, ratio, percent, unix (s), unix ns, number or unknown
	perSecond bool
	of        float64 // the number itself
}

// exceptions are units that names do not tell, from the code that sets the metrics.
var exceptions = map[string]string{
	"internal_core_search_latency":                 "µs",
	"milvus_datacoord_compacted_segment_size":      "bytes",
	"milvus_datacoord_store_level0_segment_size":   "bytes",
	"milvus_datanode_flushed_data_size":            "bytes",
	"milvus_datanode_write_data_count":             "bytes",
	"milvus_indexnode_index_task_latency_in_queue": "ms",
	"milvus_lock_time_cost":                        "ms",
	"milvus_proxy_limiter_rate":                    "unknown", // bytes or requests, by the kind
	"milvus_proxy_max_insert_rate":                 "bytes per second",
	"milvus_querycoord_last_heartbeat_timestamp":   "unix ns",
	"milvus_querynode_disk_used_size":              "MiB",
	"milvus_querynode_estimate_cpu_usage":          "percent",
	"milvus_querynode_segment_prune_bias":          "ratio",
	"milvus_rootcoord_qn_mem_high_water_level":     "ratio",
	"milvus_rootcoord_time_tick_delay":             "ms",
	"milvus_rootcoord_timestamp":                   "unknown", // a hybrid timestamp: milliseconds and a counter
	"milvus_rootcoord_timestamp_saved":             "unix",
	"process_start_time_seconds":                   "unix",
	"go_memstats_last_gc_time_seconds":             "unix",
}

// unitsOfNames are tried in their order.
var unitsOfNames = []struct {
	name *regexp.Regexp
	unit string
}{
	{regexp.MustCompile(`^milvus_indexnode_.*_latency$`), "s"},
	{regexp.MustCompile(`(_unix_seconds|_time_tick)$`), "unix"},
	{regexp.MustCompile(`_mb$`), "MiB"},
	{regexp.MustCompile(`_seconds(_total)?$`), "s"},
	{regexp.MustCompile(`(_latency(_in_queue|_per_vector)?|_duration|_ms)$`), "ms"},
	{regexp.MustCompile(`(_bytes(_total|_count|_counter)?|(kv|binlog|files|buffer|entity|zero)_size|disk_quota)$`), "bytes"},
	{regexp.MustCompile(`_ratio$`), "ratio"},
}

func unitOf(f milvus.Family) quantity {
	if unit, ok := exceptions[f.Name]; ok {
		plain, perSecond := strings.CutSuffix(unit, " per second")
		return quantity{is: plain, perSecond: perSecond}
	}
	for _, u := range unitsOfNames {
		if u.name.MatchString(f.Name) {
			return quantity{is: u.unit}
		}
	}
	return quantity{is: "count"}
}

// shownAs are the quantities that Grafana's units are for.
var shownAs = map[string][]quantity{
	"ms":     {{is: "ms"}},
	"s":      {{is: "s"}},
	"µs":     {{is: "µs"}},
	"bytes":  {{is: "bytes"}},
	"mbytes": {{is: "MiB"}},
	"Bps":    {{is: "bytes", perSecond: true}},
	"MiBs":   {{is: "MiB", perSecond: true}},
	"reqps":  {{is: "count", perSecond: true}},
	"ops":    {{is: "count", perSecond: true}},
	// Seconds of a processor in a second are processors; an average of counts is a ratio.
	"short":       {{is: "count"}, {is: "ratio"}, {is: "s", perSecond: true}},
	"locale":      {{is: "count"}},
	"none":        {{is: "count"}},
	"percentunit": {{is: "ratio"}},
	"percent":     {{is: "percent"}},
}

// fits reports whether Grafana's unit is right for a quantity.
func (q quantity) fits(unit string) bool {
	known, ok := shownAs[unit]
	q.of = 0
	return ok && (q.is == "unknown" || q.is == "number" || slices.Contains(known, q))
}

// conversions are what numbers make of units.
var conversions = map[string]map[float64]string{
	"ms": {1e-3: "s"}, "s": {1e3: "ms"}, "µs": {1e-3: "ms", 1e-6: "s"}, "unix ns": {1e-9: "unix"}, "ratio": {100: "percent"},
}

func (q quantity) times(n float64) quantity {
	if n == 0 {
		return quantity{is: "number"}
	}
	for factor, unit := range conversions[q.is] {
		if n/factor > 0.999 && n/factor < 1.001 {
			q.is = unit
		}
	}
	return q
}

// combined is the unit of two that are computed with.
func (l *linter) combined(b *parser.BinaryExpr, left, right quantity) quantity {
	if left.is == "unknown" || right.is == "unknown" {
		return quantity{is: "unknown"}
	}
	switch b.Op {
	case parser.LAND, parser.LUNLESS:
		return left
	case parser.MUL:
		return l.product(b, left, right)
	case parser.DIV:
		return divided(left, right)
	case parser.SUB:
		if left.is == "unix" && right.is == "unix" {
			return quantity{is: "s"}
		}
	}
	left.of, right.of = 0, 0
	switch {
	case left.is == "number":
		return right
	case right.is != "number" && left != right:
		l.complain("%s: %v and %v do not go together", b, left, right)
	}
	return left
}

func (l *linter) product(b *parser.BinaryExpr, left, right quantity) quantity {
	switch {
	case left.is == "number":
		return right.times(left.of)
	case right.is == "number":
		return left.times(right.of)
	}
	l.complain("%s: the linter does not know what %v times %v is", b, left, right)
	return quantity{is: "unknown"}
}

func divided(left, right quantity) quantity {
	count := quantity{is: "count", perSecond: left.perSecond}
	switch {
	case right.is == "number":
		return left.times(1 / right.of)
	case left == right:
		return quantity{is: "ratio"}
	case right == count: // an average
		return quantity{is: left.is}
	case left == quantity{is: "s", perSecond: true} && right == quantity{is: "count"}:
		return quantity{is: "ratio"} // of a processor's time and processors
	}
	return quantity{is: "unknown"}
}

// called is what a function gives.
func (l *linter) called(c *parser.Call) finding {
	var args []finding
	for _, a := range c.Args {
		args = append(args, l.of(a))
	}
	name := c.Func.Name
	switch name {
	case "time":
		return finding{unit: quantity{is: "unix"}}
	case "vector", "scalar":
		return finding{labels: map[string]bool{}, unit: args[0].unit}
	case "rate", "irate", "increase":
		return l.grows(c, args[0])
	case "changes", "resets", "count_over_time", "present_over_time", "absent", "absent_over_time":
		return finding{labels: args[0].labels, unit: quantity{is: "count"}}
	case "histogram_quantile":
		return l.quantile(c, args[1])
	case "label_replace":
		found := finding{labels: maps.Clone(args[0].labels), unit: args[0].unit}
		found.labels[c.Args[1].(*parser.StringLiteral).Val] = true
		return found
	case "delta", "clamp_min", "clamp_max", "abs", "ceil", "floor", "round", "sort", "sort_desc",
		"max_over_time", "min_over_time", "avg_over_time", "last_over_time":
		if args[0].counted && name != "last_over_time" {
			l.complain("%s takes %s of a counter", c, name)
		}
		return args[0]
	case "quantile_over_time":
		return args[1]
	}
	l.complain("%s: the linter does not know the function %s", c, name)
	return finding{unit: quantity{is: "unknown"}}
}

func (l *linter) grows(c *parser.Call, of finding) finding {
	if !of.counted && of.unit.is != "unknown" {
		l.complain("%s takes the growth of a gauge", c)
	}
	of.counted = false
	if of.unit.is != "unknown" {
		of.unit.perSecond = c.Func.Name != "increase"
	}
	return of
}

func (l *linter) quantile(c *parser.Call, of finding) finding {
	if of.unit.is != "unknown" && (!of.buckets || !of.labels["le"]) {
		l.complain("%s is no quantile: there are no buckets with le", c)
	}
	of.labels = maps.Clone(of.labels)
	delete(of.labels, "le")
	of.buckets, of.unit.perSecond = false, false
	return of
}
