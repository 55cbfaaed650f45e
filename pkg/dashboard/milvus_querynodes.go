package dashboard

// milvusQueryNodes is how query nodes work off what proxies ask of them.
func milvusQueryNodes() []drawn {
	return []drawn{
		plot(panel{
			id: MilvusReadQueuePanel, title: "Wait in the read queue, p99", unit: "ms", thresholds: warnFrom(500), alerts: []string{"MilvusQueryNodeReadQueueSlow"},
			description: "How long reads waited in query nodes before they were begun. Good: a few milliseconds; more is too few cores or replicas for the load.",
		}, overTime("{{instance}} {{query_type}}", largest(8, quantile(0.99, "instance, query_type", "milvus_querynode_sq_queue_latency")))),
		plot(panel{
			id: MilvusWaitTSafePanel, title: "Wait for consistency, p99", unit: "ms", thresholds: warnFrom(1000), alerts: []string{"MilvusWaitTSafeHigh"},
			description: "How long reads waited until the node had read the log far enough for their consistency level. Good: below 200 ms; strong consistency waits for the next time tick.",
		}, overTime("{{instance}} {{query_type}}", largest(8, quantile(0.99, "instance, query_type", "milvus_querynode_sq_wait_tsafe_latency")))),
		plot(panel{
			id: 42, title: "Reads by scope, p95", unit: "ms",
			description: "How long reads took in query nodes: those that lead a channel (OnLeader) wait for the others (FromLeader). Good: both close together.",
		}, overTime("{{query_type}} {{scope}}", quantile(0.95, "query_type, scope", "milvus_querynode_sq_req_latency"))),
		stacked(panel{
			id: 43, title: "Read tasks", unit: "short",
			description: "Read tasks of query nodes: not ready, ready, and executed now. Good: hardly any wait; ready ones that only grow are too few cores.",
		},
			overTime("not ready", "sum("+selector("milvus_querynode_read_task_unsolved_len", nil)+")"),
			overTime("ready", "sum("+selector("milvus_querynode_read_task_ready_len", nil)+")"),
			overTime("executed", "sum("+selector("milvus_querynode_read_task_concurrency", nil)+")")),
		plot(panel{
			id: 44, title: "Reads by result", unit: "reqps", overrides: statesOfRequests(),
			description: "Reads per second in query nodes that succeeded and that did not. Good: no failures; each is one request that failed or was tried again elsewhere.",
		}, overTime("{{status}}", perSecond("status", "milvus_querynode_sq_req_count", parts))),
		plot(panel{
			id: 45, title: "Reads evicted from the queue", unit: "reqps",
			description: "Reads per second that were thrown out of a full queue. Good: none.",
		}, overTime("{{instance}}", orNone("instance", largest(8, perSecond("instance", "milvus_querynode_read_evicted_count"))))),
		plot(panel{
			id: MilvusPartialResultsPanel, title: "Partial results", unit: "reqps", needs: since26, alerts: []string{"MilvusPartialResults"},
			description: "Searches and queries per second that were answered without some of the data, as they allow. Good: none; else segments are not loaded anywhere.",
			noValue:     "None",
		}, overTime("{{query_type}}", perSecond("query_type", "milvus_querynode_partial_result_count"))),
		plot(panel{
			id: 46, title: "Load of query nodes", unit: "percent",
			description: "What each query node takes its own use of a processor for, in percent of one core, as its scheduler sees it. Good: all about the same; the balancer goes by it.",
		}, overTime("{{instance}}", largest(8, highest("instance", "milvus_querynode_estimate_cpu_usage")))),
		plot(panel{
			id: 48, title: "Phases of a read in query nodes, p95", unit: "ms",
			description: "What a read does in a query node: search in the core, in each segment, and putting results together. Good: nearly all of it in the core.",
		},
			overTime("core: {{query_type}}", quantile(0.95, "query_type", "milvus_querynode_sq_core_latency")),
			overTime("segment, {{segment_state}}: {{query_type}}", quantile(0.95, "query_type, segment_state", "milvus_querynode_sq_segment_latency")),
			overTime("reduce: {{query_type}}", quantile(0.95, "query_type", "milvus_querynode_sq_reduce_latency"))),
	}
}

// milvusSearches is how much work a search is.
func milvusSearches() []drawn {
	return []drawn{
		plot(panel{
			id: 50, title: "Searches that are executed together", unit: "short",
			description: "How many searches a query node does in one go, on average, and how many query vectors these have. Good: more than one under load: it saves work.",
		},
			overTime("searches in a group", average("", "milvus_querynode_search_group_size")),
			overTime("vectors in a group", average("", "milvus_querynode_search_group_nq")),
			overTime("vectors in a search", average("", "milvus_querynode_search_nq"))),
		plot(panel{
			id: 51, title: "Results asked for", unit: "short",
			description: "The limit (top k) of searches, on average, alone and in groups. Good: tens or hundreds; thousands are slow and large.",
		},
			overTime("of a search", average("", "milvus_querynode_search_topk")),
			overTime("of a group", average("", "milvus_querynode_search_group_topk"))),
		plot(panel{
			id: 52, title: "Segments in a read", unit: "short",
			description: "How many segments a read has to look into, on average. Good: few; many small ones are work for compaction.",
		}, overTime("{{query_type}}", average("query_type", "milvus_querynode_search_hit_segment_num"))),
		plot(panel{
			id: 53, title: "Time for one vector in a segment, p95", unit: "ms",
			description: "How long one query vector took in one segment. Good: much less in sealed than in growing ones, which have no full index.",
		}, overTime("{{segment_state}} {{query_type}}", quantile(0.95, "segment_state, query_type", "milvus_querynode_segment_latency_per_vector"))),
		plot(panel{
			id: 54, title: "Segments pruned", unit: "percentunit",
			description: "Which share of the segments reads could leave out by their partition key, on average over collections. Good: high where collections are clustered.",
			noValue:     "Nothing: no collection is clustered",
		}, overTime("{{segment_prune_label}}", "avg by (segment_prune_label) ("+selector("milvus_querynode_segment_prune_ratio", nil)+")")),
		plot(panel{
			id: 55, title: "Pruning p95", unit: "ms",
			description: "How long it took to find out which segments a read can leave out. Good: far less than the read.",
			noValue:     "Nothing: no collection is clustered",
		}, overTime("{{segment_prune_label}}", quantile(0.95, "segment_prune_label", "milvus_querynode_segment_prune_latency"))),
		plot(panel{
			id: 56, title: "Deletes applied and forwarded, p95", unit: "ms",
			description: "How long query nodes took to find the segments of deleted entities and to pass deletes on. Good: milliseconds; much is very many deletes at once.",
		},
			overTime("find segments: {{function_name}}", quantile(0.95, "function_name", "milvus_querynode_apply_bf_latency")),
			overTime("forward: {{function_name}}", quantile(0.95, "function_name", "milvus_querynode_forward_delete_latency")),
			overTime("{{msg_type}}", quantile(0.95, "msg_type", "milvus_querynode_process_insert_or_delete_latency"))),
		plot(panel{
			id: 57, title: "Words of a full-text search", unit: "short",
			description: "How many tokens a full-text search has, on average. Good: what your users type.",
			noValue:     "No full-text search",
		}, overTime("tokens", average("", "milvus_querynode_search_fts_num_tokens"))),
		plot(panel{
			id: 58, title: "Reads by user, wait p99", unit: "ms",
			description: "How long reads of each of the eight slowest users waited in the queue. Good: the same for all: one with much more sends too much at once.",
			noValue:     "Nothing: reads are not scheduled by user",
		}, overTime("{{username}}", largest(8, quantile(0.99, "username", "milvus_querynode_sq_queue_user_latency")))),
	}
}

// milvusKnowhere is what the C++ core tells of its index library. Its families bear
// no prefix, and their buckets differ between builds: averages hold for all of them.
func milvusKnowhere() []drawn {
	of := func(name, metric string) (string, string) { return name, average("module", metric) }
	latency := func(name, metric string) (string, string) { return of(name+": {{module}}", metric) }
	return []drawn{
		plot(panel{
			id: 70, title: "Search", unit: "ms",
			description: "How long a search and a range search in an index took, on average. Good: milliseconds, level.",
		}, overTime(latency("search", "search_latency")), overTime(latency("range search", "range_search_latency"))),
		plot(panel{
			id: 71, title: "Wait and execution", unit: "ms",
			description: "How long work waited for a thread of the pool, and how long it took, on average. Good: hardly any waiting.",
		}, overTime(latency("wait", "queue_latency")), overTime(latency("execution", "exec_latency"))),
		plot(panel{
			id: 72, title: "Build and load", unit: "ms",
			description: "How long it took to build and to load an index, on average. Good: in proportion to the size of segments.",
		}, overTime(latency("build", "build_latency")), overTime(latency("load", "load_latency"))),
		plot(panel{
			id: 73, title: "Core search", unit: "µs",
			description: "How long the core took for the parts of a search, on average, in microseconds. Good: most of it in the vectors, little in the filter.",
		}, overTime("{{type}}", average("type", "internal_core_search_latency"))),
		plot(panel{
			id: 74, title: "Kind of search", unit: "ops",
			description: "How often an index was searched by brute force, by graph, by lists, and with a second look at the raw vectors. Good: little brute force, which is what very narrow filters and growing segments need.",
		},
			overTime("brute force", perSecond("", "bf_search_cnt_count")),
			overTime("graph", perSecond("", "graph_search_cnt_count")),
			overTime("lists", perSecond("", "ivf_search_cnt_count")),
			overTime("refined", perSecond("", "re_search_cnt_count"))),
		plot(panel{
			id: 75, title: "Distances computed", unit: "short",
			description: "How many distances a search computes, on compressed and on raw vectors, on average. Good: far fewer than there are vectors.",
		}, overTime("compressed", average("", "quant_compute_cnt")), overTime("raw", average("", "raw_compute_cnt"))),
		plot(panel{
			id: 76, title: "Hops in the graph", unit: "short",
			description: "How many steps a search in a graph makes, on average. Good: tens to hundreds; more is a larger ef or search list than is needed.",
		},
			overTime("HNSW", average("", "hnsw_search_hops")),
			overTime("DiskANN", average("", "diskann_search_hops")),
			overTime("DiskANN range", average("", "diskann_range_search_iters"))),
		plot(panel{
			id: 77, title: "Filtered out", unit: "percentunit",
			description: "Which share of the vectors filters and deletes take away before a search, on average. Good: below 0.9; above it searches go on by brute force.",
		},
			overTime("all", average("", "bitset_ratio")),
			overTime("HNSW", average("", "hnsw_bitset_ratio")),
			overTime("DiskANN", average("", "diskann_bitset_ratio"))),
		plot(panel{
			id: 78, title: "Reads from disk", unit: "short",
			description: "How many reads from disk and hits of the cache a DiskANN search has, on average. Good: far more hits than reads.",
		}, overTime("reads", average("", "io_cnt")), overTime("cache hits", average("", "cache_hit_cnt"))),
		plot(panel{
			id: 79, title: "Results of an index", unit: "short",
			description: "How many results an index is asked for, on average. Good: the limit of your searches, or a small multiple of it.",
		}, overTime("top k", average("", "search_topk"))),
	}
}
