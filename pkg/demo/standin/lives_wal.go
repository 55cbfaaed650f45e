package standin

import "math"

// walLives are those of the write-ahead log on the streaming nodes. Time ticks are unix
// seconds.
var walLives = map[string]life{
	"milvus_wal_info":          constant(1),
	"milvus_wal_flusher_info":  constant(1).among("state", "working"),
	"milvus_wal_recovery_info": constant(1).among("state", "working"),

	"milvus_wal_append_message_total":                       {rate: (*subject).appendedOf, past: (*subject).hadErrors},
	"milvus_wal_append_message_bytes":                       histogram((*subject).appended, 9000, 1.1),
	"milvus_wal_append_message_duration_seconds":            slowed(histogram((*subject).appended, 0.004, 0.6), "walLatency", 1),
	"milvus_wal_impls_append_message_duration_seconds":      slowed(histogram((*subject).appended, 0.003, 0.6), "walLatency", 1),
	"milvus_wal_impls_append_message_retry_total":           {rate: func(s *subject) float64 { return s.knobs["walErrors"] * s.weight() }, past: times(2)},
	"milvus_wal_interceptor_before_append_duration_seconds": histogram((*subject).appended, 0.0006, 0.6),
	"milvus_wal_interceptor_after_append_duration_seconds":  histogram((*subject).appended, 0.0004, 0.6),

	"milvus_wal_last_allocated_time_tick":            gauge(func(s *subject) float64 { return s.unix(0.05 + 0.1*s.jitter()) }),
	"milvus_wal_last_confirmed_time_tick":            gauge((*subject).confirmed),
	"milvus_wal_allocate_time_tick_total":            counter((*subject).allocated),
	"milvus_wal_allocate_time_tick_duration_seconds": histogram(func(s *subject) float64 { return 5 + s.written() }, 0.0008, 0.6),
	"milvus_wal_acknowledge_time_tick_total":         counter((*subject).ticks),
	"milvus_wal_sync_time_tick":                      gauge((*subject).confirmed),
	"milvus_wal_sync_time_tick_total":                counter((*subject).ticks),
	"milvus_wal_sync_total":                          counter((*subject).ticks),

	"milvus_wal_inflight_txn":         gauge(func(s *subject) float64 { return math.Round(0.8 * s.jitter()) }),
	"milvus_wal_finish_txn":           counter((*subject).transactions),
	"milvus_wal_txn_duration_seconds": histogram((*subject).transactions, 0.02, 0.6),
	"milvus_wal_scan_txn_total":       counter((*subject).transactions),

	"milvus_wal_insert_rows_total":          gauge(onChannel((*collection).growingRows)),
	"milvus_wal_insert_bytes":               gauge(onChannel((*collection).growingBytes)),
	"milvus_wal_delete_rows_total":          gauge(onChannel(func(c *collection) float64 { return math.Mod(c.deleted, 2000) })),
	"milvus_wal_growing_segment_bytes":      gauge(atLevel((*collection).growingBytes)),
	"milvus_wal_growing_segment_rows_total": gauge(atLevel((*collection).growingRows)),
	"milvus_wal_growing_segment_hwm_bytes":  constant(0.2 * limitBytes),
	"milvus_wal_growing_segment_lwm_bytes":  constant(0.1 * limitBytes),

	"milvus_wal_segment_assign_collection_total":      gauge((*subject).virtualChannels),
	"milvus_wal_segment_assign_partition_total":       gauge((*subject).virtualChannels),
	"milvus_wal_segment_assign_segment_alloc_total":   gauge((*subject).virtualChannels),
	"milvus_wal_segment_assign_flushed_segment_total": counter(func(s *subject) float64 { return s.written() / 300 }),
	"milvus_wal_segment_assign_segment_bytes":         histogram(func(s *subject) float64 { return s.written() / 100 }, 14e6, 0.5),
	"milvus_wal_segment_assign_segment_rows_total":    histogram(func(s *subject) float64 { return s.written() / 100 }, sealRows, 0.5),

	"milvus_wal_scanner_total":                          constant(1),
	"milvus_wal_scanner_pause_consumption":              constant(0),
	"milvus_wal_scanner_pending_queue_bytes":            gauge(func(s *subject) float64 { return math.Round(9000 * s.jitter()) }),
	"milvus_wal_scanner_time_tick_buf_bytes":            gauge(func(s *subject) float64 { return math.Round(4000 * s.jitter()) }),
	"milvus_wal_scanner_txn_buf_bytes":                  gauge(func(s *subject) float64 { return math.Round(2000 * s.jitter()) }),
	"milvus_wal_scan_message_total":                     counter((*subject).scanned),
	"milvus_wal_scan_pass_message_total":                counter((*subject).scanned),
	"milvus_wal_scan_message_bytes":                     histogram((*subject).scannedAll, 9000, 1.1),
	"milvus_wal_scan_pass_message_bytes":                histogram((*subject).scannedAll, 9000, 1.1),
	"milvus_wal_scan_time_tick_violation_message_total": rare(1).among("message_type", "Insert").among("scanner_model", "catchup"),

	"milvus_wal_flusher_time_tick":                     gauge((*subject).confirmed),
	"milvus_wal_recovery_in_mem_time_tick":             gauge((*subject).confirmed),
	"milvus_wal_recovery_persisted_time_tick":          gauge(func(s *subject) float64 { return s.confirmed() - 10*s.jitter() }),
	"milvus_wal_recovery_is_on_persisting":             gauge(func(s *subject) float64 { return math.Floor(1.2 * s.jitter()) }),
	"milvus_wal_recovery_inconsistent_event_total":     rare(1),
	"milvus_wal_write_ahead_buffer_capacity_bytes":     constant(64 << 20),
	"milvus_wal_write_ahead_buffer_size_bytes":         gauge(func(s *subject) float64 { return math.Round((9 + 5*s.jitter()) * (1 << 20)) }),
	"milvus_wal_write_ahead_buffer_entry_total":        gauge(func(s *subject) float64 { return math.Round(900 + 500*s.jitter()) }),
	"milvus_wal_write_ahead_buffer_earliest_time_tick": gauge(func(s *subject) float64 { return s.confirmed() - 30 }),
	"milvus_wal_write_ahead_buffer_latest_time_tick":   gauge((*subject).confirmed),
}

// confirmed is the last time tick that the log has taken.
func (s *subject) confirmed() float64 {
	return s.unix(0.2+0.2*s.jitter()) - s.knobs["walStalled"]
}

// appended are all messages per second on the series' channel: a time tick every
// 200 ms, and what was written.
func (s *subject) appended() float64 {
	switch s.label("status") {
	case "error":
		return s.knobs["walErrors"] * s.weight()
	case "cancel":
		return s.written() * 0.0001
	}
	return 5 + s.written()
}

// appendedOf are those of one type.
func (s *subject) appendedOf() float64 {
	kind := s.label("message_type")
	switch s.label("status") {
	case "error":
		if kind == "Insert" {
			return s.knobs["walErrors"] * s.weight()
		}
		return 0
	case "cancel":
		return s.ofType(kind) * 0.0001
	}
	return s.ofType(kind)
}

// hadErrors is one failed insert on each channel: enough for its series to exist.
func (s *subject) hadErrors() float64 {
	if s.label("message_type") == "Insert" && s.label("status") == "error" {
		return 1
	}
	return 0
}

func (s *subject) ofType(kind string) float64 {
	switch kind {
	case "TimeTick":
		return 5
	case "Insert":
		return (s.succeeding("Insert") + s.succeeding("Upsert")) * s.weight()
	case "Delete":
		return (s.succeeding("Delete") + s.succeeding("Upsert")) * s.weight()
	case "CreateSegment", "Flush":
		return s.written() / 300
	case "BeginTxn", "CommitTxn":
		return s.written() / 50
	case "CreateCollection", "DropCollection", "CreateIndex", "AlterLoadConfig":
		return 1.0 / 7200
	}
	return 0
}

func (s *subject) allocated() float64 {
	switch s.label("status") {
	case "error", "cancel":
		return 0
	}
	return 5 + s.written()
}

// ticks are sent every 200 ms; one in five is persisted.
func (s *subject) ticks() float64 {
	if t := s.label("type"); t == "persistent" || t == "common" {
		return 1
	}
	return 5
}

func (s *subject) transactions() float64 {
	if s.label("state") == "rollback" {
		return s.written() / 50_000
	}
	return s.written() / 50
}

func (s *subject) scanned() float64 {
	if s.label("scanner_model") == "catchup" {
		return 0
	}
	return s.ofType(s.label("message_type"))
}

func (s *subject) scannedAll() float64 {
	if s.label("scanner_model") == "catchup" {
		return 0
	}
	return 5 + s.written()
}

func (c *collection) growingRows() float64  { return c.growing }
func (c *collection) growingBytes() float64 { return c.size(c.growing) }

// onChannel sums what the collections have on the series' channel.
func onChannel(of func(*collection) float64) value {
	return func(s *subject) float64 {
		var n float64
		for _, c := range s.collections {
			for _, ch := range c.channels {
				if ch.index == s.channel.index {
					n += of(c) / shards
				}
			}
		}
		return math.Round(n)
	}
}

// atLevel is onChannel by level: rows are inserted at L1.
func atLevel(of func(*collection) float64) value {
	return func(s *subject) float64 {
		if s.label("lv") != "L1" {
			return 0
		}
		return onChannel(of)(s)
	}
}
