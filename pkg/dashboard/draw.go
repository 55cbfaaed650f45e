package dashboard

import (
	"github.com/grafana/grafana-foundation-sdk/go/bargauge"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	sdk "github.com/grafana/grafana-foundation-sdk/go/dashboard"
	logspanel "github.com/grafana/grafana-foundation-sdk/go/logs"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/statetimeline"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

// number draws one large number.
func number(p panel) drawn {
	p.unit = "locale"
	p.overrides = append(p.overrides, exact())
	p.colour = &sdk.FieldColor{Mode: sdk.FieldColorModeIdThresholds}
	return drawn{panel: p, by: stat.NewPanelBuilder().
		GraphMode(common.BigValueGraphModeNone).
		ColorMode(common.BigValueColorModeValue).
		Orientation(common.VizOrientationAuto).
		ReduceOptions(common.NewReduceDataOptionsBuilder().Calcs([]string{"lastNotNull"}))}
}

// bars draws counts over time, one bar for each interval, stacked by series.
func bars(p panel) drawn {
	p.unit = "short"
	// By order and not by name: directions always come in the same order, and names
	// can share a colour.
	p.colour = &sdk.FieldColor{Mode: sdk.FieldColorModeIdPaletteClassic}
	return drawn{panel: p, by: timeseries.NewPanelBuilder().
		DrawStyle(common.GraphDrawStyleBars).
		FillOpacity(80).
		LineWidth(0).
		// An interval is named by its start.
		BarAlignment(common.BarAlignmentAfter).
		Stacking(common.NewStackingConfigBuilder().Mode(common.StackingModeNormal).Group("A")).
		AxisSoftMin(0).
		Decimals(0).
		// Narrower bars than these cannot be told apart, and seconds say nothing of scripts.
		MaxDataPoints(150).
		Interval("1m").
		Legend(common.NewVizLegendOptionsBuilder().
			DisplayMode(common.LegendDisplayModeList).
			Placement(common.LegendPlacementBottom).
			ShowLegend(true).
			Calcs([]string{"sum"})).
		Tooltip(common.NewVizTooltipOptionsBuilder().
			Mode(common.TooltipDisplayModeMulti).
			Sort(common.SortOrderDescending))}
}

// gauges are horizontal bars, with their names on the left, of what an answer is reduced to.
func gauges(reduced *common.ReduceDataOptionsBuilder) *bargauge.PanelBuilder {
	return bargauge.NewPanelBuilder().
		Orientation(common.VizOrientationHorizontal).
		DisplayMode(common.BarGaugeDisplayModeBasic).
		ValueMode(common.BarGaugeValueModeText).
		NamePlacement(common.BarGaugeNamePlacementLeft).
		Sizing(common.BarGaugeSizingManual).
		MinVizHeight(18).
		MaxVizHeight(24).
		Text(common.NewVizTextDisplayOptionsBuilder().ValueSize(14)).
		ShowUnfilled(false).
		Min(0).
		ReduceOptions(reduced)
}

// ranking draws one horizontal bar for each row, at most so many. Rows need a
// name: Grafana leaves it out where there is a single one.
func ranking(p panel, rows float64) drawn {
	p.unit = "locale"
	p.overrides = append(p.overrides, exact())
	if p.colour == nil {
		p.colour = &sdk.FieldColor{Mode: sdk.FieldColorModeIdThresholds}
	}
	return drawn{panel: p, by: gauges(common.NewReduceDataOptionsBuilder().Values(true).Limit(rows).Calcs([]string{}))}
}

// bands draws the states of each series over time.
func bands(p panel) drawn {
	p.unit = "string"
	// By thresholds the legend would show theirs instead of the states.
	p.colour = &sdk.FieldColor{Mode: sdk.FieldColorModeIdFixed}
	return drawn{panel: p, by: statetimeline.NewPanelBuilder().
		MergeValues(true).
		ShowValue(common.VisibilityModeNever).
		RowHeight(0.8).
		PerPage(25).
		FillOpacity(80).
		Legend(common.NewVizLegendOptionsBuilder().
			DisplayMode(common.LegendDisplayModeList).
			Placement(common.LegendPlacementBottom).
			ShowLegend(true).
			Calcs([]string{})).
		Tooltip(common.NewVizTooltipOptionsBuilder().
			Mode(common.TooltipDisplayModeSingle).
			Sort(common.SortOrderNone))}
}

// lines draws log lines.
func lines(p panel) drawn {
	p.unit = "none"
	return drawn{panel: p, by: logspanel.NewPanelBuilder().
		ShowTime(true).
		EnableLogDetails(true).
		ShowLogContextToggle(true).
		SortOrder(common.LogsSortOrderDescending).
		DedupStrategy(common.LogsDedupStrategyNone)}
}
