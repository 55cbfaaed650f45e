package frame

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

// serviceLabel is the name of the column, or label, that holds a service's name.
const serviceLabel = "service"

// units are Grafana's names of the units that signals are measured in.
var units = map[signal.Unit]string{
	signal.RequestsPerSecond: "reqps",
	signal.Count:             "short",
	signal.Seconds:           "s",
	signal.Percent:           "percent",
	signal.Bytes:             "bytes",
	signal.PerSecond:         "ops",
}

// Signal is what the frames of a signal have in common.
type Signal struct {
	signal.Definition
	SplitBy []signal.Dimension
	Step    time.Duration // the length of a window
}

// Reading is one series of one service, with a value for each start of a window.
type Reading struct {
	Service string
	Starts  []time.Time
	signal.Series
}

// SignalSeries is a timeseries-multi answer: a frame for each reading, with a
// point at the start of every window, null where nothing is known. Without
// readings it is one frame without fields.
func SignalSeries(s Signal, readings []Reading) data.Frames {
	if len(readings) == 0 {
		return data.Frames{build(data.FrameTypeTimeSeriesMulti, data.VisTypeGraph)}
	}
	frames := make(data.Frames, len(readings))
	for i, r := range readings {
		value := s.value(r.labels(s.SplitBy), r.Values)
		value.Config.DisplayNameFromDS = strings.Join(append([]string{r.Service}, r.Key...), " / ")
		frames[i] = build(data.FrameTypeTimeSeriesMulti, data.VisTypeGraph, timeField(r.Starts, s.Step), value)
	}
	return frames
}

// SignalInstant is a numeric-long answer: a row for each reading, which has one
// window, with a string column for the service and each dimension, and one
// numeric column named by the signal.
func SignalInstant(s Signal, readings []Reading) *data.Frame {
	if len(readings) == 0 {
		return build(data.FrameTypeNumericLong, data.VisTypeTable)
	}
	fields := []*data.Field{filterable(serviceLabel, pluck(readings, func(r Reading) string { return r.Service }))}
	unique := []int{0}
	for i, dim := range s.SplitBy {
		fields = append(fields, filterable(string(dim), pluck(readings, func(r Reading) string { return r.Key[i] })))
		unique = append(unique, i+1)
	}
	value := s.value(nil, pluck(readings, func(r Reading) float64 { return r.Values[0] }))
	value.Config.DisplayNameFromDS = s.Label
	f := build(data.FrameTypeNumericLong, data.VisTypeTable, append(fields, value)...)
	f.Meta.UniqueRowIDFields = unique
	return f
}

// Exemplars is a table of single requests that a panel draws over its lines: the
// time, the value, the service and the labels that any of them has. It is nil
// where there are none.
func Exemplars(s Signal, byService map[string][]signal.Exemplar, services []string) *data.Frame {
	var all []signal.Exemplar
	var of []string
	var names []string
	for _, service := range services {
		for _, e := range byService[service] {
			all, of = append(all, e), append(of, service)
			for name := range e.Labels {
				names = append(names, name)
			}
		}
	}
	if len(all) == 0 {
		return nil
	}
	value := data.NewField("Value", nil, pluck(all, func(e signal.Exemplar) float64 { return e.Value }))
	value.Config = &data.FieldConfig{Unit: units[s.Unit]}
	fields := []*data.Field{
		data.NewField("Time", nil, pluck(all, func(e signal.Exemplar) time.Time { return e.Time.UTC() })),
		value, data.NewField(serviceLabel, nil, of),
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		if name != serviceLabel {
			fields = append(fields, data.NewField(name, nil, pluck(all, func(e signal.Exemplar) string { return e.Labels[name] })))
		}
	}
	f := build(data.FrameTypeTable, "", fields...)
	// By this name time series panels find the points to draw over their lines.
	f.Name = "exemplar"
	f.Meta.DataTopic = data.DataTopicAnnotations
	return f
}

func (s Signal) value(labels data.Labels, values []float64) *data.Field {
	f := data.NewField(string(s.Signal), labels, known(values))
	f.Config = &data.FieldConfig{Unit: units[s.Unit]}
	return f
}

func (r Reading) labels(dims []signal.Dimension) data.Labels {
	labels := data.Labels{serviceLabel: r.Service}
	for i, dim := range dims {
		labels[string(dim)] = r.Key[i]
	}
	return labels
}

func timeField(at []time.Time, step time.Duration) *data.Field {
	f := data.NewField("time", nil, at)
	f.Config = &data.FieldConfig{Interval: float64(step.Milliseconds())}
	return f
}

// known points at the values, and nowhere for NaN: alert rules take a null for
// no data, and NaN for a number.
func known(values []float64) []*float64 {
	pointers := make([]*float64, len(values))
	for i := range values {
		if !math.IsNaN(values[i]) {
			pointers[i] = &values[i]
		}
	}
	return pointers
}
