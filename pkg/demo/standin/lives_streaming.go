package standin

import "math"

// streamingLives are those of the streaming service: coordinator, clients, nodes.
var streamingLives = map[string]life{
	"milvus_streamingcoord_assignment_info":                                constant(1),
	"milvus_streamingcoord_assignment_listener_total":                      gauge(func(s *subject) float64 { return s.alive("proxy") + s.alive("streamingnode") }),
	"milvus_streamingcoord_pchannel_info":                                  gauge(func(*subject) float64 { return 1 }).among("state", "PCHANNEL_META_STATE_ASSIGNED"),
	"milvus_streamingcoord_vchannel_total":                                 gauge(func(s *subject) float64 { return s.virtualChannels() }),
	"milvus_streamingcoord_broadcaster_task_total":                         gauge((*subject).broadcasts).among("message_type", broadcastTypes...),
	"milvus_streamingcoord_broadcaster_task_execution_duration_seconds":    histogram(every(1800), 0.03, 0.6).among("message_type", broadcastTypes...),
	"milvus_streamingcoord_broadcaster_task_broadcast_duration_seconds":    histogram(every(1800), 0.02, 0.6).among("message_type", broadcastTypes...),
	"milvus_streamingcoord_broadcaster_task_ack_callback_duration_seconds": histogram(every(1800), 0.01, 0.6).among("message_type", broadcastTypes...),
	"milvus_streamingcoord_broadcaster_task_acquire_lock_duration_seconds": histogram(every(1800), 0.001, 0.6),
	"milvus_streamingcoord_broadcaster_ack_all_duration_seconds":           histogram(every(1800), 0.02, 0.6),
	"milvus_streamingcoord_broadcaster_broadcast_duration_seconds":         histogram(every(1800), 0.02, 0.6),
	"milvus_streamingcoord_resource_key_total":                             constant(0),

	"milvus_streaming_producer_total":                   constant(1).among("access_model", "remote"),
	"milvus_streaming_consumer_total":                   constant(1).among("access_model", "remote"),
	"milvus_streaming_resuming_producer_total":          gauge((*subject).resuming),
	"milvus_streaming_resuming_consumer_total":          gauge((*subject).resuming),
	"milvus_streaming_produce_total":                    counter((*subject).produced).among("access_model", "remote"),
	"milvus_streaming_produce_bytes":                    counter(func(s *subject) float64 { return 20_000 * s.produced() }).among("access_model", "remote"),
	"milvus_streaming_produce_success_bytes":            histogram((*subject).produced, 20_000, 0.6).among("access_model", "remote"),
	"milvus_streaming_produce_success_duration_seconds": slowed(histogram((*subject).produced, 0.005, 0.5), "walLatency", 1).among("access_model", "remote"),
	"milvus_streaming_produce_duration_seconds":         histogram((*subject).produced, 0.005, 0.5),
	"milvus_streaming_produce_inflight_total":           gauge(func(s *subject) float64 { return math.Round(1.2 * s.jitter()) }),
	"milvus_streaming_consume_inflight_total":           gauge(func(s *subject) float64 { return math.Round(1.2 * s.jitter()) }),
	"milvus_streaming_consume_bytes":                    histogram((*subject).produced, 20_000, 0.6),

	"milvus_streamingnode_producer_total": gauge(func(s *subject) float64 { return s.alive("proxy") }),
	"milvus_streamingnode_consumer_total": gauge(func(s *subject) float64 { return s.alive("querynode") }),
	"milvus_streamingnode_produce_inflight_total": gauge(func(s *subject) float64 {
		return math.Round(s.appended()*(0.005+s.knobs["walLatency"]) + 0.6*s.jitter())
	}),
	"milvus_streamingnode_consume_inflight_total": gauge(func(s *subject) float64 { return math.Round(1.3 * s.jitter()) }),
	"milvus_streamingnode_consume_bytes":          histogram((*subject).appended, 16_000, 0.7),
}

// broadcastTypes are the messages that go to all channels.
var broadcastTypes = []string{"CreateCollection", "DropCollection", "AlterLoadConfig", "CreateIndex"}

func (s *subject) broadcasts() float64 {
	if s.label("state") == "BROADCAST_TASK_STATE_TOMBSTONE" {
		return 6
	}
	return 0
}

// virtualChannels are those on the series' physical channel.
func (s *subject) virtualChannels() (n float64) {
	for _, c := range s.collections {
		for _, ch := range c.channels {
			if ch.index == s.channel.index {
				n++
			}
		}
	}
	return n
}

func (s *subject) resuming() float64 {
	if s.label("status") == "unavailable" && s.knobs["walStalled"] == 0 || s.label("status") == "available" && s.knobs["walStalled"] > 0 {
		return 0
	}
	return 1
}

// written are messages per second that requests write to the series' channel.
func (s *subject) written() float64 {
	return (s.succeeding("Insert") + 2*s.succeeding("Upsert") + s.succeeding("Delete")) * s.weight()
}

// produced are the messages of one proxy, by what became of them.
func (s *subject) produced() float64 {
	n := s.written() * s.part("proxy")
	switch s.label("status") {
	case "error":
		return s.knobs["walErrors"] * s.weight() * s.part("proxy")
	case "cancel":
		return n * 0.0001
	}
	return n
}
