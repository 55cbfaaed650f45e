package dashboard

import (
	sdk "github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/heartline-monitor/heartline/pkg/query"
)

// Panels of the Milvus overview that alert rules lead to.
const (
	MilvusQuotaPanel     uint32 = 16
	MilvusTargetsPanel   uint32 = 30
	MilvusNodesPanel     uint32 = 31
	MilvusRestartsPanel  uint32 = 32
	MilvusHeartbeatPanel uint32 = 33
)

var milvusOverview = milvusBoard{
	uid: MilvusOverviewUID, title: "Milvus overview",
	description: "Is Milvus well? The first row answers; every number in it leads to the dashboard that says why.",
	sections: func() []section {
		return []section{
			{id: 100, title: "Is it well?", panels: milvusVerdict()},
			{id: 101, title: "Requests", panels: milvusOverviewRequests()},
			{id: 102, title: "Resources and delays", panels: milvusOverviewResources()},
			{id: 103, title: "What it holds", panels: milvusContents(), collapsed: true},
			{id: 104, title: "Processes and nodes", panels: milvusProcesses()},
		}
	},
}

// milvusVerdict are the numbers that say at a glance whether something is wrong, each
// as its alert judges it.
func milvusVerdict() []drawn {
	nodes := func(offset string) string {
		return "count by (role_name) (" + selector("milvus_num_node", nil) + offset + ")"
	}
	before := nodes(" offset 15m")
	return []drawn{
		tile(panel{
			id: 1, title: "Targets down", unit: "none", thresholds: alarmFrom(1), noValue: "No target", alerts: []string{"MilvusTargetDown", "MilvusAbsent"},
			description: "How many processes of Milvus Prometheus cannot read. Good: 0. No target means that no job whose name begins with milvus is scraped at all.",
		}, orZero("count("+selector("up", nil)+" == 0)")),
		tile(panel{
			id: 2, title: "Nodes lost", unit: "none", thresholds: warnFrom(1), noValue: "–", alerts: []string{"MilvusNodeLost"},
			description: "By how many nodes each role has fewer than 15 minutes ago, added up. Good: 0; after scaling down it is that for 15 minutes.",
		}, orZero("sum(clamp_min("+before+" - ("+nodes("")+" or 0 * "+before+"), 0))")),
		tile(panel{
			id: 3, title: "Requests", unit: "reqps", noValue: "–",
			links:       []sdk.DashboardLink{toMilvus("Requests by function", MilvusRequestsUID)},
			description: "Requests per second at the proxies over 5 minutes. Good: what is usual at this time of the day; 0 where there are clients is an outage.",
		}, orZero("sum(rate("+selector("milvus_proxy_req_count", []string{everyRequest})+"[5m]))")),
		tile(panel{
			id: 4, title: "Failed", unit: "percentunit", thresholds: alarmFrom(0.05), noValue: "–", alerts: []string{"MilvusRequestErrorRatioHigh"},
			links:       []sdk.DashboardLink{toMilvus("Which requests fail", MilvusRequestsUID)},
			description: "Which share of the requests of 5 minutes failed, was abandoned or was rejected. Good: below 1 %; a dash means that there were none.",
		}, shareOf("sum(rate("+selector("milvus_proxy_req_count", []string{failing})+"[5m]))", "sum(rate("+selector("milvus_proxy_req_count", []string{everyRequest})+"[5m]))")),
		tile(panel{
			id: 5, title: "Search p95", unit: "ms", thresholds: warnFrom(1000), noValue: "–", alerts: []string{"MilvusSearchLatencyHigh"},
			links:       []sdk.DashboardLink{toMilvus("Where the time goes", MilvusRequestsUID)},
			description: "How long all but the slowest twentieth of the searches of 5 minutes took at most. Good: tens of milliseconds; a dash means that there were none.",
		}, "histogram_quantile(0.95, sum by (le) (rate("+selector("milvus_proxy_sq_latency_bucket", []string{`query_type=~"search|hybrid_search"`})+"[5m])))"),
		tile(panel{
			id: 6, title: "Denied", unit: "none", thresholds: alarmFrom(1), noValue: "0", alerts: []string{"MilvusWriteDenied"},
			description: "How many quota states are in force: reads or writes that Milvus denies or limits by itself. Good: 0; which ones is said below.",
		}, orZero("count(max by (quota_states, name) ("+selector("milvus_rootcoord_quota_states", nil)+") > 0)")),
		tile(panel{
			id: 7, title: "Largest memory", unit: "bytes", thresholds: warnFrom(8e9), noValue: "–", alerts: []string{"MilvusHighMemoryUsage"},
			links:       []sdk.DashboardLink{toMilvus("Memory of every process", MilvusRuntimeUID)},
			description: "The resident memory of the process that has most. Good: below the limit of the alert, which must fit your machines, and level.",
		}, "max("+selector("process_resident_memory_bytes", nil)+")"),
		tile(panel{
			id: 8, title: "Checkpoint lag", unit: "s", thresholds: alarmFrom(3600), noValue: "–", alerts: []string{"MilvusChannelCheckpointLag"},
			links:       []sdk.DashboardLink{toMilvus("Which channels lag", MilvusStreamingUID)},
			description: "How old the oldest checkpoint of a channel is; older than 7 days are of dropped channels and are left out. Good: minutes; after an hour a restart has much to read again.",
		}, orZero("max("+checkpointLag+" < 604800)")),
	}
}

func milvusOverviewRequests() []drawn {
	return []drawn{
		stacked(panel{
			id: 10, height: 7, title: "Requests by function", unit: "reqps",
			description: "Requests per second at the proxies, of the eight functions with most. Good: the mix and the level that are usual at this time.",
			links:       []sdk.DashboardLink{toMilvus("All functions", MilvusRequestsUID)},
		}, overTime("{{function_name}}", largest(8, perSecond("function_name", "milvus_proxy_req_count", everyRequest)))),
		plot(panel{
			id: 11, height: 7, title: "Search latency", unit: "ms", thresholds: warnFrom(1000), alerts: []string{"MilvusSearchLatencyHigh"},
			description: "How long searches took: median, p95 and p99. Good: level lines; a p99 far above the median is a part of the searches that waits for something.",
			links:       []sdk.DashboardLink{toMilvus("Where the time goes", MilvusRequestsUID)},
		}, searchQuantiles()...),
		stacked(panel{
			id: 12, height: 7, title: "Requests that did not succeed", unit: "reqps", alerts: []string{"MilvusRequestErrorRatioHigh"},
			description: "Requests per second that failed, were abandoned by the queue, rejected by a limit, cancelled by the client, or tried again. Good: hardly any.",
			overrides:   statesOfRequests(),
			links:       []sdk.DashboardLink{toMilvus("Which functions", MilvusRequestsUID)},
		}, overTime("{{status}}", orNone("status", perSecond("status", "milvus_proxy_req_count", `status!~"total|success"`)))),
	}
}

func milvusOverviewResources() []drawn {
	return []drawn{
		plot(panel{
			id: 13, width: 6, height: 7, title: "Memory", unit: "bytes", thresholds: warnFrom(8e9), alerts: []string{"MilvusHighMemoryUsage"},
			description: "Resident memory of the eight processes with most. Good: level below the limit; what only grows ends in an out-of-memory kill or in denied writes.",
			links:       []sdk.DashboardLink{toMilvus("All processes", MilvusRuntimeUID)},
		}, overTime("{{job}} {{instance}}", largest(8, highest("job, instance", "process_resident_memory_bytes")))),
		plot(panel{
			id: 14, width: 6, height: 7, title: "CPU", unit: "short",
			description: "How many cores each of the eight busiest processes uses. Good: well below the cores it may use, which the runtime dashboard holds it against.",
			links:       []sdk.DashboardLink{toMilvus("CPU over GOMAXPROCS", MilvusRuntimeUID)},
		}, overTime("{{job}} {{instance}}", largest(8, perSecond("job, instance", "process_cpu_seconds_total")))),
		plot(panel{
			id: 15, width: 6, height: 7, title: "Consume lag", unit: "ms", thresholds: warnFrom(60_000), alerts: []string{"MilvusConsumeLag"},
			description: "How far the readers of the log are behind now. Good: some hundred milliseconds; with strong consistency searches wait that long.",
			links:       []sdk.DashboardLink{toMilvus("All lags", MilvusStreamingUID)},
		}, overTime("query nodes", "max("+selector("milvus_querynode_consume_tt_lag_ms", nil)+")"),
			overTime("data nodes", "max("+selector("milvus_datanode_consume_tt_lag_ms", nil)+")")),
		strip(panel{
			id: MilvusQuotaPanel, width: 6, height: 7, title: "What is denied or limited", alerts: []string{"MilvusWriteDenied"},
			description: "The quota states that are in force, for the cluster, a database or a collection. Good: nothing. MemoryQuotaExhausted, DiskQuotaExhausted and TimeTickLongDelay deny writes; ForceDeny is somebody who wants it so.",
			mappings:    inForce("fine", "in force"),
			links:       []sdk.DashboardLink{toMilvus("Quota and limits", MilvusRuntimeUID)},
		}, overTime("{{quota_states}} {{name}}",
			orNone("quota_states", "max by (quota_states, name) ("+selector("milvus_rootcoord_quota_states", nil)+") > 0"))),
	}
}

// searchQuantiles are the quantiles of searches, hybrid ones among them.
func searchQuantiles(where ...string) []query.Query {
	where = append(where, `query_type=~"search|hybrid_search"`)
	var asked []query.Query
	for _, q := range []struct {
		name string
		of   float64
	}{{"p50", 0.5}, {"p95", 0.95}, {"p99", 0.99}} {
		asked = append(asked, overTime(q.name, quantile(q.of, "", "milvus_proxy_sq_latency", where...)))
	}
	return asked
}
