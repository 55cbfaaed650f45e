package verify

import (
	"errors"
	"fmt"
	"slices"

	"github.com/grafana/grafana-plugin-sdk-go/data"
)

// result is what a node of a rule comes to: a number for each sample, or a
// series of numbers.
type result struct {
	series  bool
	samples []sample
}

// sample is one number, or the numbers of one series in order. Nil is missing,
// which is not the same as NaN: alerts take NaN for a number.
type sample struct {
	labels data.Labels
	values []*float64
}

func (s sample) last() *float64 {
	if len(s.values) == 0 {
		return nil
	}
	return s.values[len(s.values)-1]
}

// each maps the values that are known.
func (r result) each(f func(v float64) float64) result {
	out := result{series: r.series}
	for _, s := range r.samples {
		mapped := make([]*float64, len(s.values))
		for i, v := range s.values {
			if v != nil {
				mapped[i] = new(f(*v))
			}
		}
		out.samples = append(out.samples, sample{s.labels, mapped})
	}
	return out
}

// readFrames reads an answer as Grafana's expressions read it: numbers beside
// strings are one sample a row, numbers beside a time one series a column.
func readFrames(frames data.Frames) (result, error) {
	var r result
	for _, f := range frames {
		if len(f.Fields) == 0 {
			continue
		}
		if f.Meta == nil || f.Meta.Type == "" || f.Meta.TypeVersion.IsZero() {
			return r, errors.New("a frame states no type and version: Grafana's expressions would guess")
		}
		switch {
		case f.Meta.Type == data.FrameTypeNumericLong:
			samples, err := longSamples(f)
			if err != nil {
				return r, err
			}
			r.samples = append(r.samples, samples...)
		case f.Meta.Type.IsTimeSeries():
			r.series = true
			r.samples = append(r.samples, columnSamples(f)...)
		case f.Meta.Type.IsNumeric():
			r.samples = append(r.samples, columnSamples(f)...)
		default:
			return r, fmt.Errorf("a frame of type %s cannot be alerted on: use format count, status or instant", f.Meta.Type)
		}
	}
	return r, nil
}

// longSamples wants one numeric column: with several the value of the alert
// would be anybody's guess.
func longSamples(f *data.Frame) ([]sample, error) {
	numeric := slices.DeleteFunc(slices.Clone(f.Fields), func(field *data.Field) bool { return !field.Type().Numeric() })
	if len(numeric) != 1 {
		return nil, fmt.Errorf("the answer has %d numeric columns, a rule needs exactly one", len(numeric))
	}
	samples := make([]sample, f.Rows())
	for i, v := range numbers(numeric[0]) {
		samples[i] = sample{rowLabels(f, i), []*float64{v}}
	}
	return samples, nil
}

// rowLabels are the text columns of a row.
func rowLabels(f *data.Frame, row int) data.Labels {
	labels := data.Labels{}
	for _, field := range f.Fields {
		if field.Type() != data.FieldTypeString && field.Type() != data.FieldTypeNullableString {
			continue
		}
		text := ""
		if v, ok := field.ConcreteAt(row); ok {
			text, _ = v.(string)
		}
		labels[field.Name] = text
	}
	return labels
}

func columnSamples(f *data.Frame) []sample {
	var samples []sample
	for _, field := range f.Fields {
		if field.Type().Numeric() {
			samples = append(samples, sample{field.Labels, numbers(field)})
		}
	}
	return samples
}

func numbers(field *data.Field) []*float64 {
	values := make([]*float64, field.Len())
	for i := range values {
		if v, err := field.NullableFloatAt(i); err == nil {
			values[i] = v
		}
	}
	return values
}
