package dashboard

import (
	sdk "github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/heartline-monitor/heartline/pkg/heartbeat"
	"github.com/heartline-monitor/heartline/pkg/query"
)

func monitors() *sdk.DashboardBuilder {
	board := newMonitorBoard(MonitorsUID, "Monitors",
		"Every check script: who answers for it, where and when it runs, and how it is doing. Click a monitor for its heartbeats, logs and alarms.",
		"now-24h").
		WithVariable(filterVariable())
	return lay(board,
		section{id: 100, title: "How many", panels: []drawn{
			byStatus(1, 8),
			monitorsBy("host", 2, 8, "Monitors by host",
				"How many check scripts start on each machine. Good: no machine holds so many that losing it blinds you."),
			monitorsBy("admin", 3, 8, "Monitors by admin",
				"How many check scripts each admin answers for. Good: nobody has more than they can look after, and none is without a name."),
		}},
		section{id: 101, title: "Inventory", panels: []drawn{inventory()}},
	)
}

// everyMonitor asks for all monitors that are selected, in these statuses.
func everyMonitor(statuses ...heartbeat.Status) *query.Monitors {
	return &query.Monitors{Scope: selected(), Statuses: statuses, Limit: query.MaxLimit}
}

// byStatus counts monitors by how they are doing.
func byStatus(id, width uint32) drawn {
	return ranking(panel{
		id: id, width: width, height: 8,
		title: "Monitors by status",
		description: "How many check scripts are ok, late, down or new at the end of the time range. " +
			"Good: all ok; new ones turn ok with their first heartbeat.",
		noValue:   "No monitors",
		queries:   []query.Query{everyMonitor()},
		reshape:   countBy("status"),
		name:      rowName("status"),
		overrides: named(statusColours),
		links:     []sdk.DashboardLink{toSelection("Heartbeats", HeartbeatsUID)},
	}, 4)
}

// monitorsBy counts monitors by one of their properties.
func monitorsBy(field string, id, width uint32, title, description string) drawn {
	return ranking(panel{
		id: id, width: width, height: 8,
		title:       title,
		description: description,
		noValue:     "No monitors",
		colour:      fixed(blue),
		queries:     []query.Query{everyMonitor()},
		reshape:     countBy(field),
		name:        rowName(field),
	}, 25)
}

func inventory() drawn {
	return table(panel{
		id: 4, width: 24, height: 20,
		title: "Inventory",
		description: "What each check script says of itself, and its status at the end of the time range. " +
			"Good: every row has an admin, receivers and an execute frequency that Heartline can read, and is ok.",
		noValue: "No monitors: check the data source's path, or select others above",
		queries: []query.Query{everyMonitor()},

		columnFilters: true,
	}, "overdue",
		statusColumn(),
		column{field: "direction", width: 110},
		monitorColumn(),
		overdueColumn(),
		lastBeatColumn(160),
		column{field: "due", width: 160},
		column{field: "executeFrequency", width: 150},
		column{field: "host", width: 120},
		column{field: "admin", width: 110},
		column{field: "receivers", width: 160},
		column{field: "alarmFrequency", width: 130},
		column{field: "startupMethod", width: 130},
		column{field: "script"},
	)
}
