package dashboard

// Panels of the Milvus runtime that alert rules lead to.
const (
	MilvusMemoryPanel      uint32 = 1
	MilvusMemoryLimitPanel uint32 = 2
	MilvusCPUPanel         uint32 = 3
)

var milvusRuntime = milvusBoard{
	uid: MilvusRuntimeUID, title: "Milvus runtime",
	description: "The processes of Milvus: memory, CPU, the Go runtime and the C++ core, and what coordinators keep, limit and define.",
	sections: func() []section {
		return []section{
			{id: 100, title: "Memory and CPU", panels: milvusResources()},
			{id: 101, title: "Go runtime", panels: milvusGo()},
			{id: 102, title: "C++ core and threads", panels: milvusCore(), collapsed: true},
			{id: 103, title: "Quota and limits", panels: milvusQuota()},
			{id: 104, title: "Coordinators", panels: milvusCoordinators()},
		}
	},
}

const process = "{{job}} {{instance}}"

// processes keeps the ten processes with most.
func processes(expr string) string { return largest(10, expr) }

func milvusResources() []drawn {
	const by = "job, instance"
	return []drawn{
		plot(panel{
			id: MilvusMemoryPanel, title: "Memory", unit: "bytes", thresholds: warnFrom(8e9), alerts: []string{"MilvusHighMemoryUsage"},
			description: "Resident memory of the ten processes with most; a standalone Milvus has all roles in one. Good: level, below the limit of the alert, which must fit your machines.",
		}, overTime(process, processes(highest(by, "process_resident_memory_bytes")))),
		plot(panel{
			id: MilvusMemoryLimitPanel, title: "Memory over its limit", unit: "percentunit", thresholds: alarmFrom(0.85), needs: contained, alerts: []string{"MilvusMemoryNearLimit"},
			description: "The working set of each container whose pod or name has milvus in it, over its limit, the ten closest to it. Good: below 0.8; at 1 the kernel kills it.",
		},
			overTime("{{namespace}}/{{pod}} {{container}}", largest(10, overLimit("namespace, pod, container", `container!~"|POD", pod=~".*milvus.*"`))),
			overTime("{{name}}", largest(10, overLimit("name", `pod="", name=~".*milvus.*"`)))),
		plot(panel{
			id: MilvusCPUPanel, title: "CPU over GOMAXPROCS", unit: "percentunit", thresholds: warnFrom(0.8), needs: since263, alerts: []string{"MilvusHighCPUUsage"},
			description: "Which share of the processors that it may use each process uses, the ten with most. Good: below 0.8 on average; searches wait when all are busy.",
		}, overTime(process, processes(perSecond(by, "process_cpu_seconds_total")+" / "+highest(by, "go_sched_gomaxprocs_threads")))),
		plot(panel{
			id: 4, title: "CPU", unit: "short",
			description: "How many cores each process uses, the ten with most. Good: well below the cores of the machine or the limit of the container.",
		}, overTime(process, processes(perSecond(by, "process_cpu_seconds_total")))),
		plot(panel{
			id: 5, title: "Open files", unit: "percentunit", thresholds: warnFrom(0.8),
			description: "Which share of the files that it may open each process has open, the ten with most. Good: below 0.8; at 1 connections fail.",
		}, overTime(process, processes(highest(by, "process_open_fds")+" / "+highest(by, "process_max_fds")))),
		plot(panel{
			id: 6, title: "Network", unit: "Bps", needs: since26,
			description: "Bytes per second that processes received and sent, the five with most of each. Good: well below the network's limit.",
		},
			overTime("received: "+process, largest(5, perSecond(by, "process_network_receive_bytes_total"))),
			overTime("sent: "+process, largest(5, perSecond(by, "process_network_transmit_bytes_total")))),
	}
}

// overLimit is the memory of containers over what they may use, where that is limited.
func overLimit(by, containers string) string {
	return aggregated("max", by, "container_memory_working_set_bytes{"+containers+"}") +
		" / (" + aggregated("max", by, "container_spec_memory_limit_bytes{"+containers+"}") + " > 0)"
}

func milvusGo() []drawn {
	const by = "job, instance"
	return []drawn{
		plot(panel{
			id: 10, title: "Goroutines", unit: "locale",
			description: "Goroutines of the ten processes with most. Good: a level that follows the load; stairs that never come down are a leak.",
		}, overTime(process, processes(highest(by, "go_goroutines")))),
		plot(panel{
			id: 11, title: "Go heap in use", unit: "bytes",
			description: "The heap of the Go code, the ten processes with most; loaded vectors are in the C++ core's memory, not here. Good: level.",
		}, overTime(process, processes(highest(by, "go_memstats_heap_inuse_bytes")))),
		plot(panel{
			id: 12, title: "Memory outside of Go", unit: "bytes",
			description: "Resident memory less what Go has from the system and did not give back: the C++ core with segments and indexes; the ten processes with most. Good: follows what is loaded.",
		}, overTime(process, processes(highest(by, "process_resident_memory_bytes")+" - ("+highest(by, "go_memstats_sys_bytes")+" - "+highest(by, "go_memstats_heap_released_bytes")+")"))),
		plot(panel{
			id: 13, title: "Garbage made", unit: "Bps",
			description: "Bytes per second that Go code allocates, the ten processes with most. Good: what is usual for the load; it costs CPU twice.",
		}, overTime(process, processes(perSecond(by, "go_memstats_alloc_bytes_total")))),
		plot(panel{
			id: 14, title: "Longest GC pauses", unit: "s",
			description: "The longest of the latest pauses of garbage collection, the ten processes with the longest. Good: below some milliseconds.",
		}, overTime(process, processes(highest(by, "go_gc_duration_seconds", `quantile=~"1|1.0"`)))),
		plot(panel{
			id: 15, title: "GC cycles", unit: "ops",
			description: "Garbage collections per second, the ten processes with most. Good: below one.",
		}, overTime(process, processes(perSecond(by, "go_gc_duration_seconds_count")))),
	}
}

func milvusCore() []drawn {
	const by = "job, instance"
	return []drawn{
		plot(panel{
			id: 20, title: "Threads", unit: "short",
			description: "Threads of processes, and those that Go started, the five with most of each. Good: level; thousands are calls that block in the core or on a disk.",
		},
			overTime("all: "+process, largest(5, highest(by, "milvus_thread_num"))),
			overTime("Go: "+process, largest(5, highest(by, "go_threads")))),
		plot(panel{
			id: 21, title: "Calls into the core, p95", unit: "s",
			description: "How long calls from Go into the C++ core took, by name; they should return at once and work in the background. Good: below a millisecond; the buckets end at 10 ms.",
		}, overTime("{{name}}", largest(8, quantile(0.95, "name", "milvus_cgo_cgo_duration_seconds"))),
			overTime("wait", quantile(0.95, "", "milvus_cgo_cgo_queue_duration_seconds"))),
		plot(panel{
			id: 22, title: "Calls under way", unit: "short",
			description: "Calls into the core that run, and work of it that has not ended. Good: comes and goes with the load.",
		},
			overTime("calls", totalOf("", "milvus_cgo_running_cgo_call_total")),
			overTime("work", totalOf("", "milvus_cgo_active_future_total"))),
		plot(panel{
			id: 23, title: "Calls of query nodes into the core, p95", unit: "ms",
			description: "How long calls took in query nodes, by name. Good: searches as long as in the phases of a read; others in milliseconds.",
		}, overTime("{{cgo_name}}", largest(8, quantile(0.95, "cgo_name", "milvus_querynode_cgo_latency")))),
		plot(panel{
			id: 24, title: "Pools of the core", unit: "short", needs: since26,
			description: "Threads of the core's pools, and tasks that they execute or that wait. Good: fewer tasks than threads on average.",
		},
			overTime("threads: {{pool}}", totalOf("pool", "internal_cgo_pool_size")),
			overTime("executed: {{pool}}", totalOf("pool", "internal_cgo_executing_task_total")),
			overTime("in flight: {{pool}}", totalOf("pool", "internal_cgo_inflight_task_total"))),
		plot(panel{
			id: 25, title: "Wait and work in the pools", unit: "s", needs: since26,
			description: "How long tasks waited for a thread of the core's pools and how long they took, on average. Good: hardly any waiting.",
		},
			overTime("wait: {{pool}}", average("pool", "internal_cgo_queue_duration_seconds")),
			overTime("work: {{pool}}", average("pool", "internal_cgo_execute_duration_seconds"))),
		plot(panel{
			id: 26, title: "Locks", unit: "ms",
			description: "How long the latest use of each lock took that Milvus measures, the ten longest. Good: milliseconds.",
			noValue:     "Nothing: the measurement of locks is off",
		}, overTime("{{lock_name}} {{lock_source}} {{lock_op}}", largest(10, highest("lock_name, lock_source, lock_op", "milvus_lock_time_cost")))),
		plot(panel{
			id: 27, title: "Log lines lost", unit: "short", needs: since26,
			description: "Log lines that were dropped, cut or not written since the start, because writing the log was too slow. Good: 0.",
		},
			overTime("dropped", totalOf("", "milvus_logging_dropped_writes")),
			overTime("not written", totalOf("", "milvus_logging_io_failures")),
			overTime("cut", totalOf("", "milvus_logging_truncated_writes")),
			overTime("waiting", totalOf("", "milvus_logging_pending_write_length"))),
	}
}

func milvusQuota() []drawn {
	return []drawn{
		plot(panel{
			id: 30, title: "Rate limits by kind", unit: "short",
			description: "The limits that a proxy has now, the lowest of each kind: bytes per second of writes, requests or vectors per second of others; unlimited is left out. Good: level; a fall is Milvus slowing clients down.",
			noValue:     "No limits are set",
		}, overTime("{{msg_type}}", "bottomk(10, min by (msg_type) ("+selector("milvus_proxy_limiter_rate", nil)+") < 1e18)")),
		plot(panel{
			id: 31, title: "Slowed collections", unit: "percentunit", thresholds: alarmFrom(1),
			description: "By which part of their limit writes to collections are slowed down, the eight slowed down most. Good: 0; at 1 writes are denied.",
			noValue:     "No collection is slowed down",
		}, overTime("{{collection_id}}", largest(8, highest("collection_id", "milvus_rootcoord_rate_limit_ratio")))),
		plot(panel{
			id: 32, title: "Writing denied", unit: "short", alerts: []string{"MilvusWriteDenied"},
			description: "How often Milvus began to deny all writes within an hour. Good: 0.",
			noValue:     "Never",
		}, overTime("begun", grownBy("1h", "", "milvus_rootcoord_force_deny_writing_counter"))),
		plot(panel{
			id: 33, title: "Memory mark of query nodes", unit: "percentunit",
			description: "From which share of their memory on query nodes make Milvus deny writes; it is told only after the setting was changed. Good: as you set it, 0.95 unless you did.",
			noValue:     "Not changed since the start: 0.95, or as configured",
		}, overTime("deny from", highest("", "milvus_rootcoord_qn_mem_high_water_level"))),
		plot(panel{
			id: 34, title: "Disk quota", unit: "bytes",
			description: "How much may be stored, by what it is for; unlimited is left out. Good: well above what is stored.",
			noValue:     "No quota is set, or not changed since the start",
		}, overTime("{{scope}}", highest("scope", "milvus_rootcoord_disk_quota")+" < 1e18")),
		plot(panel{
			id: 35, title: "Largest insert rate allowed", unit: "Bps",
			description: "What may be inserted per second, by what it is for; unlimited is left out. Good: well above what is inserted.",
			noValue:     "No limit is set, or not changed since the start",
		}, overTime("{{scope}}", highest("scope", "milvus_proxy_max_insert_rate")+" < 1e18")),
	}
}

func milvusCoordinators() []drawn {
	return []drawn{
		stacked(panel{
			id: 40, title: "Definitions", unit: "reqps",
			description: "Requests per second that define or drop something, of the eight kinds with most. Good: few; they are slow, and done one after the other.",
		}, overTime("{{function_name}}", largest(8, perSecond("function_name", "milvus_rootcoord_ddl_req_count", everyRequest)))),
		plot(panel{
			id: 41, title: "Failed definitions", unit: "reqps",
			description: "Definitions per second that failed. Good: hardly any; many are clients that define what exists already.",
		}, overTime("{{function_name}}", orNone("function_name", largest(8, perSecond("function_name", "milvus_rootcoord_ddl_req_count", `status="fail"`))+" > 0"))),
		plot(panel{
			id: 42, title: "Definitions p99", unit: "ms",
			description: "How long definitions took, of the eight slowest kinds. Good: below a second; the meta store is what they wait for.",
		}, overTime("{{function_name}}", largest(8, quantile(0.99, "function_name", "milvus_rootcoord_ddl_req_latency")))),
		plot(panel{
			id: 43, title: "Wait of definitions", unit: "ms",
			description: "How long definitions waited for others, on average; the buckets of this histogram do not fit its milliseconds, so there are no quantiles. Good: milliseconds.",
		}, overTime("{{function_name}}", largest(8, average("function_name", "milvus_rootcoord_ddl_req_latency_in_queue")))),
		plot(panel{
			id: 44, title: "Collections of databases", unit: "short",
			description: "How many collections there are, of the ten databases with most. Good: grows when you make some, not by itself.",
		}, overTime("{{db_name}}", largest(10, totalOf("db_name", "milvus_rootcoord_collection_num")))),
		plot(panel{
			id: 45, title: "Entities of collections", unit: "short",
			description: "Entities of the eight collections with most, all and loaded ones. Good: what is searched is loaded.",
		}, overTime("{{collection_name}} {{status}}", largest(8, totalOf("collection_name, status", "milvus_rootcoord_entity_num")))),
		plot(panel{
			id: 46, title: "Users, roles and groups", unit: "short",
			description: "Users, roles and groups of privileges. Good: those that you made.",
		},
			overTime("users", highest("", "milvus_rootcoord_credential_num")),
			overTime("roles", highest("", "milvus_rootcoord_num_of_roles")),
			overTime("groups of privileges", highest("", "milvus_rootcoord_num_of_privilege_groups"))),
		plot(panel{
			id: 47, title: "Ids given out", unit: "ops",
			description: "Ids per second that the root coordinator gave out for entities, segments and tasks. Good: about the entities inserted without a key of their own.",
		}, overTime("ids", perSecond("", "milvus_rootcoord_id_alloc_count"))),
		plot(panel{
			id: 48, title: "Timestamps saved ahead", unit: "s",
			description: "How far ahead of now timestamps are reserved in the meta store. Good: 0 to some seconds; falling without end is a root coordinator that cannot write to the meta store.",
		}, overTime("ahead", highest("", "milvus_rootcoord_timestamp_saved")+" - time()")),
	}
}
