package frame

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/heartline-monitor/heartline/pkg/event"
)

// Alarms is a table with a row for each alarm, in the given order.
func Alarms(alarms []event.Alarm) *data.Frame {
	result := dimension(event.SendResult, pluck(alarms, func(a event.Alarm) string { return a.SendResult }))
	result.Config.Mappings = data.ValueMappings{data.ValueMapper{
		"PASSED": {Text: "PASSED", Color: "green", Index: 0},
		"FAILED": {Text: "FAILED", Color: "red", Index: 1},
	}}
	return build(data.FrameTypeTable, data.VisTypeTable,
		column("time", pluck(alarms, func(a event.Alarm) time.Time { return a.Time })),
		dimension(event.Direction, pluck(alarms, func(a event.Alarm) string { return a.Direction })),
		dimension(event.Item, pluck(alarms, func(a event.Alarm) string { return a.Item })),
		column("receivers", pluck(alarms, func(a event.Alarm) string { return strings.Join(a.Receivers, " ") })),
		result,
		column("message", pluck(alarms, func(a event.Alarm) string { return a.Message })),
		column("md5", pluck(alarms, func(a event.Alarm) string { return a.MD5 })),
	)
}

// asHTML keeps a text readable in annotations, which Grafana shows as HTML: it
// would take <name> for a tag and leave it out.
var asHTML = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// Annotations is a row for each alarm in the fields that Grafana's annotation
// support looks for: time, title (direction/monitor), text (the message), tags
// (direction, monitor, send result) and id.
func Annotations(alarms []event.Alarm) *data.Frame {
	f := build(data.FrameTypeTable, "",
		data.NewField("time", nil, pluck(alarms, func(a event.Alarm) time.Time { return a.Time })),
		data.NewField("title", nil, pluck(alarms, func(a event.Alarm) string { return asHTML.Replace(a.Direction + "/" + a.Item) })),
		data.NewField("text", nil, pluck(alarms, func(a event.Alarm) string { return asHTML.Replace(a.Message) })),
		// A list, not a text with commas: names may hold commas themselves.
		data.NewField("tags", nil, pluck(alarms, func(a event.Alarm) json.RawMessage {
			raw, _ := json.Marshal([]string{a.Direction, a.Item, a.SendResult})
			return raw
		})),
		// Grafana offers to edit and to delete an annotation unless its id is 0.
		data.NewField("id", nil, make([]int64, len(alarms))),
	)
	f.Meta.DataTopic = data.DataTopicAnnotations
	return f
}
