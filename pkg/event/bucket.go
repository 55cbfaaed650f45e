package event

import (
	"fmt"
	"time"
)

// MaxBuckets bounds the intervals of one Histogram: a minute each over a month.
const MaxBuckets = 50_000

const day = 24 * time.Hour

// Buckets cuts a range into intervals of step and returns where each starts.
// The first may start before the range. Starts are aligned to the clock of loc:
// whole days begin at its midnight, also where a day has 23 or 25 hours, and
// weeks on Monday. Shorter buckets are all of one length, aligned to what the
// clock shows at the beginning of the range. It fails when step is shorter than
// a second or there are more than MaxBuckets.
func Buckets(r Range, step time.Duration, loc *time.Location) ([]time.Time, error) {
	if step < time.Second {
		return nil, fmt.Errorf("interval %v is too short: use 1s or more", step)
	}
	if r.To.Sub(r.From)/step >= MaxBuckets {
		return nil, fmt.Errorf("interval %v cuts the time range into more than %d pieces: use a longer interval or a shorter range", step, MaxBuckets)
	}
	if step%day == 0 {
		return dayBuckets(r, int(step/day), loc), nil
	}
	_, offset := r.From.In(loc).Zone()
	local := time.Duration(offset) * time.Second
	start := r.From.Add(local).Truncate(step).Add(-local)
	starts := make([]time.Time, 0, r.To.Sub(start)/step+1)
	for ; !start.After(r.To); start = start.Add(step) {
		starts = append(starts, start.UTC())
	}
	return starts, nil
}

func dayBuckets(r Range, days int, loc *time.Location) []time.Time {
	y, m, d := r.From.In(loc).Date()
	// 1970-01-05 is a Monday: counted from there, weeks start on Mondays.
	sinceMonday := int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix()/86_400) - 4
	d -= ((sinceMonday % days) + days) % days
	var starts []time.Time
	for start := dayStart(y, m, d, loc); !start.After(r.To); start = dayStart(y, m, d, loc) {
		// A day that a zone left out begins, and ends, with the next one.
		if n := len(starts); n == 0 || start.After(starts[n-1]) {
			starts = append(starts, start.UTC())
		}
		d += days
	}
	return starts
}

// dayStart is the first instant of a day. Where clocks are set forward at
// midnight, or a day is left out, time.Date gives an instant of the day before.
func dayStart(y int, m time.Month, d int, loc *time.Location) time.Time {
	start := time.Date(y, m, d, 0, 0, 0, 0, loc)
	if start.Day() != time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Day() {
		_, start = start.ZoneBounds()
	}
	return start
}
