package frame

import (
	"encoding/json"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/heartline-monitor/heartline/pkg/event"
)

// Logs is a log-lines frame, a row for each line in the given order: timestamp,
// body, severity (the level as it was written), id, and the labels direction,
// monitor and level.
func Logs(lines []event.Log) *data.Frame {
	// The timestamp comes first: a live frame that begins with labels followed by
	// the time is taken apart by Grafana as a table of labelled series.
	f := data.NewFrame("",
		data.NewField("timestamp", nil, pluck(lines, func(l event.Log) time.Time { return l.Time })),
		data.NewField("body", nil, pluck(lines, func(l event.Log) string { return l.Message })),
		data.NewField("severity", nil, pluck(lines, func(l event.Log) string { return l.Level })),
		data.NewField("id", nil, pluck(lines, func(l event.Log) string { return l.ID })),
		data.NewField("labels", nil, logLabels(lines)),
	)
	f.Meta = &data.FrameMeta{
		// Version 0.0 of log lines is the only one there is.
		Type:                   data.FrameTypeLogLines,
		PreferredVisualization: data.VisTypeLogs,
		UniqueRowIDFields:      []int{3},
	}
	return f
}

// logLabels encodes each combination of labels once: there are few of them.
func logLabels(lines []event.Log) []json.RawMessage {
	type labels struct {
		Direction string `json:"direction"`
		Item      string `json:"monitor"`
		Level     string `json:"level"`
	}
	encoded := map[labels]json.RawMessage{}
	return pluck(lines, func(l event.Log) json.RawMessage {
		key := labels{l.Direction, l.Item, l.Level}
		raw, ok := encoded[key]
		if !ok {
			// A struct of strings can always be encoded.
			raw, _ = json.Marshal(key)
			encoded[key] = raw
		}
		return raw
	})
}
