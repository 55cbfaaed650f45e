package dashboard

// Panels of Milvus streaming that alert rules lead to.
const (
	MilvusCheckpointPanel  uint32 = 1
	MilvusConsumeLagPanel  uint32 = 2
	MilvusWALErrorsPanel   uint32 = 10
	MilvusWALLatencyPanel  uint32 = 11
	MilvusWALTimeTickPanel uint32 = 12
	MilvusMQSendPanel      uint32 = 40
)

var milvusStreaming = milvusBoard{
	uid: MilvusStreamingUID, title: "Milvus streaming",
	description: "The way of writes through the log: time ticks, lag, the write-ahead log of 2.6, the message queue below, and replication.",
	sections: func() []section {
		return []section{
			{id: 100, title: "Lag", panels: milvusLag()},
			{id: 101, title: "Write-ahead log", panels: milvusWAL()},
			{id: 102, title: "Inside the write-ahead log", panels: milvusWALInside(), collapsed: true},
			{id: 103, title: "Recovery and scanners", panels: milvusWALRecovery(), collapsed: true},
			{id: 104, title: "Streaming nodes and their clients", panels: milvusStreamingNodes(), collapsed: true},
			{id: 105, title: "Message queue and its readers", panels: milvusMessageQueue()},
			{id: 106, title: "Replication (CDC)", panels: milvusReplication(), collapsed: true},
		}
	},
}

// checkpointLag is how old the checkpoint of each channel is.
var checkpointLag = "time() - " + selector("milvus_datacoord_channel_checkpoint_unix_seconds", nil)

func milvusLag() []drawn {
	return []drawn{
		plot(panel{
			id: MilvusCheckpointPanel, title: "Checkpoint lag of channels", unit: "s", thresholds: alarmFrom(3600), alerts: []string{"MilvusChannelCheckpointLag"},
			description: "How old the checkpoints of the ten channels furthest behind are. Those older than 7 days belong to dropped channels and are left out. Good: minutes; after a restart Milvus reads everything since.",
		}, overTime("{{channel_name}}", largest(10, "max by (channel_name) ("+checkpointLag+") < 604800"))),
		plot(panel{
			id: MilvusConsumeLagPanel, title: "Consume lag", unit: "ms", thresholds: warnFrom(60_000), alerts: []string{"MilvusConsumeLag"},
			description: "How far query nodes and data nodes are behind now with reading the log, the ten furthest behind. Good: some hundred milliseconds.",
		},
			overTime("query node {{instance}} {{msg_type}}", largest(10, highest("instance, msg_type", "milvus_querynode_consume_tt_lag_ms"))),
			overTime("data node {{instance}} {{msg_type}}", largest(10, highest("instance, msg_type", "milvus_datanode_consume_tt_lag_ms")))),
		plot(panel{
			id: 3, title: "Age of what can be searched", unit: "s",
			description: "How old the data of the current target is, of the ten channels furthest behind. Good: minutes; hours mean that new segments are not loaded.",
		}, overTime("{{channel_name}}", largest(10, "time() - max by (channel_name) ("+selector("milvus_querycoord_current_target_checkpoint_unix_seconds", nil)+")"))),
		plot(panel{
			id: 4, title: "Time tick lag", unit: "ms",
			description: "How far time ticks are behind now where they are made and where they are passed on, at most. Good: about the interval of time ticks, 200 ms.",
		},
			overTime("root coordinator", highest("", "milvus_rootcoord_produce_tt_lag_ms")),
			overTime("proxy", highest("", "milvus_proxy_tt_lag_ms")),
			overTime("data nodes, as the coordinator sees them", highest("", "milvus_datacoord_consume_datanode_tt_lag_ms")),
			overTime("dispatcher of query nodes", highest("", "milvus_querynode_msg_dispatcher_tt_lag_ms")),
			overTime("dispatcher of data nodes", highest("", "milvus_datanode_msg_dispatcher_tt_lag_ms"))),
		plot(panel{
			id: 5, title: "Time tick delay of quotas", unit: "ms", needs: protected,
			description: "The delay by which writes are limited, where that is switched on. Good: well below quotaAndLimits.limitWriting.ttProtection.maxTimeTickDelay.",
		}, overTime("{{role_name}} {{node_id}}", largest(10, highest("role_name, node_id", "milvus_rootcoord_time_tick_delay")))),
		plot(panel{
			id: 6, title: "Synchronising time ticks, p95", unit: "ms",
			description: "How long the root coordinator took to bring the time ticks of all proxies together. Good: milliseconds. Streaming nodes do it by themselves.",
		}, overTime("all", quantile(0.95, "", "milvus_rootcoord_sync_timetick_latency"))),
	}
}

func milvusMessageQueue() []drawn {
	return []drawn{
		plot(panel{
			id: MilvusMQSendPanel, title: "Sending to the message queue, p99", unit: "ms", thresholds: warnFrom(1000), alerts: []string{"MilvusMQSendSlow"},
			description: "How long proxies took to hand writes to the log: the message queue, since 2.6 the streaming service. Good: below 100 ms.",
		}, overTime("{{msg_type}}", quantile(0.99, "msg_type", "milvus_proxy_mutation_send_latency"))),
		plot(panel{
			id: 41, title: "Operations on the message queue", unit: "ops",
			description: "Operations per second on Pulsar, Kafka, RocksMQ or Woodpecker, by result. Good: no failures.",
		}, overTime("{{message_op_type}} {{status}}", perSecond("message_op_type, status", "milvus_msgstream_op_count", parts))),
		plot(panel{
			id: 42, title: "Message queue p99", unit: "ms",
			description: "How long operations on the message queue took. Good: milliseconds; its disk is the first thing to look at.",
		}, overTime("{{message_op_type}}", quantile(0.99, "message_op_type", "milvus_msgstream_request_latency"))),
		plot(panel{
			id: 43, title: "Messages read", unit: "ops",
			description: "Messages per second that query nodes and data nodes read, by kind. Good: as many as are written, for each reader.",
		},
			overTime("query nodes: {{msg_type}}", perSecond("msg_type", "milvus_querynode_consume_msg_count")),
			overTime("data nodes: {{msg_type}}", perSecond("msg_type", "milvus_datanode_consume_msg_count")),
			overTime("rows of data nodes: {{msg_type}}", perSecond("msg_type", "milvus_datanode_msg_rows_count"))),
		plot(panel{
			id: 44, title: "Bytes read", unit: "Bps",
			description: "Bytes per second that query nodes and data nodes read from the log, and that query nodes worked off. Good: what is read is worked off.",
		},
			overTime("query nodes: {{msg_type}}", perSecond("msg_type", "milvus_querynode_consume_bytes_counter")),
			overTime("worked off: {{msg_type}}", perSecond("msg_type", "milvus_querynode_execute_bytes_counter")),
			overTime("data nodes: {{msg_type}}", perSecond("msg_type", "milvus_datanode_consume_bytes_count"))),
		plot(panel{
			id: 45, title: "Messages that wait", unit: "short",
			description: "Messages that query nodes have read and not worked off, and rows and bytes of deletes that they keep. Good: near 0; what only grows is a node that does not keep up.",
		}, overTime("messages: {{instance}} {{msg_type}}", largest(8, totalOf("instance, msg_type", "milvus_querynode_wait_processing_msg_count"))),
			overTime("rows of deletes: {{instance}}", largest(8, totalOf("instance", "milvus_querynode_delete_buffer_row_num")))),
		plot(panel{
			id: 46, title: "Memory for deletes", unit: "bytes",
			description: "What query nodes hold of deletes: in the buffer of each channel's leader, and in L0 segments. Good: a small part of their memory.",
		},
			overTime("buffer: {{instance}}", largest(8, totalOf("instance", "milvus_querynode_delete_buffer_size"))),
			overTime("L0: {{instance}}", largest(8, totalOf("instance", "milvus_querynode_level_zero_size")))),
		plot(panel{
			id: 47, title: "Channels and flow graphs", unit: "short",
			description: "Channels of the cluster, and how many are read in all nodes together. Good: every channel has a reader; a fall is one that nobody reads.",
		},
			overTime("channels of the root coordinator", highest("", "milvus_rootcoord_dml_channel_num")),
			overTime("watched, data coordinator", totalOf("", "milvus_datacoord_watched_dml_chanel_num")),
			overTime("flow graphs of data nodes", totalOf("", "milvus_datanode_flowgraph_num")),
			overTime("flow graphs of query nodes", totalOf("", "milvus_querynode_flowgraph_num")),
			overTime("channels of query nodes", totalOf("", "milvus_querynode_dml_vchannel_num")),
			overTime("delta channels of query nodes", totalOf("", "milvus_querynode_delta_vchannel_num"))),
		plot(panel{
			id: 48, title: "Producers, consumers and streams", unit: "short",
			description: "Open ends of the message queue. Good: level; what only grows is a leak that ends in the limits of the queue.",
		},
			overTime("consumers of {{role_name}}", totalOf("role_name", "milvus_msg_queue_consumer_num")),
			overTime("producers of data nodes", totalOf("", "milvus_datanode_producer_num")),
			overTime("streams of the root coordinator", highest("", "milvus_rootcoord_msgstream_obj_num")),
			overTime("streams of proxies", totalOf("", "milvus_proxy_msgstream_obj_num"))),
		plot(panel{
			id: 49, title: "Passing deletes on, p95", unit: "ms",
			description: "How long data nodes took to pass deletes on to those that need them. Good: milliseconds.",
			noValue:     "No deletes were passed on",
		}, overTime("forward", quantile(0.95, "", "milvus_datanode_forward_delete_msg_time_taken_ms"))),
	}
}

func milvusReplication() []drawn {
	const to = "target_channel_name"
	return []drawn{
		plot(panel{
			id: 60, title: "Replication lag", unit: "s", needs: lagging,
			description: "How long ago the last replicated message of each channel was written, the eight furthest behind. Good: seconds.",
		}, overTime("{{target_channel_name}}", largest(8, "time() - max by (target_channel_name) ("+selector("milvus_cdc_last_replicated_time_tick", nil)+")"))),
		plot(panel{
			id: 61, title: "Replication p99", unit: "ms", needs: replicated,
			description: "How long a message took from the source's log until the target acknowledged it, the eight slowest channels. Good: the way between both, and little more.",
		}, overTime("{{target_channel_name}}", largest(8, quantile(0.99, to, "milvus_cdc_replicate_end_to_end_latency")))),
		plot(panel{
			id: 62, title: "Messages replicated", unit: "ops", needs: replicated,
			description: "Messages per second that were passed on, by kind. Good: as many as are written.",
		}, overTime("{{msg_type}}", perSecond("msg_type", "milvus_cdc_replicated_messages_total"))),
		plot(panel{
			id: 63, title: "Bytes replicated", unit: "Bps", needs: replicated,
			description: "Bytes per second that were passed on, by kind. Good: well below what the network between both carries.",
		}, overTime("{{msg_type}}", perSecond("msg_type", "milvus_cdc_replicated_bytes_total"))),
		plot(panel{
			id: 64, title: "Connections", unit: "short", needs: replicated,
			description: "Streams to other clusters by state, and how often they were opened again within 5 minutes. Good: connected, and not opened again.",
		},
			overTime("{{target_cluster}} {{connection_status}}", totalOf("target_cluster, connection_status", "milvus_cdc_stream_rpc_connections")),
			overTime("{{target_cluster}} opened again", grownBy("5m", "target_cluster", "milvus_cdc_stream_rpc_reconnect_times"))),
	}
}
