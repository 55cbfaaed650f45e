package frame

import (
	"math"
	"strconv"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

// frameTypeHeatmapRows is Grafana's type of a heatmap with a field for each row.
// The SDK does not name it.
const frameTypeHeatmapRows data.FrameType = "heatmap-rows"

// Heatmap is a heatmap-rows frame: the starts of the windows, and a field for
// each upper bound of latency, in seconds, with the requests above the bound
// before it. Without windows it has no fields.
func Heatmap(h signal.Heatmap, starts []time.Time, step time.Duration) *data.Frame {
	if len(starts) == 0 || len(h.Bounds) == 0 {
		return heatmap()
	}
	fields := []*data.Field{timeField(starts, step)}
	for i, bound := range h.Bounds {
		counts := make([]float64, len(starts))
		for w := range starts {
			counts[w] = h.Counts[w][i]
		}
		f := data.NewField(boundName(bound), nil, known(counts))
		f.Config = &data.FieldConfig{Unit: "short"}
		fields = append(fields, f)
	}
	return heatmap(fields...)
}

func heatmap(fields ...*data.Field) *data.Frame {
	f := build(frameTypeHeatmapRows, "", fields...)
	f.Meta.PreferredVisualizationPluginID = "heatmap" // Explore draws it with this panel
	return f
}

// boundName keeps as many digits as tell bounds apart: those that are computed
// have noise behind them.
func boundName(bound float64) string {
	if math.IsInf(bound, 1) {
		return "+Inf"
	}
	return strconv.FormatFloat(bound, 'g', 6, 64)
}
