package standin

import "math"

// dataNodeLives are those of the data nodes, and of the index nodes that 2.6 made a
// part of them.
var dataNodeLives = map[string]life{
	"milvus_datanode_consume_tt_lag_ms":        gauge((*subject).lag),
	"milvus_datanode_msg_dispatcher_tt_lag_ms": gauge((*subject).lag),
	"milvus_datanode_consume_msg_count":        counter(consumed("datanode")),
	"milvus_datanode_consume_bytes_count":      counter(consumedBytes("datanode")),
	"milvus_datanode_msg_rows_count":           counter(func(s *subject) float64 { return consumed("datanode")(s) * 9 }),
	"milvus_datanode_producer_num":             constant(1),
	"milvus_datanode_flowgraph_num":            gauge(func(s *subject) float64 { return s.watched("datanode") }),
	"milvus_datanode_fg_buffer_size": gauge(func(s *subject) float64 {
		return math.Round(s.collection.size(s.collection.growing) * s.part("datanode"))
	}),
	"milvus_datanode_forward_delete_msg_time_taken_ms": histogram(consumed("datanode"), 1, 0.5),

	"milvus_datanode_flush_req_count":           counter((*subject).flushes),
	"milvus_datanode_flush_buffer_op_count":     counter((*subject).flushes).among("segment_level", "L0", "L1"),
	"milvus_datanode_autoflush_buffer_op_count": counter((*subject).flushes).among("segment_level", "L0", "L1"),
	"milvus_datanode_save_latency":              histogram((*subject).flushes, 60, 0.6),
	"milvus_datanode_encode_buffer_latency":     histogram((*subject).flushes, 30, 0.6).among("segment_level", "L0", "L1"),
	"milvus_datanode_flushed_data_rows":         counter(func(s *subject) float64 { return s.flushedRows() }),
	"milvus_datanode_flushed_data_size":         counter(func(s *subject) float64 { return s.flushedRows() * 2600 }).among("segment_level", "L0", "L1"),
	"milvus_datanode_write_data_count":          counter(func(s *subject) float64 { return s.flushedRows() * s.weight() * 2600 }),

	"milvus_datanode_compaction_latency":              histogram(func(s *subject) float64 { return s.compacts() * s.part("datanode") }, 18_000, 0.6),
	"milvus_datanode_compaction_latency_in_queue":     histogram(every(900), 400, 1),
	"milvus_datanode_compaction_delete_count":         counter(func(s *subject) float64 { return s.rowsDeleted(s.collection) * s.part("datanode") }),
	"milvus_datanode_compaction_missing_delete_count": counter(func(s *subject) float64 { return 0.001 * s.rowsDeleted(s.collection) * s.part("datanode") }),
	"milvus_datanode_slot": gauge(func(s *subject) float64 {
		used := 2 * math.Ceil(math.Max(s.World.compaction.executing, 0)/compactionLasts)
		if s.label("type") == "used" {
			return used
		}
		return 16 - used
	}),

	"milvus_indexnode_index_task_count": counter(func(s *subject) float64 {
		if s.label("status") == "fail" {
			return s.knobs["indexFailures"] / 60 * s.part(s.builder())
		}
		return s.builds()
	}),
	"milvus_indexnode_index_task_latency_in_queue":   slowed(histogram((*subject).builds, 90, 1), "indexBacklog", 100),
	"milvus_indexnode_load_field_latency":            histogram((*subject).builds, 0.3, 0.6),
	"milvus_indexnode_decode_field_latency":          histogram((*subject).builds, 0.08, 0.6),
	"milvus_indexnode_build_index_latency":           histogram((*subject).builds, 7, 0.7),
	"milvus_indexnode_knowhere_build_index_latency":  histogram((*subject).builds, 6, 0.7),
	"milvus_indexnode_encode_index_latency":          histogram((*subject).builds, 0.4, 0.6),
	"milvus_indexnode_save_index_latency":            histogram((*subject).builds, 0.7, 0.6),
	"milvus_indexnode_task_build_json_stats_latency": histogram(func(s *subject) float64 { return 0.1 * s.builds() }, 1.2, 0.6),
}

// flushes are segments written to the object store per second.
func (s *subject) flushes() float64 {
	var n float64
	for _, c := range s.collections {
		n += s.rowsWritten(c) / sealRows
	}
	if s.label("status") == "fail" {
		return n * s.knobs["storageErrors"] / 100 * s.part("datanode")
	}
	return n * s.part("datanode")
}

// flushedRows are rows per second by where they come from.
func (s *subject) flushedRows() float64 {
	n := s.flushes() * sealRows
	switch s.label("data_source") {
	case "bulkinsert":
		n *= 0.05
	case "compaction":
		n *= 4
	}
	if s.label("segment_level") == "L0" || s.label("data_type") == "delete" || s.label("data_type") == "stats" {
		n *= 0.02
	}
	return n
}

// builds are indexes built per second: one for each flushed or compacted segment.
func (s *subject) builds() float64 {
	var n float64
	for _, c := range s.collections {
		n += s.rowsWritten(c) / sealRows
	}
	return 1.2 * n * s.part(s.builder())
}
