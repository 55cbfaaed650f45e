package shop

import (
	"cmp"
	"slices"
	"time"
)

// Week is how far back the history reaches.
const Week = 7 * 24 * time.Hour

// Scene is something that happens to the service.
type Scene struct {
	From, To time.Time
	What     string
}

// incident is a scene that every week has, so that the history is the same whenever
// it is written.
type incident struct {
	day    time.Weekday
	hour   int // of the zone
	length time.Duration
	what   string
	change func(*conditions)
}

var incidents = []incident{
	{time.Monday, 20, 40 * time.Minute, "the payment provider failed: a third of all requests", func(c *conditions) { c.failing = 0.5 }},
	{time.Wednesday, 16, 2 * time.Hour, "the database was slow", func(c *conditions) { c.slowness = 14 }},
	{time.Thursday, 10, 18 * time.Minute, "an outage: no request at all", func(c *conditions) { c.rate = 0 }},
	{time.Saturday, 19, 8 * time.Minute, "a newsletter: more than 50 requests per second", func(c *conditions) { c.rate = 62 }},
}

// before is the last time that the incident began by then.
func (in incident) before(then time.Time) time.Time {
	year, month, day := then.Date()
	for ; ; day-- {
		if at := time.Date(year, month, day, in.hour, 0, 0, 0, then.Location()); at.Weekday() == in.day && !at.After(then) {
			return at
		}
	}
}

// toLive is how long, at the end of the history, the rate rises to that of the
// live load.
const toLive = time.Hour

// hours are the usual requests per second at every full hour of the day.
var hours = [24]float64{
	0.19, 0.11, 0.08, 0.06, 0.06, 0.09, 0.19, 0.38, 0.60, 0.75, 0.86, 1.05,
	1.20, 0.98, 0.82, 0.82, 0.90, 0.98, 1.12, 1.42, 1.65, 1.42, 0.90, 0.45,
}

// history is the week before end, as seed would have it. It is the same however it
// is cut into minutes.
type history struct {
	seed uint64
	end  time.Time // in the zone of the log
}

// scenes are what is worth looking at, oldest first.
func (h history) scenes() []Scene {
	all := make([]Scene, len(incidents))
	for i, in := range incidents {
		from := in.before(h.end)
		all[i] = Scene{from, from.Add(in.length), in.what}
	}
	slices.SortFunc(all, func(a, b Scene) int { return a.From.Compare(b.From) })
	return all
}

// conditions are those of a minute of the week.
func (h history) conditions(minute time.Time) conditions {
	minute = minute.In(h.end.Location())
	c := conditions{rate: usual(minute), failing: usualFailing, slowness: 1}
	if left := h.end.Sub(minute); left < toLive {
		c.rate += (usualRate - c.rate) * (1 - left.Seconds()/toLive.Seconds())
	}
	for _, in := range incidents {
		if minute.Sub(in.before(minute)) < in.length {
			in.change(&c)
		}
	}
	return c
}

// usual is the rate between the two full hours around a local time; people buy a
// fifth more at the weekend.
func usual(local time.Time) float64 {
	now, next := hours[local.Hour()], hours[(local.Hour()+1)%24]
	rate := now + (next-now)*(float64(local.Minute())/60)
	if day := local.Weekday(); day == time.Saturday || day == time.Sunday {
		rate *= 1.2
	}
	return rate
}

// past is a request of the history.
type past struct {
	ended  time.Time
	took   time.Duration
	failed bool
}

// minute plays one: its requests in the order in which they began. Those that are
// rare end in a later minute.
func (h history) minute(begins time.Time) []past {
	c := h.conditions(begins)
	rng := generator(h.seed, uint64(begins.Unix()))
	all := make([]past, poisson(rng, 60*c.rate))
	for i := range all {
		began := begins.Add(time.Duration(rng.Int64N(int64(time.Minute))))
		took, failed := choose(rng).outcome(rng, c)
		all[i] = past{began.Add(took).Truncate(time.Microsecond), took, failed}
	}
	slices.SortFunc(all, func(a, b past) int {
		return cmp.Compare(a.ended.Add(-a.took).UnixNano(), b.ended.Add(-b.took).UnixNano())
	})
	return all
}

// snapshot is what the machine of the service was at in one minute.
type snapshot struct {
	qps, latency, success float64 // requests per second, milliseconds, percent
	requests              int
	memory, cpu           float64 // percent of the machine's
}

// snapshot sums a minute up; ok is false in an outage, when nobody takes one.
func (h history) snapshot(begins time.Time, requests []past) (s snapshot, ok bool) {
	c := h.conditions(begins)
	if c.rate == 0 {
		return s, false
	}
	s = snapshot{requests: len(requests), qps: float64(len(requests)) / 60, success: 100}
	failed, took := 0, time.Duration(0)
	for _, r := range requests {
		took += r.took
		if r.failed {
			failed++
		}
	}
	if n := float64(len(requests)); n > 0 {
		s.latency = took.Seconds() * 1000 / n
		s.success = 100 * (n - float64(failed)) / n
	}
	rng := generator(h.seed^1, uint64(begins.Unix()))
	s.cpu = min(6+7*s.qps+2*rng.Float64(), 97)
	s.memory = 46 + 3*usual(begins.In(h.end.Location())) + rng.Float64()
	return s, true
}
