package dashboard

import (
	sdk "github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/query"
)

// Panels of the Alarms dashboard that alert rules lead to.
const (
	AlarmsByMonitorPanel uint32 = 4
	FailedSendsPanel     uint32 = 6
)

func alarms() *sdk.DashboardBuilder {
	board := newMonitorBoard(AlarmsUID, "Alarms",
		"What check scripts raised alarms about, who was told, and whether the message went out.", "now-7d").
		WithVariable(listVariable{
			name: "receiver", label: "Receiver", kind: "receivers",
			directions: []string{"$direction"}, monitors: []string{"$monitor"},
		}).
		WithVariable(listVariable{name: "sendResult", label: "Send result", kind: "sendResults"}).
		WithVariable(filterVariable())
	return lay(board,
		section{id: 100, title: "How many", panels: []drawn{raisedCount(), failedCount(), bySendResult()}},
		section{id: 101, title: "By whom and to whom", panels: []drawn{
			alarmsPerDay(3, 12), mostAlarms(AlarmsByMonitorPanel, 12, 20, "Alarms by monitor"), perReceiver(), failedSends(),
		}},
		section{id: 102, title: "One by one", panels: []drawn{alarmTable()}},
	)
}

// notSent selects the alarms that reached nobody.
var notSent = query.List{"FAILED"}

// raised is what the Alarms dashboard's variables select.
func raised() query.Alarms {
	return query.Alarms{Scope: selected(), Receivers: query.List{"$receiver"}, SendResults: query.List{"$sendResult"}}
}

// countRaised counts it.
func countRaised(how query.Grouping) *query.Alarms {
	q := raised()
	q.Format, q.Grouping = query.FormatCount, how
	return &q
}

// countFailed counts those of it that were not sent, whatever result is selected.
func countFailed(how query.Grouping) *query.Alarms {
	q := countRaised(how)
	q.SendResults = notSent
	return q
}

func raisedCount() drawn {
	return number(panel{
		id: 1, width: 4, height: 6,
		title:       "Alarms",
		description: "How many alarms are selected. Good: few enough to look at each.",
		noValue:     "0",
		queries:     []query.Query{countRaised(total())},
		thresholds:  thresholds(limit{1, orange}),
	})
}

func failedCount() drawn {
	return number(panel{
		id: 2, width: 4, height: 6,
		title:       "Failed sends",
		description: "How many of them reached nobody, because sending failed. Good: none.",
		noValue:     "0",
		queries:     []query.Query{countFailed(total())},
		thresholds:  thresholds(limit{1, red}),
	})
}

func alarmsPerDay(id, width uint32) drawn {
	return bars(panel{
		id: id, width: width, height: 10,
		title: "Alarms per day by direction",
		description: "How many alarms each business area raised each day, by the store's calendar. " +
			"Good: low and level; a tower is an incident, or a script that cries wolf.",
		noValue: "No alarms",
		queries: []query.Query{&query.Alarms{
			Format: query.FormatCount, Scope: selected(),
			Grouping: query.Grouping{GroupBy: []event.Dimension{event.Direction}, Interval: "1d"},
		}},
	})
}

func mostAlarms(id, width uint32, rows int, title string) drawn {
	return ranking(panel{
		id: id, width: width, height: 10,
		title: title,
		description: "Which check scripts raised most alarms in the time range. " +
			"Good: no monitor stands out; one that does needs mending, or a better threshold.",
		noValue: "No alarms",
		name:    rowName("direction", "monitor"),
		colour:  fixed(orange),
		queries: []query.Query{&query.Alarms{Format: query.FormatCount, Scope: selected(), Grouping: most(rows, event.Direction, event.Item)}},
		links:   []sdk.DashboardLink{toMonitor("Alarms of this monitor", AlarmsUID)},
	}, float64(rows))
}

func bySendResult() drawn {
	return bars(panel{
		id: 7, width: 16, height: 6,
		title:       "Alarms by send result",
		description: "Whether the message of each alarm went out. Good: green only; red means that nobody was told.",
		noValue:     "No alarms",
		overrides:   named(sendResultColours),
		queries:     []query.Query{countRaised(series(event.SendResult))},
	})
}

func perReceiver() drawn {
	return ranking(panel{
		id: 5, width: 12, height: 10,
		title: "Alarms per receiver",
		description: "How many alarms each person or group was sent; one alarm counts for each of its receivers. " +
			"Good: nobody gets more than they can read.",
		noValue: "No alarms",
		colour:  fixed(blue),
		name:    rowName("receiver"),
		queries: []query.Query{countRaised(most(25, event.Receiver))},
		links:   []sdk.DashboardLink{toReceiver("Alarms of this receiver", AlarmsUID)},
	}, 25)
}

func failedSends() drawn {
	return ranking(panel{
		id: FailedSendsPanel, width: 12, height: 10,
		title: "Failed sends by monitor",
		description: "Which check scripts raised alarms that could not be sent. " +
			"Good: none; all monitors at once is the mail or message gateway, one alone its own configuration.",
		noValue: "None: every alarm went out",
		name:    rowName("direction", "monitor"),
		colour:  fixed(red),
		queries: []query.Query{countFailed(most(25, event.Direction, event.Item))},
		links:   []sdk.DashboardLink{toMonitor("Alarms of this monitor that were not sent", AlarmsUID, "var-sendResult=FAILED")},
	}, 25)
}

func alarmTable() drawn {
	listed := raised()
	return table(panel{
		id: 8, width: 24, height: 14,
		title:       "Alarms",
		description: "The newest alarms that are selected, at most 1,000. Good: each is known to somebody, and went out.",
		noValue:     "No alarms",
		queries:     []query.Query{&listed},
	}, "time",
		column{field: "time", width: 170},
		column{field: "sendResult", width: 90, properties: []sdk.DynamicConfigValue{
			property("mappings", mapped(sendResultColours)),
			property("custom.cellOptions", map[string]any{"type": "color-text"}),
		}},
		column{field: "direction", width: 120},
		monitorColumn(),
		column{field: "receivers", width: 200},
		column{field: "message"},
	)
}
