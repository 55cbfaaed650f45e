package verify

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/grafana/grafana-plugin-sdk-go/data"
)

// result is what a node of a rule comes to: a number for each sample, or a
// series of numbers.
type result struct {
	series  bool
	samples []sample
}

// sample is one number, or the numbers of one series in order. NaN is missing.
type sample struct{ values []float64 }

func (s sample) last() float64 {
	if len(s.values) == 0 {
		return math.NaN()
	}
	return s.values[len(s.values)-1]
}

func (r result) each(f func(v float64) float64) result {
	out := result{series: r.series}
	for _, s := range r.samples {
		mapped := make([]float64, len(s.values))
		for i, v := range s.values {
			mapped[i] = f(v)
		}
		out.samples = append(out.samples, sample{mapped})
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
			return r, fmt.Errorf("a frame of type %s cannot be alerted on: use format count or status", f.Meta.Type)
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
	values := numbers(numeric[0])
	samples := make([]sample, len(values))
	for i, v := range values {
		samples[i] = sample{[]float64{v}}
	}
	return samples, nil
}

func columnSamples(f *data.Frame) []sample {
	var samples []sample
	for _, field := range f.Fields {
		if field.Type().Numeric() {
			samples = append(samples, sample{numbers(field)})
		}
	}
	return samples
}

func numbers(field *data.Field) []float64 {
	values := make([]float64, field.Len())
	for i := range values {
		values[i] = math.NaN()
		if v, err := field.NullableFloatAt(i); err == nil && v != nil {
			values[i] = *v
		}
	}
	return values
}

// reduce makes one number of each series. Missing values make the number
// missing, as in Grafana's strict mode, unless the mode drops them.
func (e expression) reduce(input result) (result, error) {
	reducer, known := map[string]func(values []float64) float64{
		"last":  func(values []float64) float64 { return values[len(values)-1] },
		"min":   slices.Min[[]float64],
		"max":   slices.Max[[]float64],
		"sum":   sum,
		"mean":  func(values []float64) float64 { return sum(values) / float64(len(values)) },
		"count": func(values []float64) float64 { return float64(len(values)) },
	}[e.Reducer]
	if !known {
		return result{}, unsupportedError{fmt.Sprintf("reducer %q", e.Reducer)}
	}
	if e.Settings.Mode != "" && e.Settings.Mode != "dropNN" {
		return result{}, unsupportedError{fmt.Sprintf("reduce mode %q", e.Settings.Mode)}
	}
	out := result{}
	for _, s := range input.samples {
		values := s.values
		if e.Settings.Mode == "dropNN" {
			values = slices.DeleteFunc(slices.Clone(values), func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
		}
		if len(values) == 0 && e.Reducer != "count" && e.Reducer != "sum" {
			out.samples = append(out.samples, sample{[]float64{math.NaN()}})
			continue
		}
		out.samples = append(out.samples, sample{[]float64{reducer(values)}})
	}
	return out, nil
}

func sum(values []float64) float64 {
	total := 0.0
	for _, v := range values {
		total += v
	}
	return total
}
