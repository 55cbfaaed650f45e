package standin

import "math"

// replicationLives are those of the replication to another cluster.
var replicationLives = map[string]life{
	"milvus_cdc_last_replicated_time_tick":    gauge((*subject).confirmed),
	"milvus_cdc_replicate_lag":                gauge(func(s *subject) float64 { return math.Round(200 + 200*s.jitter()) }),
	"milvus_cdc_replicate_end_to_end_latency": histogram((*subject).written, 40, 0.6),
	"milvus_cdc_replicated_messages_total":    counter(func(s *subject) float64 { return s.ofType(s.label("msg_type")) }),
	"milvus_cdc_replicated_bytes_total":       counter(func(s *subject) float64 { return 9000 * s.ofType(s.label("msg_type")) }),
	"milvus_cdc_stream_rpc_connections": gauge(func(s *subject) float64 {
		if s.label("connection_status") == "connected" {
			return physicalChannels
		}
		return 0
	}),
	"milvus_cdc_stream_rpc_reconnect_times": rare(3),
}

// sharedLives are those of more than one role.
var sharedLives = map[string]life{
	"milvus_build_info":   constant(1),
	"milvus_runtime_info": constant(1),
	"milvus_thread_num":   gauge(func(s *subject) float64 { return math.Round(90 + 12*s.jitter()) }),
	"milvus_num_node": gauge(func(s *subject) float64 {
		if s.process.lostRole(s.label("role_name")) {
			return absent
		}
		return 1
	}),
	"milvus_lock_time_cost":                gauge(func(s *subject) float64 { return math.Round(3 * s.jitter()) }),
	"milvus_logging_dropped_writes":        constant(0),
	"milvus_logging_io_failures":           constant(0),
	"milvus_logging_pending_write_bytes":   gauge(func(s *subject) float64 { return math.Round(6000 * s.jitter()) }),
	"milvus_logging_pending_write_length":  gauge(func(s *subject) float64 { return math.Round(20 * s.jitter()) }),
	"milvus_logging_truncated_write_bytes": constant(0),
	"milvus_logging_truncated_writes":      constant(0),
	"milvus_msg_queue_consumer_num":        constant(physicalChannels),

	"milvus_meta_op_count":        {rate: (*subject).metaOperations, past: times(1)},
	"milvus_meta_request_latency": slowed(histogram((*subject).metaOperations, 1.8, 0.6), "metaLatency", 1),
	"milvus_meta_kv_size":         histogram((*subject).metaOperations, 420, 0.9),

	"milvus_storage_op_count":        {rate: (*subject).storageOperations, past: times(1)},
	"milvus_storage_request_latency": histogram((*subject).storageOperations, 14, 0.7),
	"milvus_storage_kv_size":         histogram((*subject).storageOperations, 90_000, 0.9),

	"milvus_msgstream_op_count":        counter((*subject).queueOperations),
	"milvus_msgstream_request_latency": slowed(histogram((*subject).queueOperations, 3, 0.5), "mqLatency", 1).among("message_op_type", "produce", "create_producer", "create_consumer"),

	"milvus_cgo_active_future_total":        gauge(func(s *subject) float64 { return math.Round(2 * s.load() * s.jitter()) }),
	"milvus_cgo_running_cgo_call_total":     gauge(func(s *subject) float64 { return math.Round(2 * s.load() * s.jitter()) }),
	"milvus_cgo_cgo_duration_seconds":       histogram((*subject).searched, 2e-5, 1).among("name", "AsyncSearch", "future_leak_and_get"),
	"milvus_cgo_cgo_queue_duration_seconds": histogram((*subject).searched, 2e-6, 1),
}

// outcome is the share of operations that end with the series' status, of which so
// many percent fail.
func (s *subject) outcome(percent float64) float64 {
	if s.label("status") == "fail" {
		return percent / 100
	}
	return 1 - percent/100
}

func (s *subject) metaOperations() float64 {
	n := map[string]float64{"get": 2.5, "put": 1.2, "remove": 0.05, "txn": 3}[s.label("meta_op_type")]
	return n * (0.5 + 0.5*s.load()) * s.outcome(s.knobs["metaErrors"])
}

func (s *subject) storageOperations() float64 {
	n := map[string]float64{"get": 1.5, "put": 0.8, "remove": 0.1, "walk": 0.01, "stat": 0.2}[s.label("persistent_data_op_type")]
	return n * (0.5 + 0.5*s.load()) * s.outcome(s.knobs["storageErrors"])
}

func (s *subject) queueOperations() float64 {
	if s.label("status") == "fail" {
		return 0
	}
	switch s.label("message_op_type") {
	case "produce":
		return 5 + s.succeeding("Insert") + s.succeeding("Upsert") + s.succeeding("Delete")
	case "consume":
		return 0 // Milvus names it and never counts it
	}
	return 1.0 / 7200
}
