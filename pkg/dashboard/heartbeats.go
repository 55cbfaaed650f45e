package dashboard

import (
	sdk "github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/heartbeat"
	"github.com/heartline-monitor/heartline/pkg/query"
)

// Panels of the Heartbeats dashboard that alert rules lead to.
const (
	OverduePanel uint32 = 4
	BeatsPanel   uint32 = 6
)

func heartbeats() *sdk.DashboardBuilder {
	board := newMonitorBoard(HeartbeatsUID, "Heartbeats",
		"Which check scripts ran when they should, and which did not.", "now-24h").
		WithVariable(filterVariable()).
		Annotation(alarmMarks(false, selected()))
	return lay(board,
		section{id: 100, title: "At the end of the time range", panels: []drawn{
			inStatus(1, "Down", heartbeat.Down, red,
				"Check scripts without a heartbeat for more than twice their period and the grace. Good: none."),
			inStatus(2, "Late", heartbeat.Late, orange,
				"Check scripts past their period and the grace. Good: none; a late one turns ok with its next run, or down."),
			inStatus(3, "New", heartbeat.New, blue,
				"Check scripts that have never run. Good: none, or those that were just installed."),
			overdueTable(),
		}},
		section{id: 101, title: "Over time", panels: []drawn{statusOverTime(), beats()}},
	)
}

func inStatus(id uint32, title string, status heartbeat.Status, colour, description string) drawn {
	return number(panel{
		id: id, width: 8, height: 4,
		title: title, description: description,
		noValue:    "0",
		queries:    []query.Query{everyMonitor(status)},
		reshape:    countRows(),
		thresholds: thresholds(limit{1, colour}),
	})
}

func overdueTable() drawn {
	return table(panel{
		id: OverduePanel, width: 24, height: 8,
		title: "Overdue",
		description: "The check scripts that are late or down, and for how long, the longest first. " +
			"Good: none. The admin is whom to ask, the host where to look.",
		noValue: "None: every script ran when it should",
		queries: []query.Query{everyMonitor(heartbeat.Late, heartbeat.Down)},
	}, "overdue",
		statusColumn(),
		column{field: "direction", width: 120},
		monitorColumn(),
		overdueColumn(),
		lastBeatColumn(170),
		column{field: "executeFrequency", width: 150},
		column{field: "host", width: 140},
		column{field: "admin", width: 110},
		column{field: "startupMethod", width: 130},
		column{field: "script"},
	)
}

func statusOverTime() drawn {
	return bands(panel{
		id: 5, width: 24, height: 12,
		title: "Status over time",
		description: "How each check script was doing at each moment of the time range. " +
			"Good: green throughout. Red at the same time in many rows is a host or a scheduler that stopped.",
		noValue:  "No monitors",
		mappings: mapped(statusColours),
		queries:  []query.Query{&query.Heartbeats{Format: query.FormatTimeline, Scope: selected()}},
	})
}

func beats() drawn {
	return bars(panel{
		id: BeatsPanel, width: 24, height: 9,
		title: "Heartbeats by direction",
		description: "How many times check scripts ran in each interval. " +
			"Good: an even skyline; a gap over all directions means that nothing ran, or that the store was not written.",
		noValue: "No heartbeats",
		queries: []query.Query{&query.Heartbeats{
			Format: query.FormatCount, Scope: selected(), Grouping: series(event.Direction),
		}},
	})
}
