package frame

import (
	"cmp"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/heartline-monitor/heartline/pkg/event"
)

// countNames are the names of the value fields.
var countNames = map[event.Kind]string{
	event.Heartbeats: "beats",
	event.Logs:       "lines",
	event.Alarms:     "alarms",
}

// Series is a timeseries-multi answer: a frame for each group, with a point for
// every bucket, zeros included. step is the length of a bucket. Without groups
// it is one frame without fields, the contract's form of no data.
func Series(h *event.Histogram, kind event.Kind, step time.Duration) data.Frames {
	if len(h.Groups) == 0 {
		return data.Frames{build(data.FrameTypeTimeSeriesMulti, data.VisTypeGraph)}
	}
	frames := make(data.Frames, 0, len(h.Groups))
	// One field of times for all frames: nobody changes it, and there may be many.
	at := data.NewField("time", nil, h.Buckets)
	at.Config = &data.FieldConfig{Interval: float64(step.Milliseconds())}
	for _, g := range h.Groups {
		value := data.NewField(countNames[kind], groupLabels(h.GroupBy, g.Key), counts(g))
		value.Config = &data.FieldConfig{Unit: "short", DisplayNameFromDS: groupName(g.Key)}
		frames = append(frames, build(data.FrameTypeTimeSeriesMulti, data.VisTypeGraph, at, value))
	}
	frames[0].Meta.Stats = []data.QueryStat{countStat(h, kind)}
	return frames
}

// Instant is a numeric-long answer over the whole range: a string column for
// each dimension and one numeric column. The histogram has one bucket.
func Instant(h *event.Histogram, kind event.Kind) *data.Frame {
	if len(h.Groups) == 0 {
		return build(data.FrameTypeNumericLong, data.VisTypeTable)
	}
	fields := make([]*data.Field, 0, len(h.GroupBy)+1)
	unique := make([]int, len(h.GroupBy))
	for i, dim := range h.GroupBy {
		fields = append(fields, dimension(dim, pluck(h.Groups, func(g event.Group) string { return g.Key[i] })))
		unique[i] = i
	}
	value := data.NewField(countNames[kind], nil, pluck(h.Groups, func(g event.Group) int64 { return count(g.Total()) }))
	value.Config = &data.FieldConfig{Unit: "short", DisplayNameFromDS: heading(countNames[kind])}
	f := build(data.FrameTypeNumericLong, data.VisTypeTable, append(fields, value)...)
	f.Meta.UniqueRowIDFields = unique
	f.Meta.Stats = []data.QueryStat{countStat(h, kind)}
	return f
}

func groupLabels(dims []event.Dimension, key []string) data.Labels {
	if len(dims) == 0 {
		return nil
	}
	labels := data.Labels{}
	for i, dim := range dims {
		labels[string(dim)] = key[i]
	}
	return labels
}

// groupName is what a legend shows: the values alone, without their names.
func groupName(key []string) string {
	return strings.Join(pluck(key, func(v string) string { return cmp.Or(v, "(none)") }), "/")
}

func counts(g event.Group) []int64 { return pluck(g.Counts, count) }

// count makes a number of a type that panels and expressions know. No store
// holds more events than it can say.
func count(n uint64) int64 { return int64(n) } //nolint:gosec // counts of events stay far below 1<<63

func countStat(h *event.Histogram, kind event.Kind) data.QueryStat {
	var total uint64
	for _, g := range h.Groups {
		total += g.Total()
	}
	return stat(heading(countNames[kind]), float64(total))
}

func heading(name string) string { return strings.ToUpper(name[:1]) + name[1:] }
