package signaltest

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

// World is all that happened to one service. Times are whole microseconds in
// UTC. Nothing lies in an hour that the clocks of the zone show twice, so that a
// source which keeps naive local times can hold it.
type World struct {
	Name string
	Zone *time.Location
	// Start is the instant from which on there are figures: of a window that ends
	// here or earlier nothing is known.
	Start time.Time
	// Now is the instant at which the source is read. All windows end here or
	// earlier, and all that happened lies before.
	Now      time.Time
	Requests []Request // in the order in which they began, which is nearly that of Time
	Readings []Reading // oldest first
}

// Request is one request that has ended.
type Request struct {
	Time      time.Time // when it ended: the time by which it belongs to a window
	Seconds   float64   // how long it took
	Status    string    // signal.StatusSuccess or signal.StatusError
	Operation string
}

// Reading is what was read of the process and its machine at one time.
type Reading struct {
	Time        time.Time
	InFlight    float64 // requests
	CPU         float64 // percent
	MemoryUsage float64 // percent of the machine's
	Memory      float64 // bytes
	Goroutines  float64
	GC          float64 // collections since the reading before
	GCPause     float64 // seconds the world was stopped since the reading before
}

func (r Reading) gauge(s signal.Signal) float64 {
	switch s {
	case signal.InFlight:
		return r.InFlight
	case signal.CPU:
		return r.CPU
	case signal.Memory:
		return r.Memory
	case signal.MemoryUsage:
		return r.MemoryUsage
	case signal.Goroutines:
		return r.Goroutines
	case signal.GC:
		return r.GC
	}
	return 100 * r.GCPause
}

func (r Request) value(d signal.Dimension) string {
	if d == signal.Status {
		return r.Status
	}
	return r.Operation
}

func (r Request) key(splitBy []signal.Dimension) []string {
	key := make([]string, len(splitBy))
	for i, d := range splitBy {
		key[i] = r.value(d)
	}
	return key
}

func worlds(t testing.TB, p Profile) []World {
	t.Helper()
	all := []World{small(t, p), idle(t, p), random(t, p, 1, "UTC", "2026-03-05T00:00:00Z")}
	if p.Span == 0 {
		all = append(all,
			random(t, p, 2, "Europe/Berlin", "2026-03-28T05:17:00Z"),
			random(t, p, 3, "America/New_York", "2026-10-31T11:00:00Z"),
			random(t, p, 4, "Australia/Lord_Howe", "2026-04-04T00:00:00Z"))
	} else {
		all = append(all, random(t, p, 2, "UTC", "2026-10-25T00:30:00Z"))
	}
	if p.Resolution == 0 {
		all = append(all, empty(t))
	}
	return all
}

func instant(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	require.NoError(t, err)
	return at
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	require.NoError(t, err)
	return loc
}

// empty is a service of which nothing was ever heard.
func empty(t testing.TB) World {
	t.Helper()
	now := instant(t, "2026-03-06T12:00:00Z")
	return World{Name: "empty", Zone: time.UTC, Start: now, Now: now}
}

// idle is a service that runs and that nobody asks for anything.
func idle(t testing.TB, p Profile) World {
	t.Helper()
	start := instant(t, "2026-03-06T09:00:00Z")
	w := World{Name: "idle", Zone: zone(t, "Asia/Kolkata"), Start: start, Now: start.Add(p.length(10 * time.Minute))}
	w.Readings = readings(p, w, func(i int) Reading {
		return Reading{CPU: 0.5, MemoryUsage: 40, Memory: 8 << 20, Goroutines: float64(9 + i%2)}
	})
	return w
}

// small is a world written by hand: requests at the ends of minutes, several at
// once, one that outlasts others, one of no time at all, and a lull.
func small(t testing.TB, p Profile) World {
	t.Helper()
	start := instant(t, "2026-03-06T09:00:00Z")
	w := World{Name: "small", Zone: zone(t, "Asia/Shanghai"), Start: start, Now: start.Add(p.length(10 * time.Minute))}
	add := func(offset string, seconds float64, status, operation string) {
		after, err := time.ParseDuration(offset)
		require.NoError(t, err)
		w.Requests = append(w.Requests, Request{start.Add(after), seconds, status, operation})
	}
	const list, pay = "GET /orders", "POST /orders/{id}"
	add("1s", 0.25, signal.StatusSuccess, list)
	add("59.999999s", 0.05, signal.StatusSuccess, list)
	add("1m", 0.1, signal.StatusError, pay)
	add("1m", 0.125, signal.StatusSuccess, list)
	add("1m", 0.125, signal.StatusSuccess, list)
	add("1m0.000001s", 0, signal.StatusSuccess, pay)
	add("2m30s", 75, signal.StatusError, "导出 report")
	add("2m0.5s", 0.5, signal.StatusSuccess, list)
	add("2m1.5s", 0.75, signal.StatusSuccess, list)
	add("2m1.25s", 0.25, signal.StatusSuccess, list)
	add("2m2s", 0.5, signal.StatusError, pay)
	add("6m0.5s", 0.03, signal.StatusError, pay)
	add("6m0.75s", 3.5, signal.StatusError, pay)
	add("8m", 0.008, signal.StatusSuccess, list)
	begun := func(r Request) int64 { return r.begin() }
	slices.SortStableFunc(w.Requests, func(a, b Request) int { return int(begun(a) - begun(b)) })
	w.Readings = readings(p, w, func(i int) Reading {
		return Reading{
			InFlight: float64(i * 7 % 5), CPU: float64(i*13%1000) / 10, MemoryUsage: 30 + float64(i%40)/4,
			Memory: float64((20 + i%30) << 20), Goroutines: float64(100 + i*31%70), GC: float64(i % 3), GCPause: float64(i%3) / 4096,
		}
	})
	return w
}

// length is a span that the source remembers, the wanted one if it can be.
func (p Profile) length(wanted time.Duration) time.Duration {
	if p.Span > 0 {
		wanted = min(wanted, p.Span)
	}
	return wanted.Truncate(p.grid())
}

// grid is what the edges of windows are multiples of.
func (p Profile) grid() time.Duration { return max(p.Resolution, time.Microsecond) }

func (p Profile) shortest() time.Duration { return max(p.Shortest, p.grid()) }

// readings are made from the start of the world on: in the middle of each piece
// of the resolution until now, or at each minute until shortly before the end.
func readings(p Profile, w World, make func(i int) Reading) []Reading {
	var all []Reading
	every, from, until := p.Resolution, w.Start.Add(p.Resolution/2), w.Now
	if p.Resolution == 0 {
		every, until = time.Minute, w.Now.Add(-90*time.Second)
	}
	for i := 0; ; i++ {
		at := from.Add(time.Duration(i) * every)
		if !at.Before(until) {
			return all
		}
		if i > 0 && twice(w.Zone, at) {
			continue
		}
		r := make(i)
		r.Time = at
		all = append(all, r)
	}
}

// twice reports whether the clocks of a zone show a time a second time, or did
// so before.
func twice(zone *time.Location, at time.Time) bool {
	_, before := at.Add(-24 * time.Hour).In(zone).Zone()
	_, after := at.Add(24 * time.Hour).In(zone).Zone()
	if before == after {
		return false
	}
	shown := func(offset int) bool {
		_, now := at.In(zone).Zone()
		_, other := at.Add(time.Duration(now-offset) * time.Second).In(zone).Zone()
		return offset != now && other == offset
	}
	return shown(before) || shown(after)
}
