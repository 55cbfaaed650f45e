//go:build linux

package main

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTrialsDoWhatIsMeasured(t *testing.T) {
	o, err := tryAll(t.Context(), corpus{dir: t.TempDir(), lines: 1})
	require.NoError(t, err)
	rows, err := o.judge()
	require.NoError(t, err)
	require.NotEmpty(t, rows)
	for name, c := range o.counting {
		require.Positive(t, c.Nanoseconds, name)
	}
	require.Greater(t, o.counting[promhttpName].Allocations, 1.0, "allocations are seen")
	require.Greater(t, o.logging.Rows, logRate)
	require.Positive(t, o.logging.With)
	require.Positive(t, o.live.Processor)
	require.NotZero(t, o.live.Values)
}

// foundAs makes the outcome of trials in which all is as it should be.
func foundAs() outcome {
	good := cost{Nanoseconds: 100}
	o := outcome{
		counting: map[string]cost{promhttpName: good, atMany(promhttpName): good},
		logging:  logging{Sent: 7, Rows: 7, Waiting: maxWaiting, Middle: []float64{0.9, maxSlower, 2}, Average: []float64{3}},
		live:     following{Processor: 0.049, Seconds: 2, Values: 2 * apps},
	}
	for _, way := range ways {
		o.counting[way], o.counting[atMany(way)] = good, cost{Nanoseconds: 100 * maxSpread}
	}
	for _, window := range windows {
		for _, rate := range []int{slow, fast} {
			o.counting[whileOthers(window, rate)] = good
		}
	}
	return o
}

func TestTrialsAreHeldAgainstTheTargets(t *testing.T) {
	rows, err := foundAs().judge()
	require.NoError(t, err)
	require.Zero(t, report(&bytes.Buffer{}, rows))

	for name, spoil := range map[string]struct {
		spoil  func(*outcome)
		missed int
	}{
		"too slow":        {func(o *outcome) { o.counting["Observe"] = cost{Nanoseconds: maxCount} }, 1},
		"allocates":       {func(o *outcome) { o.counting["Observe"] = cost{Nanoseconds: 100, Allocations: 1} }, 1},
		"goroutines":      {func(o *outcome) { o.counting[atMany("Observe")] = cost{Nanoseconds: 151} }, 1},
		"rate":            {func(o *outcome) { o.counting[whileOthers(windows[0], fast)] = cost{Nanoseconds: 151} }, 1},
		"window and rate": {func(o *outcome) { o.counting[whileOthers(windows[1], fast)] = cost{Nanoseconds: 151} }, 2},
		"drops":           {func(o *outcome) { o.logging.Sent, o.logging.Dropped = 8, 1 }, 1},
		"waits":           {func(o *outcome) { o.logging.Waiting++ }, 1},
		"slows":           {func(o *outcome) { o.logging.Middle[1] = maxSlower + 0.001 }, 1},
		"live":            {func(o *outcome) { o.live.Processor = maxLive }, 1},
	} {
		o := foundAs()
		spoil.spoil(&o)
		rows, err := o.judge()
		require.NoError(t, err, name)
		require.Equal(t, spoil.missed, report(&bytes.Buffer{}, rows), name)
	}
}

func TestTrialsThatDidSomethingElseAreRefused(t *testing.T) {
	for want, spoil := range map[string]func(*outcome){
		"of 7 requests 6 stand in the request log, and 0 were dropped": func(o *outcome) { o.logging.Rows = 6 },
		"199 values in 2 seconds and not 200":                          func(o *outcome) { o.live.Values-- },
		"0 values in 0 seconds":                                        func(o *outcome) { o.live = following{} },
	} {
		o := foundAs()
		spoil(&o)
		_, err := o.judge()
		require.ErrorContains(t, err, want)
	}
}

func TestPaceKeepsTheRate(t *testing.T) {
	ctx, stop := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer stop()
	begun, next := time.Now(), 0
	done := pace(ctx, 5_000, func(i int) {
		require.Equal(t, next, i)
		next++
	})
	require.Equal(t, next, done)
	require.Greater(t, done, 500)
	require.LessOrEqual(t, float64(done), 5_000*time.Since(begun).Seconds())
}

func TestCalibratedWorkIsAlwaysTheSame(t *testing.T) {
	work := calibrate(5 * time.Millisecond)
	begun := time.Now()
	work()
	require.Greater(t, time.Since(begun), time.Millisecond)
}
