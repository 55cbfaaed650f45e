package verify

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
)

// sparkWidth is the number of characters of a sparkline.
const sparkWidth = 20

// points sums up an answer for a sparkline: over the time range the values of
// time series or else the number of rows; without times the values in their
// order. NaN is a gap.
func points(frames data.Frames, span backend.TimeRange) []float64 {
	sums := slices.Repeat([]float64{math.NaN()}, sparkWidth)
	timed := false
	for _, f := range frames {
		at := timeField(f)
		if at == nil {
			continue
		}
		timed = true
		value := firstNumber(f)
		if value != nil && (f.Meta == nil || !f.Meta.Type.IsTimeSeries()) {
			value = nil
		}
		for i := range f.Rows() {
			add(sums, span, at, value, i)
		}
	}
	if timed {
		return sums
	}
	return untimed(frames)
}

// add counts row i in, by its value or as one.
func add(sums []float64, span backend.TimeRange, at, value *data.Field, i int) {
	when, ok := at.ConcreteAt(i)
	if !ok {
		return
	}
	t, ok := when.(time.Time)
	if !ok {
		return
	}
	amount := 1.0
	if value != nil {
		v, err := value.NullableFloatAt(i)
		if err != nil || v == nil {
			return
		}
		amount = *v
	}
	position := float64(t.Sub(span.From)) / math.Max(1, float64(span.Duration()))
	// The first bucket of a series may begin before the range.
	column := min(max(0, int(position*sparkWidth)), sparkWidth-1)
	if math.IsNaN(sums[column]) {
		sums[column] = 0
	}
	sums[column] += amount
}

func timeField(f *data.Frame) *data.Field {
	for _, field := range f.Fields {
		if name := strings.ToLower(field.Name); field.Type().Time() && (name == "time" || name == "timestamp") {
			return field
		}
	}
	return nil
}

func firstNumber(f *data.Frame) *data.Field {
	for _, field := range f.Fields {
		if field.Type().Numeric() {
			return field
		}
	}
	return nil
}

// untimed takes the numbers of rows, the first ones where there are many.
func untimed(frames data.Frames) []float64 {
	var values []float64
	for _, f := range frames {
		field := firstNumber(f)
		if field == nil {
			continue
		}
		for i := range min(f.Rows(), sparkWidth-len(values)) {
			v, err := field.NullableFloatAt(i)
			if err != nil || v == nil {
				values = append(values, math.NaN())
				continue
			}
			values = append(values, *v)
		}
	}
	return values
}

// sparkline draws values as blocks between 0, or the lowest value where it is
// negative, and the highest.
func sparkline(values []float64) string {
	const blocks = "▁▂▃▄▅▆▇█"
	levels := []rune(blocks)
	low, high := 0.0, 0.0
	for _, v := range values {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			low, high = min(low, v), max(high, v)
		}
	}
	var line strings.Builder
	for _, v := range values {
		switch {
		case math.IsNaN(v):
			line.WriteByte(' ')
		case high == low:
			line.WriteRune(levels[0])
		default:
			share := (v - low) / (high - low)
			line.WriteRune(levels[int(math.Round(min(max(share, 0), 1)*float64(len(levels)-1)))])
		}
	}
	return strings.TrimRight(line.String(), " ")
}
