package frame

import (
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/heartbeat"
)

// Line is how the status of one monitor changed, in ascending order.
type Line struct {
	Monitor event.Monitor
	Changes []heartbeat.Change
}

// Timeline is a frame for each monitor with the instants at which its status
// changed and the status from then on, as a state timeline draws it. A line is
// named by its item, or by direction/item where two items have the same name.
func Timeline(lines []Line) data.Frames {
	if len(lines) == 0 {
		return data.Frames{build(data.FrameTypeTable, "")}
	}
	named := map[string]int{}
	for _, l := range lines {
		named[l.Monitor.Item]++
	}
	frames := make(data.Frames, 0, len(lines))
	for _, l := range lines {
		m := l.Monitor
		labels := data.Labels{string(event.Direction): m.Direction, string(event.Item): m.Item}
		status := statusField("status", labels, pluck(l.Changes, func(c heartbeat.Change) string { return string(c.Status) }))
		status.Config.DisplayNameFromDS = m.Item
		if named[m.Item] > 1 {
			status.Config.DisplayNameFromDS = m.Name()
		}
		at := column("time", pluck(l.Changes, func(c heartbeat.Change) time.Time { return c.At }))
		frames = append(frames, build(data.FrameTypeTable, "", at, status))
	}
	return frames
}
