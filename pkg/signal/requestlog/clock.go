package requestlog

import (
	"math"
	"time"
)

// clock turns readings of a zone's wall clocks into instants. A reading that
// occurs twice, when clocks are set back, is its first occurrence; one that is
// skipped, when they are set forward, is read with the offset before the change
// (RFC 5545, 3.3.5). It is not safe for concurrent use.
type clock struct {
	zone       *time.Location
	begin, end int64 // readings that have the offset, in seconds
	offset     int64 // seconds ahead of UTC
}

func newClock(zone *time.Location) *clock { return &clock{zone: zone} }

// nano is the instant of a reading in Unix nanoseconds.
func (c *clock) nano(s stamp) int64 {
	if s.seconds < c.begin || s.seconds >= c.end {
		c.find(s.seconds)
	}
	return unixNano(s.seconds-c.offset, s.nanos)
}

// read is the instant of a timestamp as it is written.
func (c *clock) read(text string) (nano int64, ok bool) {
	s, ok := parseStamp(text)
	if !ok {
		return 0, false
	}
	return c.nano(s), true
}

// find looks for the period of the zone in which clocks show a reading first.
func (c *clock) find(reading int64) {
	const furthest = 26 * 3_600 // no zone is that far from UTC
	at := time.Unix(reading-furthest, 0).In(c.zone)
	for {
		start, end := at.ZoneBounds()
		offset := offsetOf(at)
		c.begin, c.end, c.offset = math.MinInt64, math.MaxInt64, offset
		if !start.IsZero() {
			c.begin = start.Unix() + max(offsetOf(start.Add(-time.Second)), offset)
		}
		if end.IsZero() {
			return
		}
		// Up to there the offset holds: readings that are shown again behind
		// the end, and those that are skipped there, are of this period.
		c.end = end.Unix() + max(offset, offsetOf(end))
		if reading < c.end {
			return
		}
		at = end
	}
}

func offsetOf(at time.Time) int64 {
	_, offset := at.Zone()
	return int64(offset)
}

// around returns what clocks of the zone showed at an instant at the earliest
// and at the latest: where they are changed on the day before or after, the two
// are as far apart as the change.
func around(at time.Time, zone *time.Location) (earliest, latest time.Time) {
	local := at.In(zone)
	offset := offsetOf(local)
	before, after := offsetOf(local.AddDate(0, 0, -1)), offsetOf(local.AddDate(0, 0, 1))
	shift := max(offset, before, after) - min(offset, before, after)
	naive := at.UTC().Add(time.Duration(offset) * time.Second)
	return naive.Add(-time.Duration(shift) * time.Second), naive.Add(time.Duration(shift) * time.Second)
}
