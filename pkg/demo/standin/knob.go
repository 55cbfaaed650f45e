package standin

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Knob is what can be steered.
type Knob struct {
	Name    string   `json:"name"`
	Value   float64  `json:"value"`
	Usual   float64  `json:"usual"` // where it is at first, and after a reset
	Most    float64  `json:"most"`  // the least is 0
	Unit    string   `json:"unit"`
	Meaning string   `json:"meaning"`
	Metrics []string `json:"metrics"`          // that it moves
	Alerts  []string `json:"alerts,omitempty"` // that fire when it is turned up far enough
}

// knobs are all of them, with what they move and which alerts that fires.
var knobs = []Knob{
	{Name: "load", Usual: 1, Most: 100, Unit: "times", Meaning: "how many requests come, in times of what is usual at that hour; 0 is an idle Milvus",
		Metrics: []string{"milvus_proxy_req_count", "milvus_proxy_search_vectors_count", "milvus_proxy_insert_vectors_count", "process_cpu_seconds_total"}},
	{Name: "latency", Most: 100_000, Unit: "ms", Meaning: "how much longer each search and query takes",
		Metrics: []string{"milvus_proxy_sq_latency", "milvus_proxy_collection_sq_latency", "milvus_proxy_req_latency", "milvus_querynode_sq_req_latency", "milvus_querynode_sq_core_latency"}, Alerts: []string{"MilvusSearchLatencyHigh"}},
	{Name: "queueLatency", Most: 100_000, Unit: "ms", Meaning: "how long requests wait in the queues of the proxy, longer than usual",
		Metrics: []string{"milvus_proxy_req_in_queue_latency", "milvus_proxy_queue_task_num"}, Alerts: []string{"MilvusProxyQueueSlow"}},
	{Name: "readQueueLatency", Most: 100_000, Unit: "ms", Meaning: "how long searches and queries wait in the query nodes, longer than usual",
		Metrics: []string{"milvus_querynode_sq_queue_latency", "milvus_querynode_read_task_ready_len"}, Alerts: []string{"MilvusQueryNodeReadQueueSlow"}},
	{Name: "errors", Most: 100, Unit: "percent", Meaning: "requests that fail",
		Metrics: []string{"milvus_proxy_req_count{status=\"fail\"}", "milvus_querynode_sq_req_count{status=\"fail\"}"}, Alerts: []string{"MilvusRequestErrorRatioHigh"}},
	{Name: "rejected", Most: 100, Unit: "percent", Meaning: "requests that are rejected (2.6)",
		Metrics: []string{"milvus_proxy_req_count{status=\"rejected\"}"}, Alerts: []string{"MilvusRequestErrorRatioHigh"}},
	{Name: "rateLimited", Most: 10_000, Unit: "requests per second", Meaning: "requests beyond the rate limits, which come in addition",
		Metrics: []string{"milvus_proxy_rate_limit_req_count{status=\"fail\"}", "milvus_proxy_req_count{status=\"retry\"}"}, Alerts: []string{"MilvusRateLimited"}},
	{Name: "writeDenied", Most: 1, Unit: "0 or 1", Meaning: "the memory quota is exhausted and writes are denied",
		Metrics: []string{"milvus_rootcoord_quota_states", "milvus_rootcoord_force_deny_writing_counter", "milvus_proxy_rate_limit_req_count{status=\"fail\"}", "milvus_proxy_req_count{status=\"fail\"}"}, Alerts: []string{"MilvusWriteDenied"}},
	{Name: "memoryBytes", Most: 1 << 40, Unit: "bytes", Meaning: "memory that each process uses in addition",
		Metrics: []string{"process_resident_memory_bytes", "process_virtual_memory_bytes"}, Alerts: []string{"MilvusHighMemoryUsage"}},
	{Name: "cpu", Most: 100, Unit: "percent", Meaning: "of the processors that each process keeps busy; 0 is by its load",
		Metrics: []string{"process_cpu_seconds_total", "milvus_querynode_estimate_cpu_usage"}, Alerts: []string{"MilvusHighCPUUsage"}},
	{Name: "goroutines", Most: 10_000_000, Unit: "goroutines", Meaning: "that leaked, in each process",
		Metrics: []string{"go_goroutines"}},
	{Name: "down", Most: 1, Unit: "0 or 1", Meaning: "nothing answers: /metrics and /healthz say 503",
		Metrics: []string{"up"}, Alerts: []string{"MilvusTargetDown"}},
	{Name: "nodesLost", Most: 3, Unit: "nodes", Meaning: "query nodes that are gone; of a cluster, their addresses answer 503; of a standalone, its series of that role are gone",
		Metrics: []string{"milvus_num_node", "milvus_querycoord_querynode_num", "milvus_querycoord_last_heartbeat_timestamp", "up"}, Alerts: []string{"MilvusNodeLost"}},
	{Name: "restart", Most: 86_400, Unit: "seconds", Meaning: "restart now and again after so long; 0 is never",
		Metrics: []string{"process_start_time_seconds", "every counter, which begins at 0 again"}, Alerts: []string{"MilvusRestartLoop"}},
	{Name: "heartbeatStale", Most: 1e6, Unit: "seconds", Meaning: "since the last heartbeat of each query node (2.6)",
		Metrics: []string{"milvus_querycoord_last_heartbeat_timestamp"}, Alerts: []string{"MilvusQueryNodeHeartbeatStale"}},
	{Name: "checkpointLag", Most: 1e6, Unit: "seconds", Meaning: "how far the checkpoints of all channels stay behind",
		Metrics: []string{"milvus_datacoord_channel_checkpoint_unix_seconds", "milvus_querycoord_current_target_checkpoint_unix_seconds"}, Alerts: []string{"MilvusChannelCheckpointLag"}},
	{Name: "consumeLag", Most: 1e8, Unit: "ms", Meaning: "how far the consumers of the log stay behind, more than usual",
		Metrics: []string{"milvus_querynode_consume_tt_lag_ms", "milvus_datanode_consume_tt_lag_ms", "milvus_datacoord_consume_datanode_tt_lag_ms", "milvus_querynode_msg_dispatcher_tt_lag_ms", "milvus_datanode_msg_dispatcher_tt_lag_ms"}, Alerts: []string{"MilvusConsumeLag"}},
	{Name: "tsafe", Most: 100_000, Unit: "ms", Meaning: "how long reads wait for the data to be complete, longer than usual",
		Metrics: []string{"milvus_querynode_sq_wait_tsafe_latency"}, Alerts: []string{"MilvusWaitTSafeHigh"}},
	{Name: "flushBacklog", Most: 1e6, Unit: "segments", Meaning: "sealed segments that are not flushed",
		Metrics: []string{"milvus_datacoord_segment_num{segment_state=~\"Sealed|Flushing\"}"}, Alerts: []string{"MilvusFlushStuck"}},
	{Name: "growingSegments", Most: 1e6, Unit: "segments", Meaning: "growing segments, more than usual",
		Metrics: []string{"milvus_datacoord_segment_num{segment_state=\"Growing\"}", "milvus_querynode_segment_num{segment_state=\"Growing\"}"}, Alerts: []string{"MilvusGrowingSegmentsHigh"}},
	{Name: "compactionBacklog", Most: 1e6, Unit: "tasks", Meaning: "compactions that wait, more than usual",
		Metrics: []string{"milvus_datacoord_compaction_task_num{status=\"pending\"}"}, Alerts: []string{"MilvusCompactionBacklog"}},
	{Name: "indexBacklog", Most: 1e6, Unit: "tasks", Meaning: "index builds that wait, more than usual",
		Metrics: []string{"milvus_datacoord_task_count{task_type=\"JobTypeIndexJob\",task_state=\"JobStateInit\"}", "milvus_datacoord_index_task_count{index_task_status=\"unissued\"}", "milvus_datacoord_task_num_in_scheduler"}, Alerts: []string{"MilvusIndexBacklog"}},
	{Name: "indexFailures", Most: 1e5, Unit: "tasks per minute", Meaning: "index builds that fail; those that did stay counted until a restart",
		Metrics: []string{"milvus_datacoord_task_count{task_type=\"JobTypeIndexJob\",task_state=\"JobStateFailed\"}", "milvus_indexnode_index_task_count{status=\"fail\"}"}, Alerts: []string{"MilvusIndexTaskFailed"}},
	{Name: "metaErrors", Most: 100, Unit: "percent", Meaning: "operations of the meta store that fail",
		Metrics: []string{"milvus_meta_op_count{status=\"fail\"}"}, Alerts: []string{"MilvusMetaStoreErrors"}},
	{Name: "metaLatency", Most: 100_000, Unit: "ms", Meaning: "how much longer the meta store takes",
		Metrics: []string{"milvus_meta_request_latency"}, Alerts: []string{"MilvusMetaStoreSlow"}},
	{Name: "storageErrors", Most: 100, Unit: "percent", Meaning: "operations of the object store that fail",
		Metrics: []string{"milvus_storage_op_count{status=\"fail\"}"}, Alerts: []string{"MilvusObjectStoreErrors"}},
	{Name: "walErrors", Most: 10_000, Unit: "messages per second", Meaning: "appends to the log that fail (2.6)",
		Metrics: []string{"milvus_wal_append_message_total{status=\"error\"}", "milvus_streaming_produce_total{status=\"error\"}"}, Alerts: []string{"MilvusWALAppendErrors"}},
	{Name: "walLatency", Most: 100, Unit: "seconds", Meaning: "how much longer an append to the log takes (2.6)",
		Metrics: []string{"milvus_wal_append_message_duration_seconds", "milvus_wal_impls_append_message_duration_seconds", "milvus_streaming_produce_success_duration_seconds"}, Alerts: []string{"MilvusWALAppendSlow"}},
	{Name: "walStalled", Most: 1e6, Unit: "seconds", Meaning: "how old the last confirmed time tick of each channel is (2.6)",
		Metrics: []string{"milvus_wal_last_confirmed_time_tick"}, Alerts: []string{"MilvusWALTimeTickStalled"}},
	{Name: "mqLatency", Most: 1e6, Unit: "ms", Meaning: "how much longer sending to the message queue takes",
		Metrics: []string{"milvus_proxy_mutation_send_latency", "milvus_msgstream_request_latency"}, Alerts: []string{"MilvusMQSendSlow"}},
	{Name: "loadFailures", Most: 1e5, Unit: "requests per minute", Meaning: "requests to load a collection that fail",
		Metrics: []string{"milvus_querycoord_load_req_count{status=\"fail\"}"}, Alerts: []string{"MilvusLoadFailed"}},
	{Name: "balanceTasks", Most: 1e6, Unit: "tasks", Meaning: "tasks that move segments between query nodes and do not end",
		Metrics: []string{"milvus_querycoord_task_num{querycoord_task_type=\"segment_move\"}"}, Alerts: []string{"MilvusBalanceStuck"}},
	{Name: "partialResults", Most: 10_000, Unit: "requests per second", Meaning: "searches that are answered without all of the data (2.6)",
		Metrics: []string{"milvus_querynode_partial_result_count"}, Alerts: []string{"MilvusPartialResults"}},
	{Name: "slowQueries", Most: 1e5, Unit: "requests per minute", Meaning: "searches slower than the limit for the slow log",
		Metrics: []string{"milvus_proxy_slow_query_count"}, Alerts: []string{"MilvusSlowQueries"}},
}

func defaults() map[string]float64 {
	at := make(map[string]float64, len(knobs))
	for _, k := range knobs {
		at[k.Name] = k.Usual
	}
	return at
}

// check fails for a knob that is unknown or would leave its range.
func check(to map[string]float64) error {
	for name, v := range to {
		i := slices.IndexFunc(knobs, func(k Knob) bool { return k.Name == name })
		if i < 0 {
			return unknown(name)
		}
		if math.IsNaN(v) || v < 0 || v > knobs[i].Most {
			return fmt.Errorf("knob %s cannot be %v: use a number from 0 to %v (%s)", name, v, knobs[i].Most, knobs[i].Unit)
		}
	}
	return nil
}

func unknown(name string) error {
	names := make([]string, len(knobs))
	for i, k := range knobs {
		names[i] = k.Name
	}
	slices.Sort(names)
	return fmt.Errorf("there is no knob %q: use one of %s", name, strings.Join(names, ", "))
}

// Knobs lists every knob and where it stands.
func (w *World) Knobs() []Knob {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := slices.Clone(knobs)
	for i := range all {
		all[i].Value = w.knobs[all[i].Name]
	}
	return all
}
