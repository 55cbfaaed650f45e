package dayfile

import "time"

// Stamp is a wall clock reading in seconds: the Unix time at which a clock set
// to UTC would show it. Which instant it means depends on the store's zone.
type Stamp int64

// layout is how stores write times; every stamp has this length.
const layout = "2006-01-02 15:04:05"

var daysBefore = [...]int{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365}

// ParseStamp reads "2006-01-02 15:04:05" and reports whether text is a date and
// time that exist, wherever the clocks are changed.
func ParseStamp(text []byte) (Stamp, bool) {
	if len(text) != len(layout) || text[4] != '-' || text[7] != '-' || text[10] != ' ' || text[13] != ':' || text[16] != ':' {
		return 0, false
	}
	century, ok1 := twoDigits(text[0:])
	decade, ok2 := twoDigits(text[2:])
	month, ok3 := twoDigits(text[5:])
	dayOfMonth, ok4 := twoDigits(text[8:])
	hour, ok5 := twoDigits(text[11:])
	minute, ok6 := twoDigits(text[14:])
	second, ok7 := twoDigits(text[17:])
	if !(ok1 && ok2 && ok3 && ok4 && ok5 && ok6 && ok7) || hour > 23 || minute > 59 || second > 59 {
		return 0, false
	}
	days, ok := daysSinceEpoch(century*100+decade, month, dayOfMonth)
	return Stamp(days)*86_400 + Stamp(hour*3_600+minute*60+second), ok
}

func twoDigits(b []byte) (int, bool) {
	tens, ones := b[0]-'0', b[1]-'0'
	return int(tens)*10 + int(ones), tens <= 9 && ones <= 9
}

// daysSinceEpoch counts days of the Gregorian calendar from 1970-01-01.
func daysSinceEpoch(year, month, dayOfMonth int) (int, bool) {
	if year < 1 || month < 1 || month > 12 || dayOfMonth < 1 {
		return 0, false
	}
	leap := 0
	if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
		leap = 1
	}
	length := daysBefore[month] - daysBefore[month-1]
	if month == 2 {
		length += leap
	}
	if dayOfMonth > length {
		return 0, false
	}
	before := year - 1
	days := before*365 + before/4 - before/100 + before/400 + daysBefore[month-1] + dayOfMonth - 1
	if month > 2 {
		days += leap
	}
	const epoch = 719_162 // days from 0001-01-01 to 1970-01-01
	return days - epoch, true
}

// StampOf is what a clock of the given zone shows at t.
func StampOf(t time.Time, zone *time.Location) Stamp {
	_, offset := t.In(zone).Zone()
	return Stamp(t.Unix() + int64(offset))
}

// Clock turns stamps of a zone into instants. It remembers the offset of the
// last day it was asked for, and is not safe for concurrent use.
type Clock struct {
	zone   *time.Location
	day    int64
	offset int64
	steady bool // the day has one offset
}

// NewClock returns a clock for the zone.
func NewClock(zone *time.Location) *Clock {
	return &Clock{zone: zone, day: -1 << 62}
}

// Unix is the instant of s in Unix seconds. A stamp that occurs twice, when
// clocks are set back, is its first occurrence; one that is skipped, when they
// are set forward, is read with the offset before the change (RFC 5545, 3.3.5).
func (c *Clock) Unix(s Stamp) int64 {
	day := floorDiv(int64(s), 86_400)
	if day != c.day {
		c.day = day
		start := day * 86_400
		c.offset = c.offsetAt(start - 86_400)
		c.steady = c.offset == c.offsetAt(start+43_200) && c.offset == c.offsetAt(start+2*86_400)
	}
	if c.steady {
		return int64(s) - c.offset
	}
	return c.resolve(int64(s))
}

// Offset is what the zone is ahead of UTC, in seconds, if it is the same from
// one stamp to another one at most a few days later.
func (c *Clock) Offset(from, to Stamp) (int64, bool) {
	c.Unix(from)
	offset, steady := c.offset, c.steady
	c.Unix(to)
	return offset, steady && c.steady && offset == c.offset && to-from < 7*86_400
}

// Latest bounds the instants of all stamps up to s. Where clocks are set forward
// a stamp that is skipped is later than the ones behind the gap.
func (c *Clock) Latest(s Stamp) int64 {
	unix := c.Unix(s)
	if !c.steady {
		unix += longestShift
	}
	return unix
}

// Earliest bounds the instants of all stamps from s on.
func (c *Clock) Earliest(s Stamp) int64 {
	unix := c.Unix(s)
	if !c.steady {
		unix -= longestShift
	}
	return unix
}

// longestShift is more than clocks were ever set forward or back by at once in a
// zone that stays on its side of the date line.
const longestShift = 3 * 3_600

func (c *Clock) resolve(s int64) int64 {
	before := c.offsetAt(s - 86_400)
	if unix := s - before; c.offsetAt(unix) == before {
		return unix
	}
	after := c.offsetAt(s + 86_400)
	if unix := s - after; c.offsetAt(unix) == after {
		return unix
	}
	return s - before
}

func (c *Clock) offsetAt(unix int64) int64 {
	_, offset := time.Unix(unix, 0).In(c.zone).Zone()
	return int64(offset)
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
