package standin

import "math"

// queryNodeLives are those of the query nodes.
var queryNodeLives = map[string]life{
	"milvus_querynode_sq_req_count":               counter((*subject).readsEnded),
	"milvus_querynode_sq_req_latency":             slowed(histogram((*subject).read, 8, 0.6), "latency", 1),
	"milvus_querynode_sq_core_latency":            slowed(histogram((*subject).read, 5, 0.6), "latency", 1),
	"milvus_querynode_sq_segment_latency":         histogram((*subject).perSegment, 1.6, 0.7),
	"milvus_querynode_segment_latency_per_vector": histogram((*subject).perSegment, 1.2, 0.7),
	"milvus_querynode_sq_queue_latency":           slowed(histogram((*subject).read, 0.5, 0.9), "readQueueLatency", 1),
	"milvus_querynode_sq_queue_user_latency":      slowed(histogram(func(s *subject) float64 { return s.read() / 2 }, 0.5, 0.9), "readQueueLatency", 1),
	"milvus_querynode_sq_wait_tsafe_latency":      slowed(histogram((*subject).read, 3, 0.9), "tsafe", 1),
	"milvus_querynode_sq_reduce_latency":          histogram((*subject).reduced, 0.4, 0.6),
	"milvus_querynode_search_nq":                  histogram((*subject).searched, vectorsPerSearch, 0.3),
	"milvus_querynode_search_topk":                histogram((*subject).searched, 20, 0.5),
	"milvus_querynode_search_group_nq":            histogram((*subject).searched, 1.6, 0.4),
	"milvus_querynode_search_group_size":          histogram((*subject).searched, 1.2, 0.3),
	"milvus_querynode_search_group_topk":          histogram((*subject).searched, 20, 0.5),
	"milvus_querynode_search_hit_segment_num":     histogram((*subject).read, 4, 0.5),
	"milvus_querynode_search_fts_num_tokens":      histogram(func(s *subject) float64 { return 0.1 * s.searched() }, 9, 0.5),
	"milvus_querynode_read_evicted_count":         rare(3),
	"milvus_querynode_partial_result_count":       {rate: (*subject).partial, past: times(1)},
	"milvus_querynode_cgo_latency":                histogram(func(s *subject) float64 { return s.searched() / 4 }, 2, 0.8),

	"milvus_querynode_read_task_concurrency":    gauge(func(s *subject) float64 { return math.Round(s.busy() + s.jitter() - 0.3) }),
	"milvus_querynode_read_task_ready_len":      gauge(func(s *subject) float64 { return math.Round(s.waits("readQueueLatency") + 0.7*s.jitter()) }),
	"milvus_querynode_read_task_unsolved_len":   gauge(func(s *subject) float64 { return math.Round(s.waits("tsafe") + 0.6*s.jitter()) }),
	"milvus_querynode_estimate_cpu_usage":       gauge(func(s *subject) float64 { return 100 * s.process.cores() }),
	"milvus_querynode_load_segment_concurrency": gauge(func(s *subject) float64 { return math.Round(0.8 * s.jitter()) }),

	"milvus_querynode_collection_num":        gauge(func(s *subject) float64 { return float64(len(s.collections)) }),
	"milvus_querynode_partition_num":         gauge(func(s *subject) float64 { return float64(len(s.collections)) }),
	"milvus_querynode_dml_vchannel_num":      gauge(func(s *subject) float64 { return s.watched("querynode") }),
	"milvus_querynode_delta_vchannel_num":    gauge(func(s *subject) float64 { return s.watched("querynode") }),
	"milvus_querynode_flowgraph_num":         gauge(func(s *subject) float64 { return s.watched("querynode") }),
	"milvus_querynode_segment_num":           gauge((*subject).loadedSegments),
	"milvus_querynode_entity_num":            gauge((*subject).loadedRows),
	"milvus_querynode_entity_size":           gauge(func(s *subject) float64 { return math.Round(1.1 * s.collection.size(s.loadedRows())) }),
	"milvus_querynode_level_zero_size":       gauge(func(s *subject) float64 { return math.Round(24 * math.Mod(s.collection.deleted, 6000) / shards) }),
	"milvus_querynode_delete_buffer_row_num": gauge(func(s *subject) float64 { return math.Round(math.Mod(s.collection.deleted, 2000) / shards) }),
	"milvus_querynode_delete_buffer_size":    gauge(func(s *subject) float64 { return math.Round(32 * math.Mod(s.collection.deleted, 2000) / shards) }),
	"milvus_querynode_disk_used_size":        gauge(func(s *subject) float64 { return math.Round(140 + 10*s.jitter()) }),

	"milvus_querynode_consume_tt_lag_ms":        gauge((*subject).lag),
	"milvus_querynode_msg_dispatcher_tt_lag_ms": gauge((*subject).lag),
	"milvus_querynode_consume_msg_count":        counter(consumed("querynode")),
	"milvus_querynode_consume_bytes_counter":    counter(consumedBytes("querynode")),
	"milvus_querynode_execute_bytes_counter":    counter(consumedBytes("querynode")),
	"milvus_querynode_wait_processing_msg_count": gauge(func(s *subject) float64 {
		return math.Round(1.4*s.jitter() + s.knobs["consumeLag"]/1000*consumed("querynode")(s))
	}),
	"milvus_querynode_process_insert_or_delete_latency": histogram(consumed("querynode"), 0.7, 0.6),
	"milvus_querynode_apply_bf_latency":                 histogram((*subject).deletes, 0.6, 0.6),
	"milvus_querynode_forward_delete_latency":           histogram((*subject).deletes, 1.1, 0.6),
	"milvus_querynode_watch_dml_channel_latency":        histogram(every(7200), 220, 0.5),
	"milvus_querynode_load_segment_latency":             histogram(every(400), 900, 0.7),
	"milvus_querynode_load_index_latency":               histogram(every(400), 500, 0.7),

	"milvus_querynode_segment_prune_ratio":          constant(0.2).among("segment_prune_label", "filter_rows"),
	"milvus_querynode_segment_prune_bias":           constant(1.1).among("segment_prune_label", "filter_rows"),
	"milvus_querynode_segment_prune_latency":        histogram((*subject).searched, 0.3, 0.5).among("segment_prune_label", "filter_rows"),
	"milvus_querynode_stopping_balance_channel_num": constant(0),
	"milvus_querynode_stopping_balance_node_num":    constant(0),
	"milvus_querynode_stopping_balance_segment_num": constant(0),

	"milvus_querynode_disk_cache_load_total":                     counter(every(200)),
	"milvus_querynode_disk_cache_load_bytes":                     counter(func(*subject) float64 { return 40e6 / 200 }),
	"milvus_querynode_disk_cache_load_duration":                  counter(func(*subject) float64 { return 90.0 / 200 }).fractions(),
	"milvus_querynode_disk_cache_load_global_duration":           histogram(every(200), 90, 0.6),
	"milvus_querynode_disk_cache_evict_total":                    counter(every(600)),
	"milvus_querynode_disk_cache_evict_bytes":                    counter(func(*subject) float64 { return 40e6 / 600 }),
	"milvus_querynode_disk_cache_evict_duration":                 counter(func(*subject) float64 { return 12.0 / 600 }).fractions(),
	"milvus_querynode_disk_cache_evict_global_duration":          histogram(every(600), 12, 0.6),
	"milvus_querynode_segment_access_total":                      counter(func(s *subject) float64 { return 4 * s.read() }),
	"milvus_querynode_segment_access_duration":                   counter(func(s *subject) float64 { return 0.2 * s.read() }).fractions(),
	"milvus_querynode_segment_access_global_duration":            histogram((*subject).read, 1.2, 0.6),
	"milvus_querynode_segment_access_wait_cache_total":           counter(func(s *subject) float64 { return 0.01 * s.read() }),
	"milvus_querynode_segment_access_wait_cache_duration":        counter(func(s *subject) float64 { return 0.1 * s.read() }).fractions(),
	"milvus_querynode_segment_access_wait_cache_global_duration": histogram(func(s *subject) float64 { return 0.01 * s.read() }, 9, 0.6),
}

// readsEnded are the reads that ended with the series' status; a delegator hears of
// each, and asks each node that has segments.
func (s *subject) readsEnded() float64 {
	n := s.read()
	failed := math.Max(0.0002, s.knobs["errors"]/100)
	switch s.label("status") {
	case "fail":
		return n * failed
	case "cancel":
		return n * 0.0001
	}
	return n * math.Max(1-failed-0.0001, 0)
}

// perSegment are the reads of single segments: few are growing.
func (s *subject) perSegment() float64 {
	if s.label("segment_state") == "Growing" {
		return s.read()
	}
	return 4 * s.read()
}

func (s *subject) searched() float64 {
	return s.reads("search") * s.weight() * s.part("querynode")
}

func (s *subject) reduced() float64 {
	if s.label("reduce_type") == "stream_reduce" {
		return 0
	}
	return s.read()
}

func (s *subject) partial() float64 {
	if s.label("query_type") != "search" {
		return 0
	}
	return s.knobs["partialResults"] * s.weight() * s.part("querynode")
}

// busy is how many reads run at once, at most as many as there are processors.
func (s *subject) busy() float64 {
	return math.Min(s.waits("latency")+s.reads("search")*s.part("querynode")*0.006, 2*processors)
}

// waits is how many reads wait as long as a knob says: rate times duration.
func (s *subject) waits(knob string) float64 {
	return (s.reads("search") + s.reads("query")) * s.part("querynode") * s.knobs[knob] / 1000
}

func (s *subject) loadedSegments() float64 {
	switch s.label("segment_state") + s.label("segment_level") {
	case "GrowingL1":
		return math.Round(shards*s.part("querynode") + s.knobs["growingSegments"]*s.weight()*s.part("querynode"))
	case "SealedL1":
		return math.Ceil(s.collection.flushed * s.part("querynode"))
	case "SealedL0":
		return 1
	}
	return absent
}

func (s *subject) loadedRows() float64 {
	n := s.collection.growing
	if s.label("segment_state") == "Sealed" {
		n = s.collection.rows - n
	}
	return math.Round(n * s.part("querynode"))
}

// consumed are messages per second that the series' node reads from the log: a tick
// every 200 ms and what was written.
func consumed(role string) value {
	return func(s *subject) float64 {
		n := s.succeeding("Insert") + s.succeeding("Upsert")
		if s.label("msg_type") == "delete" {
			n = s.succeeding("Delete") + s.succeeding("Upsert")
		}
		return n * s.weight() * s.part(role)
	}
}

func consumedBytes(role string) value {
	return func(s *subject) float64 {
		if s.label("msg_type") == "delete" {
			return consumed(role)(s) * 400
		}
		return consumed(role)(s) * 30_000
	}
}

func (s *subject) deletes() float64 { return s.succeeding("Delete") * s.part("querynode") / 3 }
