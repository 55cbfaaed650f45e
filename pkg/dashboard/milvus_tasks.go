package dashboard

// What coordinators have others do with stored data: indexes, loading, imports.

func milvusIndexes() []drawn {
	const ofIndexes = `task_type="JobTypeIndexJob"`
	return []drawn{
		plot(panel{
			id: MilvusIndexBacklogPanel, title: "Index tasks that wait", unit: "short", thresholds: warnFrom(100), alerts: []string{"MilvusIndexBacklog"},
			description: "Indexes that are to be built or tried again. Good: few; until they are built their segments are searched slowly or not at all.",
		}, overTime("{{task_state}}", orNone("task_state", totalOf("task_state", "milvus_datacoord_task_count", ofIndexes, `task_state=~"JobStateInit|JobStateRetry"`)))),
		plot(panel{
			id: MilvusIndexFailedPanel, title: "Failed index tasks", unit: "short", alerts: []string{"MilvusIndexTaskFailed"},
			description: "Index tasks that failed for good. Good: none, or a level line of old ones; every step up is a segment without its index.",
		}, overTime("{{task_type}}", orNone("task_type", totalOf("task_type", "milvus_datacoord_task_count", `task_state="JobStateFailed"`)))),
		stacked(panel{
			id: 32, title: "Tasks of the data coordinator", unit: "short",
			description: "Tasks for indexes, statistics and analysis that are not finished, by state, the eight with most. Good: in progress ones come and go.",
		}, overTime("{{task_type}} {{task_state}}", orNone("task_type", largest(8, totalOf("task_type, task_state", "milvus_datacoord_task_count", `task_state!~"JobStateNone|JobStateFinished"`))+" > 0"))),
		plot(panel{
			id: 33, title: "Building an index, p95", unit: "s",
			description: "How long the parts of building an index took, in seconds as Milvus measures it. Good: nearly all of it in the build; loading and saving are the object store.",
		},
			overTime("all", quantile(0.95, "", "milvus_indexnode_build_index_latency")),
			overTime("load fields", quantile(0.95, "", "milvus_indexnode_load_field_latency")),
			overTime("decode", quantile(0.95, "", "milvus_indexnode_decode_field_latency")),
			overTime("build", quantile(0.95, "", "milvus_indexnode_knowhere_build_index_latency")),
			overTime("encode", quantile(0.95, "", "milvus_indexnode_encode_index_latency")),
			overTime("save", quantile(0.95, "", "milvus_indexnode_save_index_latency")),
			overTime("JSON statistics", quantile(0.95, "", "milvus_indexnode_task_build_json_stats_latency"))),
		plot(panel{
			id: 34, title: "Waiting for an index node, p95", unit: "ms",
			description: "How long index tasks waited in the node that builds them: index nodes, since 2.6 data nodes. Good: far less than building takes.",
		}, overTime("{{instance}}", largest(8, quantile(0.95, "instance", "milvus_indexnode_index_task_latency_in_queue")))),
		plot(panel{
			id: 35, title: "Index tasks and requests", unit: "ops",
			description: "Index tasks that nodes took per second, and requests of the coordinator to build, by result. Good: no failures.",
		},
			overTime("tasks: {{status}}", perSecond("status", "milvus_indexnode_index_task_count", parts)),
			overTime("requests: {{status}}", perSecond("status", "milvus_datacoord_index_req_count", parts))),
		plot(panel{
			id: 36, title: "Longest execution of tasks, p95", unit: "ms",
			description: "How long tasks took that the data coordinator gave away, by kind. Good: seconds to minutes.",
		}, overTime("{{task_type}} {{status}}", largest(8, quantile(0.95, "task_type, status", "milvus_datacoord_task_execute_max_latency")))),
		plot(panel{
			id: 37, title: "Index tasks by collection", unit: "short",
			description: "Index tasks that are not finished, of the eight collections with most. Good: none that stays.",
		}, overTime("{{collection_id}} {{index_task_status}}", orNone("index_task_status", largest(8, totalOf("collection_id, index_task_status", "milvus_datacoord_index_task_count", `index_task_status!="finished"`))+" > 0"))),
		stacked(panel{
			id: 38, title: "Scheduler and slots", unit: "short", needs: since26,
			description: "Tasks in the scheduler of the data coordinator, the eight kinds with most, and the slots of data nodes that they need. Good: slots are free, or tasks do not wait for long.",
		},
			overTime("tasks: {{task_type}} {{task_state}}", largest(8, totalOf("task_type, task_state", "milvus_datacoord_task_num_in_scheduler"))+" > 0"),
			overTime("slots: {{type}}", totalOf("type", "milvus_datanode_slot"))),
		plot(panel{
			id: 39, title: "Entities with an index", unit: "short",
			description: "Entities that have a vector index, of the eight collections with most. Good: all entities of the collection.",
		}, overTime("{{collection_name}} {{index_name}}", largest(8, totalOf("collection_name, index_name", "milvus_rootcoord_indexed_entity_num", `is_vector_index="true"`)))),
	}
}

func milvusLoading() []drawn {
	return []drawn{
		plot(panel{
			id: MilvusLoadPanel, title: "Load and release requests in 5 minutes", unit: "short", alerts: []string{"MilvusLoadFailed"}, overrides: statesOfRequests(),
			description: "Requests to load and to release collections and partitions, by result. Good: no failures.",
		},
			overTime("load: {{status}}", grownBy("5m", "status", "milvus_querycoord_load_req_count", parts)),
			overTime("release: {{status}}", grownBy("5m", "status", "milvus_querycoord_release_req_count", parts))),
		stacked(panel{
			id: MilvusBalancePanel, title: "Tasks of the query coordinator", unit: "short", alerts: []string{"MilvusBalanceStuck"},
			description: "Tasks that load, move and release segments and channels. Good: comes and goes; tasks that stay for an hour find no node with room, or fail again and again.",
		}, overTime("{{querycoord_task_type}}", orNone("querycoord_task_type", totalOf("querycoord_task_type", "milvus_querycoord_task_num")+" > 0"))),
		plot(panel{
			id: 62, title: "Tasks of the query coordinator, p95", unit: "ms",
			description: "How long its tasks took, of the eight slowest kinds. Good: seconds; loading is in proportion to the size of segments.",
		}, overTime("{{task_type}}", largest(8, quantile(0.95, "task_type", "milvus_querycoord_task_latency")))),
		plot(panel{
			id: 63, title: "Loading and releasing collections, p95", unit: "ms",
			description: "How long it took until a whole collection could be searched, or was gone. Good: in proportion to its size.",
			noValue:     "Nothing was loaded or released",
		},
			overTime("load", quantile(0.95, "", "milvus_querycoord_load_latency")),
			overTime("release", quantile(0.95, "", "milvus_querycoord_release_latency"))),
		plot(panel{
			id: 64, title: "Loading a segment, p95", unit: "ms",
			description: "How long query nodes took to load a segment and its index, and to take over a channel. Good: seconds; much more is the object store.",
		},
			overTime("segment", quantile(0.95, "", "milvus_querynode_load_segment_latency")),
			overTime("index", quantile(0.95, "", "milvus_querynode_load_index_latency")),
			overTime("channel", quantile(0.95, "", "milvus_querynode_watch_dml_channel_latency"))),
		plot(panel{
			id: 65, title: "Segments being loaded", unit: "short",
			description: "How many segments query nodes load at the same time. Good: comes and goes.",
		}, overTime("{{instance}} {{load_type}}", largest(8, totalOf("instance, load_type", "milvus_querynode_load_segment_concurrency")))),
		plot(panel{
			id: 66, title: "Resource groups", unit: "short",
			description: "Query nodes and replicas of each resource group, and nodes that only read on until they are empty. Good: every group has as many nodes as its replicas need.",
		},
			overTime("nodes of {{rg}}", "count by (rg) ("+selector("milvus_querycoord_resource_group_info", nil)+" > 0)"),
			overTime("replicas of {{rg}}", highest("rg", "milvus_querycoord_resource_group_replica_total")),
			overTime("read-only nodes", highest("", "milvus_querycoord_replica_ro_node_total"))),
		plot(panel{
			id: 67, title: "Nodes that are stopping", unit: "short",
			description: "What is still to be moved away from query nodes that stop. Good: 0 but during updates, and then falling.",
			noValue:     "None",
		},
			overTime("nodes", highest("", "milvus_querynode_stopping_balance_node_num")),
			overTime("segments", totalOf("", "milvus_querynode_stopping_balance_segment_num")),
			overTime("channels", totalOf("", "milvus_querynode_stopping_balance_channel_num"))),
		plot(panel{
			id: 68, title: "Loaded collections and partitions", unit: "short",
			description: "What the query coordinator holds loaded, and the most that one query node has. Good: level.",
		},
			overTime("collections", highest("", "milvus_querycoord_collection_num")),
			overTime("partitions", highest("", "milvus_querycoord_partition_num")),
			overTime("collections of a node", highest("", "milvus_querynode_collection_num")),
			overTime("partitions of a node", highest("", "milvus_querynode_partition_num"))),
	}
}

func milvusImport() []drawn {
	return []drawn{
		stacked(panel{
			id: 70, title: "Import jobs", unit: "short", noValue: "No imports",
			description: "Bulk imports by state. Good: they end in Completed; Failed ones say why when the job is asked for.",
		}, overTime("{{import_state}}", totalOf("import_state", "milvus_datacoord_import_jobs")+" > 0")),
		stacked(panel{
			id: 71, title: "Import tasks", unit: "short", noValue: "No imports",
			description: "The tasks that imports consist of, by kind and state. Good: pending ones are begun after a while.",
		}, overTime("{{task_type}} {{import_state}}", largest(8, totalOf("task_type, import_state", "milvus_datacoord_import_tasks"))+" > 0")),
		plot(panel{
			id: 72, title: "Imports by stage, p95", unit: "ms", noValue: "No imports",
			description: "How long jobs and their tasks were in each stage. Good: most of it in import and build_index.",
		},
			overTime("job: {{import_stage}}", quantile(0.95, "import_stage", "milvus_datacoord_import_job_latency")),
			overTime("task: {{import_stage}}", quantile(0.95, "import_stage", "milvus_datacoord_import_task_latency"))),
		plot(panel{
			id: 73, title: "Vectors imported", unit: "ops", noValue: "No imports",
			description: "Vectors per second that imports brought in, of the eight collections with most. Good: what you import, and no more.",
		}, overTime("{{db_name}}/{{collection_id}}", largest(8, perSecond("db_name, collection_id", "milvus_datacoord_bulk_insert_vectors_count")))),
	}
}

func milvusDisk() []drawn {
	return []drawn{
		plot(panel{
			id: 80, title: "Disk used by query nodes", unit: "mbytes",
			description: "What query nodes hold on their local disks, the ten with most; Milvus counts megabytes. Good: well below the disk.",
		}, overTime("{{instance}}", largest(10, highest("instance", "milvus_querynode_disk_used_size")))),
		plot(panel{
			id: 81, title: "Disk cache", unit: "Bps",
			description: "Bytes per second that query nodes load into their disk cache and throw out of it. Good: little is thrown out; else it is too small for what is searched.",
			noValue:     "Nothing: tiered storage is not used",
		},
			overTime("loaded: {{rg}}", perSecond("rg", "milvus_querynode_disk_cache_load_bytes")),
			overTime("thrown out: {{rg}}", perSecond("rg", "milvus_querynode_disk_cache_evict_bytes"))),
		plot(panel{
			id: 82, title: "Segments in the disk cache", unit: "ops",
			description: "Segments per second that reads used, that they had to wait for, and that were loaded or thrown out. Good: far fewer waits than uses.",
			noValue:     "Nothing: tiered storage is not used",
		},
			overTime("used", perSecond("", "milvus_querynode_segment_access_total")),
			overTime("waited for", perSecond("", "milvus_querynode_segment_access_wait_cache_total")),
			overTime("loaded", perSecond("", "milvus_querynode_disk_cache_load_total")),
			overTime("thrown out", perSecond("", "milvus_querynode_disk_cache_evict_total"))),
		plot(panel{
			id: 83, title: "Time for the disk cache, p95", unit: "ms",
			description: "How long reads took in segments and waited for them, and how long loading and throwing out took. Good: hardly any waiting.",
			noValue:     "Nothing: tiered storage is not used",
		},
			overTime("use: {{query_type}}", quantile(0.95, "query_type", "milvus_querynode_segment_access_global_duration")),
			overTime("wait: {{query_type}}", quantile(0.95, "query_type", "milvus_querynode_segment_access_wait_cache_global_duration")),
			overTime("load", quantile(0.95, "", "milvus_querynode_disk_cache_load_global_duration")),
			overTime("throw out", quantile(0.95, "", "milvus_querynode_disk_cache_evict_global_duration"))),
		plot(panel{
			id: 84, title: "Mapped memory of the C++ core", unit: "bytes",
			description: "What the core has mapped from local files (mmap), by kind. Good: follows what is loaded.",
			noValue:     "Nothing is mapped",
		}, overTime("{{type}}", totalOf("type", "internal_mmap_in_used_space_bytes"))),
		plot(panel{
			id: 85, title: "Garbage collection runs in an hour", unit: "short",
			description: "How often the data coordinator looked for files that nothing refers to any more. Good: at least once.",
		}, overTime("runs", grownBy("1h", "", "milvus_datacoord_gc_run_count"))),
		plot(panel{
			id: 86, title: "Scans for garbage, p95", unit: "ms",
			description: "How long a scan of the files of each kind took. Good: seconds to minutes; an hour is very many small files.",
		}, overTime("{{segment_file_type}}", quantile(0.95, "segment_file_type", "milvus_datacoord_gc_file_scan_duration"))),
	}
}
