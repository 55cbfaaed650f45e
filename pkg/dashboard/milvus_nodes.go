package dashboard

import (
	"github.com/grafana/grafana-foundation-sdk/go/common"
	tablepanel "github.com/grafana/grafana-foundation-sdk/go/table"

	"github.com/heartline-monitor/heartline/pkg/query"
)

// milvusContents are how much there is in this Milvus.
func milvusContents() []drawn {
	return []drawn{
		tile(panel{
			id: 20, title: "Databases", unit: "locale", noValue: "–",
			description: "Databases that exist. Good: those that you made, and default.",
		}, "max("+selector("milvus_rootcoord_database_num", nil)+")"),
		tile(panel{
			id: 21, title: "Collections", unit: "locale", noValue: "–",
			description: "Collections that exist. Good: below some thousand; every one costs time ticks and memory even when it is idle.",
		}, "sum("+selector("milvus_rootcoord_collection_num", nil)+")"),
		tile(panel{
			id: 22, title: "Loaded", unit: "locale", noValue: "–",
			description: "Collections that are loaded and so can be searched. Good: those that are in use.",
		}, "max("+selector("milvus_querycoord_collection_num", nil)+")"),
		tile(panel{
			id: 23, title: "Partitions", unit: "locale", noValue: "–",
			description: "Partitions that exist. Good: below some ten thousand.",
		}, "max("+selector("milvus_rootcoord_partition_num", nil)+")"),
		tile(panel{
			id: 24, title: "Entities", unit: "short", noValue: "–",
			description: "Rows of healthy segments in the object store. Good: what was written less what was deleted; compaction takes deleted ones away.",
		}, "sum("+selector("milvus_datacoord_stored_rows_num", nil)+")"),
		tile(panel{
			id: 25, title: "Loaded entities", unit: "short", noValue: "–",
			description: "Entities in the memory of query nodes, those of every replica counted. Good: entities times replicas of what is loaded.",
		}, "sum("+selector("milvus_querynode_entity_num", nil)+")"),
		tile(panel{
			id: 26, title: "Stored data", unit: "bytes", noValue: "–",
			description: "Binlogs of healthy segments in the object store. Good: grows as much as is written; garbage is not in it.",
		}, "sum("+selector("milvus_datacoord_stored_binlog_size", nil)+")"),
		tile(panel{
			id: 27, title: "Stored indexes", unit: "bytes", noValue: "–",
			description: "Index files of segments in the object store. Good: in proportion to the data, as the kind of index has it.",
		}, "sum("+selector("milvus_datacoord_stored_index_files_size", nil)+")"),
	}
}

// milvusProcesses are what runs, since when, and in which version.
func milvusProcesses() []drawn {
	return []drawn{
		strip(panel{
			id: MilvusTargetsPanel, width: 12, title: "Targets", alerts: []string{"MilvusTargetDown", "MilvusAbsent"}, mappings: upOrDown(),
			description: "Whether Prometheus could read each process. Good: green all over; a gap is a target that Prometheus did not know of.",
			noValue:     "No job whose name begins with milvus is scraped",
		}, overTime("{{job}} {{instance}}", selector("up", nil))),
		plot(panel{
			id: MilvusNodesPanel, width: 12, title: "Nodes by role", unit: "short", alerts: []string{"MilvusNodeLost"},
			description: "How many nodes of each role there are. Good: level; a step down that nobody made is a lost node. Since 2.6 mixcoord has the coordinators in it.",
		}, overTime("{{role_name}}", "count by (role_name) ("+selector("milvus_num_node", nil)+")")),
		plot(panel{
			id: MilvusRestartsPanel, title: "Restarts in 30 minutes", unit: "short", thresholds: alarmFrom(2), alerts: []string{"MilvusRestartLoop"},
			description: "How often each process started again within 30 minutes. Good: 0, and 1 after an update; more than 2 is a loop, whose reason is in the log before the start.",
		}, overTime("{{job}} {{instance}}", largest(10, "changes("+selector("process_start_time_seconds", nil)+"[30m])"))),
		plot(panel{
			id: MilvusHeartbeatPanel, title: "Time since query nodes were heard of", unit: "s", thresholds: alarmFrom(30), needs: since26,
			alerts:      []string{"MilvusQueryNodeHeartbeatStale"},
			description: "How long ago the query coordinator had the last heartbeat of each query node. Good: a few seconds; more and its segments go to others.",
		}, overTime("node {{node_id}}", largest(10, "time() - max by (node_id) ("+selector("milvus_querycoord_last_heartbeat_timestamp", nil)+") / 1e9"))),
		plot(panel{
			id: 34, title: "Nodes that coordinators know", unit: "short",
			description: "How many nodes the coordinators have registered. Good: as many as run; fewer means that a node runs and does not take part.",
		},
			overTime("query nodes", highest("", "milvus_querycoord_querynode_num")),
			overTime("data nodes", highest("", "milvus_datacoord_datanode_num")),
			overTime("index nodes", highest("", "milvus_datacoord_index_node_num")),
			overTime("proxies", highest("", "milvus_rootcoord_proxy_num"))),
		plot(panel{
			id: 35, title: "Age of processes", unit: "s",
			description: "How long ago each of the ten youngest processes started. Good: slopes that go up; every fall to 0 is a restart.",
		}, overTime("{{job}} {{instance}}", "bottomk(10, time() - "+selector("process_start_time_seconds", nil)+")")),
		milvusVersions(),
		milvusMachinery(),
	}
}

func milvusVersions() drawn {
	return labelTable(panel{
		id: 36, title: "Versions",
		description: "Which build each process is. Good: one version for all; two are an update under way, or one that stopped half-way.",
	}, "count by (job, instance, version, git_commit) ("+selector("milvus_build_info", nil)+")", "job", "instance", "version", "git_commit")
}

func milvusMachinery() drawn {
	return labelTable(panel{
		id: 37, title: "Message queue and meta store",
		description: "What the processes keep their log and their meta data in. Good: the same for all of one cluster.",
	}, "count by (job, instance, mq, meta) ("+selector("milvus_runtime_info", nil)+")", "job", "instance", "mq", "meta")
}

// labelTable draws the labels of the series that an expression gives, one row each.
func labelTable(p panel, expr string, labels ...string) drawn {
	p = ofMilvus(p, []query.Query{&query.PromQL{Format: query.FormatTable, Expr: expr, Lenient: true}})
	p.unit = "none"
	order := map[string]any{}
	for i, l := range labels {
		order[l] = i
	}
	p.reshape = append(p.reshape,
		reshape("filterFieldsByName", map[string]any{"include": map[string]any{"names": labels}}),
		reshape("organize", map[string]any{"indexByName": order}))
	return drawn{panel: p, by: tablepanel.NewPanelBuilder().
		CellHeight(common.TableCellHeightSm).
		// Four columns of the usual 150 are wider than the panel.
		MinWidth(60).
		Footer(common.NewTableFooterOptionsBuilder())}
}
