package frame

import (
	"maps"
	"math"
	"regexp"
	"slices"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/prometheus/common/model"
)

// valueName is the name of a value without a metric's name.
const valueName = "Value"

// placeholder is a label in a legend, such as {{job}}.
var placeholder = regexp.MustCompile(`\{\{\s*(.+?)\s*\}\}`)

// Legend names what a PromQL expression answers with.
type Legend struct {
	Format string // with {{label}} in it; empty shows all labels
	Expr   string // the name of what has no labels
}

func (l Legend) name(m model.Metric) string {
	if l.Format != "" {
		return placeholder.ReplaceAllStringFunc(l.Format, func(found string) string {
			return string(m[model.LabelName(placeholder.FindStringSubmatch(found)[1])])
		})
	}
	if len(m) == 0 {
		return l.Expr
	}
	return m.String()
}

// field is a field of values with the labels that Prometheus gives them: the
// name of the metric stays among them, because two metrics may have all others
// in common.
func (l Legend) field(m model.Metric, values any) *data.Field {
	labels := data.Labels{}
	for name, value := range m {
		labels[string(name)] = string(value)
	}
	f := data.NewField(valueName, labels, values)
	if name := m[model.MetricNameLabel]; name != "" {
		f.Name = string(name)
	}
	f.Config = &data.FieldConfig{DisplayNameFromDS: l.name(m)}
	return f
}

// Matrix is a timeseries-multi answer: a frame for each series. Series of native
// histograms have no points.
func Matrix(m model.Matrix, l Legend, step time.Duration) data.Frames {
	if len(m) == 0 {
		return data.Frames{build(data.FrameTypeTimeSeriesMulti, data.VisTypeGraph)}
	}
	return pluck(m, func(s *model.SampleStream) *data.Frame {
		at := timeField(pluck(s.Values, func(p model.SamplePair) time.Time { return p.Timestamp.Time().UTC() }), step)
		value := l.field(s.Metric, pluck(s.Values, func(p model.SamplePair) *float64 { return number(p.Value) }))
		return build(data.FrameTypeTimeSeriesMulti, data.VisTypeGraph, at, value)
	})
}

// Vector is a numeric-multi answer: a frame for each label set with its number.
func Vector(v model.Vector, l Legend) data.Frames { return vector(v, l, number) }

// AlertVector is Vector for alert rules, to which a null is no data: NaN stays the
// number that it is to Prometheus, which the comparison with a limit is not true of.
func AlertVector(v model.Vector, l Legend) data.Frames {
	return vector(v, l, func(v model.SampleValue) *float64 { return new(float64(v)) })
}

func vector(v model.Vector, l Legend, number func(model.SampleValue) *float64) data.Frames {
	if len(v) == 0 {
		return data.Frames{build(data.FrameTypeNumericMulti, data.VisTypeTable)}
	}
	return pluck(v, func(s *model.Sample) *data.Frame {
		return build(data.FrameTypeNumericMulti, data.VisTypeTable, l.field(s.Metric, []*float64{number(s.Value)}))
	})
}

// VectorTable is a table with a row for each label set: the time, a column for
// each label that any of them has, and the value.
func VectorTable(v model.Vector) *data.Frame {
	names := map[model.LabelName]bool{}
	for _, s := range v {
		for name := range s.Metric {
			names[name] = true
		}
	}
	fields := []*data.Field{data.NewField("Time", nil, pluck(v, func(s *model.Sample) time.Time { return s.Timestamp.Time().UTC() }))}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		f := data.NewField(string(name), nil, pluck(v, func(s *model.Sample) string { return string(s.Metric[name]) }))
		f.Config = (&data.FieldConfig{}).SetFilterable(true)
		fields = append(fields, f)
	}
	fields = append(fields, data.NewField(valueName, nil, pluck(v, func(s *model.Sample) *float64 { return number(s.Value) })))
	return build(data.FrameTypeTable, data.VisTypeTable, fields...)
}

func number(v model.SampleValue) *float64 {
	f := float64(v)
	if math.IsNaN(f) {
		return nil
	}
	return &f
}
