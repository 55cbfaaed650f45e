// Package cluster reads how a Milvus is doing from the Prometheus that scrapes it:
// its health, its performance and what it holds, each with its recent past.
package cluster

import (
	"strings"

	"github.com/heartline-monitor/heartline/pkg/milvus"
)

// unit says how the values of a figure are written.
type unit int

const (
	plain unit = iota
	perSecond
	inMilliseconds
	inSeconds
	inPercent
	inBytes
	inCores
)

// figure is one number of a Milvus at every instant.
type figure struct {
	name string
	unit unit
	// expr is PromQL; $selector stands for the matchers of the Milvus.
	expr string
	// good says whether a value is as it should be; nil where none is good or bad.
	good func(float64) bool
	// zero says that nothing means none: its series begin with the first event.
	zero bool
}

// section is what one heading has below it.
type section struct {
	title   string
	figures []figure
}

func none(v float64) bool                     { return v == 0 }
func atMost(limit float64) func(float64) bool { return func(v float64) bool { return v <= limit } }

// sections are the figures in their order. What is good is what the alert rules of
// the same names take for good: docs/runbooks.md.
var sections = []section{
	{"Health", []figure{
		{name: "targets down", expr: `count(up{$selector} == 0)`, zero: true, good: none},
		{name: "nodes", expr: `sum(milvus_num_node{$selector})`},
		{name: "restarts in 30 minutes", expr: `max(changes(process_start_time_seconds{$selector}[30m]))`, good: atMost(2)},
		{name: "writes or reads denied", expr: `count(milvus_rootcoord_quota_states{$selector} > 0)`, zero: true, good: none},
		{name: "oldest channel checkpoint", unit: inSeconds, good: atMost(3600),
			expr: `max(time() - milvus_datacoord_channel_checkpoint_unix_seconds{$selector} < 7 * 86400)`},
		{name: "pending compactions", expr: `sum(milvus_datacoord_compaction_task_num{$selector, status="pending"})`, zero: true, good: atMost(100)},
	}},
	{"Performance", []figure{
		{name: "requests", unit: perSecond, expr: `sum(rate(milvus_proxy_req_count{$selector, status="total"}[5m]))`},
		{name: "failed requests", unit: inPercent, good: atMost(5), expr: `100 * (sum(rate(milvus_proxy_req_count{$selector, status=~"` + milvus.FailedRequests + `"}[5m])) or vector(0))` +
			` / (sum(rate(milvus_proxy_req_count{$selector, status="total"}[5m])) > 0)`},
		{name: "search p95", unit: inMilliseconds, good: atMost(1000), expr: quantile("0.95", `milvus_proxy_sq_latency_bucket{$selector, query_type=~"search|hybrid_search"}`)},
		{name: "query p95", unit: inMilliseconds, expr: quantile("0.95", `milvus_proxy_sq_latency_bucket{$selector, query_type="query"}`)},
		{name: "insert p95", unit: inMilliseconds, expr: quantile("0.95", `milvus_proxy_mutation_latency_bucket{$selector, msg_type="insert"}`)},
		{name: "wait at the proxy p99", unit: inMilliseconds, good: atMost(200), expr: quantile("0.99", `milvus_proxy_req_in_queue_latency_bucket{$selector}`)},
		{name: "CPU", unit: inCores, expr: `sum(rate(process_cpu_seconds_total{$selector}[5m]))`},
		{name: "memory", unit: inBytes, expr: `sum(process_resident_memory_bytes{$selector})`},
	}},
	{"Business", []figure{
		{name: "collections", expr: `sum(milvus_rootcoord_collection_num{$selector})`},
		{name: "entities stored", expr: `sum(milvus_datacoord_stored_rows_num{$selector})`},
		{name: "entities loaded", expr: `sum(milvus_querynode_entity_num{$selector})`},
		{name: "vectors searched for", unit: perSecond, expr: `sum(rate(milvus_proxy_search_vectors_count{$selector}[5m]))`, zero: true},
		{name: "vectors inserted", unit: perSecond, expr: `sum(rate(milvus_proxy_insert_vectors_count{$selector}[5m]))`, zero: true},
		{name: "segments", expr: `sum(milvus_datacoord_segment_num{$selector, segment_state!="Dropped"})`},
		{name: "size of the data", unit: inBytes, expr: `sum(milvus_datacoord_stored_binlog_size{$selector})`},
	}},
}

func quantile(q, series string) string {
	return "histogram_quantile(" + q + ", sum by (le) (rate(" + series + "[5m])))"
}

// of gives the expression for the Milvus that the matchers select.
func (f figure) of(selector string) string {
	expr := strings.ReplaceAll(f.expr, "$selector", selector)
	if f.zero {
		expr = "(" + expr + ") or vector(0)"
	}
	return expr
}
