package standin_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/demo/standin"
)

// look is what a stand-in exposed at two instants, some minutes apart.
type look struct {
	before, after exposed
	seconds       float64
	now           float64 // unix time of the second
}

func lookAt(t *testing.T, w *standin.World, c *clock) look {
	t.Helper()
	const apart = 5 * time.Minute
	l := look{before: gather(t, w), seconds: apart.Seconds()}
	c.pass(apart)
	l.after, l.now = gather(t, w), float64(c.now().Unix())
	return l
}

type labels = map[string]string

// rate is the increase per second of a counter, and increase that in all of the time.
func (l look) rate(name string, with labels) float64 { return l.increase(name, with) / l.seconds }

func (l look) increase(name string, with labels) float64 {
	return l.after.sum(name, with) - l.before.sum(name, with)
}

func (l look) p(q float64, name string, with labels) float64 {
	return quantile(q, l.before, l.after, name, with)
}

func (l look) gauge(name string, with labels) float64 { return l.after.sum(name, with) }

// judged is one knob, and what the alert that it fires looks at: above the limit while
// the knob is turned, below it before and after.
type judged struct {
	alert   string
	release string // where it is not the newest
	cluster bool
	turn    map[string]float64
	value   func(look) float64
	limit   float64
}

var badStatuses = []string{"fail", "abandon", "rejected"}

func errorRatio(l look) (bad float64) {
	for _, s := range badStatuses {
		bad += l.rate("milvus_proxy_req_count", labels{"status": s})
	}
	return bad / l.rate("milvus_proxy_req_count", labels{"status": "total"})
}

func segments(states ...string) func(look) float64 {
	return func(l look) (n float64) {
		for _, s := range states {
			n += l.gauge("milvus_datacoord_segment_num", labels{"segment_state": s})
		}
		return n
	}
}

func indexJobs(state string) labels {
	return labels{"task_type": "JobTypeIndexJob", "task_state": state}
}

var judgements = []judged{
	{alert: "MilvusSearchLatencyHigh", turn: map[string]float64{"latency": 2000}, limit: 1000, value: func(l look) float64 { return l.p(0.95, "milvus_proxy_sq_latency", labels{"query_type": "search"}) }},
	{alert: "MilvusRequestErrorRatioHigh by errors", turn: map[string]float64{"errors": 20}, limit: 0.05, value: errorRatio},
	{alert: "MilvusRequestErrorRatioHigh by rejections", turn: map[string]float64{"rejected": 20}, limit: 0.05, value: errorRatio},
	{alert: "MilvusRequestErrorRatioHigh before 2.6", release: "2.5.14", turn: map[string]float64{"errors": 20}, limit: 0.05, value: errorRatio},
	{alert: "MilvusRateLimited", turn: map[string]float64{"rateLimited": 5}, limit: 0, value: func(l look) float64 { return l.rate("milvus_proxy_rate_limit_req_count", labels{"status": "fail"}) }},
	{alert: "MilvusWriteDenied", turn: map[string]float64{"writeDenied": 1}, limit: 0, value: func(l look) float64 { return l.gauge("milvus_rootcoord_quota_states", labels{"name": "cluster"}) }},
	{alert: "MilvusHighMemoryUsage", turn: map[string]float64{"memoryBytes": 6e9}, limit: 8e9, value: func(l look) float64 { return l.gauge("process_resident_memory_bytes", nil) }},
	{alert: "MilvusHighCPUUsage", turn: map[string]float64{"cpu": 95}, limit: 0.8, value: func(l look) float64 {
		return l.rate("process_cpu_seconds_total", nil) / l.gauge("go_sched_gomaxprocs_threads", nil)
	}},
	{alert: "restart at more than 10000 goroutines", turn: map[string]float64{"goroutines": 12_000}, limit: 10_000, value: func(l look) float64 { return l.gauge("go_goroutines", nil) }},
	{alert: "MilvusNodeLost", cluster: true, turn: map[string]float64{"nodesLost": 1}, limit: -3, value: func(l look) float64 { return -l.gauge("milvus_num_node", labels{"role_name": "querynode"}) }},
	{alert: "MilvusNodeLost of a standalone", turn: map[string]float64{"nodesLost": 1}, limit: -1, value: func(l look) float64 { return -l.gauge("milvus_num_node", labels{"role_name": "querynode"}) }},
	{alert: "MilvusQueryNodeHeartbeatStale", turn: map[string]float64{"heartbeatStale": 60}, limit: 30, value: func(l look) float64 {
		return l.now - l.after.most("milvus_querycoord_last_heartbeat_timestamp")/1e9
	}},
	{alert: "MilvusProxyQueueSlow", turn: map[string]float64{"queueLatency": 400}, limit: 200, value: func(l look) float64 { return l.p(0.99, "milvus_proxy_req_in_queue_latency", nil) }},
	{alert: "MilvusQueryNodeReadQueueSlow", turn: map[string]float64{"readQueueLatency": 900}, limit: 500, value: func(l look) float64 { return l.p(0.99, "milvus_querynode_sq_queue_latency", nil) }},
	{alert: "MilvusChannelCheckpointLag", turn: map[string]float64{"checkpointLag": 5000}, limit: 3600, value: func(l look) float64 {
		return l.now - l.after.least("milvus_datacoord_channel_checkpoint_unix_seconds")
	}},
	{alert: "MilvusConsumeLag", turn: map[string]float64{"consumeLag": 90_000}, limit: 60_000, value: func(l look) float64 { return l.after.most("milvus_querynode_consume_tt_lag_ms") }},
	{alert: "MilvusConsumeLag of data nodes", turn: map[string]float64{"consumeLag": 90_000}, limit: 60_000, value: func(l look) float64 { return l.after.most("milvus_datanode_consume_tt_lag_ms") }},
	{alert: "MilvusWaitTSafeHigh", turn: map[string]float64{"tsafe": 2000}, limit: 1000, value: func(l look) float64 { return l.p(0.99, "milvus_querynode_sq_wait_tsafe_latency", nil) }},
	{alert: "MilvusFlushStuck", turn: map[string]float64{"flushBacklog": 80}, limit: 50, value: segments("Sealed", "Flushing")},
	{alert: "MilvusGrowingSegmentsHigh", turn: map[string]float64{"growingSegments": 800}, limit: 500, value: segments("Growing")},
	{alert: "MilvusCompactionBacklog", turn: map[string]float64{"compactionBacklog": 200}, limit: 100, value: func(l look) float64 {
		return l.gauge("milvus_datacoord_compaction_task_num", labels{"status": "pending"})
	}},
	{alert: "MilvusIndexBacklog", turn: map[string]float64{"indexBacklog": 200}, limit: 100, value: func(l look) float64 { return l.gauge("milvus_datacoord_task_count", indexJobs("JobStateInit")) }},
	{alert: "MilvusIndexTaskFailed", turn: map[string]float64{"indexFailures": 2}, limit: 0, value: func(l look) float64 { return l.increase("milvus_datacoord_task_count", indexJobs("JobStateFailed")) }},
	{alert: "MilvusMetaStoreErrors", turn: map[string]float64{"metaErrors": 10}, limit: 0, value: func(l look) float64 { return l.rate("milvus_meta_op_count", labels{"status": "fail"}) }},
	{alert: "MilvusMetaStoreSlow", turn: map[string]float64{"metaLatency": 900}, limit: 500, value: func(l look) float64 { return l.p(0.99, "milvus_meta_request_latency", nil) }},
	{alert: "MilvusObjectStoreErrors", turn: map[string]float64{"storageErrors": 20}, limit: 0.05, value: func(l look) float64 {
		return l.rate("milvus_storage_op_count", labels{"status": "fail"}) / l.rate("milvus_storage_op_count", labels{"status": "total"})
	}},
	{alert: "MilvusWALAppendErrors", turn: map[string]float64{"walErrors": 2}, limit: 0, value: func(l look) float64 { return l.rate("milvus_wal_append_message_total", labels{"status": "error"}) }},
	{alert: "MilvusWALAppendSlow", turn: map[string]float64{"walLatency": 2}, limit: 1, value: func(l look) float64 {
		return l.p(0.99, "milvus_wal_append_message_duration_seconds", labels{"status": "ok"})
	}},
	{alert: "MilvusWALTimeTickStalled", turn: map[string]float64{"walStalled": 120}, limit: 60, value: func(l look) float64 { return l.now - l.after.least("milvus_wal_last_confirmed_time_tick") }},
	{alert: "MilvusMQSendSlow", release: "2.5.14", turn: map[string]float64{"mqLatency": 3000}, limit: 1000, value: func(l look) float64 { return l.p(0.99, "milvus_proxy_mutation_send_latency", nil) }},
	{alert: "MilvusLoadFailed", turn: map[string]float64{"loadFailures": 2}, limit: 0, value: func(l look) float64 { return l.increase("milvus_querycoord_load_req_count", labels{"status": "fail"}) }},
	{alert: "MilvusBalanceStuck", turn: map[string]float64{"balanceTasks": 3}, limit: 0, value: func(l look) float64 { return l.gauge("milvus_querycoord_task_num", nil) }},
	{alert: "MilvusPartialResults", turn: map[string]float64{"partialResults": 1}, limit: 0, value: func(l look) float64 { return l.rate("milvus_querynode_partial_result_count", nil) }},
	{alert: "MilvusSlowQueries", turn: map[string]float64{"slowQueries": 6}, limit: 10, value: func(l look) float64 { return l.increase("milvus_proxy_slow_query_count", nil) }},
	{alert: "busier", turn: map[string]float64{"load": 10}, limit: 300, value: func(l look) float64 { return l.rate("milvus_proxy_req_count", labels{"status": "total"}) }},
}

func TestEachKnobCrossesTheThresholdOfItsAlertAndComesBack(t *testing.T) {
	for _, j := range judgements {
		t.Run(j.alert, func(t *testing.T) {
			w, c := newWorld(t, j.release, j.cluster)
			require.LessOrEqual(t, j.value(lookAt(t, w, c)), j.limit, "before")
			require.NoError(t, w.Steer(j.turn))
			require.Greater(t, j.value(lookAt(t, w, c)), j.limit, "turned")
			w.Reset()
			require.LessOrEqual(t, j.value(lookAt(t, w, c)), j.limit, "after")
		})
	}
}

func TestEveryKnobIsJudged(t *testing.T) {
	w, _ := newWorld(t, "", false)
	// These are tried on their own below.
	tried := map[string]bool{"down": true, "restart": true}
	for _, j := range judgements {
		for knob := range j.turn {
			tried[knob] = true
		}
	}
	for _, k := range w.Knobs() {
		require.True(t, tried[k.Name], k.Name)
		require.NotEmpty(t, k.Unit, k.Name)
		require.NotEmpty(t, k.Meaning, k.Name)
		require.NotEmpty(t, k.Metrics, k.Name)
	}
}

func TestOtherAlertsStaySilentWhereNoKnobIsTurned(t *testing.T) {
	for _, cluster := range []bool{false, true} {
		w, c := newWorld(t, "", cluster)
		for range 2 {
			c.pass(5 * time.Hour)
			l := lookAt(t, w, c)
			for _, j := range judgements {
				if j.cluster == cluster && j.release == "" && j.alert != "MilvusNodeLost of a standalone" {
					require.LessOrEqual(t, j.value(l), j.limit, j.alert)
				}
			}
		}
	}
}

func TestRestartBeginsCountersAnewAgainAndAgain(t *testing.T) {
	w, c := newWorld(t, "", false)
	before := gather(t, w)
	require.NoError(t, w.Steer(map[string]float64{"restart": 400}))
	c.pass(10 * time.Second)
	starts := map[float64]bool{before.most("process_start_time_seconds"): true}
	after := gather(t, w)
	require.Less(t, after.sum("milvus_proxy_req_count", nil), before.sum("milvus_proxy_req_count", nil)/100)
	for range 30 {
		starts[gather(t, w).most("process_start_time_seconds")] = true
		c.pass(time.Minute)
	}
	require.Greater(t, len(starts)-1, 2, "changes within 30 minutes")

	require.NoError(t, w.Steer(map[string]float64{"restart": 0}))
	last := gather(t, w).most("process_start_time_seconds")
	c.pass(30 * time.Minute)
	require.InDelta(t, last, gather(t, w).most("process_start_time_seconds"), 0)
}

func TestDeniedWritesStopTheGrowth(t *testing.T) {
	w, c := newWorld(t, "", false)
	require.NoError(t, w.Steer(map[string]float64{"writeDenied": 1}))
	l := lookAt(t, w, c)
	require.InDelta(t, 0, l.increase("milvus_rootcoord_entity_num", nil), 0)
	require.InDelta(t, 0, l.rate("milvus_proxy_req_count", labels{"function_name": "Insert", "status": "success"}), 0)
	require.Greater(t, l.rate("milvus_proxy_req_count", labels{"function_name": "Insert", "status": "fail"}), 1.0)
	require.Greater(t, l.rate("milvus_rootcoord_force_deny_writing_counter", nil), 0.1)
}

func TestALostNodeComesBackAsANewProcess(t *testing.T) {
	w, c := newWorld(t, "", true)
	started := func() float64 {
		return gather(t, w).series("process_start_time_seconds", nil)[indexOf(t, w, "querynode-2")].GetGauge().GetValue()
	}
	first := started()
	require.NoError(t, w.Steer(map[string]float64{"nodesLost": 1}))
	l := lookAt(t, w, c)
	require.InDelta(t, 2, l.gauge("milvus_querycoord_querynode_num", nil), 0)
	require.Len(t, l.after.series("milvus_querycoord_last_heartbeat_timestamp", nil), 2)
	w.Reset()
	require.Greater(t, started(), first)
	require.InDelta(t, 3, gather(t, w).sum("milvus_querycoord_querynode_num", nil), 0)
}

// indexOf is the place of a process among all, in the order of their names.
func indexOf(t *testing.T, w *standin.World, name string) (n int) {
	t.Helper()
	for _, p := range w.Processes() {
		if p.Name() < name {
			n++
		}
	}
	return n
}

func TestKnobsRefuseWhatTheyCannotBe(t *testing.T) {
	w, _ := newWorld(t, "", false)
	for name, tried := range map[string]struct {
		to   map[string]float64
		want string
	}{
		"unknown":   {map[string]float64{"speed": 1}, `there is no knob "speed": use one of balanceTasks, checkpointLag`},
		"negative":  {map[string]float64{"load": -1}, "knob load cannot be -1: use a number from 0 to 100"},
		"too much":  {map[string]float64{"errors": 101}, "knob errors cannot be 101: use a number from 0 to 100 (percent)"},
		"no number": {map[string]float64{"latency": math.NaN()}, "knob latency cannot be NaN"},
	} {
		t.Run(name, func(t *testing.T) {
			tried.to["cpu"] = 50
			require.ErrorContains(t, w.Steer(tried.to), tried.want)
			for _, k := range w.Knobs() {
				require.InDelta(t, k.Usual, k.Value, 0, "%s was turned all the same", k.Name)
			}
		})
	}
}
