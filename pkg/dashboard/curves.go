package dashboard

import (
	"github.com/grafana/grafana-foundation-sdk/go/common"
	sdk "github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/heatmap"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

// curves draws signals over time, one line for each series. Windows that are shorter
// than services are read, or narrower than can be told apart, show noise.
func curves(p panel) drawn {
	return lineChart(p, timeseries.NewPanelBuilder().Interval("15s").MaxDataPoints(500))
}

// sampled draws values that are measured now and then: the line goes on between two of
// them that are up to three snapshots of a request log apart.
func sampled(p panel) drawn {
	const apart = 180_000.0 // milliseconds
	return lineChart(p, timeseries.NewPanelBuilder().Interval("15s").MaxDataPoints(500).
		SpanNulls(common.BoolOrFloat64{Float64: new(apart)}))
}

// lineChart draws one line for each series, and the thresholds, where there are any,
// as dashed lines.
func lineChart(p panel, chart *timeseries.PanelBuilder) drawn {
	// The panel's own text for no value is about the whole panel, not about one line.
	p.overrides = append(ofNumbers(property("unit", p.unit), property("noValue", "–")), p.overrides...)
	if p.colour == nil {
		// By name, so that a service has one colour in all panels, also in those in
		// which another is missing.
		p.colour = &sdk.FieldColor{Mode: sdk.FieldColorModeIdPaletteClassicByName}
	}
	if p.unit == "percentunit" {
		// An axis of nothing but 0 reaches to 100, which is 10000 %.
		chart.AxisSoftMax(0.01)
	}
	style := common.GraphThresholdsStyleModeOff
	if p.thresholds != nil {
		style = common.GraphThresholdsStyleModeDashed
	}
	return drawn{panel: p, by: chart.
		DrawStyle(common.GraphDrawStyleLine).
		LineWidth(1).
		FillOpacity(10).
		ShowPoints(common.VisibilityModeAuto).
		AxisSoftMin(0).
		ThresholdsStyle(common.NewGraphThresholdsStyleConfigBuilder().Mode(style)).
		Legend(common.NewVizLegendOptionsBuilder().
			DisplayMode(common.LegendDisplayModeList).
			Placement(common.LegendPlacementBottom).
			ShowLegend(true).
			Calcs([]string{"lastNotNull", "max"})).
		Tooltip(common.NewVizTooltipOptionsBuilder().
			Mode(common.TooltipDisplayModeMulti).
			Sort(common.SortOrderDescending))}
}

// ofNumbers overrides what the answer itself says of its numbers: the defaults of a
// panel do not.
func ofNumbers(properties ...sdk.DynamicConfigValue) []sdk.DashboardFieldConfigSourceOverrides {
	return []sdk.DashboardFieldConfigSourceOverrides{{
		Matcher: sdk.MatcherConfig{Id: "byType", Options: "number"}, Properties: properties,
	}}
}

// figure draws one number of a signal, in the colour of its threshold where it has any.
func figure(p panel) drawn {
	p.colour = &sdk.FieldColor{Mode: sdk.FieldColorModeIdThresholds}
	mode := common.BigValueColorModeValue
	if p.thresholds == nil && p.mappings == nil {
		mode = common.BigValueColorModeNone
	}
	return drawn{panel: p, by: stat.NewPanelBuilder().
		GraphMode(common.BigValueGraphModeNone).
		ColorMode(mode).
		TextMode(common.BigValueTextModeValue).
		ReduceOptions(common.NewReduceDataOptionsBuilder().Calcs([]string{"lastNotNull"}))}
}

// shares draws signals over time as parts of their sum.
func shares(p panel) drawn {
	chart := timeseries.NewPanelBuilder().Interval("15s").MaxDataPoints(500)
	drawing := lineChart(p, chart)
	chart.FillOpacity(60).LineWidth(0).Stacking(common.NewStackingConfigBuilder().Mode(common.StackingModeNormal).Group("A"))
	return drawing
}

// growthParts is into how many parts a range is cut to see growth: the first and the
// last are long enough for noise to even out. Of a day, each is an hour.
const growthParts = 24

// growth draws by how much each series is higher at the end of the range than at its
// beginning, over its course.
func growth(p panel) drawn {
	p.unit = "percent"
	p.colour = &sdk.FieldColor{Mode: sdk.FieldColorModeIdThresholds}
	p.thresholds = growths()
	p.overrides = ofNumbers(property("unit", p.unit))
	return drawn{panel: p, by: stat.NewPanelBuilder().
		GraphMode(common.BigValueGraphModeArea).
		ColorMode(common.BigValueColorModeValue).
		TextMode(common.BigValueTextModeValueAndName).
		Orientation(common.VizOrientationHorizontal).
		MaxDataPoints(growthParts).
		Decimals(1).
		ReduceOptions(common.NewReduceDataOptionsBuilder().Calcs([]string{"diffperc"}))}
}

// clouds draws how many requests took how long, over time.
func clouds(p panel) drawn {
	p.unit = "short"
	return drawn{panel: p, by: heatmap.NewPanelBuilder().
		Calculate(false).
		// The fields are named by their upper bounds.
		RowsFrame(heatmap.NewRowsHeatmapOptionsBuilder().Value("Requests").Layout(common.HeatmapCellLayoutLe)).
		Color(heatmap.NewHeatmapColorOptionsBuilder().Mode(heatmap.HeatmapColorModeScheme).Scheme("Oranges").Steps(64)).
		YAxis(heatmap.NewYAxisConfigBuilder().AxisPlacement(common.AxisPlacementLeft).Unit("s")).
		CellValues(heatmap.NewCellValuesBuilder().Unit("short")).
		CellGap(1).
		// Wider cells show more than many narrow ones that are mostly empty.
		MaxDataPoints(120).
		Tooltip(heatmap.NewHeatmapTooltipBuilder().Mode(common.TooltipDisplayModeSingle).YHistogram(true).ShowColorScale(true)).
		ShowLegend()}
}
