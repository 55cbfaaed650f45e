package dashboard

import (
	sdk "github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/heartbeat"
	"github.com/heartline-monitor/heartline/pkg/query"
)

// errorLevels are the levels that count as an error: a fatal line is one too.
var errorLevels = query.List{"Error", "Fatal"}

// onlyErrors selects them on the Logs dashboard.
const onlyErrors = "var-level=Error&var-level=Fatal"

func overview() *sdk.DashboardBuilder {
	board := newMonitorBoard(OverviewUID, "Overview",
		"How all check scripts are doing: which are overdue, what they complained about, and who heard of it.",
		"now-7d").
		WithVariable(filterVariable()).
		Annotation(alarmMarks(false, selected()))
	return lay(board,
		section{id: 100, title: "At a glance", panels: []drawn{
			monitorCount(), overdueCount(), alarmCount(), failedSendCount(), errorCount(), beatCount(),
		}},
		section{id: 101, title: "Status", panels: []drawn{
			statusTable(),
			byStatus(8, 8),
			monitorsBy("direction", 9, 8, "Monitors per direction",
				"How many check scripts each business area has. Good: no area is missing."),
		}},
		section{id: 102, title: "Alarms and errors", panels: []drawn{
			alarmsPerDay(10, 14), mostAlarms(11, 10, 10, "Ten monitors with most alarms"), errorsByDirection(),
		}},
	)
}

// alive is red where not a single heartbeat was counted.
func alive() *sdk.ThresholdsConfig {
	t := thresholds(limit{1, green})
	t.Steps[0].Color = red
	return t
}

func monitorCount() drawn {
	return number(panel{
		id: 1, width: 4, height: 4,
		title:       "Monitors",
		description: "How many check scripts are known. Good: all that you have; a missing one is not watched.",
		noValue:     "0",
		queries:     []query.Query{everyMonitor()},
		reshape:     countRows(),
		thresholds:  alive(),
		links:       []sdk.DashboardLink{toSelection("Inventory", MonitorsUID)},
	})
}

func overdueCount() drawn {
	return number(panel{
		id: 2, width: 4, height: 4,
		title: "Overdue",
		description: "How many check scripts are late or down at the end of the time range: past their period and the grace, " +
			"or past twice the period. Good: none.",
		noValue:    "0",
		queries:    []query.Query{everyMonitor(heartbeat.Late, heartbeat.Down)},
		reshape:    countRows(),
		thresholds: thresholds(limit{1, red}),
		links:      []sdk.DashboardLink{toSelection("Which", HeartbeatsUID)},
	})
}

func alarmCount() drawn {
	return number(panel{
		id: 3, width: 4, height: 4,
		title:       "Alarms",
		description: "How many alarms check scripts raised in the time range. Good: few enough to look at each.",
		noValue:     "0",
		queries:     []query.Query{&query.Alarms{Format: query.FormatCount, Scope: selected(), Grouping: total()}},
		thresholds:  thresholds(limit{1, orange}),
		links:       []sdk.DashboardLink{toSelection("Alarms", AlarmsUID)},
	})
}

func failedSendCount() drawn {
	return number(panel{
		id: 4, width: 4, height: 4,
		title:       "Failed sends",
		description: "How many alarms reached nobody, because sending them failed. Good: none.",
		noValue:     "0",
		queries: []query.Query{&query.Alarms{
			Format: query.FormatCount, Scope: selected(), Grouping: total(), SendResults: notSent,
		}},
		thresholds: thresholds(limit{1, red}),
		links:      []sdk.DashboardLink{toSelection("Alarms that were not sent", AlarmsUID, "var-sendResult=FAILED")},
	})
}

func errorCount() drawn {
	return number(panel{
		id: 5, width: 4, height: 4,
		title:       "Error logs",
		description: "How many error and fatal lines check scripts logged in the time range. Good: none that nobody knows of.",
		noValue:     "0",
		queries: []query.Query{&query.Logs{
			Format: query.FormatCount, Scope: selected(), Grouping: total(), Levels: errorLevels,
		}},
		thresholds: thresholds(limit{1, orange}),
		links:      []sdk.DashboardLink{toSelection("Error and fatal lines", LogsUID, onlyErrors)},
	})
}

func beatCount() drawn {
	return number(panel{
		id: 6, width: 4, height: 4,
		title: "Heartbeats",
		description: "How many times check scripts ran in the time range. " +
			"Good: about the same as in the range before; none at all is an outage.",
		noValue:    "0",
		queries:    []query.Query{&query.Heartbeats{Format: query.FormatCount, Scope: selected(), Grouping: total()}},
		thresholds: alive(),
		links:      []sdk.DashboardLink{toSelection("Heartbeats", HeartbeatsUID)},
	})
}

func statusTable() drawn {
	return table(panel{
		id: 7, width: 16, height: 16,
		title: "Status of every monitor",
		description: "Each check script at the end of the time range, the longest overdue first. " +
			"Good: all ok. Click a monitor for its heartbeats, logs and alarms.",
		noValue: "No monitors: check the data source's path, or select others above",
		queries: []query.Query{everyMonitor()},
	}, "overdue",
		statusColumn(),
		column{field: "direction", width: 120},
		monitorColumn(),
		overdueColumn(),
		lastBeatColumn(170),
		column{field: "host", width: 140},
		column{field: "admin"},
	)
}

func errorsByDirection() drawn {
	return bars(panel{
		id: 12, width: 24, height: 8,
		title:       "Error and fatal lines by direction",
		description: "What check scripts logged as an error or worse. Good: no bars, or the few you know of; a sudden tower is an incident.",
		noValue:     "No error lines",
		queries: []query.Query{&query.Logs{
			Format: query.FormatCount, Scope: selected(), Levels: errorLevels, Grouping: series(event.Direction),
		}},
		links: []sdk.DashboardLink{toSelection("Error and fatal lines", LogsUID, onlyErrors)},
	})
}
