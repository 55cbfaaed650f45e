package demo

import (
	"fmt"
	"strings"
	"time"

	"github.com/heartline-monitor/heartline/pkg/event"
)

// Summary tells what a demo store holds and what is worth looking at.
type Summary struct {
	Dir                                string
	Range                              event.Range
	Location                           *time.Location
	Monitors, Heartbeats, Logs, Alarms int
	Scenes                             []Scene
}

// Scene is something that happens to one monitor.
type Scene struct {
	Monitor string // direction/item
	Status  string // its status at the end of the week
	Range   event.Range
	What    string
}

func summarize(dir string, o Options, st *stage, counts map[event.Kind]int) Summary {
	ago := func(d time.Duration) time.Time { return o.End.Add(-d) }
	return Summary{
		Dir: dir, Range: event.Range{From: ago(Week), To: o.End}, Location: o.Location,
		Monitors: len(st.scripts), Heartbeats: counts[event.Heartbeats], Logs: counts[event.Logs], Alarms: counts[event.Alarms],
		Scenes: []Scene{
			{downMonitor, "down", event.Range{From: ago(interrupted), To: o.End}, "was interrupted: no heartbeat since"},
			{lateMonitor, "late", event.Range{From: ago(overdue), To: o.End}, "missed its last run: no heartbeat since"},
			{newMonitor, "new", event.Range{From: o.End, To: o.End}, "is installed and has never run"},
			{stormMonitor, "ok", event.Range{From: ago(stormStart), To: ago(stormEnd)}, "alarm storm, a third of it not sent"},
			{surgeMonitor, "ok", event.Range{From: ago(surgeStart), To: o.End}, "error-log surge, still going on"},
		},
	}
}

// String is the summary in a few lines for a terminal.
func (s Summary) String() string {
	const minute = "2006-01-02 15:04"
	clock := func(t time.Time) string { return t.In(s.Location).Format(minute) }
	var b strings.Builder
	fmt.Fprintf(&b, "Demo store %s: %d monitors, %d heartbeats, %d log lines, %d alarms\n", s.Dir, s.Monitors, s.Heartbeats, s.Logs, s.Alarms)
	fmt.Fprintf(&b, "from %s to %s, %s\n\n", clock(s.Range.From), clock(s.Range.To), s.Location)
	for _, scene := range s.Scenes {
		fmt.Fprintf(&b, "  %-5s %-32s %s", scene.Status, scene.Monitor, scene.What)
		switch {
		case scene.Range.To.Before(s.Range.To):
			fmt.Fprintf(&b, ", %s to %s", clock(scene.Range.From), clock(scene.Range.To))
		case scene.Range.From.Before(s.Range.To):
			fmt.Fprintf(&b, ", %s", clock(scene.Range.From))
		}
		b.WriteByte('\n')
	}
	return b.String()
}
