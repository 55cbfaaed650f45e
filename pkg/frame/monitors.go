package frame

import (
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/heartline-monitor/heartline/pkg/event"
)

// Monitors is the inventory as a table, a row for each monitor: who answers for
// it, how it runs, its last heartbeat, its status, the seconds it is overdue (0
// when it is not) and when the next beat is due.
func Monitors(rows []Judged) *data.Frame {
	text := func(property func(Judged) string) []string { return pluck(rows, property) }
	f := build(data.FrameTypeTable, data.VisTypeTable,
		dimension(event.Direction, text(func(j Judged) string { return j.Direction })),
		dimension(event.Item, text(func(j Judged) string { return j.Item })),
		column("admin", text(func(j Judged) string { return j.Admin })),
		column("startupMethod", text(func(j Judged) string { return j.StartupMethod })),
		dimension(event.Host, text(func(j Judged) string { return j.Host })),
		column("executeFrequency", text(func(j Judged) string { return j.ExecuteFrequency })),
		column("alarmFrequency", text(func(j Judged) string { return j.AlarmFrequency })),
		column("receivers", text(func(j Judged) string { return strings.Join(j.Receivers, " ") })),
		column("script", text(func(j Judged) string { return j.Script })),
		column("lastHeartbeat", pluck(rows, func(j Judged) *time.Time { return nullable(j.Last) })),
		statusField("status", nil, text(func(j Judged) string { return string(j.Status) })),
		inSeconds(column("overdue", pluck(rows, Judged.overdue))),
		column("due", pluck(rows, func(j Judged) *time.Time { return nullable(j.Due) })),
	)
	f.Meta.UniqueRowIDFields = []int{0, 1}
	f.Meta.Stats = statusStats(rows)
	return f
}

func nullable(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
