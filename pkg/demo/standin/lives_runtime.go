package standin

import (
	"math"
	"strings"
)

const (
	// processors is what each process may use, and limitBytes its memory.
	processors = 8.0
	limitBytes = 16e9
)

// runtimeLives are those of the Go runtime and of the process.
var runtimeLives = map[string]life{
	"process_resident_memory_bytes":        gauge(func(s *subject) float64 { return math.Round(s.process.resident()) }),
	"process_virtual_memory_bytes":         gauge(func(s *subject) float64 { return math.Round(s.process.resident() + 6e9) }),
	"process_virtual_memory_max_bytes":     constant(math.MaxUint64),
	"process_cpu_seconds_total":            counter(func(s *subject) float64 { return s.process.cores() }).fractions(),
	"process_start_time_seconds":           gauge(func(s *subject) float64 { return float64(s.process.started.UnixMilli()/10) / 100 }),
	"process_open_fds":                     gauge(func(s *subject) float64 { return math.Round(310 + 40*s.jitter()) }),
	"process_max_fds":                      constant(1 << 20),
	"process_network_receive_bytes_total":  counter(func(s *subject) float64 { return 9e5 * s.load() }),
	"process_network_transmit_bytes_total": counter(func(s *subject) float64 { return 12e5 * s.load() }),

	"go_info": constant(1).among("version", "go1.24.11"),
	"go_goroutines": gauge(func(s *subject) float64 {
		return math.Round(900 + 120*s.load() + 60*s.jitter() + s.knobs["goroutines"])
	}),
	"go_threads":                  gauge(func(s *subject) float64 { return math.Round(60 + 4*s.jitter()) }),
	"go_sched_gomaxprocs_threads": constant(processors),
	"go_gc_gogc_percent":          constant(100),
	"go_gc_gomemlimit_bytes":      constant(math.MaxInt64),
	"go_gc_duration_seconds":      {rate: func(s *subject) float64 { return 0.05 * (0.5 + 0.5*s.load()) }, spread: func(*subject) spread { return spread{median: 180e-6, sigma: 0.7} }},

	"go_memstats_alloc_bytes":          gauge(func(s *subject) float64 { return math.Round(0.7 * s.process.heap()) }),
	"go_memstats_heap_alloc_bytes":     gauge(func(s *subject) float64 { return math.Round(0.7 * s.process.heap()) }),
	"go_memstats_heap_inuse_bytes":     gauge(func(s *subject) float64 { return math.Round(0.8 * s.process.heap()) }),
	"go_memstats_heap_idle_bytes":      gauge(func(s *subject) float64 { return math.Round(0.2 * s.process.heap()) }),
	"go_memstats_heap_released_bytes":  gauge(func(s *subject) float64 { return math.Round(0.1 * s.process.heap()) }),
	"go_memstats_heap_sys_bytes":       gauge(func(s *subject) float64 { return math.Round(s.process.heap()) }),
	"go_memstats_heap_objects":         gauge(func(s *subject) float64 { return math.Round(s.process.heap() / 160) }),
	"go_memstats_next_gc_bytes":        gauge(func(s *subject) float64 { return math.Round(1.4 * s.process.heap()) }),
	"go_memstats_sys_bytes":            gauge(func(s *subject) float64 { return math.Round(1.1 * s.process.heap()) }),
	"go_memstats_stack_inuse_bytes":    constant(14e6),
	"go_memstats_stack_sys_bytes":      constant(14e6),
	"go_memstats_gc_sys_bytes":         constant(22e6),
	"go_memstats_other_sys_bytes":      constant(5e6),
	"go_memstats_buck_hash_sys_bytes":  constant(4e6),
	"go_memstats_mcache_inuse_bytes":   constant(9600),
	"go_memstats_mcache_sys_bytes":     constant(15_600),
	"go_memstats_mspan_inuse_bytes":    constant(4.1e6),
	"go_memstats_mspan_sys_bytes":      constant(4.5e6),
	"go_memstats_last_gc_time_seconds": gauge(func(s *subject) float64 { return math.Floor(s.unix(0)/20) * 20 }),
	"go_memstats_alloc_bytes_total":    counter(func(s *subject) float64 { return 24e6 * (0.3 + 0.7*s.load()) }),
	"go_memstats_mallocs_total":        counter(func(s *subject) float64 { return 150_000 * (0.3 + 0.7*s.load()) }),
	"go_memstats_frees_total":          counter(func(s *subject) float64 { return 149_000 * (0.3 + 0.7*s.load()) }),
	"go_memstats_lookups_total":        rare(0),
}

// cores is how many processors a process keeps busy.
func (p *Process) cores() float64 {
	w := p.world
	if percent := w.knobs["cpu"]; percent > 0 {
		return processors * percent / 100
	}
	busy := 0.12
	if p.does("proxy") {
		busy += 0.25 * w.load() * w.part("proxy")
	}
	if p.does("querynode") {
		busy += 1.5 * w.load() * w.part("querynode")
	}
	if p.does("datanode") {
		busy += (0.1 + 0.3*math.Ceil(math.Max(w.compaction.executing, 0)/compactionLasts)) * w.part("datanode")
	}
	return math.Min(busy, 0.98*processors)
}

// resident is the memory that a process has.
func (p *Process) resident() float64 {
	w := p.world
	n := 260e6 + w.knobs["memoryBytes"]
	for _, c := range w.collections {
		if p.does("querynode") {
			n += 1.1 * c.size(c.rows) * w.part("querynode")
		}
		if p.does("datanode") {
			n += 2 * c.size(c.growing) * w.part("datanode")
		}
	}
	if p.does("proxy") {
		n += 180e6 * (1 + 0.3*w.load()) * w.part("proxy")
	}
	return n + 40e6*w.noise("memory"+p.id, 60e9)
}

// heap is the part of it that Go manages; vectors are in C++.
func (p *Process) heap() float64 {
	return 220e6 + 0.3*p.world.knobs["memoryBytes"] + 90e6*p.world.noise("heap"+p.id, 15e9)
}

// coreLives are those of the C++ core, which names its metrics in its own ways.
func coreLives() map[string]life {
	searches := (*subject).searched
	all := map[string]life{
		"internal_storage_op_count":                counter((*subject).storageOperations),
		"internal_storage_request_latency":         histogram((*subject).storageOperations, 14, 0.7),
		"internal_storage_kv_size":                 histogram((*subject).storageOperations, 90_000, 0.9),
		"internal_storage_load_duration":           histogram(every(400), 300, 0.7),
		"internal_core_search_latency":             histogram(searches, 2400, 0.6), // microseconds
		"internal_mmap_allocated_space_bytes":      histogram(every(400), 3e6, 0.8),
		"internal_mmap_in_used_space_bytes":        constant(4e8),
		"internal_mmap_in_used_count":              constant(31),
		"internal_json_stats_latency":              histogram(every(400), 30, 0.7),
		"internal_json_filter_latency":             histogram(every(20), 2, 0.7),
		"internal_cgo_queue_duration_seconds":      histogram(searches, 2e-4, 0.8),
		"internal_cgo_execute_duration_seconds":    histogram(searches, 4e-3, 0.7),
		"internal_cgo_cancel_before_execute_total": rare(2),
		"internal_cgo_cancel_during_execute_total": rare(1),
		"internal_cgo_pool_size":                   constant(2 * processors),
		"internal_cgo_inflight_task_total":         gauge(func(s *subject) float64 { return math.Round(2 * s.load() * s.jitter()) }),
		"internal_cgo_executing_task_total":        gauge(func(s *subject) float64 { return math.Round(1.5 * s.load() * s.jitter()) }),
		"internal_storage_pool_capacity":           constant(2 * processors),
		"internal_storage_pool_active_threads":     gauge(func(s *subject) float64 { return math.Round(2 * s.jitter()) }),
		"internal_storage_pool_idle_threads":       gauge(func(s *subject) float64 { return 2*processors - math.Round(2*s.jitter()) }),
		"internal_storage_pool_queue_depth":        gauge(func(s *subject) float64 { return math.Round(0.6 * s.jitter()) }),
		"build_latency":                            histogram(every(200), 6000, 0.7),
		"load_latency":                             histogram(every(400), 300, 0.7),
		"search_latency":                           histogram(searches, 2.4, 0.6),
		"range_search_latency":                     histogram(every(60), 3.2, 0.6),
		"exec_latency":                             histogram(searches, 2, 0.6),
		"queue_latency":                            histogram(searches, 0.2, 0.8),
		"search_topk":                              histogram(searches, 20, 0.5),
	}
	for _, name := range []string{"bitset_ratio", "diskann_bitset_ratio", "hnsw_bitset_ratio", "filter_connectivity_ratio"} {
		all[name] = histogram(searches, 0.1, 0.8)
	}
	for name := range strings.FieldsSeq("bf_search_cnt graph_search_cnt ivf_search_cnt re_search_cnt cache_hit_cnt io_cnt diskann_range_search_iters " +
		"diskann_search_hops filter_mv_activated_fields_cnt filter_mv_change_base_cnt filter_mv_only_cnt filter_mv_supplement_ep_bool_cnt hnsw_search_hops " +
		"quant_compute_cnt raw_compute_cnt") {
		all[name] = histogram(func(s *subject) float64 { return 0.2 * s.searched() }, 40, 0.7)
	}
	return all
}

// coreBuckets are those of a histogram of the core, whose own ones are not known.
func coreBuckets(name string) []float64 {
	lowest := 1.0
	switch {
	case strings.HasSuffix(name, "_seconds"):
		lowest = 1e-5
	case strings.HasSuffix(name, "_ratio"):
		lowest = 0.001
	}
	buckets := make([]float64, 18)
	for i := range buckets {
		buckets[i] = lowest * math.Pow(2, float64(i))
	}
	return buckets
}
