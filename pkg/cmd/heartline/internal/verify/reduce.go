package verify

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// reducers make one number of the values of a series, as Grafana's do: of values
// of which one is missing only the last and the number of values are known.
var reducers = map[string]func(values []float64) float64{
	"last":  func(values []float64) float64 { return values[len(values)-1] },
	"min":   slices.Min[[]float64],
	"max":   slices.Max[[]float64],
	"sum":   sum,
	"mean":  func(values []float64) float64 { return sum(values) / float64(len(values)) },
	"count": func(values []float64) float64 { return float64(len(values)) },
}

// reduce makes one number of each series. Of numbers it keeps them, but for what
// the mode does with those that are missing.
func (e expression) reduce(input result) (result, error) {
	reducer, known := reducers[e.Reducer]
	if !known {
		return result{}, unsupportedError{fmt.Sprintf("reducer %q", e.Reducer)}
	}
	fill, err := e.filler()
	if err != nil {
		return result{}, err
	}
	out := result{}
	for _, s := range input.samples {
		values := fill(s.values)
		if !input.series {
			if len(values) > 0 {
				out.samples = append(out.samples, sample{s.labels, values})
			}
			continue
		}
		out.samples = append(out.samples, sample{s.labels, []*float64{e.one(reducer, values)}})
	}
	if len(out.samples) == 0 {
		return result{}, errNoData
	}
	return out, nil
}

func (e expression) one(reducer func([]float64) float64, values []*float64) *float64 {
	if e.Reducer == "last" && len(values) > 0 {
		return values[len(values)-1]
	}
	plain := make([]float64, len(values))
	for i, v := range values {
		plain[i] = math.NaN()
		if v != nil {
			plain[i] = *v
		}
	}
	reduced := math.NaN()
	if len(plain) > 0 || e.Reducer == "count" || e.Reducer == "sum" {
		reduced = reducer(plain)
	}
	if !math.IsNaN(reduced) {
		return &reduced
	}
	switch e.Settings.Mode {
	case "dropNN":
		return nil
	case "replaceNN":
		return e.Settings.Replace
	}
	return &reduced
}

// filler is what the mode does with values that are missing or no numbers.
func (e expression) filler() (func([]*float64) []*float64, error) {
	strange := func(v *float64) bool { return v == nil || math.IsNaN(*v) || math.IsInf(*v, 0) }
	switch e.Settings.Mode {
	case "":
		return func(values []*float64) []*float64 { return values }, nil
	case "dropNN":
		return func(values []*float64) []*float64 { return slices.DeleteFunc(slices.Clone(values), strange) }, nil
	case "replaceNN":
		if e.Settings.Replace == nil {
			return nil, errors.New("reduce mode replaceNN needs a number in replaceWithValue")
		}
		return func(values []*float64) []*float64 {
			filled := slices.Clone(values)
			for i, v := range filled {
				if strange(v) {
					filled[i] = e.Settings.Replace
				}
			}
			return filled
		}, nil
	}
	return nil, unsupportedError{fmt.Sprintf("reduce mode %q", e.Settings.Mode)}
}

func sum(values []float64) float64 {
	total := 0.0
	for _, v := range values {
		total += v
	}
	return total
}
