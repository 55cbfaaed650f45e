package dashboard

import (
	sdk "github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/query"
)

// ErrorsPanel of the Logs dashboard is where alert rules lead to.
const ErrorsPanel uint32 = 2

func logs() *sdk.DashboardBuilder {
	board := newMonitorBoard(LogsUID, "Logs",
		"What check scripts logged: how much, how bad, and line by line.", "now-24h").
		WithVariable(listVariable{name: "level", label: "Level", kind: "levels"}).
		WithVariable(textVariable()).
		WithVariable(filterVariable()).
		Annotation(alarmMarks(true, selected()))
	return lay(board,
		section{id: 100, title: "How much", panels: []drawn{logVolume(), errorsByMonitor()}},
		section{id: 101, title: "Lines", panels: []drawn{logLines()}},
	)
}

// searched is what the Logs dashboard's variables select.
func searched() query.Logs {
	return query.Logs{Scope: selected(), Levels: query.List{"$level"}, Text: "$text"}
}

func logVolume() drawn {
	counted := searched()
	counted.Format, counted.Grouping = query.FormatCount, series(event.Level)
	return bars(panel{
		id: 1, width: 16, height: 9,
		title: "Lines by level",
		description: "How many lines check scripts logged in each interval, by level. " +
			"Good: little red and no purple; a tower of one colour is a script in trouble, a gap one that stopped.",
		noValue:   "No lines",
		overrides: named(levelColours),
		queries:   []query.Query{&counted},
	})
}

func errorsByMonitor() drawn {
	counted := searched()
	counted.Format, counted.Grouping, counted.Levels = query.FormatCount, most(20, event.Direction, event.Item), errorLevels
	return ranking(panel{
		id: ErrorsPanel, width: 8, height: 9,
		title: "Errors by monitor",
		description: "Which check scripts logged most error and fatal lines in the time range. " +
			"Good: none; one far ahead of the others is where to look first.",
		noValue:    "No error lines",
		name:       rowName("direction", "monitor"),
		thresholds: thresholds(limit{1, orange}, limit{100, red}),
		queries:    []query.Query{&counted},
		links:      []sdk.DashboardLink{toMonitor("Error and fatal lines of this monitor", LogsUID, onlyErrors)},
	}, 20)
}

func logLines() drawn {
	listed := searched()
	return lines(panel{
		id: 3, width: 24, height: 18,
		title: "Lines",
		description: "The newest lines that are selected, at most 1,000: search by text, level or monitor above. " +
			"Open a line for its labels and the lines around it. Good: nothing that surprises you.",
		noValue: "No lines",
		queries: []query.Query{&listed},
	})
}
