package frame

import (
	"slices"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/heartbeat"
)

// Judged is a monitor with its status at some instant.
type Judged struct {
	event.Monitor
	heartbeat.Verdict
	Last time.Time // the last heartbeat by then; zero when there was none
}

// overdue is in seconds.
func (j Judged) overdue() float64 { return j.Overdue.Seconds() }

// statusColors are names of Grafana's palette.
var statusColors = map[heartbeat.Status]string{
	heartbeat.New:  "blue",
	heartbeat.OK:   "green",
	heartbeat.Late: "orange",
	heartbeat.Down: "red",
}

func statusField(name string, labels data.Labels, values []string) *data.Field {
	mapping := data.ValueMapper{}
	for i, s := range heartbeat.Statuses {
		mapping[string(s)] = data.ValueMappingResult{Text: string(s), Color: statusColors[s], Index: i}
	}
	f := column(name, values)
	f.Labels = labels
	f.Config.Mappings = data.ValueMappings{mapping}
	return f
}

// Status is the frame of format status, numeric-long: a row for every monitor,
// with direction, monitor, host and admin, and how many seconds its heartbeat
// is overdue. Monitors whose status is not among counted have 0. For a panel
// there is the status as a further column.
func Status(rows []Judged, counted []heartbeat.Status, alert bool) *data.Frame {
	if len(rows) == 0 {
		return build(data.FrameTypeNumericLong, data.VisTypeTable)
	}
	fields := []*data.Field{
		dimension(event.Direction, pluck(rows, func(j Judged) string { return j.Direction })),
		dimension(event.Item, pluck(rows, func(j Judged) string { return j.Item })),
		dimension(event.Host, pluck(rows, func(j Judged) string { return j.Host })),
		column("admin", pluck(rows, func(j Judged) string { return j.Admin })),
	}
	// In alerts every string column is a label, and a label that changes ends the
	// alert and begins another: going from late to down would reset it.
	if !alert {
		fields = append(fields, statusField("status", nil, pluck(rows, func(j Judged) string { return string(j.Status) })))
	}
	fields = append(fields, inSeconds(column("overdue", pluck(rows, func(j Judged) float64 {
		if !slices.Contains(counted, j.Status) {
			return 0
		}
		return j.overdue()
	}))))
	f := build(data.FrameTypeNumericLong, data.VisTypeTable, fields...)
	f.Meta.UniqueRowIDFields = []int{0, 1}
	f.Meta.Stats = statusStats(rows)
	return f
}

func statusStats(rows []Judged) []data.QueryStat {
	stats := []data.QueryStat{stat("Monitors", float64(len(rows)))}
	for _, s := range heartbeat.Statuses {
		n := 0
		for _, j := range rows {
			if j.Status == s {
				n++
			}
		}
		stats = append(stats, stat("Monitors "+string(s), float64(n)))
	}
	return stats
}
