package shop

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/band"
)

func TestConditionsOfTheLoad(t *testing.T) {
	for elapsed, want := range map[time.Duration]conditions{
		0:                               {rate: 5, failing: usualFailing, slowness: 1},
		time.Minute + time.Second:       {rate: 5, failing: 0.6, slowness: 1},
		time.Minute + 16*time.Second:    {rate: 5, failing: usualFailing, slowness: 1}, // between two bursts of errors
		5 * time.Minute:                 {rate: 5, failing: usualFailing, slowness: 70},
		6*time.Minute + 45*time.Second:  {rate: 5, failing: usualFailing, slowness: 1, leaked: 4000},
		8 * time.Minute:                 {rate: 5, failing: usualFailing, slowness: 1, leaked: 8000},
		10*time.Minute + 57*time.Second: {rate: 5, failing: usualFailing, slowness: 1, leaked: 1600},
		11*time.Minute + 5*time.Second:  {rate: 77.5, failing: usualFailing, slowness: 1}, // half of the ramp
		12 * time.Minute:                {rate: 150, failing: usualFailing, slowness: 1},
		15 * time.Minute:                {rate: 5, failing: usualFailing, slowness: 1}, // the next cycle
		65 * time.Minute:                {rate: 5, failing: usualFailing, slowness: 70},
	} {
		require.Equal(t, want, at(elapsed), "%s", elapsed)
	}
	require.Equal(t, 15*time.Minute, Cycle)
}

// window is what a rule sees of some seconds of the load.
type window struct{ requests, errors, took, goroutines float64 }

// replay plays the load for four cycles, by the second: every request is counted
// when it begins.
func replay(t *testing.T) []window {
	t.Helper()
	all := make([]window, 4*int(Cycle.Seconds()))
	for second := range all {
		c := at(time.Duration(second) * time.Second)
		all[second].goroutines = float64(c.leaked)
		for _, a := range arrivals(7, int64(second), c) {
			took, failed := a.operation.outcome(generator(7, a.id), c)
			all[second].requests++
			all[second].took += took.Seconds()
			if failed {
				all[second].errors++
			}
		}
	}
	return all
}

func TestEveryCycleHasEachSceneLongEnoughForAnAlertAndThenEndsIt(t *testing.T) {
	load := replay(t)
	const fires = 3 * 60 // the rules wait for two minutes, and look once a minute
	for name, rule := range map[string]struct {
		seconds int
		alert   func(w window) bool
	}{
		"success":    {300, func(w window) bool { return 100*(1-w.errors/w.requests) < band.Success.Begin("good") }},
		"latency":    {300, func(w window) bool { return w.took/w.requests > band.LatencyLimit }},
		"rate":       {300, func(w window) bool { return w.requests/300 > 50 }},
		"goroutines": {120, func(w window) bool { return w.goroutines/120 > band.Goroutines.Begin("alert") }},
	} {
		t.Run(name, func(t *testing.T) {
			stretches := stretches(load, rule.seconds, rule.alert)
			require.GreaterOrEqual(t, len(stretches), 2)
			for _, seconds := range stretches {
				require.Greater(t, seconds, fires)
				require.Less(t, seconds, 600)
			}
		})
	}
}

// stretches are how many seconds on end a rule is true of a sliding window, from
// the first time that it begins to be. One that has not ended is left out.
func stretches(load []window, seconds int, alert func(window) bool) (all []int) {
	began := -1 // it may be true from before
	was := true
	for end := seconds; end < len(load); end++ {
		var w window
		for _, s := range load[end-seconds : end] {
			w.requests += s.requests
			w.errors += s.errors
			w.took += s.took
			w.goroutines += s.goroutines
		}
		is := alert(w)
		switch {
		case is && !was:
			began = end
		case !is && was && began >= 0:
			all = append(all, end-began)
		}
		was = is
	}
	return all
}

func TestTimelineBeginsWithThePhaseThatIsAskedFor(t *testing.T) {
	start := time.Date(2026, 3, 6, 12, 0, 0, 0, time.UTC)
	from, err := offset("leak")
	require.NoError(t, err)
	scenes := timeline(start, from)
	require.Len(t, scenes, 4)
	require.Equal(t, Scene{start, start.Add(270 * time.Second), "8000 goroutines leak, and heal at the end"}, scenes[0])
	require.Equal(t, "thirty times the traffic", scenes[1].What)
	again := Cycle - from + time.Minute
	require.Equal(t, Scene{start.Add(again), start.Add(again + 2*time.Minute), "errors in bursts"}, scenes[2])

	_, err = offset("storm")
	require.ErrorContains(t, err, `phase "storm" is unknown: use one of calm, errors, recovery, slow, relief, leak, burst, rest`)
}
