package heartbeat

import (
	"fmt"
	"math/bits"
	"strings"
	"time"
)

const (
	day   = 24 * time.Hour
	month = 365 * day / 12

	// clockError is how far the clocks of hosts are trusted to be off at most.
	clockError = time.Minute
)

// span is a distance in time: months and days by the calendar, the rest by the clock.
type span struct {
	months, days int
	clock        time.Duration
}

// typical is the length of the span in an ordinary year.
func (s span) typical() time.Duration {
	return time.Duration(s.months)*month + time.Duration(s.days)*day + s.clock
}

func (s span) calendar() bool { return s.months > 0 || s.days > 0 }

func (s span) plus(o span) span {
	return span{s.months + o.months, s.days + o.days, s.clock + o.clock}
}

// times multiplies the span; fractions go by the clock, to the millisecond.
func (s span) times(n float64) span {
	if whole := int(n); float64(whole) == n {
		return span{s.months * whole, s.days * whole, s.clock * time.Duration(whole)}
	}
	return span{clock: time.Duration(s.typical().Seconds()*n*1000+0.5) * time.Millisecond}
}

// after returns the instant n spans after t. The end of a short month stands for the days it lacks.
func (s span) after(t time.Time, n int, loc *time.Location) time.Time {
	if !s.calendar() {
		return t.Add(time.Duration(n) * s.clock).UTC()
	}
	wall := t.UTC().Add(offsetAt(t, loc))
	first := time.Date(wall.Year(), wall.Month()+time.Month(n*s.months), 1, 0, 0, 0, 0, time.UTC)
	date := min(wall.Day(), first.AddDate(0, 1, -1).Day())
	timeOfDay := wall.Sub(wall.Truncate(day))
	return onWall(first.AddDate(0, 0, date-1+n*s.days).Add(timeOfDay), loc).Add(time.Duration(n) * s.clock)
}

// String is read again by Parse.
func (s span) String() string {
	var parts []string
	calendar := func(n, size int, larger, smaller string) {
		switch {
		case n > 0 && n%size == 0:
			parts = append(parts, amount(n/size, larger))
		case n > 0:
			parts = append(parts, amount(n, smaller))
		}
	}
	calendar(s.months, 12, "year", "month")
	calendar(s.days, 7, "week", "day")
	if s.clock > 0 {
		clock := s.clock.String()
		for _, zero := range []string{"m0s", "h0m"} {
			if strings.HasSuffix(clock, zero) {
				clock = clock[:len(clock)-2]
			}
		}
		parts = append(parts, clock)
	}
	if len(parts) == 1 {
		parts[0] = strings.TrimPrefix(parts[0], "1 ")
	}
	return "every " + strings.Join(parts, " ")
}

func amount(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}

// distance is the pattern "so long after the last beat".
type distance struct {
	span span
	loc  *time.Location
}

func (d distance) dues(last time.Time, _ time.Duration) (first, second time.Time) {
	return d.span.after(last, 1, d.loc), d.span.after(last, 2, d.loc)
}

// weekdays is a set of days of the week, one bit each, Sunday lowest.
type weekdays uint8

const workdays weekdays = 0b0111110

func (w weekdays) has(d time.Weekday) bool { return w&(1<<d) != 0 }

// tomorrow turns the set on by a day.
func (w weekdays) tomorrow() weekdays { return (w<<1 | w>>6) & 0x7f }

// shortest is the least distance between two days of the set.
func (w weekdays) shortest() time.Duration {
	for n := 1; n < 7; n++ {
		if turned := w<<n | w>>(7-n); turned&w&0x7f != 0 {
			return time.Duration(n) * day
		}
	}
	return 7 * day
}

// String lists the days from Monday on.
func (w weekdays) String() string {
	names := make([]string, 0, bits.OnesCount8(uint8(w)))
	for i := range 7 {
		if d := time.Weekday((i + 1) % 7); w.has(d) {
			names = append(names, strings.ToLower(d.String()[:3]))
		}
	}
	return strings.Join(names, ", ")
}

// anyTimeOn is the pattern "once, at any time, on each of these days": a beat is due at the end of the day.
type anyTimeOn struct {
	days weekdays
	loc  *time.Location
}

// dues takes a beat shortly before midnight for one of the day that begins, as scripts that start at midnight write it when their
// host's clock is behind.
func (a anyTimeOn) dues(last time.Time, slack time.Duration) (first, second time.Time) {
	y, m, d := last.Add(min(slack, clockError)).In(a.loc).Date()
	for first.IsZero() || second.IsZero() {
		d++
		today := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
		switch {
		case !a.days.has(today.Weekday()):
		case first.IsZero():
			first = onWall(today.AddDate(0, 0, 1), a.loc)
		default:
			second = onWall(today.AddDate(0, 0, 1), a.loc)
		}
	}
	return first, second
}

// onWall returns the first instant at which the clocks on the walls of loc show what wall shows in UTC. A reading that is skipped
// in spring stands for as long after the gap as it lies behind its beginning (time.Date leaves open which side it takes, and is a
// day off where midnight is skipped).
func onWall(wall time.Time, loc *time.Location) time.Time {
	const farther = 26 * time.Hour // than any zone is from UTC
	before := offsetAt(wall.Add(-farther), loc)
	after := offsetAt(wall.Add(farther), loc)
	if t := wall.Add(-after); offsetAt(t, loc) == after && offsetAt(wall.Add(-before), loc) != before {
		return t
	}
	return wall.Add(-before)
}

func offsetAt(t time.Time, loc *time.Location) time.Duration {
	_, seconds := t.In(loc).Zone()
	return time.Duration(seconds) * time.Second
}
