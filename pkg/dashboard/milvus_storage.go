package dashboard

// Panels of Milvus storage that alert rules lead to.
const (
	MilvusGrowingPanel           uint32 = 1
	MilvusFlushPanel             uint32 = 2
	MilvusCompactionPanel        uint32 = 20
	MilvusIndexBacklogPanel      uint32 = 30
	MilvusIndexFailedPanel       uint32 = 31
	MilvusObjectStoreErrorsPanel uint32 = 40
	MilvusMetaErrorsPanel        uint32 = 50
	MilvusMetaLatencyPanel       uint32 = 51
	MilvusLoadPanel              uint32 = 60
	MilvusBalancePanel           uint32 = 61
)

var milvusStorage = milvusBoard{
	uid: MilvusStorageUID, title: "Milvus storage and compaction",
	description: "What becomes of data after it is written: segments, flush, compaction, indexes, loading, and the stores below.",
	sections: func() []section {
		return []section{
			{id: 100, title: "Segments", panels: milvusSegments()},
			{id: 101, title: "Flush", panels: milvusFlush(), collapsed: true},
			{id: 102, title: "Compaction", panels: milvusCompaction()},
			{id: 103, title: "Indexes", panels: milvusIndexes()},
			{id: 104, title: "Object store", panels: milvusObjectStore()},
			{id: 105, title: "Meta store", panels: milvusMetaStore()},
			{id: 106, title: "Loading and balance", panels: milvusLoading()},
			{id: 107, title: "Import", panels: milvusImport(), collapsed: true},
			{id: 108, title: "Disk cache and garbage", panels: milvusDisk(), collapsed: true},
		}
	},
}

func milvusSegments() []drawn {
	return []drawn{
		plot(panel{
			id: MilvusGrowingPanel, title: "Growing segments", unit: "short", thresholds: warnFrom(500), alerts: []string{"MilvusGrowingSegmentsHigh"},
			description: "Segments that still take writes; they are searched without a full index. Good: some for each partition that is written to.",
		}, overTime("growing", "sum("+selector("milvus_datacoord_segment_num", []string{`segment_state="Growing"`})+")")),
		plot(panel{
			id: MilvusFlushPanel, title: "Segments that wait for their flush", unit: "short", thresholds: warnFrom(50), alerts: []string{"MilvusFlushStuck"},
			description: "Sealed and flushing segments: they take no more writes and are not in the object store yet. Good: few, and coming and going; a level line is a flush that is stuck.",
		}, overTime("{{segment_state}}", totalOf("segment_state", "milvus_datacoord_segment_num", `segment_state=~"Sealed|Flushing"`))),
		stacked(panel{
			id: 3, title: "Stored segments by level", unit: "short",
			description: "Flushed segments: L0 has deletes only, L1 is as flushed, L2 is clustered. Good: grows slowly while data grows; many L0 make searches slow.",
		}, overTime("{{segment_level}}", totalOf("segment_level", "milvus_datacoord_segment_num", `segment_state="Flushed"`))),
		ranked(panel{
			id: 4, title: "Largest collections", unit: "short",
			description: "Stored rows of the ten collections with most. Good: those that you expect.",
		}, atEnd(ofCollection, largest(10, totalOf("db_name, collection_name", "milvus_datacoord_stored_rows_num")))),
		stacked(panel{
			id: 5, title: "Stored bytes", unit: "bytes",
			description: "Binlogs by the state of their segments, and index files, in the object store. Good: grows as much as is written.",
		},
			overTime("binlogs, {{segment_state}}", totalOf("segment_state", "milvus_datacoord_stored_binlog_size")),
			overTime("indexes", "sum("+selector("milvus_datacoord_stored_index_files_size", nil)+")")),
		plot(panel{
			id: 6, title: "Deletes to be compacted", unit: "short",
			description: "Delete entries in L0 segments, of the eight collections with most. Good: comes and goes; what only grows is compaction that does not keep up.",
		}, overTime("{{db_name}}/{{collection_id}}", orNone("collection_id", largest(8, totalOf("db_name, collection_id", "milvus_datacoord_l0_delete_entries_num"))))),
		stacked(panel{
			id: 7, title: "Loaded segments", unit: "short",
			description: "Segments in query nodes by state and level, those of every replica counted. Good: the same number on all nodes, and few growing ones.",
		}, overTime("{{segment_state}} {{segment_level}}", totalOf("segment_state, segment_level", "milvus_querynode_segment_num"))),
		plot(panel{
			id: 8, title: "Loaded entities", unit: "short",
			description: "Entities that each query node can search, of the ten nodes with most. Good: about the same on all of them.",
		}, overTime("{{instance}}", largest(10, totalOf("instance", "milvus_querynode_entity_num")))),
		plot(panel{
			id: 9, title: "Size of loaded entities", unit: "bytes",
			description: "The memory that loaded data takes in each query node, of the ten nodes with most. Good: about the same on all of them, and well below their memory.",
		}, overTime("{{instance}}", largest(10, totalOf("instance", "milvus_querynode_entity_size")))),
	}
}

func milvusFlush() []drawn {
	return []drawn{
		stacked(panel{
			id: 10, title: "Flushed bytes", unit: "Bps",
			description: "Bytes per second that were flushed to the object store, by where they came from. Good: what is written and no more.",
		}, overTime("{{data_source}}", perSecond("data_source", "milvus_datanode_flushed_data_size"))),
		stacked(panel{
			id: 11, title: "Flushed rows", unit: "ops",
			description: "Rows per second that were flushed to the object store. Good: about the vectors written.",
		}, overTime("{{data_source}}", perSecond("data_source", "milvus_datanode_flushed_data_rows"))),
		stacked(panel{
			id: 12, title: "Flush requests", unit: "reqps", overrides: statesOfRequests(),
			description: "Requests to flush, by result. Good: no failures; many are clients that call flush after every insert, which makes small segments.",
		}, overTime("{{status}}", perSecond("status", "milvus_datanode_flush_req_count", parts))),
		plot(panel{
			id: 13, title: "Flush buffer", unit: "bytes",
			description: "What data nodes, or since 2.6 streaming nodes, hold in memory until it is flushed; the ten processes with most. Good: a saw-tooth.",
		}, overTime("{{instance}}", largest(10, totalOf("instance", "milvus_datanode_fg_buffer_size")))),
		plot(panel{
			id: 14, title: "Saving to the object store, p95", unit: "ms",
			description: "How long it took to save what is flushed, by kind. Good: below a second for each piece.",
		}, overTime("{{msg_type}}", quantile(0.95, "msg_type", "milvus_datanode_save_latency"))),
		plot(panel{
			id: 15, title: "Flushes of buffers", unit: "ops",
			description: "Buffers per second that were flushed: on request or when a segment is full, and by themselves after some time. Good: no failures.",
		},
			overTime("flush: {{status}} {{segment_level}}", perSecond("status, segment_level", "milvus_datanode_flush_buffer_op_count", parts)),
			overTime("by itself: {{status}} {{segment_level}}", perSecond("status, segment_level", "milvus_datanode_autoflush_buffer_op_count", parts))),
		plot(panel{
			id: 16, title: "Files of a segment", unit: "short",
			description: "How many files a flushed segment has on average, by kind. Good: some for each field; very many are flushes that are too small.",
		},
			overTime("{{segment_file_type}}", average("segment_file_type", "milvus_flushed_segment_file_num")),
			overTime("binlogs of a collection, at most", "max("+selector("milvus_datacoord_segment_binlog_file_count", nil)+")")),
		plot(panel{
			id: 17, title: "Written to the object store", unit: "Bps",
			description: "Bytes per second that data nodes write, compaction and imports among them. Good: a small multiple of what is flushed; that factor is the write amplification.",
		}, overTime("{{data_source}} {{data_type}}", perSecond("data_source, data_type", "milvus_datanode_write_data_count"))),
		plot(panel{
			id: 18, title: "Size of L0 segments, p95", unit: "bytes",
			description: "How large stored segments of deletes are. Good: kilobytes; the buckets of this histogram end at 128 KiB.",
		}, overTime("L0", quantile(0.95, "", "milvus_datacoord_store_level0_segment_size"))),
	}
}

func milvusCompaction() []drawn {
	return []drawn{
		plot(panel{
			id: MilvusCompactionPanel, title: "Compaction tasks", unit: "short", thresholds: warnFrom(100), alerts: []string{"MilvusCompactionBacklog"},
			description: "Tasks that wait and that are executed; done ones are left out, as their number only grows. Good: few wait; what only grows are too few data nodes or slots.",
		}, overTime("{{status}} {{compaction_type}}", orNone("status", totalOf("status, compaction_type", "milvus_datacoord_compaction_task_num", `status=~"pending|executing"`)))),
		plot(panel{
			id: 21, title: "Compactions done in 15 minutes", unit: "short",
			description: "Tasks that ended within 15 minutes, by kind. Good: more than 0 while tasks wait.",
		}, overTime("{{compaction_type}}", "sum by (compaction_type) (clamp_min(delta("+selector("milvus_datacoord_compaction_task_num", []string{`status="done"`})+"[15m]), 0))")),
		plot(panel{
			id: 22, title: "Compaction in data nodes, p95", unit: "ms",
			description: "How long the work itself took, and how long tasks waited for a slot in the data node. Good: seconds to minutes, with little waiting.",
		},
			overTime("{{compaction_type}}", quantile(0.95, "compaction_type", "milvus_datanode_compaction_latency")),
			overTime("wait", quantile(0.95, "", "milvus_datanode_compaction_latency_in_queue"))),
		plot(panel{
			id: 23, title: "Compaction by stage, p95", unit: "ms",
			description: "How long tasks were in each stage, as the coordinator sees it. Good: most of it in the execution.",
		}, overTime("{{compaction_type}} {{compaction_stage}}", largest(10, quantile(0.95, "compaction_type, compaction_stage", "milvus_datacoord_compaction_latency")))),
		plot(panel{
			id: 24, title: "Size of compacted segments", unit: "bytes",
			description: "Median and p95 of the segments that compaction made. Good: near dataCoord.segment.maxSize; small ones will be compacted again.",
		},
			overTime("p50", quantile(0.5, "", "milvus_datacoord_compacted_segment_size")),
			overTime("p95", quantile(0.95, "", "milvus_datacoord_compacted_segment_size"))),
		plot(panel{
			id: 25, title: "Deletes compacted", unit: "ops",
			description: "Delete entries per second that compaction worked in, and those for which it found no row. Good: few missing; they are deletes of what never was.",
		},
			overTime("worked in", perSecond("", "milvus_datanode_compaction_delete_count")),
			overTime("missing", perSecond("", "milvus_datanode_compaction_missing_delete_count"))),
	}
}

func milvusObjectStore() []drawn {
	const by, metric = "persistent_data_op_type", "milvus_storage_op_count"
	return []drawn{
		plot(panel{
			id: MilvusObjectStoreErrorsPanel, title: "Failed operations", unit: "percentunit", thresholds: alarmFrom(0.05), alerts: []string{"MilvusObjectStoreErrors"},
			description: "Which share of the operations on the object store failed, by kind. Good: 0; a get of what is not there counts too.",
			noValue:     "No operations",
		}, overTime("{{persistent_data_op_type}}", shareOf(perSecond(by, metric, `status="fail"`), perSecond(by, metric, everyRequest)))),
		stacked(panel{
			id: 41, title: "Operations", unit: "ops",
			description: "Operations per second on the object store, by kind. Good: what is usual; walks and stats are listings, which some stores charge for.",
		}, overTime("{{persistent_data_op_type}}", perSecond(by, metric, everyRequest))),
		plot(panel{
			id: 42, title: "Latency p99", unit: "ms",
			description: "How long operations on the object store took, by kind. Good: below a few hundred milliseconds; loading, flush and compaction all wait for it.",
		}, overTime("{{persistent_data_op_type}}", quantile(0.99, by, "milvus_storage_request_latency"))),
		stacked(panel{
			id: 43, title: "Throughput", unit: "Bps",
			description: "Bytes per second read from and written to the object store by the Go code. Good: well below the network's limit.",
		}, overTime("{{persistent_data_op_type}}", perSecond(by, "milvus_storage_kv_size_sum"))),
		plot(panel{
			id: 44, title: "Size of an object", unit: "bytes",
			description: "How many bytes an operation moves on average. Good: megabytes; kilobytes are small segments and cost much for little.",
		}, overTime("{{persistent_data_op_type}}", average(by, "milvus_storage_kv_size"))),
		plot(panel{
			id: 45, title: "The C++ core's reads", unit: "ms",
			description: "How long the core's own operations on the object store and the parts of loading took, on average. Good: as fast as those of the Go code.",
		},
			overTime("{{persistent_data_op_type}}", average(by, "internal_storage_request_latency")),
			overTime("load: {{type}}", average("type", "internal_storage_load_duration"))),
		plot(panel{
			id: 46, title: "The C++ core's operations", unit: "ops",
			description: "Operations per second of the core on the object store, by kind and result. Good: no failures.",
		}, overTime("{{persistent_data_op_type}} {{status}}", perSecond(by+", status", "internal_storage_op_count", parts))),
		stacked(panel{
			id: 47, title: "The C++ core's throughput", unit: "Bps",
			description: "Bytes per second that the core reads and writes: loading of segments and building of indexes. Good: well below the network's limit.",
		}, overTime("{{persistent_data_op_type}}", perSecond(by, "internal_storage_kv_size_sum"))),
	}
}

func milvusMetaStore() []drawn {
	const by = "meta_op_type"
	return []drawn{
		plot(panel{
			id: MilvusMetaErrorsPanel, width: 6, title: "Failed operations", unit: "ops", alerts: []string{"MilvusMetaStoreErrors"},
			description: "Operations per second on the meta store (etcd) that failed. Good: 0; without it Milvus can change nothing, and soon stops.",
		}, overTime("{{meta_op_type}}", orNone("meta_op_type", perSecond(by, "milvus_meta_op_count", `status="fail"`)))),
		plot(panel{
			id: MilvusMetaLatencyPanel, width: 6, title: "Latency p99", unit: "ms", thresholds: warnFrom(500), alerts: []string{"MilvusMetaStoreSlow"},
			description: "How long operations on the meta store took, by kind. Good: below some ten milliseconds; etcd needs a fast disk of its own.",
		}, overTime("{{meta_op_type}}", quantile(0.99, by, "milvus_meta_request_latency"))),
		stacked(panel{
			id: 52, width: 6, title: "Operations", unit: "ops",
			description: "Operations per second on the meta store, by kind. Good: level; many are many segments, channels or collections.",
		}, overTime("{{meta_op_type}}", perSecond(by, "milvus_meta_op_count", everyRequest))),
		stacked(panel{
			id: 53, width: 6, title: "Throughput", unit: "Bps",
			description: "Bytes per second read from and written to the meta store. Good: kilobytes to few megabytes.",
		}, overTime("{{meta_op_type}}", perSecond(by, "milvus_meta_kv_size_sum"))),
	}
}
