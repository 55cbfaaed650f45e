package dashboard

import (
	sdk "github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/heartline-monitor/heartline/pkg/query"
)

// Panels of Milvus requests that alert rules lead to.
const (
	MilvusErrorsPanel         uint32 = 3
	MilvusRateLimitedPanel    uint32 = 5
	MilvusSearchLatencyPanel  uint32 = 6
	MilvusProxyQueuePanel     uint32 = 20
	MilvusSlowQueriesPanel    uint32 = 27
	MilvusReadQueuePanel      uint32 = 40
	MilvusWaitTSafePanel      uint32 = 41
	MilvusPartialResultsPanel uint32 = 47
)

var milvusRequests = milvusBoard{
	uid: MilvusRequestsUID, title: "Milvus requests", collections: true,
	description: "What is asked of Milvus, how it is answered, and where the time goes: from the proxies down to the segments.",
	sections: func() []section {
		return []section{
			{id: 100, title: "Traffic", panels: milvusTraffic()},
			{id: 101, title: "Latency", panels: milvusLatency()},
			{id: 102, title: "By collection", panels: milvusByCollection()},
			{id: 103, title: "Inside the proxy", panels: milvusProxy()},
			{id: 104, title: "Query nodes", panels: milvusQueryNodes()},
			{id: 105, title: "Inside a search", panels: milvusSearches(), collapsed: true},
			{id: 106, title: "Knowhere, the search library (of the C++ core)", panels: milvusKnowhere(), collapsed: true},
			{id: 107, title: "Interfaces and users", panels: milvusInterfaces(), collapsed: true},
		}
	},
}

// Of what is counted by status, one is the sum of the others: never add all of them up.
const (
	everyRequest = `status="total"`
	parts        = `status!="total"`
)

func milvusTraffic() []drawn {
	byFunction := func(status string) string {
		return perSecond("function_name", "milvus_proxy_req_count", status, inCollection)
	}
	return []drawn{
		stacked(panel{
			id: 1, title: "Requests by function", unit: "reqps",
			description: "Requests per second of the ten functions with most. Good: the mix and the level that are usual at this time.",
		}, overTime("{{function_name}}", largest(10, byFunction(everyRequest)))),
		stacked(panel{
			id: 2, title: "Requests by status", unit: "reqps", overrides: statesOfRequests(),
			description: "How requests ended: the states without total, which is all of them together. Good: green; abandoned ones waited too long, rejected ones met a limit.",
		}, overTime("{{status}}", perSecond("status", "milvus_proxy_req_count", parts, inCollection))),
		plot(panel{
			id: MilvusErrorsPanel, title: "Failed requests", unit: "percentunit", thresholds: alarmFrom(0.05), alerts: []string{"MilvusRequestErrorRatioHigh"},
			description: "Which share of the requests failed, was abandoned or was rejected; what clients did wrong is left out where Milvus tells it apart (3.x). Good: below 1 %.",
			noValue:     "No requests",
		}, overTime("{{job}}", shareOf(perSecond("job", "milvus_proxy_req_count", failing, inCollection), perSecond("job", "milvus_proxy_req_count", everyRequest, inCollection)))),
		stacked(panel{
			id: 4, title: "Failed, rejected and abandoned, by function", unit: "reqps",
			description: "Which functions are not answered as they should be, of the ten with most. Good: nothing.",
		}, overTime("{{function_name}} {{status}}", orNone("function_name", largest(10, perSecond("function_name, status", "milvus_proxy_req_count", failing, inCollection))+" > 0"))),
		stacked(panel{
			id: MilvusRateLimitedPanel, title: "Rate-limited requests", unit: "reqps", alerts: []string{"MilvusRateLimited"},
			description: "Requests per second that the rate limiter refused, by what they wanted. Good: none; else clients must slow down, or the limits fit no more.",
		}, overTime("{{msg_type}}", orNone("msg_type", perSecond("msg_type", "milvus_proxy_rate_limit_req_count", `status=~"fail.*|rejected.*"`)))),
		plot(panel{
			id: 19, title: "Cancelled and tried again", unit: "reqps",
			description: "Requests that clients gave up, and those that Milvus tried again. Good: hardly any; cancelled ones are clients whose timeout is shorter than the answer.",
		}, overTime("{{status}}", orNone("status", perSecond("status", "milvus_proxy_req_count", `status=~"cancel|retry"`, inCollection)))),
	}
}

func milvusLatency() []drawn {
	return []drawn{
		plot(panel{
			id: MilvusSearchLatencyPanel, title: "Search and query p95", unit: "ms", thresholds: warnFrom(1000), alerts: []string{"MilvusSearchLatencyHigh"},
			description: "How long all but the slowest twentieth of the searches and queries took at most. Good: tens of milliseconds, level.",
		}, overTime("{{query_type}}", quantile(0.95, "query_type", "milvus_proxy_sq_latency", inCollection))),
		plot(panel{
			id: 7, title: "Search latency", unit: "ms", thresholds: warnFrom(1000),
			description: "The median of searches and the quantiles above it. Good: lines close together; a p99 far above the median is a part of them that waits for something.",
		}, searchQuantiles(inCollection)...),
		plot(panel{
			id: 8, title: "Insert, upsert and delete p95", unit: "ms",
			description: "How long all but the slowest twentieth of the writes took at most. Good: below some hundred milliseconds; the log they are written to says why they do not.",
		}, overTime("{{msg_type}}", quantile(0.95, "msg_type", "milvus_proxy_mutation_latency", inCollection))),
		plot(panel{
			id: 9, width: 12, title: "All functions p99", unit: "ms",
			description: "The p99 of the ten slowest functions, also those that define collections and indexes. Good: what changes no data answers in milliseconds; loading takes longer.",
		}, overTime("{{function_name}}", largest(10, quantile(0.99, "function_name", "milvus_proxy_req_latency")))),
		plot(panel{
			id: 10, width: 12, title: "Phases of a search in the proxy, p95", unit: "ms",
			description: "What a search waits for: query nodes, then putting their answers together and decoding them. Good: nearly all of it is waiting for query nodes.",
		},
			overTime("wait for query nodes ({{query_type}})", quantile(0.95, "query_type", "milvus_proxy_sq_wait_result_latency")),
			overTime("reduce ({{query_type}})", quantile(0.95, "query_type", "milvus_proxy_sq_reduce_result_latency")),
			overTime("decode ({{query_type}})", quantile(0.95, "query_type", "milvus_proxy_sq_decode_result_latency"))),
	}
}

// ofCollection names and opens the collection of a bar.
const ofCollection = "{{db_name}}/{{collection_name}}"

func ofCollections(p panel, expr string) drawn {
	p.links = []sdk.DashboardLink{toMilvus("This collection", MilvusRequestsUID, "var-collection=${__field.labels.collection_name:percentencode}")}
	return ranked(p, atEnd(ofCollection, largest(10, expr)))
}

func milvusByCollection() []drawn {
	inRange := func(metric string, where ...string) string {
		return "sum by (db_name, collection_name) (rate(" + selector(metric, append(where, inCollection)) + "[$__range]))"
	}
	slowest := "histogram_quantile(0.95, sum by (db_name, collection_name, le) (rate(" +
		selector("milvus_proxy_sq_latency_bucket", []string{inCollection}) + "[$__range])))"
	const together = " Where Milvus counts collections together there is one, all."
	return []drawn{
		ofCollections(panel{
			id: 11, title: "Slowest collections, p95", unit: "ms", thresholds: warnFrom(1000),
			description: "The p95 of searches and queries over the time range, of the ten slowest collections. Good: below what their users were promised." + together,
		}, slowest+" >= 0"),
		ofCollections(panel{
			id: 12, title: "Busiest collections", unit: "reqps",
			description: "Requests per second over the time range, of the ten collections with most. Good: those that you expect." + together,
		}, inRange("milvus_proxy_req_count", everyRequest)),
		ofCollections(panel{
			id: 13, title: "Failing collections", unit: "reqps", noValue: "None",
			description: "Failed, abandoned and rejected requests per second over the time range, of the ten collections with most. Good: none." + together,
		}, inRange("milvus_proxy_req_count", failing)+" > 0"),
		plot(panel{
			id: 14, title: "Vectors searched", unit: "ops",
			description: "Vectors that were searched for per second; one request can have many. Good: what is usual at this time." + together,
		}, overTime(ofCollection, largest(8, perSecond("db_name, collection_name", "milvus_proxy_search_vectors_count", inCollection)))),
		plot(panel{
			id: 15, title: "Vectors written", unit: "ops",
			description: "Vectors inserted, upserted and deleted per second. Good: what is usual; many deletes make compaction work.",
		},
			overTime("inserted", "sum(rate("+selector("milvus_proxy_insert_vectors_count", []string{inCollection})+"[$__rate_interval]))"),
			overTime("upserted", "sum(rate("+selector("milvus_proxy_upsert_vectors_count", []string{inCollection})+"[$__rate_interval]))"),
			overTime("deleted", "sum(rate("+selector("milvus_proxy_delete_vectors_count", []string{inCollection})+"[$__rate_interval]))")),
		plot(panel{
			id: 16, title: "Bytes received and sent", unit: "Bps",
			description: "What clients send, by kind of request, and what they get back. Good: far below the network's limit; much sent back is a large limit or many output fields.",
		},
			overTime("received: {{msg_type}}", largest(8, perSecond("msg_type", "milvus_proxy_receive_bytes_count", inCollection))),
			overTime("sent", perSecond("", "milvus_proxy_send_bytes_count"))),
	}
}

// byPath asks for what the interface over HTTP counts, by path.
func byPath(legend, metric string) query.Query {
	return overTime(legend, largest(8, perSecond("path", metric)))
}

func milvusInterfaces() []drawn {
	return []drawn{
		stacked(panel{
			id: 60, title: "RESTful requests", unit: "reqps",
			description: "Requests per second over HTTP, of the eight paths with most. Good: what your clients use; nothing where all use gRPC.",
		}, byPath("{{path}}", "milvus_proxy_restful_api_req_count")),
		plot(panel{
			id: 61, title: "RESTful latency p95", unit: "ms",
			description: "How long requests over HTTP took, by path. Good: little more than over gRPC.",
		}, overTime("{{path}}", largest(8, quantile(0.95, "path", "milvus_proxy_restful_api_req_latency")))),
		plot(panel{
			id: 62, title: "RESTful bytes", unit: "Bps",
			description: "What goes over HTTP, by path. Good: far below the network's limit; JSON takes several times what gRPC does.",
		}, byPath("received: {{path}}", "milvus_proxy_restful_api_receive_bytes_count"), byPath("sent: {{path}}", "milvus_proxy_restful_api_send_bytes_count")),
		plot(panel{
			id: 63, title: "gRPC latency p95", unit: "ms", needs: since26,
			description: "How long calls took with all that surrounds them, by function. Good: close to the latency of the function itself; the rest is authentication and the network's buffers.",
		}, overTime("{{function_name}}", largest(8, quantile(0.95, "function_name", "milvus_proxy_grpc_latency")))),
		stacked(panel{
			id: 64, title: "Calls by user", unit: "reqps",
			description: "Calls per second of the eight users with most. Good: those that you expect.",
			noValue:     "Nothing: authentication is off, or nobody called",
		}, overTime("{{username}}", largest(8, perSecond("username", "milvus_proxy_user_rpc_count")))),
		plot(panel{
			id: 65, title: "Hooks and reported values", unit: "ops",
			description: "How often hooks were called, and the values that requests report for billing. Good: nothing where no hook is installed.",
			noValue:     "No hook is installed",
		},
			overTime("hook of {{function_name}}", largest(5, perSecond("function_name", "milvus_proxy_hook_func_count"))),
			overTime("reported for {{msg_type}}", largest(5, perSecond("msg_type", "milvus_proxy_report_value")))),
		plot(panel{
			id: 66, title: "Calls of models p95", unit: "ms", needs: since26,
			description: "How long calls of embedding and ranking services took that functions of collections make. Good: level; they are part of the latency of every insert and search.",
			noValue:     "No collection calls a model",
		}, overTime("{{function_provider}} {{function_name}}", largest(8, quantile(0.95, "function_provider, function_name", "milvus_proxy_function_udf_call_latency", `collection_name=~"$collection"`)))),
	}
}
