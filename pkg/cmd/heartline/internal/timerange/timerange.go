// Package timerange reads the ends of a time range as people write them.
package timerange

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/gtime"
)

// Formats says what Parse reads.
const Formats = "RFC 3339 (2026-03-06T18:30:00+08:00), a date or date and time in the store's zone " +
	"(2026-03-06, 2026-03-06 18:30:00), unix seconds or milliseconds, or a relative time (now, now-6h, now-1d/d)"

// The years of a range: those whose nanoseconds an int64 holds.
const firstYear, lastYear = 1970, 2261

// huge is a distance of more than 99,999 units.
var huge = regexp.MustCompile(`\d{6}`)

// Clock is what relative and naive times are read against.
type Clock struct {
	Now      time.Time
	Location *time.Location // of naive times, and of the days that now/d rounds to
}

// Range reads both ends, which belong to the range. A date alone begins with
// its first and ends with its last moment. It fails when the range ends before
// it begins.
func (c Clock) Range(from, to string) (backend.TimeRange, error) {
	start, err := c.bounded(from, false)
	if err != nil {
		return backend.TimeRange{}, fmt.Errorf("from: %w", err)
	}
	end, err := c.End(to)
	if err != nil {
		return backend.TimeRange{}, fmt.Errorf("to: %w", err)
	}
	if start.After(end) {
		return backend.TimeRange{}, fmt.Errorf("from %s (%s) lies after to %s (%s): swap them",
			from, start.Format(time.RFC3339), to, end.Format(time.RFC3339))
	}
	return backend.TimeRange{From: start, To: end}, nil
}

// End reads the end of a range.
func (c Clock) End(text string) (time.Time, error) { return c.bounded(text, true) }

func (c Clock) bounded(text string, isEnd bool) (time.Time, error) {
	t, err := c.parse(text, isEnd)
	if err == nil && (t.Year() < firstYear || t.Year() > lastYear) {
		err = fmt.Errorf("%q lies outside the years %d to %d", text, firstYear, lastYear)
	}
	return t, err
}

func (c Clock) parse(text string, isEnd bool) (time.Time, error) {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "now") {
		return c.relative(text, isEnd)
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return unix(text, n)
	}
	if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return t.UTC(), nil
	}
	for _, layout := range []string{"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04:05", "2006-01-02T15:04"} {
		if t, err := time.ParseInLocation(layout, text, c.Location); err == nil {
			return t.UTC(), nil
		}
	}
	if t, err := time.ParseInLocation(time.DateOnly, text, c.Location); err == nil {
		if isEnd {
			t = t.AddDate(0, 0, 1).Add(-time.Millisecond)
		}
		return t.UTC(), nil
	}
	return time.Time{}, fmt.Errorf("%q is not a time: write %s", text, Formats)
}

// relative reads now-1d/d and the like; the end of a range is rounded up.
func (c Clock) relative(text string, isEnd bool) (time.Time, error) {
	// The library counts business days one by one.
	if huge.MatchString(text) {
		return time.Time{}, fmt.Errorf("%q reaches too far: use at most 99999 of a unit", text)
	}
	options := []gtime.TimeRangeOption{gtime.WithLocation(c.Location), gtime.WithWeekstart(time.Monday)}
	parse := gtime.TimeRange{From: text, Now: c.Now.In(c.Location)}.ParseFrom
	if isEnd {
		parse = gtime.TimeRange{To: text, Now: c.Now.In(c.Location)}.ParseTo
	}
	t, err := parse(options...)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is not a relative time: write now, now-6h, now-7d or now-1d/d", text)
	}
	return t.UTC(), nil
}

// unix reads seconds or milliseconds, told apart by their number of digits:
// seconds from 1973 to 5138, milliseconds from 1973 on. Shorter numbers are
// more likely a date written without dashes.
func unix(text string, n int64) (time.Time, error) {
	switch digits := len(text); {
	case n < 0 || digits < 9:
		return time.Time{}, fmt.Errorf("%q is neither unix seconds nor milliseconds: write a date as 2026-03-06", text)
	case digits < 12:
		return time.Unix(n, 0).UTC(), nil
	case digits < 15:
		return time.UnixMilli(n).UTC(), nil
	}
	return time.Time{}, fmt.Errorf("%q is too long for unix seconds or milliseconds: cut microseconds and nanoseconds off", text)
}

// Interval is the interval that a panel with this many points proposes: the
// range divided by the points, rounded as Grafana does, and at least shortest.
func Interval(r backend.TimeRange, points int64, shortest time.Duration) time.Duration {
	return max(gtime.RoundInterval(r.Duration()/time.Duration(points)), shortest, time.Millisecond)
}

// ParseInterval reads an interval or a distance in time as Grafana writes it:
// 30s, 5m, 1h, 1d.
func ParseInterval(text string) (time.Duration, error) {
	// A variable interval may come with the sign of a lower limit.
	d, err := gtime.ParseDuration(strings.TrimPrefix(text, ">"))
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("%q is not an interval: write 30s, 5m, 1h or 1d", text)
	}
	return d, nil
}
