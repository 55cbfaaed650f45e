package standin

import "math"

// dataCoordLives are those of the data coordinator: segments, compaction, indexes and
// imports.
var dataCoordLives = map[string]life{
	"milvus_datacoord_collection_num":                  gauge(func(s *subject) float64 { return float64(len(s.collections)) }),
	"milvus_datacoord_datanode_num":                    gauge(func(s *subject) float64 { return s.alive("datanode") }),
	"milvus_datacoord_index_node_num":                  gauge(func(s *subject) float64 { return s.alive(s.builder()) }),
	"milvus_datacoord_segment_num":                     gauge((*subject).segments),
	"milvus_datacoord_segment_binlog_file_count":       gauge(func(s *subject) float64 { return 9 * s.collection.flushed }),
	"milvus_datacoord_stored_rows_num":                 gauge((*subject).storedRows),
	"milvus_datacoord_stored_binlog_size":              gauge(func(s *subject) float64 { return math.Round(s.collection.size(s.storedRows())) }),
	"milvus_datacoord_stored_index_files_size":         gauge(func(s *subject) float64 { return math.Round(1.15 * s.collection.rows * s.collection.dim * 4) }),
	"milvus_datacoord_l0_delete_entries_num":           gauge(func(s *subject) float64 { return math.Round(math.Mod(s.collection.deleted, 6000)) }),
	"milvus_datacoord_store_level0_segment_size":       histogram(func(s *subject) float64 { return s.weight() / 300 }, 900, 0.8),
	"milvus_datacoord_bulk_insert_vectors_count":       counter(func(s *subject) float64 { return s.weight() * 20_000 / 14_400 }),
	"milvus_datacoord_channel_checkpoint_unix_seconds": gauge((*subject).checkpoint),
	"milvus_datacoord_consume_datanode_tt_lag_ms": gauge(func(s *subject) float64 {
		if s.home("datanode", s.channel).id != s.label("node_id") {
			return absent
		}
		return s.lag()
	}).about("datanode"),
	"milvus_datacoord_watched_dml_chanel_num": gauge(func(s *subject) float64 { return s.watched("datanode") }).about("datanode"),

	"milvus_datacoord_compaction_task_num":    gauge((*subject).compactions).about("datanode").orNobody(),
	"milvus_datacoord_compaction_latency":     histogram(func(s *subject) float64 { return s.weight() * s.compacts() }, 21_000, 0.6).among("is_vector_field", "false"),
	"milvus_datacoord_compacted_segment_size": histogram(every(1200), 120e6, 0.7),
	"milvus_datacoord_gc_run_count":           counter(every(3600)),
	"milvus_datacoord_gc_file_scan_duration":  histogram(every(3600), 800, 0.6),
	"milvus_flushed_segment_file_num":         histogram(func(s *subject) float64 { return s.succeeding("Insert") * rowsPerInsert / sealRows }, 5, 0.3),

	"milvus_datacoord_index_req_count":          counter((*subject).indexRequests),
	"milvus_datacoord_index_task_count":         gauge((*subject).collectionIndexTasks),
	"milvus_datacoord_task_count":               gauge((*subject).indexTasks),
	"milvus_datacoord_task_num_in_scheduler":    gauge((*subject).scheduled),
	"milvus_datacoord_task_execute_max_latency": histogram(every(60), 14_000, 0.8),
	"milvus_datacoord_task_version":             histogram(every(600), 1.1, 0.2),

	"milvus_datacoord_import_jobs":         gauge((*subject).imports),
	"milvus_datacoord_import_tasks":        gauge((*subject).imports),
	"milvus_datacoord_import_job_latency":  histogram(every(14_400), 40_000, 0.7),
	"milvus_datacoord_import_task_latency": histogram(every(7200), 25_000, 0.7),
}

// builder is the role that builds indexes.
func (w *World) builder() string {
	if w.newer() {
		return "datanode"
	}
	return "indexnode"
}

// watched is how many virtual channels the node of the series has.
func (s *subject) watched(role string) (n float64) {
	for _, c := range s.collections {
		for _, ch := range c.channels {
			if s.home(role, ch) == s.node() {
				n++
			}
		}
	}
	return n
}

// lag is how far a consumer of the log stays behind, in ms.
func (s *subject) lag() float64 { return math.Round(110 + 180*s.jitter() + s.knobs["consumeLag"]) }

// segments counts the segments of a state and a level; combinations that Milvus
// never has are absent.
func (s *subject) segments() float64 {
	level, sorted := s.label("segment_level"), s.label("segment_is_sorted") == "sorted"
	switch state := s.label("segment_state"); {
	case level == "L1" && !sorted && state == "Growing":
		return math.Round(float64(len(s.collections)*shards) + s.knobs["growingSegments"])
	case level == "L1" && !sorted && state == "Sealed":
		return math.Round(2*s.noise("sealed", 30e9) + s.knobs["flushBacklog"])
	case level == "L1" && !sorted && state == "Flushing":
		return math.Round(s.noise("flushing", 20e9) + s.knobs["flushBacklog"]/5)
	case level == "L1" && state == "Flushed":
		return s.flushedSegments(sorted)
	case level == "L0" && !sorted && state == "Flushed":
		return math.Round(3 + 6*s.noise("level zero", 300e9))
	case level == "L1" && sorted && state == "Dropped":
		return math.Round(4 + s.World.compaction.dropped)
	}
	return absent
}

// flushedSegments are sorted soon after they were flushed.
func (s *subject) flushedSegments(sorted bool) (n float64) {
	if !sorted {
		return math.Round(1.4 * s.noise("unsorted", 60e9))
	}
	for _, c := range s.collections {
		n += c.flushed
	}
	return n
}

func (s *subject) storedRows() float64 {
	if s.label("segment_state") != "Flushed" {
		return absent
	}
	return math.Round(s.collection.rows - s.collection.growing)
}

// compactions counts tasks. What waits has no node yet.
func (s *subject) compactions() float64 {
	part, usual := map[string]float64{"MixCompaction": 0.6, "Level0DeleteCompaction": 0.4}[s.label("compaction_type")]
	status := s.label("status")
	if !usual || (status == "pending") != (s.label("node_id") == nobody) {
		return absent
	}
	switch status {
	case "pending":
		return math.Round(part * (s.waiting() + s.knobs["compactionBacklog"]))
	case "executing":
		if s.World.compaction.executing <= 0 || s.node() != s.World.of("datanode")[0] {
			return 0
		}
		return math.Round(part)
	}
	return math.Round(part * s.World.compaction.compacted * s.part("datanode"))
}

// compacts is how many tasks of the series' type are done per second.
func (s *subject) compacts() float64 {
	switch s.label("compaction_type") {
	case "MixCompaction":
		return 1.0 / 900
	case "Level0DeleteCompaction":
		return 1.0 / 1400
	}
	return 0
}

func (s *subject) indexRequests() float64 {
	switch s.label("status") {
	case "fail":
		return 0.001 * s.requests("CreateIndex")
	}
	return s.requests("CreateIndex")
}

// indexTasks counts build tasks by state; finished ones stay, and so do failed ones.
func (s *subject) indexTasks() float64 {
	switch s.label("task_type") {
	case "JobTypeStatsJob":
		return map[string]float64{"JobStateFinished": 210}[s.label("task_state")]
	case "JobTypeAnalyzeJob":
		return 0 // only clustering compaction has them
	}
	switch s.label("task_state") {
	case "JobStateInit":
		return math.Round(1.2*s.noise("index", 45e9) + s.knobs["indexBacklog"])
	case "JobStateInProgress":
		return math.Round(1.4 * s.noise("building", 45e9))
	case "JobStateFinished":
		return s.flushedSegments(true)
	case "JobStateFailed":
		return math.Floor(s.failedBuilds)
	}
	return 0
}

func (s *subject) collectionIndexTasks() float64 {
	switch s.label("index_task_status") {
	case "unissued":
		return math.Round(s.knobs["indexBacklog"] * s.weight())
	case "finished":
		return s.collection.flushed
	case "failed":
		return math.Floor(s.failedBuilds * s.weight())
	}
	return 0
}

func (s *subject) scheduled() float64 {
	if s.label("task_state") == "JobStateInit" {
		switch s.label("task_type") {
		case "Index":
			return math.Round(s.knobs["indexBacklog"])
		case "Compaction":
			return math.Round(s.waiting() + s.knobs["compactionBacklog"])
		}
	}
	if s.label("task_state") == "JobStateInProgress" && s.label("task_type") == "Compaction" && s.World.compaction.executing > 0 {
		return 1
	}
	return 0
}

func (s *subject) imports() float64 {
	if s.label("import_state") == "Completed" {
		return 14
	}
	return 0
}
