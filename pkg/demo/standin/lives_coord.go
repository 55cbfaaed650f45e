package standin

import "math"

// rootLives are those of the root coordinator, which also guards the quota.
var rootLives = map[string]life{
	"milvus_rootcoord_collection_num":           gauge(func(s *subject) float64 { return float64(len(s.inDatabase())) }),
	"milvus_rootcoord_database_num":             constant(2),
	"milvus_rootcoord_partition_num":            gauge(func(s *subject) float64 { return float64(len(s.collections)) }),
	"milvus_rootcoord_credential_num":           constant(2),
	"milvus_rootcoord_num_of_roles":             constant(3),
	"milvus_rootcoord_num_of_privilege_groups":  constant(9),
	"milvus_rootcoord_dml_channel_num":          constant(physicalChannels),
	"milvus_rootcoord_msgstream_obj_num":        constant(physicalChannels),
	"milvus_rootcoord_proxy_num":                gauge(func(s *subject) float64 { return s.alive("proxy") }),
	"milvus_rootcoord_timestamp":                gauge(func(s *subject) float64 { return s.unix(0) }),
	"milvus_rootcoord_timestamp_saved":          gauge(func(s *subject) float64 { return math.Ceil(s.unix(0)/3) * 3 }),
	"milvus_rootcoord_id_alloc_count":           counter(func(s *subject) float64 { return 0.3 + 12*s.succeeding("Insert") }),
	"milvus_rootcoord_produce_tt_lag_ms":        gauge(func(s *subject) float64 { return 60 + 90*s.jitter() }),
	"milvus_rootcoord_sync_timetick_latency":    histogram(every(0.2), 2, 0.5),
	"milvus_rootcoord_time_tick_delay":          gauge(func(s *subject) float64 { return 150 + 120*s.jitter() + s.knobs["consumeLag"] }).about("querynode").among("role_name", "querynode"),
	"milvus_rootcoord_ddl_req_count":            counter((*subject).defined),
	"milvus_rootcoord_ddl_req_latency":          histogram((*subject).defined, 9, 0.8),
	"milvus_rootcoord_ddl_req_latency_in_queue": histogram((*subject).defined, 0.6, 0.8),
	"milvus_rootcoord_entity_num":               gauge(func(s *subject) float64 { return math.Round(s.collection.rows) }),
	"milvus_rootcoord_indexed_entity_num": gauge(func(s *subject) float64 {
		if s.label("is_vector_index") == "false" {
			return absent
		}
		return math.Round(s.collection.rows - s.collection.growing)
	}),
	"milvus_rootcoord_disk_quota":                 constant(2 << 40),
	"milvus_rootcoord_qn_mem_high_water_level":    constant(0.95),
	"milvus_rootcoord_rate_limit_ratio":           gauge(func(s *subject) float64 { return 0.02 * s.jitter() }),
	"milvus_rootcoord_force_deny_writing_counter": {rate: func(s *subject) float64 { return s.knobs["writeDenied"] / 3 }, past: times(2)}, // each cycle of the quota center
	"milvus_rootcoord_quota_states": gauge(func(s *subject) float64 {
		if s.knobs["writeDenied"] == 0 {
			return absent
		}
		return 1
	}).among("quota_states", "MemoryQuotaExhausted"),
}

func (s *subject) inDatabase() (all []*collection) {
	for _, c := range s.collections {
		if c.db == s.label("db_name") {
			all = append(all, c)
		}
	}
	return all
}

// defined are requests that reach the root coordinator.
func (s *subject) defined() float64 {
	switch s.function() {
	case "Search", "HybridSearch", "Query", "Insert", "Upsert", "Delete", "Flush", "GetLoadState", "GetLoadingProgress":
		return 0
	}
	n := s.requests(s.function())
	switch s.label("status") {
	case "fail":
		return n * 0.002
	case "abandon":
		return n * 0.0001
	}
	return n
}

// queryCoordLives are those of the query coordinator.
var queryCoordLives = map[string]life{
	"milvus_querycoord_collection_num":                         gauge(func(s *subject) float64 { return float64(len(s.collections)) }),
	"milvus_querycoord_partition_num":                          gauge(func(s *subject) float64 { return float64(len(s.collections)) }),
	"milvus_querycoord_querynode_num":                          gauge(func(s *subject) float64 { return s.alive("querynode") }),
	"milvus_querycoord_current_target_checkpoint_unix_seconds": gauge((*subject).checkpoint),
	"milvus_querycoord_last_heartbeat_timestamp": gauge(func(s *subject) float64 {
		if s.node().lostRole("querynode") {
			return absent
		}
		return math.Round(1e9 * s.unix(0.3*s.jitter()+s.knobs["heartbeatStale"]))
	}).about("querynode"),
	"milvus_querycoord_load_req_count":               {rate: (*subject).loads, past: times(1)},
	"milvus_querycoord_release_req_count":            {rate: (*subject).releases, past: times(1)},
	"milvus_querycoord_load_latency":                 histogram(every(3600), 9000, 0.7),
	"milvus_querycoord_release_latency":              histogram(every(7200), 60, 0.5),
	"milvus_querycoord_replica_ro_node_total":        constant(0),
	"milvus_querycoord_resource_group_info":          constant(1).about("querynode"),
	"milvus_querycoord_resource_group_replica_total": gauge(func(s *subject) float64 { return float64(len(s.collections)) }),
	"milvus_querycoord_task_latency":                 histogram(every(1800), 2400, 0.8).among("task_type", "segment_grow", "leader_update"),
	"milvus_querycoord_task_num": gauge(func(s *subject) float64 {
		if s.label("querycoord_task_type") == "segment_move" {
			return math.Round(s.knobs["balanceTasks"])
		}
		return 0
	}),
}

func (s *subject) checkpoint() float64 {
	return math.Floor(s.unix(20+40*s.jitter())) - s.knobs["checkpointLag"]
}

func (s *subject) loads() float64 {
	if s.label("status") == "fail" {
		return s.knobs["loadFailures"] / 60
	}
	return s.requests("LoadCollection")
}

func (s *subject) releases() float64 {
	if s.label("status") == "fail" {
		return 0
	}
	return s.requests("ReleaseCollection")
}
