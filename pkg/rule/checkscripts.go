package rule

import (
	"fmt"
	"time"

	"github.com/heartline-monitor/heartline/pkg/dashboard"
	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/heartbeat"
	"github.com/heartline-monitor/heartline/pkg/query"
)

// checkScripts are the rules over the heartbeats, logs and alarms of check scripts.
func checkScripts() Group {
	return Group{
		File: "check-scripts.yaml", Name: "check scripts", Folder: "Heartline", Interval: time.Minute,
		Rules: []Rule{monitorLate(), monitorDown(), noHeartbeats(), alarmRaised(), alarmSendFailed(), errorLogSurge()},
	}
}

// atOnce is the for of rules whose window is memory enough.
var atOnce = Span{0, "the window remembers what happened: waiting longer would only tell later"}

// statusWindow is no limit to how old a last heartbeat may be.
var statusWindow = Span{time.Hour, "of no consequence: a status is judged now, by the last heartbeat however old it is"}

// overdue asks for the overdue seconds of every monitor, 0 for those that are in
// another status: Grafana cannot inhibit one rule by another, so late and down
// must not both be true of a monitor.
func overdue(status heartbeat.Status) query.Query {
	return &query.Heartbeats{Format: query.FormatStatus, Statuses: []heartbeat.Status{status}, Limit: query.MaxLimit}
}

func perMonitor() query.Grouping {
	return query.Grouping{Instant: true, GroupBy: []event.Dimension{event.Direction, event.Item}}
}

func monitorLate() Rule {
	limit := Limit{Above, 0, "seconds overdue", "overdue stays 0 until the grace, a setting of the data source, has passed"}
	return Rule{
		UID: "heartline-monitor-late", Name: "HeartlineMonitorLate", Severity: Warning,
		Summary: "A check script is late",
		Description: described(limit,
			monitor+` on {{ $labels.host }} should have run {{ humanizeDuration .Value }} ago. Who answers for it: {{ $labels.admin }}.`,
			monitor+` on {{ $labels.host }} is not late any more: it has run, or is down.`),
		Query: overdue(heartbeat.Late), Window: statusWindow, Limit: limit,
		For:       Span{2 * time.Minute, "a heartbeat that is written a moment after the grace is no news"},
		NoData:    NoDataKeepsLast,
		Dashboard: dashboard.HeartbeatsUID, Panel: dashboard.OverduePanel,
	}
}

func monitorDown() Rule {
	limit := Limit{Above, 0, "seconds overdue", "down already means past twice the period and the grace"}
	return Rule{
		UID: "heartline-monitor-down", Name: "HeartlineMonitorDown", Severity: Critical,
		Summary: "A check script has stopped: what it checks is not watched",
		Description: described(limit,
			monitor+` on {{ $labels.host }} should have run {{ humanizeDuration .Value }} ago, and has missed more than one run. `+
				`Who answers for it: {{ $labels.admin }}.`,
			monitor+` on {{ $labels.host }} runs again.`),
		Query: overdue(heartbeat.Down), Window: statusWindow, Limit: limit,
		For:       Span{time.Minute, "one more look, so that a store that is being copied or rotated does not wake anybody"},
		NoData:    NoDataKeepsLast,
		Dashboard: dashboard.HeartbeatsUID, Panel: dashboard.OverduePanel,
	}
}

func noHeartbeats() Rule {
	window := Span{2 * time.Hour, "twice the period of an hourly script; make it longer where all your scripts run less often"}
	limit := Limit{Below, 1, "heartbeats", "a single one proves that scripts run and that the store is written"}
	return Rule{
		UID: "heartline-no-heartbeats", Name: "HeartlineNoHeartbeats", Severity: Critical,
		Summary: "No check script has run at all: nothing is watched",
		Description: described(limit,
			`{{ .Value }} heartbeats of all monitors together in the last `+window.words()+`.`,
			`{{ .Value }} heartbeats in the last `+window.words()+`: scripts run again.`),
		Query:  &query.Heartbeats{Format: query.FormatCount, Grouping: query.Grouping{Instant: true}},
		Window: window, Limit: limit,
		For:       Span{5 * time.Minute, "the window is silence enough; this rides out a restart of what writes the store"},
		NoData:    NoDataAlerts,
		Dashboard: dashboard.HeartbeatsUID, Panel: dashboard.BeatsPanel,
	}
}

func alarmRaised() Rule {
	window := Span{10 * time.Minute, "long enough to be noticed, short enough to end soon after the last alarm"}
	limit := Limit{Above, 0, "alarms", "a script that raises an alarm has judged already"}
	return Rule{
		UID: "heartline-alarm-raised", Name: "HeartlineAlarmRaised", Severity: Warning,
		Summary: "A check script raised an alarm",
		Description: described(limit,
			`Alarms of `+monitor+` in the last `+window.words()+`: {{ .Value }}. The dashboard lists what they say.`,
			monitor+` raised no alarm in the last `+window.words()+`.`),
		Query:  &query.Alarms{Format: query.FormatCount, Grouping: perMonitor()},
		Window: window, Limit: limit, For: atOnce, NoData: NoDataIsOK,
		Dashboard: dashboard.AlarmsUID, Panel: dashboard.AlarmsByMonitorPanel,
	}
}

func alarmSendFailed() Rule {
	window := Span{15 * time.Minute, "a gateway that failed for a moment has taken the alarms of later runs by then"}
	limit := Limit{Above, 0, "alarms", "each one is a fault that nobody was told of"}
	return Rule{
		UID: "heartline-alarm-send-failed", Name: "HeartlineAlarmSendFailed", Severity: Critical,
		Summary: "An alarm could not be sent: its receivers do not know",
		Description: described(limit,
			`Alarms of `+monitor+` that could not be sent in the last `+window.words()+`: {{ .Value }}. Tell their receivers.`,
			monitor+` had no alarm that could not be sent in the last `+window.words()+`.`),
		Query:  &query.Alarms{Format: query.FormatCount, SendResults: query.List{"FAILED"}, Grouping: perMonitor()},
		Window: window, Limit: limit, For: atOnce, NoData: NoDataIsOK,
		Dashboard: dashboard.AlarmsUID, Panel: dashboard.FailedSendsPanel,
	}
}

func errorLogSurge() Rule {
	window := Span{15 * time.Minute, "three runs of a script that runs every five minutes"}
	limit := Limit{Above, 10, "lines", "one error a run makes 3 in the window: more than 10 are errors in bulk, or of every single run of a busy script"}
	return Rule{
		UID: "heartline-error-log-surge", Name: "HeartlineErrorLogSurge", Severity: Warning,
		Summary: "A check script logs errors in bulk",
		Description: described(limit,
			monitor+` logged {{ .Value }} error and fatal lines in the last `+window.words()+`.`,
			monitor+` logged {{ .Value }} error and fatal lines in the last `+window.words()+`: no more than usual.`),
		Query:  &query.Logs{Format: query.FormatCount, Levels: query.List{"Error", "Fatal"}, Grouping: perMonitor()},
		Window: window, Limit: limit, For: atOnce, NoData: NoDataIsOK,
		Dashboard: dashboard.LogsUID, Panel: dashboard.ErrorsPanel,
	}
}

// monitor names the monitor of an alert in a description.
const monitor = `{{ $labels.direction }}/{{ $labels.monitor }}`

// described is a description for each case: the alert fires, it is resolved, or
// the rule could not be evaluated, when there is no value and a template that
// asks for it would fail.
func described(l Limit, firing, resolved string) string {
	return fmt.Sprintf("{{ with $values.A }}{{ if %s .Value %.1f }}%s{{ else }}%s{{ end }}{{ else }}%s{{ end }}", l.Is, l.Value, firing, resolved,
		"The rule could not be evaluated: see its error, and the health of the data source.")
}
