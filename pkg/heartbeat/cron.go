package heartbeat

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/robfig/cron/v3"
)

const cronFields = cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow

var (
	minuteParser = cron.NewParser(cronFields)
	secondParser = cron.NewParser(cron.Second | cronFields)

	descriptors = map[string]string{
		"@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
		"@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
	}
	dayNames = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
)

// parseDescriptor reads "@every 10m", "@daily" and their like; a user and command may follow.
func parseDescriptor(text string, loc *time.Location) (Schedule, error) {
	word, rest, _ := strings.Cut(text, " ")
	switch line, ok := descriptors[word]; {
	case ok:
		return parseCron(line, loc)
	case word == "@reboot":
		return Schedule{}, errors.New("@reboot says when, not how often")
	case word != "@every":
		return Schedule{}, fmt.Errorf("%s is none of @every, @hourly, @daily, @midnight, @weekly, @monthly, @yearly", shorten(word, 20))
	}
	if first, _, _ := strings.Cut(rest, " "); first != "" {
		if every, err := time.ParseDuration(first); err == nil {
			return newDistance(span{clock: every.Round(time.Millisecond)}, loc)
		}
	}
	return parsePhrase("every "+rest, loc)
}

// parseCron reads a cron line of five fields, or of six with the seconds first. What follows in a crontab (user, command) is left
// alone; a sixth word of letters is that user's name even where it is also the name of a day.
func parseCron(text string, loc *time.Location) (Schedule, error) {
	fields := strings.Fields(text)
	if len(fields) > 0 && (fields[0] == "cron:" || fields[0] == "crontab:") {
		fields = fields[1:]
	}
	if len(fields) < 5 {
		return Schedule{}, errors.New("a cron line has five fields: minute, hour, day of month, month, day of week")
	}
	quartz := slices.Contains(fields, "?") // it has a year behind
	if len(fields) == 6 || len(fields) > 6 && (quartz || !strings.ContainsFunc(fields[5], unicode.IsLetter)) {
		s, err := newCron(secondParser, fields[:6], loc)
		if err == nil && quartz && strings.ContainsFunc(fields[5], isDigit) {
			return Schedule{}, errors.New("crons with ? differ in which day of the week is 1: name it (mon)")
		}
		if err == nil {
			return s, nil
		}
	}
	return newCron(minuteParser, fields[:5], loc)
}

func newCron(parser cron.Parser, fields []string, loc *time.Location) (Schedule, error) {
	text := strings.Join(fields, " ")
	if !strings.ContainsRune("0123456789*?", rune(text[0])) {
		return Schedule{}, errors.New("a cron line starts with a number or *")
	}
	emptyItem := func(field string) bool { return slices.Contains(strings.Split(field, ","), "") }
	if slices.ContainsFunc(fields, emptyItem) {
		return Schedule{}, errors.New("not a cron line: a comma stands without a number") // the library lets it pass, and never fires
	}
	n := len(fields)
	fields = slices.Clone(fields)
	fields[n-1] = sundayIsZero(fields[n-1])
	parsed, err := parser.Parse(strings.Join(fields, " "))
	if err != nil {
		return Schedule{}, fmt.Errorf("not a cron line: %w", err)
	}
	spec, ok := parsed.(*cron.SpecSchedule)
	if !ok {
		return Schedule{}, errors.New("not a cron line")
	}
	spec.Location = time.UTC // see firings.next
	isStar := func(field string) bool { return strings.HasPrefix(field, "*") || strings.HasPrefix(field, "?") }
	return newFirings(text, &firings{
		specs: []*cron.SpecSchedule{spec},
		once:  !isStar(fields[n-5]) && !isStar(fields[n-4]),
		loc:   loc,
	})
}

// sundayIsZero rewrites the day of week, in which crontab(5) allows 7 for Sunday and the library does not.
func sundayIsZero(field string) string {
	items := strings.Split(field, ",")
	for i, item := range items {
		days, step, _ := strings.Cut(item, "/")
		low, high, isRange := strings.Cut(days, "-")
		switch {
		case item == "7":
			items[i] = "0"
		case isRange && (high == "7" || high == "sun"):
			items[i] = listDays(item, low, step)
		}
	}
	return strings.Join(items, ",")
}

// listDays writes out a range that ends on a Sunday; an item that makes no sense is returned as it is, for the parser to refuse.
func listDays(item, low, step string) string {
	from, every := slices.Index(dayNames, low), 1
	var err error
	if from < 0 {
		from, err = strconv.Atoi(low)
	}
	if step != "" && err == nil {
		every, err = strconv.Atoi(step)
	}
	if err != nil || from < 0 || every < 1 {
		return item
	}
	var days []string
	for d := from; d <= 7; d += min(every, 8) {
		days = append(days, strconv.Itoa(d%7))
	}
	return strings.Join(days, ",")
}

// firings is the pattern of cron lines: instants fixed by the calendar and the clock on the wall.
type firings struct {
	specs []*cron.SpecSchedule
	// once says that in autumn the repeated hour counts once, as cron(8) does for a job at a fixed time; a job "every ten minutes"
	// goes on in both.
	once bool
	loc  *time.Location
}

func newFirings(text string, f *firings) (Schedule, error) {
	period := f.shortest()
	if period == 0 {
		return Schedule{}, errors.New("it never fires")
	}
	return newSchedule(text, period, f)
}

// shortest samples the distances between firings, on a calendar without changes of the clock, from a leap year on.
func (f *firings) shortest() time.Duration {
	steady := firings{specs: f.specs, loc: time.UTC}
	var least time.Duration
	t := steady.next(time.Date(2023, 12, 31, 23, 59, 59, 0, time.UTC))
	for range 40 { // minutes no two of which are neighbours are 30 at most
		next := steady.next(t)
		if t.IsZero() || next.IsZero() {
			break
		}
		if gap := next.Sub(t); least == 0 || gap < least {
			least = gap
		}
		t = next
	}
	return least
}

// dues gives a beat to the firing it was meant for: scripts start at their firing and write the beat somewhat later, but on a host
// whose clock is behind the beat carries a time before it. Hence all that comes up to slack early belongs to the firing.
func (f *firings) dues(last time.Time, slack time.Duration) (first, second time.Time) {
	first = f.next(last.Add(slack))
	if !first.IsZero() {
		second = f.next(first)
	}
	return first, second
}

// next returns the first firing after t, in UTC; zero if there is none within five years.
func (f *firings) next(t time.Time) time.Time {
	var first time.Time
	for _, spec := range f.specs {
		if n := f.nextOf(spec, t); first.IsZero() || !n.IsZero() && n.Before(first) {
			first = n
		}
	}
	return first
}

// nextOf evaluates the spec on the wall clock of one stretch of constant offset after the other. Asked for a zone, the library loses
// the whole day where midnight is skipped and all later hours of a day with a half-hour change. Firings in a skipped hour are not
// expected: some crons make up for them, some do not, and a beat too many does no harm.
func (f *firings) nextOf(spec *cron.SpecSchedule, t time.Time) time.Time {
	t = t.In(f.loc)
	inclusive := time.Duration(0)
	for range 32 { // changes of the clock; a firing on 29 February is at most 16 away
		start, end := t.ZoneBounds()
		offset := offsetAt(t, f.loc)
		wall := t.UTC().Add(offset - inclusive)
		if f.once && !start.IsZero() {
			repeated := start.UTC().Add(offsetAt(start.Add(-1), f.loc) - 1)
			if wall.Before(repeated) {
				wall = repeated
			}
		}
		next := spec.Next(lastSecond(spec, wall))
		if next.IsZero() {
			return next
		}
		if next = next.Add(-offset); end.IsZero() || next.Before(end) {
			return next
		}
		t, inclusive = end, 1
	}
	return time.Time{}
}

// lastSecond moves t on within its minute, where a spec of whole minutes has no firing; the library would try each second.
func lastSecond(spec *cron.SpecSchedule, t time.Time) time.Time {
	if spec.Second != 1 {
		return t
	}
	return t.Truncate(time.Minute).Add(time.Minute - time.Second)
}
