package prometheus_test

import (
	"fmt"
	"strconv"
	"time"

	"github.com/heartline-monitor/heartline/pkg/signal"
	"github.com/heartline-monitor/heartline/pkg/signal/signaltest"
)

// milvusExposition writes the service of a world as a Milvus would tell of it: each
// request is counted under status total, and again under how it ended; those that
// succeed are timed, in milliseconds.
func milvusExposition(w signaltest.World) string {
	e := processOf(w)
	e.add("milvus_build_info", `,version="2.6.8"`, w.Start, 1)
	for k, requests := range byOperationAndStatus(w) {
		status := map[string]string{signal.StatusSuccess: "success", signal.StatusError: "fail"}[k.status]
		e.counter(w, "milvus_proxy_req_count", fmt.Sprintf(",function_name=%q,status=%q", k.operation, status), requests)
		if k.status == signal.StatusSuccess {
			e.histogram(w, "milvus_proxy_sq_latency", fmt.Sprintf(",query_type=%q", k.operation), 1_000, requests)
		}
	}
	all := map[string][]signaltest.Request{"GET /": nil}
	for _, r := range w.Requests {
		all[r.Operation] = append(all[r.Operation], r)
	}
	for operation, requests := range all {
		e.counter(w, "milvus_proxy_req_count", fmt.Sprintf(",function_name=%q,status=\"total\"", operation), byTime(requests))
	}
	return e.String()
}

// fleet is a Milvus of several processes that a Prometheus has scraped every 15
// seconds for an hour.
type fleet struct {
	metrics

	start time.Time
}

func newFleet(start time.Time) *fleet { return &fleet{start: start} }

// process is the one that tells what is written from here on.
func (f *fleet) process(job, instance string, roles ...string) {
	f.target = fmt.Sprintf("job=%q,instance=%q", job, instance)
	for _, role := range roles {
		f.gauge("milvus_num_node", fmt.Sprintf(",node_id=%q,role_name=%q", instance, role), 0, 60, 1)
	}
}

// each writes a value at every scrape of some minutes, never at the edge of one.
func (f *fleet) each(name, labels string, from, to float64, value func(since time.Duration) float64) {
	for since := 7 * time.Second; since <= time.Hour; since += 15 * time.Second {
		if since.Minutes() >= from && since.Minutes() < to {
			f.add(name, labels, f.start.Add(since), value(since))
		}
	}
}

func (f *fleet) gauge(name, labels string, from, to, value float64) {
	f.each(name, labels, from, to, func(time.Duration) float64 { return value })
}

// rate writes a counter that begins in some minute.
func (f *fleet) rate(name, labels string, from, perSecond float64) {
	f.each(name, labels, from, 60, func(since time.Duration) float64 {
		return perSecond * (since.Seconds() - 60*from)
	})
}

// latencies are all in one of Milvus' buckets, in milliseconds.
func (f *fleet) latencies(name, labels string, perSecond, milliseconds, bound float64) {
	for le := 1.0; le <= 131_072; le *= 2 {
		n := perSecond
		if le < bound {
			n = 0
		}
		f.rate(name+"_bucket", fmt.Sprintf("%s,le=%q", labels, strconv.FormatFloat(le, 'g', -1, 64)), 0, n)
	}
	f.rate(name+"_bucket", labels+`,le="+Inf"`, 0, perSecond)
	f.rate(name+"_count", labels, 0, perSecond)
	f.rate(name+"_sum", labels, 0, perSecond*milliseconds)
}

// requests are counted under each status.
func (f *fleet) requests(function, of string, total float64, ended map[string]float64) {
	labels := fmt.Sprintf(",function_name=%q%s", function, of)
	f.rate("milvus_proxy_req_count", labels+`,status="total"`, 0, total)
	for status, perSecond := range ended {
		f.rate("milvus_proxy_req_count", fmt.Sprintf("%s,status=%q", labels, status), 0, perSecond)
	}
}

// figures are those of the Go runtime and the process.
func (f *fleet) figures(resident, heap float64) {
	f.gauge("process_resident_memory_bytes", "", 0, 60, resident)
	f.gauge("go_memstats_alloc_bytes", "", 0, 60, heap)
	f.gauge("go_sched_gomaxprocs_threads", "", 0, 60, 4)
	f.rate("process_cpu_seconds_total", "", 0, 0.5)
}

const (
	books = `,db_name="default",collection_name="books"`
	items = `,db_name="shop",collection_name="items"`
)

// cluster is a Milvus whose processes have one role each: searches begin to fail
// after 20 minutes, inserts to be rejected after 30 and to exceed a rate limit after
// 40; quotas are exceeded from 22 to 24; a query node is gone after 30 minutes, the
// data node after 40, from when on a checkpoint stands still.
func cluster(start time.Time) *fleet {
	f := newFleet(start)
	f.proxies()
	f.coordinator()
	for i := range 3 {
		f.process("milvus-querynode", fmt.Sprintf("querynode-%d", i))
		until := 60.0
		if i == 2 {
			until = 30
		}
		f.gauge("milvus_num_node", `,node_id="1",role_name="querynode"`, 0, until, 1)
		f.gauge("up", "", 0, until, 1)
		f.gauge("process_resident_memory_bytes", "", 0, until, float64(i+1)*1e10)
		f.gauge("go_memstats_alloc_bytes", "", 0, until, 1e9)
	}
	f.process("milvus-datanode", "datanode-0")
	f.gauge("milvus_num_node", `,node_id="1",role_name="datanode"`, 0, 40, 1)
	f.gauge("up", "", 0, 40, 1)
	f.gauge("up", "", 40, 60, 0)
	f.process("milvus-streamingnode", "streamingnode-0", "streamingnode", "querynode")
	f.gauge("up", "", 0, 60, 1)
	return f
}

func (f *fleet) proxies() {
	f.process("milvus-proxy", "proxy-0", "proxy")
	f.gauge("milvus_build_info", `,version="2.6.8"`, 0, 60, 1)
	f.gauge("up", "", 0, 60, 1)
	f.figures(4e9, 2e9)
	f.requests("Search", books, 10, map[string]float64{"success": 9})
	f.requests("Insert", books, 2, map[string]float64{"success": 1})
	f.rate("milvus_proxy_req_count", `,function_name="Search",status="fail"`+books, 20, 1)
	f.rate("milvus_proxy_req_count", `,function_name="Insert",status="rejected"`+books, 30, 0.5)
	f.rate("milvus_proxy_req_count", `,function_name="Insert",status="retry"`+books, 40, 0.5)
	f.rate("milvus_proxy_rate_limit_req_count", `,msg_type="DMLInsert",status="fail"`, 40, 0.5)
	f.rate("milvus_proxy_rate_limit_req_count", `,msg_type="DMLInsert",status="total"`, 0, 2)
	f.latencies("milvus_proxy_sq_latency", `,query_type="search"`+books, 10, 12, 16)
	f.latencies("milvus_proxy_mutation_latency", `,msg_type="insert"`+books, 2, 100, 128)
	f.gauge("milvus_proxy_queue_task_num", `,queue_type="dql",task_state="unissued"`, 0, 60, 7)
	f.gauge("milvus_proxy_queue_task_num", `,queue_type="dql",task_state="in-progress"`, 0, 60, 50)
	f.process("milvus-proxy", "proxy-1", "proxy")
	f.gauge("up", "", 0, 60, 1)
	f.figures(2e9, 1e9)
	f.requests("Search", items, 5, map[string]float64{"success": 5})
	f.latencies("milvus_proxy_sq_latency", `,query_type="search"`+items, 5, 12, 16)
	f.gauge("milvus_proxy_queue_task_num", `,queue_type="dql",task_state="unissued"`, 0, 60, 3)
	f.gauge("milvus_proxy_queue_task_num", `,queue_type="dml",task_state="unissued"`, 0, 60, 1)
}

func (f *fleet) coordinator() {
	f.process("milvus-mixcoord", "mixcoord-0", "mixcoord")
	f.gauge("up", "", 0, 60, 1)
	state := func(name, level string, from, n float64) {
		f.gauge("milvus_datacoord_segment_num", fmt.Sprintf(",segment_state=%q,segment_level=%q", name, level), from, 60, n)
	}
	state("Growing", "L1", 0, 3)
	state("Flushed", "L1", 0, 10)
	state("Flushed", "L2", 0, 2)
	state("Dropped", "L1", 0, 100)
	state("Flushing", "L1", 35, 4)
	f.gauge("milvus_rootcoord_entity_num", `,status="total"`+books, 0, 60, 1_000)
	f.gauge("milvus_rootcoord_entity_num", `,status="loaded"`+books, 0, 60, 300)
	f.gauge("milvus_rootcoord_entity_num", `,status="total"`+items, 0, 60, 500)
	f.gauge("milvus_rootcoord_quota_states", `,quota_states="MemoryQuotaExhausted",name="cluster"`, 22, 24, 1)
	checkpoint := func(channel string, at func(since time.Duration) float64) {
		f.each("milvus_datacoord_channel_checkpoint_unix_seconds", fmt.Sprintf(",channel_name=%q", channel), 0, 60, at)
	}
	begun := float64(f.start.Unix())
	checkpoint("moves", func(since time.Duration) float64 { return begun + since.Seconds() - 10 })
	checkpoint("stops", func(since time.Duration) float64 { return begun + min(since.Minutes(), 40)*60 - 30 })
	checkpoint("leaked", func(time.Duration) float64 { return begun - 8*24*3600 })
}
