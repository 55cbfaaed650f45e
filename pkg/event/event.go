// Package event holds what check scripts leave behind: monitors, heartbeats,
// logs and alarms, the filters over them, and the Store that serves them. It
// knows nothing of Grafana and nothing of how a store keeps its events.
package event

import (
	"strings"
	"time"
)

// Monitor is one check script as its writer described it. Direction and Item
// together name it: items of the same name in two directions are two monitors.
type Monitor struct {
	Direction        string   // business area, e.g. "storage"
	Item             string   // the check itself, e.g. "check_quota"
	Admin            string   // who answers for the direction; several are separated by spaces
	Author           string   // who wrote the script
	Host             string   // where the script is started
	StartupMethod    string   // e.g. "crontab", "jenkins"
	ExecuteFrequency string   // free text, e.g. "every 10 minutes"
	AlarmFrequency   string   // "everytime" or "max <n> times" a day
	Receivers        []string // whom its alarms go to
	Script           string   // path of the script
}

// Name is "direction/item", unique within a store.
func (m Monitor) Name() string { return m.Direction + "/" + m.Item }

// Admins are the values by which a filter finds the admin: all of them as they are
// written and, where there are several, each.
func (m Monitor) Admins() []string {
	all := []string{m.Admin}
	if names := strings.Fields(m.Admin); len(names) > 1 {
		all = append(all, names...)
	}
	return all
}

// Heartbeat says that a check script ran.
type Heartbeat struct {
	ID        string    // stable and unique within the store
	Time      time.Time // to the second, UTC
	Direction string
	Item      string
	User      string
	Host      string
	Script    string
}

// Log is one line that a check script logged.
type Log struct {
	ID        string    // stable and unique within the store
	Time      time.Time // to the second, UTC
	Direction string
	Item      string
	Level     string // as written, usually one of Levels
	Message   string
}

// Alarm is one notification that a check script sent, or failed to send.
type Alarm struct {
	ID         string    // stable and unique within the store
	Time       time.Time // to the second, UTC
	Direction  string
	Item       string
	MD5        string // digest by which the writer recognises a repeated alarm
	Receivers  []string
	SendResult string // as written, usually one of SendResults
	Message    string
}

// Levels are the log levels of the existing writer, mildest first. A store may
// be configured with others.
var Levels = []string{"Debug", "Info", "Warning", "Error", "Fatal"}

// SendResults are the outcomes of sending an alarm.
var SendResults = []string{"PASSED", "FAILED"}

// Kind is one of the three streams of events a monitor has.
type Kind string

// The streams of events.
const (
	Heartbeats Kind = "heartbeat"
	Logs       Kind = "log"
	Alarms     Kind = "alarm"
)
