//go:build linux

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// trials are what is measured of services. Each runs once, in a process of its
// own, and repeats within it what has to be repeated.
var trials = map[string]func(context.Context, corpus) (any, error){
	"counting": func(ctx context.Context, c corpus) (any, error) { return countRequests(ctx, c.short()), nil },
	"logging":  func(ctx context.Context, c corpus) (any, error) { return logRequests(ctx, c) },
	"live":     func(ctx context.Context, c corpus) (any, error) { return followApps(ctx, c.short()) },
	"apps":     func(ctx context.Context, _ corpus) (any, error) { return nil, serveApps(ctx) },
}

// short tells whether a quick look is enough.
func (c corpus) short() bool { return c.lines < allLines }

// outcome is what the trials found.
type outcome struct {
	counting map[string]cost
	logging  logging
	live     following
}

// tryAll runs the trials one after another.
func tryAll(ctx context.Context, c corpus) (o outcome, err error) {
	if err := try(ctx, "counting", c, &o.counting); err != nil {
		return o, err
	}
	if err := try(ctx, "logging", c, &o.logging); err != nil {
		return o, err
	}
	return o, try(ctx, "live", c, &o.live)
}

// try runs a trial in a fresh process of this program.
func try(ctx context.Context, name string, c corpus, into any) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	_, out, err := process(ctx, []string{self, "-work", name, "-dir", c.dir, "-lines", strconv.Itoa(c.lines)})
	if err != nil {
		return err
	}
	if err := json.Unmarshal(out, into); err != nil {
		return fmt.Errorf("read the result of %s: %w", name, err)
	}
	return nil
}

// processorTime is what this process has had of the processors so far.
func processorTime() time.Duration {
	var used unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &used); err != nil {
		panic(err) // the arguments are constants
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// pace does something rate times a second until the context ends, evenly to about
// a millisecond, and returns how often.
func pace(ctx context.Context, rate int, do func(i int)) int {
	ticker := time.NewTicker(max(time.Millisecond, time.Second/time.Duration(rate)))
	defer ticker.Stop()
	begun := time.Now()
	for done := 0; ; {
		select {
		case <-ctx.Done():
			return done
		case <-ticker.C:
		}
		for due := int(time.Since(begun).Seconds() * float64(rate)); done < due; done++ {
			do(done)
		}
	}
}

// middle is the median of some values, of which there is at least one.
func middle(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
