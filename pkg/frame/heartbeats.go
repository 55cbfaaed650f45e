package frame

import (
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/heartline-monitor/heartline/pkg/event"
)

// Heartbeats is a table with a row for each beat, in the given order.
func Heartbeats(beats []event.Heartbeat) *data.Frame {
	return build(data.FrameTypeTable, data.VisTypeTable,
		column("time", pluck(beats, func(b event.Heartbeat) time.Time { return b.Time })),
		dimension(event.Direction, pluck(beats, func(b event.Heartbeat) string { return b.Direction })),
		dimension(event.Item, pluck(beats, func(b event.Heartbeat) string { return b.Item })),
		column("user", pluck(beats, func(b event.Heartbeat) string { return b.User })),
		dimension(event.Host, pluck(beats, func(b event.Heartbeat) string { return b.Host })),
		column("script", pluck(beats, func(b event.Heartbeat) string { return b.Script })),
	)
}
