package standin

import "math"

// proxyLives are those of the proxy.
var proxyLives = map[string]life{
	"milvus_proxy_req_count":                   counter((*subject).ended),
	"milvus_proxy_req_latency":                 {rate: (*subject).answered, spread: (*subject).takes},
	"milvus_proxy_grpc_latency":                {rate: (*subject).ended, spread: (*subject).takes},
	"milvus_proxy_sq_latency":                  {rate: (*subject).answered, spread: (*subject).takes},
	"milvus_proxy_mutation_latency":            {rate: (*subject).answered, spread: (*subject).takes},
	"milvus_proxy_collection_sq_latency":       {rate: (*subject).answered, spread: (*subject).takes},
	"milvus_proxy_collection_mutation_latency": {rate: (*subject).answered, spread: (*subject).takes},
	"milvus_proxy_req_in_queue_latency":        slowed(histogram((*subject).queued, 0.4, 0.8), "queueLatency", 1),
	"milvus_proxy_mutation_send_latency":       slowed(slowed(histogram((*subject).answered, 4, 0.5), "mqLatency", 1), "walLatency", 1000),
	"milvus_proxy_rate_limit_req_count":        counter((*subject).checked),

	"milvus_proxy_received_nq":                          counter(func(s *subject) float64 { return s.answered() * vectorsPerSearch }),
	"milvus_proxy_search_vectors_count":                 counter(func(s *subject) float64 { return s.proxied("Search") * vectorsPerSearch }),
	"milvus_proxy_insert_vectors_count":                 counter(func(s *subject) float64 { return s.proxied("Insert") * rowsPerInsert }),
	"milvus_proxy_upsert_vectors_count":                 counter(func(s *subject) float64 { return s.proxied("Upsert") * rowsPerUpsert }),
	"milvus_proxy_delete_vectors_count":                 counter(func(s *subject) float64 { return s.proxied("Delete") * rowsPerDelete }),
	"milvus_proxy_executing_total_nq":                   gauge(func(s *subject) float64 { return math.Round(s.inflight("Search") * vectorsPerSearch) }),
	"milvus_proxy_sq_wait_result_latency":               slowed(histogram((*subject).answered, 10, 0.6), "latency", 1),
	"milvus_proxy_sq_reduce_result_latency":             histogram((*subject).answered, 0.5, 0.6),
	"milvus_proxy_sq_decode_result_latency":             histogram((*subject).answered, 0.3, 0.6),
	"milvus_proxy_parse_expr_latency":                   histogram((*subject).parsed, 0.3, 0.7),
	"milvus_proxy_slow_query_count":                     {rate: (*subject).slow, past: times(9)},
	"milvus_proxy_retry_search_cnt":                     counter(func(s *subject) float64 { return s.answered() * 0.001 }),
	"milvus_proxy_retry_search_result_insufficient_cnt": counter(func(s *subject) float64 { return s.answered() * 0.0002 }),
	"milvus_proxy_recall_search_cnt":                    counter(func(s *subject) float64 { return s.answered() * 0.0005 }),
	"milvus_proxy_search_sparse_num_non_zeros":          histogram(func(s *subject) float64 { return s.answered() * 0.1 }, 90, 0.5),
	"milvus_proxy_scanned_total_mb":                     counter(func(s *subject) float64 { return s.answered() * 1.4 }).fractions(),
	"milvus_proxy_scanned_remote_mb":                    counter(func(s *subject) float64 { return s.answered() * 0.02 }).fractions(),

	"milvus_proxy_receive_bytes_count": counter(func(s *subject) float64 { return s.answered() * s.requestBytes() }),
	"milvus_proxy_send_bytes_count":    counter(func(s *subject) float64 { return (s.proxied("Search")*9 + s.proxied("Query")*24) * 1024 }),
	"milvus_proxy_report_value":        counter(func(s *subject) float64 { return s.answered() * 0.5 }),
	"milvus_proxy_user_rpc_count":      counter(func(s *subject) float64 { return s.proxied("Search") * 0.6 }),
	"milvus_proxy_hook_func_count":     counter(func(s *subject) float64 { return s.proxied("Search") }).among("function_name", "before", "after"),

	"milvus_proxy_restful_api_req_count":           counter((*subject).restful),
	"milvus_proxy_restful_api_req_latency":         slowed(histogram((*subject).restful, 15, 0.6), "latency", 1),
	"milvus_proxy_restful_api_receive_bytes_count": counter(func(s *subject) float64 { return s.restful() * 6300 }),
	"milvus_proxy_restful_api_send_bytes_count":    counter(func(s *subject) float64 { return s.restful() * 8100 }),

	"milvus_proxy_cache_hit_count":             counter((*subject).cached),
	"milvus_proxy_cache_update_latency":        histogram(func(s *subject) float64 { return 0.02 * s.load() }, 7, 0.6),
	"milvus_proxy_apply_pk_latency":            histogram(func(s *subject) float64 { return s.proxied("Insert") + s.proxied("Upsert") }, 0.5, 0.6),
	"milvus_proxy_apply_timestamp_latency":     histogram(func(s *subject) float64 { return s.everything() }, 0.6, 0.6),
	"milvus_proxy_assign_segmentID_latency":    histogram(func(s *subject) float64 { return s.proxied("Insert") + s.proxied("Upsert") }, 1.2, 0.6),
	"milvus_proxy_sync_segment_request_length": histogram(func(s *subject) float64 { return s.proxied("Insert") + s.proxied("Upsert") }, 2, 0.4),
	"milvus_proxy_function_udf_call_latency":   histogram(func(s *subject) float64 { return s.proxied("Insert") * 0.1 }, 140, 0.5).among("function_name", "embed_text"),
	"milvus_proxy_queue_task_num":              gauge((*subject).queueLength),
	"milvus_proxy_limiter_rate":                gauge((*subject).limit),
	"milvus_proxy_max_insert_rate":             constant(16 << 20),
	"milvus_proxy_msgstream_obj_num":           constant(1),
	"milvus_proxy_tt_lag_ms":                   gauge(func(s *subject) float64 { return 90 + 160*s.jitter() }),
	"milvus_proxy_workload_score":              gauge(func(s *subject) float64 { return 1000 * s.load() * (0.9 + 0.2*s.jitter()) }).about("querynode"),
}

const vectorsPerSearch = 1.3

// proxied are answered requests of a function that the series' proxy had.
func (s *subject) proxied(function string) float64 {
	return s.succeeding(function) * s.weight() * s.part("proxy")
}

// queued are requests that go through a queue of the proxy: those that read, write or
// define.
func (s *subject) queued() float64 {
	return s.requests(s.function()) * s.part("proxy")
}

// everything is all that the proxy answers.
func (s *subject) everything() (n float64) {
	for f := range usualRates {
		n += s.proxied(f)
	}
	return n
}

// inflight is how many requests of a function are under way: rate times duration.
func (s *subject) inflight(function string) float64 {
	about := s.with("function_name", function)
	return s.requests(function) * s.part("proxy") * about.takes().mean() / 1000
}

// parsed are filter expressions: a third of the searches and every query have one.
func (s *subject) parsed() float64 {
	n := map[string]float64{"Search": 0.35, "HybridSearch": 0.35, "Query": 1, "Delete": 1}[s.function()] * s.queued()
	if s.label("status") == "fail" {
		return n * 0.0002
	}
	return n
}

// slow are requests slower than 5 s, the limit of the slow log.
func (s *subject) slow() float64 {
	about := s.with("function_name", s.function())
	n := s.answered() * (1 - about.takes().below(5000))
	if s.label("msg_type") == "search" {
		n += s.knobs["slowQueries"] / 60 * s.part("proxy")
	}
	return n
}

// checked are requests that were held against the rate limits and the quota.
func (s *subject) checked() float64 {
	f := s.function()
	failed := s.limited(f)
	if s.denied(f) {
		failed += s.requests(f)
	}
	if s.label("status") == "fail" {
		return failed * s.part("proxy")
	}
	return math.Max(s.requests(f)+s.limited(f)-failed, 0) * s.part("proxy")
}

func (s *subject) requestBytes() float64 {
	switch s.function() {
	case "Insert":
		return s.collection.size(rowsPerInsert)
	case "Upsert":
		return s.collection.size(rowsPerUpsert)
	case "Delete":
		return 400
	case "Query":
		return 250
	}
	return s.collection.size(vectorsPerSearch)
}

// restful are the few requests that come over HTTP.
func (s *subject) restful() float64 {
	n := s.proxied("Search")
	if s.label("path") != "/v2/vectordb/entities/search" {
		n = s.proxied("Insert")
	}
	return n * 0.08
}

func (s *subject) cached() float64 {
	n := s.everything() * 0.6
	if s.label("cache_state") == "miss" {
		return n * 0.0004
	}
	return n
}

// queueLength is how many tasks wait or run in a queue of the proxy.
func (s *subject) queueLength() float64 {
	functions := map[string][]string{"dql": {"Search", "HybridSearch", "Query"}, "dml": {"Insert", "Upsert", "Delete"}, "ddl": {"DescribeCollection"}}[s.label("queue_type")]
	var n float64
	for _, f := range functions {
		if s.label("task_state") == "unissued" {
			n += s.requests(f) * s.part("proxy") * s.knobs["queueLatency"] / 1000
		} else {
			n += s.inflight(f)
		}
	}
	return math.Round(n + s.jitter() - 0.5)
}

// limit is the rate that the quota center allows at the moment; it allows nothing
// where writes are denied.
func (s *subject) limit() float64 {
	if s.denied(s.function()) {
		return 0
	}
	switch s.label("msg_type") {
	case "DMLInsert", "DMLUpsert":
		return 16 << 20
	case "DMLDelete":
		return 4 << 20
	}
	return 10_000
}
