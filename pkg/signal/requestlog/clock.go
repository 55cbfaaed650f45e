package requestlog

import (
	"time"

	"github.com/heartline-monitor/heartline/pkg/wallclock"
)

// clock turns readings of a zone's wall clocks into instants. It is not safe for
// concurrent use.
type clock struct {
	*wallclock.Clock
	zone *time.Location
}

func newClock(zone *time.Location) *clock { return &clock{wallclock.NewClock(zone), zone} }

// nano is the instant of a reading in Unix nanoseconds.
func (c *clock) nano(s stamp) int64 { return unixNano(c.Unix(s.seconds), s.nanos) }

// read is the instant of a timestamp as it is written.
func (c *clock) read(text string) (nano int64, ok bool) {
	s, ok := parseStamp(text)
	if !ok {
		return 0, false
	}
	return c.nano(s), true
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
