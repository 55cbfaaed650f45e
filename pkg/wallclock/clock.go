package wallclock

import "time"

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
	day := int64(s.Floor(86_400) / 86_400)
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
