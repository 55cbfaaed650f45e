package shop

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// phase is a part of the cycle that the live load goes through.
type phase struct {
	name   string
	length time.Duration
	what   string  // for people; empty where nothing is to be seen
	rate   float64 // requests per second
	ramp   time.Duration
	// failing is the share of requests that fail during a burst; bursts and pauses
	// take turns, each as long as a beat. 0 is the usual share.
	failing  float64
	slowness float64 // how much longer work takes; 0 is as long as usual
	leaked   int     // goroutines at the height of the leak
}

const (
	beat = 15 * time.Second
	// The leak grows and heals fast and stays long, so that it can be seen and so
	// that an alert about averages of minutes has the time to fire.
	leakGrows = 30 * time.Second
	leakHeals = 15 * time.Second

	usualRate    = 5.0
	usualFailing = 0.002
)

// phases are one cycle, a quarter of an hour: as long as an app remembers its
// seconds. Each scene is long enough to be an alert by the shipped rules, which
// judge averages of up to five minutes: the burst stands so far from errors and slow
// requests that its many good ones do not hide them.
var phases = []phase{
	{name: "calm", length: time.Minute, rate: usualRate},
	{name: "errors", length: 2 * time.Minute, rate: usualRate, failing: 0.6, what: "errors in bursts"},
	{name: "recovery", length: time.Minute, rate: usualRate},
	{name: "slow", length: 2 * time.Minute, rate: usualRate, slowness: 70, what: "everything is slow"},
	{name: "relief", length: 30 * time.Second, rate: usualRate},
	{name: "leak", length: 270 * time.Second, rate: usualRate, leaked: 8000, what: "8000 goroutines leak, and heal at the end"},
	{name: "burst", length: 2 * time.Minute, rate: 150, ramp: 10 * time.Second, what: "thirty times the traffic"},
	{name: "rest", length: 2 * time.Minute, rate: usualRate},
}

// Cycle is how long it takes until the load begins anew.
var Cycle = func() (all time.Duration) {
	for _, p := range phases {
		all += p.length
	}
	return all
}()

// Phases are the names of the parts of a cycle, in order.
func Phases() []string {
	names := make([]string, len(phases))
	for i, p := range phases {
		names[i] = p.name
	}
	return names
}

// offset is how far into the cycle a phase begins; an empty name is the first.
func offset(name string) (time.Duration, error) {
	var begins time.Duration
	for _, p := range phases {
		if name == "" || p.name == name {
			return begins, nil
		}
		begins += p.length
	}
	return 0, fmt.Errorf("phase %q is unknown: use one of %s", name, strings.Join(Phases(), ", "))
}

// conditions are what the service is up against at one moment.
type conditions struct {
	rate     float64 // requests per second
	failing  float64 // share of the requests
	slowness float64 // factor of how long work takes
	leaked   int     // goroutines
}

// at are the conditions of the live load so long after the beginning of a cycle.
func at(elapsed time.Duration) conditions {
	elapsed %= Cycle
	i := slices.IndexFunc(phases, func(p phase) bool {
		elapsed -= p.length
		return elapsed < 0
	})
	p := phases[i]
	elapsed += p.length
	c := conditions{rate: p.rate, failing: usualFailing, slowness: max(p.slowness, 1), leaked: p.leak(elapsed)}
	if p.ramp > 0 {
		c.rate = usualRate + (p.rate-usualRate)*ramp(elapsed, p.ramp)
	}
	if p.failing > 0 && elapsed/beat%2 == 0 {
		c.failing = p.failing
	}
	return c
}

func (p phase) leak(elapsed time.Duration) int {
	grown, left := ramp(elapsed, leakGrows), ramp(p.length-elapsed, leakHeals)
	return int(float64(p.leaked) * min(grown, left))
}

// ramp goes from 0 to 1 within length, and stays there.
func ramp(elapsed, length time.Duration) float64 {
	return min(elapsed.Seconds()/length.Seconds(), 1)
}

// timeline says when each scene comes first, for a load that begins at start, so far
// into the cycle.
func timeline(start time.Time, from time.Duration) []Scene {
	var all []Scene
	begins := -from
	for _, p := range phases {
		first := start.Add((begins + Cycle) % Cycle)
		if p.what != "" {
			all = append(all, Scene{first, first.Add(p.length), p.what})
		}
		begins += p.length
	}
	slices.SortFunc(all, func(a, b Scene) int { return a.From.Compare(b.From) })
	return all
}
