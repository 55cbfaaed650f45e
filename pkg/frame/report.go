package frame

import (
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/heartline-monitor/heartline/pkg/band"
	"github.com/heartline-monitor/heartline/pkg/report"
)

// severityColors are names of Grafana's palette.
var severityColors = map[band.Severity]string{
	band.Fine:     "green",
	band.Watch:    "yellow",
	band.Warning:  "orange",
	band.Critical: "red",
}

// reportRow is one figure of one report.
type reportRow struct {
	report.Figure
	service string
}

// Report is a table with a row for each figure of each report: the service, the
// figure, its value (null where nothing is known) with its unit, the value as
// people write it, its grade, and what is advised.
func Report(reports []report.Report) *data.Frame {
	var rows []reportRow
	for _, r := range reports {
		for _, f := range r.Figures {
			rows = append(rows, reportRow{Figure: f, service: r.Service})
		}
	}
	text := func(property func(reportRow) string) []string { return pluck(rows, property) }
	grade := column("grade", text(func(r reportRow) string { return r.Grade }))
	grade.Config.Mappings = data.ValueMappings{gradeColors(rows)}
	return build(data.FrameTypeTable, data.VisTypeTable,
		filterable(serviceLabel, text(func(r reportRow) string { return r.service })),
		column("figure", text(func(r reportRow) string { return r.Name })),
		column("value", known(pluck(rows, func(r reportRow) float64 { return r.Value }))),
		column("unit", text(func(r reportRow) string { return string(r.Unit) })),
		column("text", text(func(r reportRow) string { return r.Text() })),
		grade,
		column("advice", text(func(r reportRow) string { return r.Advice })),
	)
}

func gradeColors(rows []reportRow) data.ValueMapper {
	colors := data.ValueMapper{}
	for _, r := range rows {
		if _, known := colors[r.Grade]; !known && r.Grade != "" {
			colors[r.Grade] = data.ValueMappingResult{Text: r.Grade, Color: severityColors[r.Severity], Index: len(colors)}
		}
	}
	return colors
}

// ReportText is a table with a row of Markdown for each report.
func ReportText(reports []report.Report) *data.Frame {
	return build(data.FrameTypeTable, data.VisTypeTable,
		column("report", pluck(reports, func(r report.Report) string { return report.Markdown(r) })))
}
