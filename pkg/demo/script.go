package demo

import (
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/heartline-monitor/heartline/pkg/event"
)

// script is one check script: how it is described, when it runs and what it
// says.
type script struct {
	event.Monitor
	user     string
	schedule cron.Schedule // nil: it never ran
	until    time.Time     // it does not run after this; zero: it goes on
	chatter  []string      // log lines, "Level: template"
	alarms   []string      // templates
	rate     float64       // alarms per run
	episodes []episode
}

// episode is a time in which a script has more to say.
type episode struct {
	event.Range
	lines, alarms [2]int // least and most per run
	chatter       []string
	messages      []string
	failed        float64 // share of alarms that could not be sent
}

// runs yields when the script starts within the range.
func (s *script) runs(r event.Range, loc *time.Location) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		if s.schedule == nil {
			return
		}
		end := r.To
		if !s.until.IsZero() && s.until.Before(end) {
			end = s.until
		}
		// Next is strictly after its argument.
		at := s.schedule.Next(r.From.Add(-time.Second).In(loc))
		for ; !at.After(end) && yield(at); at = s.schedule.Next(at) {
		}
	}
}

// describe fills in what all scripts of a direction share.
func describe(name, frequency, crontab, alarmFrequency, receivers string) script {
	direction, item, _ := strings.Cut(name, "/")
	team := teams[direction]
	s := script{
		Monitor: event.Monitor{
			Direction: direction, Item: item, Admin: team.admin, Author: team.author, Host: team.host,
			StartupMethod: team.startup, ExecuteFrequency: frequency, AlarmFrequency: alarmFrequency,
			Receivers: strings.Fields(receivers), Script: "/ic/monitor/scripts/" + item + ".py",
		},
		user: team.author,
	}
	if crontab != "" {
		schedule, err := cron.ParseStandard(crontab)
		if err != nil {
			panic(fmt.Sprintf("crontab of %s: %v", name, err))
		}
		s.schedule = schedule
	}
	return s
}

var teams = map[string]struct{ admin, author, host, startup string }{
	"LSF":      {"lsf.admin lsf.lead", "ic_admin", "10.212.206.197", "crontab"},
	"host":     {"host.admin", "root", "10.232.158.36", "crontab"},
	"license":  {"lic.admin", "licmon", "10.212.206.197", "jenkins"},
	"network":  {"net.admin", "netops", "10.212.206.12", "crontab"},
	"security": {"sec.admin", "root", "10.232.158.36", "crontab"},
	"storage":  {"storage.admin", "storage", "10.232.158.40", "jenkins"},
	"机房":       {"li.ming", "facility", "10.232.158.77", "crontab"},
}
