package dashboard

import (
	"github.com/grafana/grafana-foundation-sdk/go/common"
	sdk "github.com/grafana/grafana-foundation-sdk/go/dashboard"
	tablepanel "github.com/grafana/grafana-foundation-sdk/go/table"

	"github.com/heartline-monitor/heartline/pkg/band"
	"github.com/heartline-monitor/heartline/pkg/query"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

func service() *sdk.DashboardBuilder {
	board := newServiceBoard(ServiceUID, "Service detail",
		"One service: its requests, how long they take, what it uses, and its report. What its kind cannot tell stays empty and says why.",
		"now-6h", serviceVariable{single: true}).
		Link(alertsOfService())
	return lay(board,
		section{id: 100, title: "Over the time range", panels: []drawn{
			isUp(), ratedQPS(), succeeded(), p95Latency(), nowInFlight(), age(),
		}},
		section{id: 101, title: "Requests", panels: []drawn{
			requestsByStatus(), successRate(), latencies(), latencyHeatmap(), inFlight(11, 12), byOperation(),
		}},
		section{id: 102, title: "Resources", panels: []drawn{processor(13, 8), memory(14, 8), memoryUsage(15, 8)}},
		section{id: 103, title: "Report", panels: []drawn{reportTable(), reportText()}},
	)
}

// oneFigure is a number of the service at the top of its dashboard.
func oneFigure(p panel, of *query.Signals) drawn {
	p.width, p.height, p.noValue = 4, 4, "–"
	p.queries = []query.Query{of}
	return figure(p)
}

func isUp() drawn {
	return oneFigure(panel{
		id: 1, title: "Up", unit: "none", mappings: upOrDown(),
		description: "Whether the service can be read. Good: up; when it is down, the panels below show what was known before.",
	}, whole(signal.Up, ""))
}

func ratedQPS() drawn {
	return oneFigure(panel{
		id: 2, title: "QPS", unit: "reqps", thresholds: ofScale(band.PeakThroughput),
		description: "Requests per second, on average over the time range. Good: what is usual at this time; above 50 think of load balancing.",
	}, whole(signal.QPS, ""))
}

func succeeded() drawn {
	return oneFigure(panel{
		id: 3, title: "Success rate", unit: "percent", thresholds: ofScale(band.Success),
		description: "Which share of the requests succeeded. Good: 99 % and more is excellent, 95 % good; a dash means that there were none.",
	}, whole(signal.Success, ""))
}

func p95Latency() drawn {
	return oneFigure(panel{
		id: 4, title: "p95 latency", unit: "s",
		description: "How long all but the slowest twentieth of the requests took at most. Good: no more than what its users were promised.",
	}, whole(signal.Latency, signal.P95))
}

func nowInFlight() drawn {
	return oneFigure(panel{
		id: 5, title: "In flight", unit: "short",
		description: "Requests that had begun and not ended, on average. Good: about QPS times latency.",
	}, whole(signal.InFlight, ""))
}

func age() drawn {
	return oneFigure(panel{
		id: 6, title: "Age", unit: "s", thresholds: thresholds(limit{past(band.SilenceLimit), orange}),
		description: "How long before the end of the time range the service was heard of last. Good: seconds, or the time since its last request.",
	}, whole(signal.Age, ""))
}

func requestsByStatus() drawn {
	return shares(panel{
		id: 7, width: 12, height: 9,
		title: "QPS by status",
		description: "Requests per second that succeeded and that failed. " +
			"Good: hardly any red; red that grows with the load is a limit, red alone an outage.",
		noValue:   nothingAnswers,
		name:      "${__field.labels.status}",
		overrides: named(requestColours),
		unit:      "reqps",
		queries:   []query.Query{over(signal.QPS, "", signal.Status)},
	})
}

func successRate() drawn {
	return perService(panel{
		id: 8, width: 12, height: 9,
		title:       "Success rate",
		description: "Which share of the requests succeeded; a gap where there were none. Good: above 99 %; below 95 % users notice.",
		unit:        "percent", thresholds: ofScale(band.Success),
	}, over(signal.Success, ""))
}

func latencies() drawn {
	stats := []signal.Stat{signal.P50, signal.P90, signal.P95, signal.P99, signal.Avg}
	p := panel{
		id: 9, width: 12, height: 9,
		title: "Latency",
		description: "How long requests took: the median, the percentiles above it, and the average. " +
			"Good: level lines close together; a p99 far above the median is a part of the requests that waits for something.",
		noValue: nothingAnswers, unit: "s",
		colour: &sdk.FieldColor{Mode: sdk.FieldColorModeIdPaletteClassic},
	}
	for i, stat := range stats {
		p.queries = append(p.queries, over(signal.Latency, stat))
		p.overrides = append(p.overrides, sdk.DashboardFieldConfigSourceOverrides{
			Matcher:    sdk.MatcherConfig{Id: "byFrameRefID", Options: refID(i)},
			Properties: []sdk.DynamicConfigValue{property("displayName", string(stat))},
		})
	}
	return curves(p)
}

func latencyHeatmap() drawn {
	return clouds(panel{
		id: 10, width: 12, height: 9,
		title: "Latency of all requests",
		description: "How many requests took how long: the darker, the more. " +
			"Good: one narrow dark band; two bands are two kinds of work, or a cache that is missed.",
		noValue: nothingAnswers,
		queries: []query.Query{&query.Signals{Format: query.FormatHeatmap, Services: chosenServices, Lenient: true}},
	})
}

func byOperation() drawn {
	by := func(s signal.Signal, stat signal.Stat) *query.Signals { return whole(s, stat, signal.Operation) }
	return joinedTable(panel{
		id: 12, width: 12, height: 9,
		title: "By operation",
		description: "The same figures for each kind of work that the service names. " +
			"Good: errors and long times are where you expect them; request logs name no operations.",
		noValue: "The service does not name its operations",
	}, column{field: "operation", width: 220}, "QPS",
		measure{heading: "QPS", width: 110, unit: "reqps", query: by(signal.QPS, "")},
		measure{heading: "Error rate", width: 100, unit: "percent", query: by(signal.Errors, ""), thresholds: errorRates()},
		measure{heading: "p95 latency", width: 110, unit: "s", query: by(signal.Latency, signal.P95)},
		measure{heading: "Average latency", width: 140, unit: "s", query: by(signal.Latency, signal.Avg), thresholds: ofScale(band.Latency)},
	)
}

func memory(id, width uint32) drawn {
	return perService(panel{
		id: id, width: width, height: 9,
		title: "Memory",
		description: "Memory of the heap in use; a request log does not tell. " +
			"Good: up and down with garbage collection, its lows level from hour to hour.",
		noValue: "A request log does not tell: see Memory usage, in percent",
		unit:    "bytes", thresholds: ofScale(band.Memory),
	}, over(signal.Memory, ""))
}

// reportTable draws the figures of the report, those with a grade coloured by it.
func reportTable() drawn {
	columns := []column{
		{field: "figure"},
		{field: "text", width: 150},
		// The answer itself has the colours of the grades.
		{field: "grade", width: 130, properties: []sdk.DynamicConfigValue{
			property("custom.cellOptions", map[string]any{"type": "color-text"}),
		}},
	}
	p := panel{
		id: 16, width: 10, height: 16,
		title:       "Report",
		description: "The figures of the time range, with their grades. Good: every grade is good or excellent; the advice stands beside it.",
		noValue:     "No report",
		unit:        "none",
		queries:     []query.Query{&query.Report{Format: query.FormatTable, Services: chosenServices}},
	}
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.field
		shown := append(c.properties, property("noValue", "–"))
		if c.width > 0 {
			shown = append(shown, property("custom.width", c.width))
		}
		p.overrides = append(p.overrides, byName(c.field, shown...))
	}
	p.reshape = []sdk.DataTransformerConfig{
		reshape("filterFieldsByName", map[string]any{"include": map[string]any{"names": names}}),
	}
	return drawn{panel: p, by: tablepanel.NewPanelBuilder().
		CellHeight(common.TableCellHeightSm).
		Footer(common.NewTableFooterOptionsBuilder())}
}

// reportText draws the report as a text to read, or to copy into a mail: the table's
// cells know Markdown.
func reportText() drawn {
	return drawn{
		panel: panel{
			id: 17, width: 14, height: 16,
			title:       "Report in words",
			description: "The same report as a text, with the advice and what limits the figures. Good: nothing to do is said at its end.",
			noValue:     "No report",
			unit:        "none",
			overrides: []sdk.DashboardFieldConfigSourceOverrides{{
				Matcher:    sdk.MatcherConfig{Id: "byType", Options: "string"},
				Properties: []sdk.DynamicConfigValue{property("custom.cellOptions", map[string]any{"type": "markdown", "dynamicHeight": true})},
			}},
			queries: []query.Query{&query.Report{Format: query.FormatMarkdown, Services: chosenServices}},
		},
		by: tablepanel.NewPanelBuilder().ShowHeader(false).Footer(common.NewTableFooterOptionsBuilder()),
	}
}
