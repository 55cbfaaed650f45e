package dashboard

import (
	sdk "github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/heartline-monitor/heartline/pkg/band"
	"github.com/heartline-monitor/heartline/pkg/query"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

// Panels of the Services dashboard that alert rules lead to.
const (
	ServicesPanel       uint32 = 1
	RequestRatePanel    uint32 = 2
	ErrorRatePanel      uint32 = 3
	AverageLatencyPanel uint32 = 5
	CPUPanel            uint32 = 7
	MemoryUsagePanel    uint32 = 8
)

// nothingAnswers is said where no service gives a signal.
const nothingAnswers = "No service that is selected tells"

func services() *sdk.DashboardBuilder {
	board := newServiceBoard(ServicesUID, "Services",
		"Every service, whatever it is read from: how much is asked of it, how much of that fails, and how long it takes. Click one for its details.",
		"now-6h", serviceVariable{})
	return lay(board,
		section{id: 100, title: "Every service", panels: []drawn{serviceTable()}},
		section{id: 101, title: "Requests", panels: []drawn{
			requestRate(), errorRate(), tailLatency(), averageLatency(), inFlight(6, 8),
		}},
		section{id: 102, title: "Saturation", panels: []drawn{processor(CPUPanel, 12), memoryUsage(MemoryUsagePanel, 12)}},
	)
}

func serviceTable() drawn {
	return joinedTable(panel{
		id: ServicesPanel, width: 24, height: 10,
		title: "Services",
		description: "Each service over the time range; Up, In flight and Age are of its end. Age is how long ago the service was heard of. " +
			"Good: up, an age of seconds, few errors, and a latency that its users do not notice.",
		noValue: "No services: name them in the settings of the data source",
	}, serviceColumn(), "Error rate", measuresOfService()...)
}

func measuresOfService() []measure {
	return []measure{
		{heading: "Up", width: 80, unit: "none", query: whole(signal.Up, ""), names: upOrDown()},
		{heading: "QPS", unit: "reqps", query: whole(signal.QPS, ""), thresholds: ofScale(band.PeakThroughput)},
		{heading: "Error rate", unit: "percent", query: whole(signal.Errors, ""), thresholds: errorRates()},
		{heading: "p95 latency", unit: "s", query: whole(signal.Latency, signal.P95)},
		{heading: "Average latency", unit: "s", query: whole(signal.Latency, signal.Avg), thresholds: ofScale(band.Latency)},
		{heading: "In flight", unit: "short", query: whole(signal.InFlight, "")},
		{heading: "Age", unit: "s", query: whole(signal.Age, ""), thresholds: thresholds(limit{past(band.SilenceLimit), orange})},
	}
}

// serviceColumn leads to everything else that is known of the row's service.
func serviceColumn() column {
	return column{field: "service", width: 220, properties: []sdk.DynamicConfigValue{
		property("links", []sdk.DashboardLink{
			toService("Details of this service", ServiceUID),
			toService("Go runtime of this service", GoRuntimeUID),
			toService("This service live", LiveUID),
		}),
	}}
}

// perService draws one line for each service.
func perService(p panel, of *query.Signals) drawn {
	p.queries = []query.Query{of}
	p.links = []sdk.DashboardLink{toServiceOfSeries("Details of this service", ServiceUID)}
	if p.noValue == "" {
		p.noValue = nothingAnswers
	}
	switch of.Signal {
	case signal.CPU, signal.Memory, signal.MemoryUsage, signal.Goroutines:
		return sampled(p)
	}
	return curves(p)
}

func requestRate() drawn {
	return perService(panel{
		id: RequestRatePanel, width: 12, height: 9,
		title: "QPS",
		description: "Requests per second of each service, failed ones included. " +
			"Good: its usual daily shape; a fall to zero is an outage in front of the service, or of it.",
		unit: "reqps",
	}, over(signal.QPS, ""))
}

func errorRate() drawn {
	return perService(panel{
		id: ErrorRatePanel, width: 12, height: 9,
		title: "Error rate",
		description: "Which share of the requests of each service failed; a gap where there were none. " +
			"Good: at most 1 %; more than 5 %, the dashed line, is felt by users.",
		unit: "percent", thresholds: errorRates(),
	}, over(signal.Errors, ""))
}

func tailLatency() drawn {
	return perService(panel{
		id: 4, width: 8, height: 9,
		title: "p95 latency",
		description: "How long all but the slowest twentieth of the requests took at most. " +
			"Good: level; a rise while QPS is level is the service or what it depends on.",
		unit: "s",
	}, over(signal.Latency, signal.P95))
}

func averageLatency() drawn {
	return perService(panel{
		id: AverageLatencyPanel, width: 8, height: 9,
		title: "Average latency",
		description: "How long requests took on average, by which latency is graded. " +
			"Good: up to 0.1 s is excellent, up to 0.5 s good.",
		unit: "s", thresholds: ofScale(band.Latency),
	}, over(signal.Latency, signal.Avg))
}

func inFlight(id, width uint32) drawn {
	return perService(panel{
		id: id, width: width, height: 9,
		title: "In flight",
		description: "How many requests had begun and not ended, on average. " +
			"Good: about QPS times latency; one that only rises is a queue that is never emptied.",
		unit: "short",
	}, over(signal.InFlight, ""))
}

func processor(id, width uint32) drawn {
	return perService(panel{
		id: id, width: width, height: 9,
		title: "CPU",
		description: "Processor time in use, of all that the process may use; of a request log, of the whole machine. " +
			"Good: room left at the daily peak; above 90 %, the dashed line, requests wait for a processor.",
		unit: "percent", thresholds: thresholds(limit{past(band.CPULimit), red}),
	}, over(signal.CPU, ""))
}

func memoryUsage(id, width uint32) drawn {
	return perService(panel{
		id: id, width: width, height: 9,
		title: "Memory usage",
		description: "Which share of the machine's memory is in use; only request logs tell. " +
			"Good: below 80 %, the dashed line, and not rising from day to day.",
		noValue: "Only request logs tell: for other services see Memory, in bytes",
		unit:    "percent", thresholds: thresholds(limit{past(band.MemoryUsageLimit), red}),
	}, over(signal.MemoryUsage, ""))
}
