package dashboard

// milvusProxy is what requests wait for before and beside the query nodes.
func milvusProxy() []drawn {
	return []drawn{
		plot(panel{
			id: MilvusProxyQueuePanel, title: "Wait in the proxy's queue, p99", unit: "ms", thresholds: warnFrom(200), alerts: []string{"MilvusProxyQueueSlow"},
			description: "How long requests waited before the proxy began with them, of the eight slowest functions. Good: below a few milliseconds; more is a proxy that has too much to do.",
		}, overTime("{{function_name}}", largest(8, quantile(0.99, "function_name", "milvus_proxy_req_in_queue_latency")))),
		plot(panel{
			id: 21, title: "Tasks in the proxies' queues", unit: "short",
			description: "Tasks that wait or are worked on, by queue. Good: about requests per second times latency, and none that only grows.",
		}, overTime("{{queue_type}} {{task_state}}", totalOf("queue_type, task_state", "milvus_proxy_queue_task_num"))),
		plot(panel{
			id: MilvusSlowQueriesPanel, title: "Slow queries in 5 minutes", unit: "short", thresholds: warnFrom(10), alerts: []string{"MilvusSlowQueries"},
			description: "Requests that took longer than proxy.slowQuerySpanInSeconds, within 5 minutes. Good: none; the proxy's log has each with its expression.",
		}, overTime("{{msg_type}}", orNone("msg_type", grownBy("5m", "msg_type", "milvus_proxy_slow_query_count")))),
		plot(panel{
			id: 22, title: "Phases of an insert in the proxy, p95", unit: "ms",
			description: "What a write waits for: primary keys, a timestamp, segments, and since 2.6 nothing of the last. Good: a few milliseconds each.",
		},
			overTime("primary keys", quantile(0.95, "", "milvus_proxy_apply_pk_latency")),
			overTime("timestamp", quantile(0.95, "", "milvus_proxy_apply_timestamp_latency")),
			overTime("segments", quantile(0.95, "", "milvus_proxy_assign_segmentID_latency"))),
		plot(panel{
			id: 23, title: "Cache hits", unit: "percentunit",
			description: "Which share of the look-ups of collections and the like the proxy answered by itself. Good: above 99 %; misses ask the coordinator.",
		}, overTime("{{cache_name}}", largest(8, perSecond("cache_name", "milvus_proxy_cache_hit_count", `cache_state="hit"`)+" / "+perSecond("cache_name", "milvus_proxy_cache_hit_count")))),
		plot(panel{
			id: 24, title: "Cache updates p95", unit: "ms",
			description: "How long the coordinator took to answer what the cache missed. Good: milliseconds.",
		}, overTime("{{cache_name}}", largest(8, quantile(0.95, "cache_name", "milvus_proxy_cache_update_latency")))),
		plot(panel{
			id: 25, title: "Queries in execution", unit: "short",
			description: "Query vectors that proxies execute now, and the load that they see in each query node. Good: level; a node with a much higher score has more or larger segments.",
		},
			overTime("vectors in execution: {{instance}}", totalOf("instance", "milvus_proxy_executing_total_nq")),
			overTime("score of node {{node_id}}", largest(8, highest("node_id", "milvus_proxy_workload_score")))),
		plot(panel{
			id: 26, title: "Searches that were done again", unit: "ops",
			description: "Searches that were repeated because too few results came back, and those that still had too few. Good: none; else filters are too narrow for the index.",
			noValue:     "None",
		},
			overTime("repeated", perSecond("", "milvus_proxy_retry_search_cnt", `collection_name=~"$collection"`)),
			overTime("too few results", perSecond("", "milvus_proxy_retry_search_result_insufficient_cnt", `collection_name=~"$collection"`)),
			overTime("recall measured", perSecond("", "milvus_proxy_recall_search_cnt", `collection_name=~"$collection"`))),
		plot(panel{
			id: 28, title: "Data scanned", unit: "MiBs", needs: since26,
			description: "Megabytes per second that searches and queries read, and the part of it that came from the object store. Good: little remote; else the cache is too small.",
		},
			overTime("all", perSecond("", "milvus_proxy_scanned_total_mb", inCollection)),
			overTime("remote", perSecond("", "milvus_proxy_scanned_remote_mb", inCollection))),
		plot(panel{
			id: 29, title: "Expressions parsed, p95", unit: "ms",
			description: "How long the proxy took to parse filter expressions, by function. Good: below a millisecond or two; more is very long lists: use templates.",
		}, overTime("{{function_name}}", quantile(0.95, "function_name", "milvus_proxy_parse_expr_latency"))),
		plot(panel{
			id: 30, title: "Shape of requests", unit: "short",
			description: "How many segments were asked for in one go, and how many terms sparse searches have, on average. Good: level.",
		},
			overTime("segments asked for", average("", "milvus_proxy_sync_segment_request_length")),
			overTime("terms of sparse searches", average("", "milvus_proxy_search_sparse_num_non_zeros"))),
		plot(panel{
			id: 31, title: "Query vectors received", unit: "ops",
			description: "Query vectors per second that searches and queries brought. Good: what is usual; many in each request is cheaper than many requests.",
		}, overTime("{{query_type}}", perSecond("query_type", "milvus_proxy_received_nq", `collection_name=~"$collection"`))),
	}
}
