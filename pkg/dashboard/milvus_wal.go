package dashboard

// What Milvus 2.6 and later tell of their write-ahead log.

func milvusWAL() []drawn {
	const channel = "channel_name"
	return []drawn{
		plot(panel{
			id: MilvusWALErrorsPanel, title: "Failed appends", unit: "ops", needs: since26, alerts: []string{"MilvusWALAppendErrors"},
			description: "Appends per second that failed. Good: none; every one is a write that was refused or tried again.",
			noValue:     "None",
		}, overTime("{{channel_name}}", largest(8, perSecond(channel, "milvus_wal_append_message_total", `status="error"`)))),
		plot(panel{
			id: MilvusWALLatencyPanel, title: "Append p99", unit: "s", thresholds: warnFrom(1), needs: since26, alerts: []string{"MilvusWALAppendSlow"},
			description: "How long appends took, of the eight slowest channels; the buckets end at 5 s. Good: below 50 ms; it is part of the latency of every write.",
		}, overTime("{{channel_name}}", largest(8, quantile(0.99, channel, "milvus_wal_append_message_duration_seconds")))),
		plot(panel{
			id: MilvusWALTimeTickPanel, title: "Age of the confirmed time tick", unit: "s", thresholds: alarmFrom(60), needs: since26, alerts: []string{"MilvusWALTimeTickStalled"},
			description: "How far the log's last confirmed time tick is behind now, of the eight channels furthest behind. Good: below a second; while it stands still, nothing new can be searched.",
		}, overTime("{{channel_name}}", largest(8, "time() - max by (channel_name) ("+selector("milvus_wal_last_confirmed_time_tick", nil)+")"))),
		stacked(panel{
			id: 13, title: "Appends", unit: "ops", needs: since26,
			description: "Messages per second that were appended, by kind. Good: time ticks all the time, and what is written.",
		}, overTime("{{message_type}}", largest(10, perSecond("message_type", "milvus_wal_append_message_total")))),
		plot(panel{
			id: 14, title: "Bytes appended", unit: "Bps", needs: since26,
			description: "Bytes per second that were appended, of the eight channels with most. Good: about the same for all channels.",
		}, overTime("{{channel_name}}", largest(8, perSecond(channel, "milvus_wal_append_message_bytes_sum")))),
		plot(panel{
			id: 15, title: "Appends that were tried again", unit: "ops", needs: since26,
			description: "Appends per second that the store below did not take at once. Good: none.",
			noValue:     "None",
		}, overTime("{{channel_name}}", largest(8, perSecond(channel, "milvus_wal_impls_append_message_retry_total")))),
		plot(panel{
			id: 16, title: "Where an append spends its time, p95", unit: "s", needs: since26,
			description: "The store below, and what is done before and after it. Good: nearly all of it in the store.",
		},
			overTime("store", quantile(0.95, "", "milvus_wal_impls_append_message_duration_seconds")),
			overTime("before: {{interceptor_name}}", quantile(0.95, "interceptor_name", "milvus_wal_interceptor_before_append_duration_seconds")),
			overTime("after: {{interceptor_name}}", quantile(0.95, "interceptor_name", "milvus_wal_interceptor_after_append_duration_seconds")),
			overTime("time tick", quantile(0.95, "", "milvus_wal_allocate_time_tick_duration_seconds"))),
		plot(panel{
			id: 18, title: "Growing segments in the log", unit: "bytes", needs: since26,
			description: "What is in growing segments of each streaming node, the eight with most, and the marks of a node: above the upper one segments are sealed until the lower one is reached. Good: below the upper mark.",
		},
			overTime("growing: {{instance}}", largest(8, totalOf("instance", "milvus_wal_growing_segment_bytes"))),
			overTime("upper mark", highest("", "milvus_wal_growing_segment_hwm_bytes")),
			overTime("lower mark", highest("", "milvus_wal_growing_segment_lwm_bytes"))),
	}
}

func milvusWALInside() []drawn {
	return []drawn{
		plot(panel{
			id: 20, title: "Time ticks", unit: "ops", needs: since26,
			description: "Time ticks per second that were allocated, acknowledged and sent. Good: level, five per second and channel or more.",
		},
			overTime("allocated: {{status}}", perSecond("status", "milvus_wal_allocate_time_tick_total")),
			overTime("acknowledged: {{type}}", perSecond("type", "milvus_wal_acknowledge_time_tick_total")),
			overTime("synchronised: {{type}}", perSecond("type", "milvus_wal_sync_time_tick_total")),
			overTime("sent: {{type}}", perSecond("type", "milvus_wal_sync_total"))),
		plot(panel{
			id: 21, title: "Age of time ticks", unit: "s", needs: since26,
			description: "How far the oldest allocated and sent time ticks are behind now. Good: below a second.",
		},
			overTime("allocated", "time() - min("+selector("milvus_wal_last_allocated_time_tick", nil)+")"),
			overTime("sent: {{type}}", "time() - min by (type) ("+selector("milvus_wal_sync_time_tick", nil)+")")),
		plot(panel{
			id: 22, title: "Transactions", unit: "short", needs: since26,
			description: "Transactions that are open in the log. Good: few, and coming and going.",
		}, overTime("open", totalOf("", "milvus_wal_inflight_txn"))),
		plot(panel{
			id: 23, title: "Duration of transactions, p95", unit: "s", needs: since26,
			description: "How long transactions were open, by how they ended. Good: below a second; expired ones are clients or proxies that went away.",
		}, overTime("{{state}}", quantile(0.95, "state", "milvus_wal_txn_duration_seconds"))),
		plot(panel{
			id: 24, title: "Written rows in growing segments", unit: "short", needs: since26,
			description: "Rows inserted and deleted that are in the log and not yet in flushed segments. Good: a saw-tooth.",
		},
			overTime("inserted", totalOf("", "milvus_wal_insert_rows_total")),
			overTime("deleted", totalOf("", "milvus_wal_delete_rows_total")),
			overTime("in segments of level {{lv}}", totalOf("lv", "milvus_wal_growing_segment_rows_total"))),
		plot(panel{
			id: 25, title: "Inserted bytes in growing segments", unit: "bytes", needs: since26,
			description: "Bytes that were inserted and are not flushed, of the eight channels with most. Good: a saw-tooth.",
		}, overTime("{{channel_name}}", largest(8, totalOf("channel_name", "milvus_wal_insert_bytes")))),
		stacked(panel{
			id: 26, title: "Segments sealed", unit: "ops", needs: since26,
			description: "Segments per second that were sealed, by the reason. Good: mostly because they were full; by time alone makes small segments.",
		}, overTime("{{policy}}", perSecond("policy", "milvus_wal_segment_assign_flushed_segment_total"))),
		plot(panel{
			id: 27, title: "Sealed segments", unit: "bytes", needs: since26,
			description: "The size of segments when they were sealed, on average. Good: near dataCoord.segment.maxSize.",
		}, overTime("average", average("", "milvus_wal_segment_assign_segment_bytes"))),
		plot(panel{
			id: 28, title: "What the log holds", unit: "short", needs: since26,
			description: "Collections, partitions and growing segments that the log knows of, and the rows of a segment on average. Good: about as many segments as partitions are written to.",
		},
			overTime("collections", totalOf("", "milvus_wal_segment_assign_collection_total")),
			overTime("partitions", totalOf("", "milvus_wal_segment_assign_partition_total")),
			overTime("growing segments", totalOf("", "milvus_wal_segment_assign_segment_alloc_total")),
			overTime("rows of a sealed segment", average("", "milvus_wal_segment_assign_segment_rows_total"))),
		plot(panel{
			id: 29, title: "Write-ahead buffer", unit: "bytes", needs: since26,
			description: "What the newest part of the log takes in memory, and how much it may. Good: below its capacity; readers that are further behind read from the store.",
		},
			overTime("used: {{instance}}", largest(8, totalOf("instance", "milvus_wal_write_ahead_buffer_size_bytes"))),
			overTime("capacity: {{instance}}", largest(8, totalOf("instance", "milvus_wal_write_ahead_buffer_capacity_bytes")))),
		plot(panel{
			id: 19, title: "Reach of the write-ahead buffer", unit: "s", needs: since26,
			description: "How much of the latest time each channel has in memory, the eight shortest. Good: more than any reader is behind.",
		}, overTime("{{channel_name}}", "bottomk(8, max by (channel_name) ("+selector("milvus_wal_write_ahead_buffer_latest_time_tick", nil)+" - "+selector("milvus_wal_write_ahead_buffer_earliest_time_tick", nil)+"))")),
	}
}

func milvusWALRecovery() []drawn {
	age := func(metric string) string {
		return largest(8, "time() - max by (channel_name) ("+selector(metric, nil)+")")
	}
	return []drawn{
		plot(panel{
			id: 30, title: "Age of the flusher", unit: "s", needs: since26,
			description: "How far the flusher is behind now, of the eight channels furthest behind. Good: seconds.",
		}, overTime("{{channel_name}}", age("milvus_wal_flusher_time_tick"))),
		plot(panel{
			id: 31, title: "Age of what is persisted for recovery", unit: "s", needs: since26,
			description: "How far what would be read again after a restart goes back, of the eight channels furthest behind. Good: minutes.",
		}, overTime("{{channel_name}}", age("milvus_wal_recovery_persisted_time_tick")),
			overTime("{{channel_name}} in memory", age("milvus_wal_recovery_in_mem_time_tick"))),
		plot(panel{
			id: 32, title: "Inconsistent events in an hour", unit: "short", needs: since26,
			description: "What recovery found in the log and did not expect. Good: 0.",
			noValue:     "None",
		}, overTime("{{channel_name}}", largest(8, grownBy("1h", "channel_name", "milvus_wal_recovery_inconsistent_event_total")))),
		plot(panel{
			id: 33, title: "State of recovery and flusher", unit: "short", needs: since26,
			description: "How many channels are in which state, and how many are being persisted. Good: all work; none stays in recovery.",
		},
			overTime("recovery: {{state}}", totalOf("state", "milvus_wal_recovery_info")),
			overTime("flusher: {{state}}", totalOf("state", "milvus_wal_flusher_info")),
			overTime("persisting", totalOf("", "milvus_wal_recovery_is_on_persisting")),
			overTime("open, in {{wal_name}}", "count by (wal_name) ("+selector("milvus_wal_info", nil)+")")),
		plot(panel{
			id: 34, title: "Messages scanned", unit: "ops", needs: since26,
			description: "Messages per second that readers of the log scanned: of its end (tailing) or behind it (catchup), and those that they pass on. Good: hardly any catchup.",
		},
			overTime("scanned: {{scanner_model}}", perSecond("scanner_model", "milvus_wal_scan_message_total")),
			overTime("passed on: {{scanner_model}}", perSecond("scanner_model", "milvus_wal_scan_pass_message_total"))),
		plot(panel{
			id: 35, title: "Bytes scanned", unit: "Bps", needs: since26,
			description: "Bytes per second that readers of the log scanned, and those that they pass on. Good: for each reader what is appended.",
		},
			overTime("scanned: {{scanner_model}}", perSecond("scanner_model", "milvus_wal_scan_message_bytes_sum")),
			overTime("passed on: {{scanner_model}}", perSecond("scanner_model", "milvus_wal_scan_pass_message_bytes_sum"))),
		plot(panel{
			id: 36, title: "Buffers of scanners", unit: "bytes", needs: since26,
			description: "What readers of the log hold: messages for their consumers, those that wait for their time tick, and open transactions. Good: level; a growing queue is a consumer that does not keep up.",
		},
			overTime("queue", totalOf("", "milvus_wal_scanner_pending_queue_bytes")),
			overTime("time ticks", totalOf("", "milvus_wal_scanner_time_tick_buf_bytes")),
			overTime("transactions", totalOf("", "milvus_wal_scanner_txn_buf_bytes"))),
		plot(panel{
			id: 37, title: "Scanners", unit: "short", needs: since26,
			description: "Readers of the log by what they read. Good: about one for each channel and consumer, and hardly any catchup.",
		}, overTime("{{scanner_model}}", totalOf("scanner_model", "milvus_wal_scanner_total"))),
		plot(panel{
			id: 38, title: "Messages against the order of time", unit: "ops", needs: since26,
			description: "Messages per second that were dropped because they came after their time tick, and transactions scanned. Good: none dropped.",
		},
			overTime("dropped: {{message_type}}", largest(5, perSecond("message_type", "milvus_wal_scan_time_tick_violation_message_total"))),
			overTime("transactions: {{state}}", perSecond("state", "milvus_wal_scan_txn_total"))),
		plot(panel{
			id: 39, title: "Scanners that are paused", unit: "short", needs: since268,
			description: "Channels whose reading is paused to protect memory. Good: 0.",
		}, overTime("{{instance}}", largest(8, totalOf("instance", "milvus_wal_scanner_pause_consumption")))),
	}
}

func milvusStreamingNodes() []drawn {
	return []drawn{
		plot(panel{
			id: 70, title: "Channels of streaming nodes", unit: "short", needs: since26,
			description: "How many physical and virtual channels each streaming node has. Good: about the same for all of them.",
		},
			overTime("physical: {{streaming_node}}", "count by (streaming_node) ("+selector("milvus_streamingcoord_pchannel_info", nil)+")"),
			overTime("virtual: {{streaming_node}}", totalOf("streaming_node", "milvus_streamingcoord_vchannel_total"))),
		plot(panel{
			id: 71, title: "State of channels", unit: "short", needs: since26,
			description: "How many physical channels are in which state, and nodes that listen to how they are assigned. Good: all are assigned.",
		},
			overTime("{{state}}", "count by (state) ("+selector("milvus_streamingcoord_pchannel_info", nil)+")"),
			overTime("listeners", totalOf("", "milvus_streamingcoord_assignment_listener_total"))),
		plot(panel{
			id: 72, title: "Producers and consumers", unit: "short", needs: since26,
			description: "Producers and consumers of each streaming node, and messages on their way. Good: level; what is on its way comes and goes.",
		},
			overTime("producers", totalOf("", "milvus_streamingnode_producer_total")),
			overTime("consumers", totalOf("", "milvus_streamingnode_consumer_total")),
			overTime("produced, on the way", totalOf("", "milvus_streamingnode_produce_inflight_total")),
			overTime("consumed, on the way", totalOf("", "milvus_streamingnode_consume_inflight_total"))),
		plot(panel{
			id: 73, title: "Produced by clients", unit: "ops", needs: since26,
			description: "Messages per second that proxies and others gave to the streaming service, by result. Good: no errors.",
		}, overTime("{{status}} {{access_model}}", perSecond("status, access_model", "milvus_streaming_produce_total"))),
		plot(panel{
			id: 74, title: "Produced by clients, p99", unit: "s", needs: since26,
			description: "How long producing took, also over the network (remote). Good: below 50 ms.",
		}, overTime("{{access_model}}", quantile(0.99, "access_model", "milvus_streaming_produce_success_duration_seconds"))),
		plot(panel{
			id: 75, title: "Bytes produced and consumed", unit: "Bps", needs: since26,
			description: "Bytes per second that clients gave to the streaming service and got from it, and that its nodes sent. Good: well below the network's limit.",
		},
			overTime("produced: {{status}}", perSecond("status", "milvus_streaming_produce_bytes")),
			overTime("consumed", perSecond("", "milvus_streaming_consume_bytes_sum")),
			overTime("sent by nodes", perSecond("", "milvus_streamingnode_consume_bytes_sum"))),
		plot(panel{
			id: 76, title: "Clients of the streaming service", unit: "short", needs: since26,
			description: "Producers and consumers that proxies and others have open, and those that keep their place over a lost connection, by whether they have one. Good: available.",
		},
			overTime("producers, {{access_model}}", totalOf("access_model", "milvus_streaming_producer_total")),
			overTime("consumers, {{access_model}}", totalOf("access_model", "milvus_streaming_consumer_total")),
			overTime("producers {{status}}", totalOf("status", "milvus_streaming_resuming_producer_total")),
			overTime("consumers {{status}}", totalOf("status", "milvus_streaming_resuming_consumer_total"))),
		plot(panel{
			id: 77, title: "Broadcasts", unit: "short", needs: since26,
			description: "Changes of collections and the like that go to all channels at once, by state. Good: none stays pending.",
		}, overTime("{{state}}", totalOf("state", "milvus_streamingcoord_broadcaster_task_total"))),
		plot(panel{
			id: 78, title: "Duration of broadcasts, p95", unit: "s", needs: since26,
			description: "How long broadcasts took: waiting for locks, writing to the log, and what follows. Good: below a second.",
		},
			overTime("locks", quantile(0.95, "", "milvus_streamingcoord_broadcaster_task_acquire_lock_duration_seconds")),
			overTime("log", quantile(0.95, "", "milvus_streamingcoord_broadcaster_task_broadcast_duration_seconds")),
			overTime("what follows", quantile(0.95, "", "milvus_streamingcoord_broadcaster_task_ack_callback_duration_seconds")),
			overTime("all", quantile(0.95, "", "milvus_streamingcoord_broadcaster_task_execution_duration_seconds"))),
	}
}
