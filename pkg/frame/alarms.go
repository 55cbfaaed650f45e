package frame

import (
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
