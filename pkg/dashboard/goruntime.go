package dashboard

import (
	sdk "github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/heartline-monitor/heartline/pkg/band"
	"github.com/heartline-monitor/heartline/pkg/query"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

// Panels of the Go runtime dashboard that alert rules lead to.
const (
	GoroutinesPanel      uint32 = 2
	GoroutineGrowthPanel uint32 = 3
	HeapPanel            uint32 = 4
	HeapGrowthPanel      uint32 = 5
)

func goRuntime() *sdk.DashboardBuilder {
	board := newServiceBoard(GoRuntimeUID, "Go runtime",
		"Goroutines, memory and garbage collection of Go services, and whether they grow. What matters is that numbers are stable, not that they are small.",
		"now-24h", serviceVariable{kinds: []signal.Kind{signal.App, signal.Go}})
	return lay(board,
		section{id: 100, title: "Over the time range", panels: []drawn{runtimeTable()}},
		section{id: 101, title: "Goroutines", panels: []drawn{goroutines(), goroutineGrowth()}},
		section{id: 102, title: "Memory", panels: []drawn{heap(), heapGrowth()}},
		section{id: 103, title: "Garbage collection", panels: []drawn{collections(), pauses()}},
	)
}

func runtimeTable() drawn {
	return joinedTable(panel{
		id: 1, width: 24, height: 8,
		title: "Runtime of every Go service",
		description: "Averages over the time range, the names of the bands that they fall into, and how many goroutines are usual at that request rate. " +
			"Good: goroutines about as expected and below 2000, memory below 2 GiB, pauses far below 1 %.",
		noValue: nothingAnswers + ": services of the kinds app and go do",
	}, serviceColumn(), "Goroutines",
		measure{heading: "Goroutines", unit: "locale", whole: true, query: whole(signal.Goroutines, ""), thresholds: ofScale(band.Goroutines)},
		measure{heading: "Goroutines are", unit: "none", query: whole(signal.Goroutines, ""), names: bandNames(band.Goroutines)},
		measure{heading: "QPS", unit: "reqps", query: whole(signal.QPS, "")},
		measure{heading: "Expected goroutines", unit: "none", query: whole(signal.QPS, ""), names: expectedGoroutines()},
		measure{heading: "Memory", unit: "bytes", query: whole(signal.Memory, ""), thresholds: ofScale(band.Memory)},
		measure{heading: "Memory is", unit: "none", query: whole(signal.Memory, ""), names: bandNames(band.Memory)},
		measure{heading: "GC cycles", unit: "ops", query: whole(signal.GC, "")},
		measure{heading: "GC pauses", unit: "percent", query: whole(signal.GCPause, "")},
	)
}

func goroutines() drawn {
	return perService(panel{
		id: GoroutinesPanel, width: 16, height: 10,
		title: "Goroutines",
		description: "How many goroutines each service has; the dashed lines are where the bands begin. " +
			"Good: a level that follows the load; stairs that never come down are a leak.",
		unit: "locale", thresholds: ofScale(band.Goroutines),
	}, over(signal.Goroutines, signal.Avg))
}

// What growth is measured against. No signal tells when a process began, so the
// dashboard cannot find the hour after a start by itself.
const (
	growthMeans = "The last of 24 parts of the time range against the first one of which something is known: of a day, the latest hour against the first. " +
		"To measure against the hour after a start, let the time range begin there. An app keeps 15 minutes: for it, select those. "
	growthIsFine = "Good: within 20 %; more, and still rising, is a leak unless the load rose as well."
)

func goroutineGrowth() drawn {
	return grown(panel{
		id: GoroutineGrowthPanel, width: 8, height: 10,
		title: "Growth of goroutines", description: growthMeans + growthIsFine,
	}, over(signal.Goroutines, signal.Avg))
}

func heap() drawn {
	drawing := memory(HeapPanel, 16)
	drawing.height = 10
	return drawing
}

func heapGrowth() drawn {
	return grown(panel{
		id: HeapGrowthPanel, width: 8, height: 10,
		title: "Growth of memory", description: growthMeans + growthIsFine,
	}, over(signal.Memory, signal.Avg))
}

// grown draws how much a signal grew, for each service.
func grown(p panel, of *query.Signals) drawn {
	p.queries = []query.Query{of}
	p.noValue = nothingAnswers
	p.links = []sdk.DashboardLink{toServiceOfSeries("Details of this service", ServiceUID)}
	return growth(p)
}

func collections() drawn {
	return perService(panel{
		id: 6, width: 12, height: 8,
		title: "GC cycles",
		description: "Garbage collections per second. " +
			"Good: below one; more means that much garbage is made, or that the heap is close to its limit.",
		unit: "ops",
	}, over(signal.GC, ""))
}

func pauses() drawn {
	return perService(panel{
		id: 7, width: 12, height: 8,
		title: "GC pauses",
		description: "In which share of the time garbage collection stopped the world. " +
			"Good: hundredths of a percent; a whole percent is felt in the latency.",
		unit: "percent",
	}, over(signal.GCPause, ""))
}
