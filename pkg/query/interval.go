package query

import (
	"fmt"
	"strconv"
	"time"
)

const (
	day  = 24 * time.Hour
	week = 7 * day
)

// parseInterval reads a duration as Grafana writes intervals: Go's units, and
// d and w for whole days and weeks.
func parseInterval(text string) (time.Duration, error) {
	unit := time.Duration(0)
	switch text[len(text)-1] {
	case 'd':
		unit = day
	case 'w':
		unit = week
	default:
		return positive(time.ParseDuration(text))
	}
	n, err := strconv.Atoi(text[:len(text)-1])
	if err != nil || n > 3_650 {
		return 0, fmt.Errorf("%q is not a number of days or weeks", text)
	}
	return positive(time.Duration(n)*unit, nil)
}

func positive(d time.Duration, err error) (time.Duration, error) {
	if err == nil && (d < time.Second || d%time.Second != 0) {
		err = fmt.Errorf("%v is not a whole number of seconds", d)
	}
	return d, err
}

// steps are the lengths an automatic interval is rounded up to: those that
// divide the next longer one, so that buckets start at round times.
var steps = []time.Duration{
	time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, day,
}

// Round makes an interval that a panel proposes one that divides minutes,
// hours and days evenly. It never returns a shorter one.
func Round(interval time.Duration) time.Duration {
	for _, s := range steps {
		if interval <= s {
			return s
		}
	}
	days := (interval + day - 1) / day
	return days * day
}
