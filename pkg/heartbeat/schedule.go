// Package heartbeat says how check scripts are doing: it turns the free text a script's owner wrote about its frequency into a
// Schedule, and judges by that schedule whether the script's last heartbeat is new, ok, late or down.
package heartbeat

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// ErrUnknownFrequency is wrapped by every error of Parse.
var ErrUnknownFrequency = errors.New("unknown frequency")

const (
	shortestPeriod = time.Second
	longestPeriod  = 10 * 365 * day

	// longestPhrase bounds what is read as a phrase, in bytes; a cron line may be longer, for it carries a command.
	longestPhrase = 500

	remedy = `write for example "every 10 minutes", "hourly", "once a day", "every Monday at 08:00", "每10分钟", "每天一次", ` +
		`"@every 90s" or a cron line such as "*/10 8-17 * * 1-5"`
)

// Schedule is the expected rhythm of a script's heartbeats. The zero Schedule is an unknown frequency, which is judged by the
// classic rule (see Rule.Judge). Schedules are immutable and may be used from several goroutines.
type Schedule struct {
	text    string
	period  time.Duration
	pattern pattern
}

// pattern finds the beats that are to come after a beat.
type pattern interface {
	// dues returns the next two instants at which a beat is due when the last one was seen at last, in UTC; zero stands for
	// never. A beat that comes up to slack before an instant counts for that instant.
	dues(last time.Time, slack time.Duration) (first, second time.Time)
}

// Parse reads a free text frequency, in English or Chinese, or a cron line. loc is the zone in which days, weeks, months, times
// of day and cron lines are meant: the store's; nil is UTC.
//
// A text becomes one of three kinds of schedule:
//
//   - a distance from the last beat: "every 10 minutes", "1h30m", "twice a day" (12 hours), "每10分钟", "@every 10m". Days, weeks,
//     months and years are counted by the calendar ("daily" at the change to winter time is 25 hours; a month after 31 January is
//     the last day of February), smaller units by the clock;
//   - weekdays: "every Monday", "weekdays", "每周一": a beat at any time of the day will do, it is due at the day's end;
//   - firings: "every day at 08:00", "@hourly" and cron lines of five fields, or six with seconds first, with or without a user
//     and command behind.
//
// A text that cannot be read, is empty, or means less than a second or more than ten years gives the zero Schedule and an error
// that wraps ErrUnknownFrequency, quotes the text and shows accepted forms.
func Parse(text string, loc *time.Location) (Schedule, error) {
	if loc == nil {
		loc = time.UTC
	}
	s, err := parse(clean(text), loc)
	if err != nil {
		return Schedule{}, fmt.Errorf("%w %q: %w; %s", ErrUnknownFrequency, shorten(text, 80), err, remedy)
	}
	return s, nil
}

func parse(text string, loc *time.Location) (Schedule, error) {
	switch {
	case text == "":
		return Schedule{}, errors.New("the text is empty")
	case strings.HasPrefix(text, "@"):
		return parseDescriptor(text, loc)
	}
	s, cronErr := parseCron(text, loc)
	if cronErr == nil || strings.Contains(text, "*") {
		return s, cronErr
	}
	return parsePhrase(text, loc)
}

// newSchedule is the one place where a period is checked.
func newSchedule(text string, period time.Duration, p pattern) (Schedule, error) {
	switch {
	case period < shortestPeriod:
		return Schedule{}, errors.New("the period is shorter than a second")
	case period > longestPeriod:
		return Schedule{}, errors.New("the period is longer than ten years")
	}
	return Schedule{text: text, period: period, pattern: p}, nil
}

// Known reports whether the frequency is known; if not, the classic rule applies.
func (s Schedule) Known() bool { return s.pattern != nil }

// Period returns the typical distance between two beats, 0 if unknown. A month counts as 730 hours, a year as 8760. For cron lines,
// times of day and weekdays it is the shortest distance, so that the pause at night or at the weekend does not pass for the
// rhythm.
func (s Schedule) Period() time.Duration { return s.period }

// String returns the schedule in the words that Parse accepts ("every 10m", "every 2 days", "every mon, fri", a cron line), or
// "unknown".
func (s Schedule) String() string {
	if !s.Known() {
		return "unknown"
	}
	return s.text
}

// shorten cuts a text to at most n runes, so that an error never carries a file's worth of garbage.
func shorten(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	return string([]rune(text)[:n]) + "..."
}
