package rule

import (
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
	limit := Limit{Is: Above, Value: 0, Unit: "seconds overdue", Reason: "overdue stays 0 until the grace, a setting of the data source, has passed"}
	return Rule{
		UID: "heartline-monitor-late", Name: "HeartlineMonitorLate", Severity: Warning,
		Summary:  "A check script is late",
		Firing:   monitor + ` on {{ $labels.host }} should have run {{ humanizeDuration .Value }} ago. Who answers for it: {{ $labels.admin }}.`,
		Resolved: monitor + ` on {{ $labels.host }} is not late any more: it has run, or is down.`,
		Terms:    just(overdue(heartbeat.Late), statusWindow), Limit: limit,
		For:       Span{2 * time.Minute, "a heartbeat that is written a moment after the grace is no news"},
		NoData:    NoDataKeepsLast,
		Dashboard: dashboard.HeartbeatsUID, Panel: dashboard.OverduePanel,
	}
}

func monitorDown() Rule {
	limit := Limit{Is: Above, Value: 0, Unit: "seconds overdue", Reason: "down already means past twice the period and the grace"}
	return Rule{
		UID: "heartline-monitor-down", Name: "HeartlineMonitorDown", Severity: Critical,
		Summary: "A check script has stopped: what it checks is not watched",
		Firing: monitor + ` on {{ $labels.host }} should have run {{ humanizeDuration .Value }} ago, and has missed more than one run. ` +
			`Who answers for it: {{ $labels.admin }}.`,
		Resolved: monitor + ` on {{ $labels.host }} runs again.`,
		Terms:    just(overdue(heartbeat.Down), statusWindow), Limit: limit,
		For:       Span{time.Minute, "one more look, so that a store that is being copied or rotated does not wake anybody"},
		NoData:    NoDataKeepsLast,
		Dashboard: dashboard.HeartbeatsUID, Panel: dashboard.OverduePanel,
	}
}

func noHeartbeats() Rule {
	window := Span{2 * time.Hour, "twice the period of an hourly script; make it longer where all your scripts run less often"}
	limit := Limit{Is: Below, Value: 1, Unit: "heartbeats", Reason: "a single one proves that scripts run and that the store is written"}
	return Rule{
		UID: "heartline-no-heartbeats", Name: "HeartlineNoHeartbeats", Severity: Critical,
		Summary:   "No check script has run at all: nothing is watched",
		Firing:    `{{ .Value }} heartbeats of all monitors together in the last ` + window.words() + `.`,
		Resolved:  `{{ .Value }} heartbeats in the last ` + window.words() + `: scripts run again.`,
		Terms:     just(&query.Heartbeats{Format: query.FormatCount, Grouping: query.Grouping{Instant: true}}, window),
		Limit:     limit,
		For:       Span{5 * time.Minute, "the window is silence enough; this rides out a restart of what writes the store"},
		NoData:    NoDataAlerts,
		Dashboard: dashboard.HeartbeatsUID, Panel: dashboard.BeatsPanel,
	}
}

func alarmRaised() Rule {
	window := Span{10 * time.Minute, "long enough to be noticed, short enough to end soon after the last alarm"}
	limit := Limit{Is: Above, Value: 0, Unit: "alarms", Reason: "a script that raises an alarm has judged already"}
	return Rule{
		UID: "heartline-alarm-raised", Name: "HeartlineAlarmRaised", Severity: Warning,
		Summary:  "A check script raised an alarm",
		Firing:   `Alarms of ` + monitor + ` in the last ` + window.words() + `: {{ .Value }}. The dashboard lists what they say.`,
		Resolved: monitor + ` raised no alarm in the last ` + window.words() + `.`,
		Terms:    just(&query.Alarms{Format: query.FormatCount, Grouping: perMonitor()}, window),
		Limit:    limit, For: atOnce, NoData: NoDataIsOK,
		Dashboard: dashboard.AlarmsUID, Panel: dashboard.AlarmsByMonitorPanel,
	}
}

func alarmSendFailed() Rule {
	window := Span{15 * time.Minute, "a gateway that failed for a moment has taken the alarms of later runs by then"}
	limit := Limit{Is: Above, Value: 0, Unit: "alarms", Reason: "each one is a fault that nobody was told of"}
	return Rule{
		UID: "heartline-alarm-send-failed", Name: "HeartlineAlarmSendFailed", Severity: Critical,
		Summary:  "An alarm could not be sent: its receivers do not know",
		Firing:   `Alarms of ` + monitor + ` that could not be sent in the last ` + window.words() + `: {{ .Value }}. Tell their receivers.`,
		Resolved: monitor + ` had no alarm that could not be sent in the last ` + window.words() + `.`,
		Terms:    just(&query.Alarms{Format: query.FormatCount, SendResults: query.List{"FAILED"}, Grouping: perMonitor()}, window),
		Limit:    limit, For: atOnce, NoData: NoDataIsOK,
		Dashboard: dashboard.AlarmsUID, Panel: dashboard.FailedSendsPanel,
	}
}

func errorLogSurge() Rule {
	window := Span{15 * time.Minute, "three runs of a script that runs every five minutes"}
	limit := Limit{Is: Above, Value: 10, Unit: "lines", Reason: "one error a run makes 3 in the window: more than 10 are errors in bulk, or of every single run of a busy script"}
	return Rule{
		UID: "heartline-error-log-surge", Name: "HeartlineErrorLogSurge", Severity: Warning,
		Summary:  "A check script logs errors in bulk",
		Firing:   monitor + ` logged {{ .Value }} error and fatal lines in the last ` + window.words() + `.`,
		Resolved: monitor + ` logged {{ .Value }} error and fatal lines in the last ` + window.words() + `: no more than usual.`,
		Terms:    just(&query.Logs{Format: query.FormatCount, Levels: query.List{"Error", "Fatal"}, Grouping: perMonitor()}, window),
		Limit:    limit, For: atOnce, NoData: NoDataIsOK,
		Dashboard: dashboard.LogsUID, Panel: dashboard.ErrorsPanel,
	}
}

// monitor names the monitor of an alert in a description.
const monitor = `{{ $labels.direction }}/{{ $labels.monitor }}`
