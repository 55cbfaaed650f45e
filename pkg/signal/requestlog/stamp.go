package requestlog

import (
	"time"

	"github.com/heartline-monitor/heartline/pkg/wallclock"
)

// stamp is a wall clock reading, and what is beyond the full second.
type stamp struct {
	seconds wallclock.Stamp
	nanos   int64
}

// layout is how writers put times, but for the fraction; some put a blank in
// place of the T.
const layout = "2006-01-02T15:04:05"

// parseStamp reads "2006-01-02T15:04:05", with a fraction of any number of
// digits or none, and reports whether text is a date and time that exist.
// Digits behind the ninth, which mean less than a nanosecond, are left out.
func parseStamp(text string) (stamp, bool) {
	if len(text) < len(layout) || text[10] != 'T' && text[10] != ' ' {
		return stamp{}, false
	}
	whole, ok1 := wallclock.Parse(text[:len(layout)], text[10])
	nanos, ok2 := fraction(text[len(layout):])
	return stamp{whole, nanos}, ok1 && ok2
}

// fraction reads ".123456" as nanoseconds.
func fraction(text string) (nanos int64, ok bool) {
	if text == "" {
		return 0, true
	}
	if text[0] != '.' || len(text) == 1 {
		return 0, false
	}
	unit := int64(100_000_000)
	for i := 1; i < len(text); i++ {
		digit := text[i] - '0'
		if digit > 9 {
			return 0, false
		}
		nanos += int64(digit) * unit
		unit /= 10
	}
	return nanos, true
}

// furthest is how far from 1970 instants are told apart, in seconds: until 2261.
// Nanoseconds go a little further, so that hours may be added.
const furthest = 9_200_000_000

// unixNano is an instant in nanoseconds, at most the furthest one.
func unixNano(seconds, nanos int64) int64 {
	switch {
	case seconds >= furthest:
		return furthest * 1_000_000_000
	case seconds < -furthest:
		return -furthest * 1_000_000_000
	}
	return seconds*1_000_000_000 + nanos
}

// nanoOf is an instant in nanoseconds, at most the furthest one.
func nanoOf(at time.Time) int64 { return unixNano(at.Unix(), int64(at.Nanosecond())) }
