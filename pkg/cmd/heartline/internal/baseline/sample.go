// Package baseline tells whether a service grows: it samples goroutines and
// memory, keeps what is normal in a file, and compares with it later.
package baseline

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/vitals"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

// maxSamples bounds a run: the test of a trend looks at every pair of them.
const maxSamples = 2_000

// maxMissed is the share of samples that may be missing.
const maxMissed = 0.2

// Figures are what is sampled. Rates are kept beside the rest because more work
// explains more goroutines, and a heap that is not collected only rises.
var Figures = []vitals.Figure{vitals.Goroutines, vitals.Memory, vitals.QPS, vitals.GC}

// Schedule says for how long a service is sampled, and how often.
type Schedule struct {
	Duration, Interval time.Duration
}

// Validate checks that a schedule can be kept to.
func (s Schedule) Validate() error {
	switch {
	case s.Interval < time.Second:
		return fmt.Errorf("interval %v is less than a second, which is what apps keep figures of: use 1s or more", s.Interval)
	case s.Duration < s.Interval:
		return fmt.Errorf("duration %v is shorter than interval %v: nothing could be compared", s.Duration, s.Interval)
	case s.Samples() > maxSamples:
		return fmt.Errorf("%d samples are more than %d: use a longer interval", s.Samples(), maxSamples)
	}
	return nil
}

// Samples is their number, the one at the beginning included.
func (s Schedule) Samples() int { return int(s.Duration/s.Interval) + 1 }

// Run is what was sampled.
type Run struct {
	Start  time.Time
	Times  []float64            // hours since Start
	Values map[string][]float64 // for each figure's name, NaN where it was not known
	Missed int                  // samples for which the service could not be read
}

// Take samples a service: now, and after each wait until there are enough. done is
// told the number of samples after each. A service that cannot be read at the
// beginning is the error; later ones are missed, a few of which do no harm.
func Take(ctx context.Context, src signal.Source, s Schedule, now func() time.Time, wait func(context.Context) error, done func(int)) (*Run, error) {
	run := &Run{Start: now(), Values: map[string][]float64{}}
	var last error
	for i := range s.Samples() {
		if i > 0 {
			if err := wait(ctx); err != nil {
				return nil, err
			}
		}
		err := run.sample(ctx, src, now(), s.Interval)
		if fault, ok := errors.AsType[*signal.Fault](err); ok && i > 0 {
			last = fault
			run.Missed++
		} else if err != nil {
			return nil, err
		}
		done(i + 1)
	}
	if float64(run.Missed) > maxMissed*float64(s.Samples()) {
		return nil, signal.Faultf("%d of %d samples are missing, which is too many to compare: %w", run.Missed, s.Samples(), last)
	}
	return run, nil
}

func (r *Run) sample(ctx context.Context, src signal.Source, at time.Time, interval time.Duration) error {
	values := make([]float64, len(Figures))
	for i, f := range Figures {
		v, _, err := f.Read(ctx, src, vitals.Until(at, 1, interval))
		if err != nil {
			return err
		}
		values[i] = v[0]
	}
	r.Times = append(r.Times, at.Sub(r.Start).Hours())
	for i, f := range Figures {
		r.Values[f.Name] = append(r.Values[f.Name], values[i])
	}
	return nil
}

// Summary is what a figure was during a run.
type Summary struct {
	Average float64 `json:"average"`
	Trough  float64 `json:"trough"`
	Peak    float64 `json:"peak"`
	Samples int     `json:"samples"`
}

// Summary of a figure, nil where nothing of it was known.
func (r *Run) Summary(f vitals.Figure) *Summary {
	_, values := r.known(f)
	if len(values) == 0 {
		return nil
	}
	s := &Summary{Trough: math.Inf(1), Peak: math.Inf(-1), Samples: len(values)}
	for _, v := range values {
		s.Average += v
		s.Trough, s.Peak = min(s.Trough, v), max(s.Peak, v)
	}
	s.Average /= float64(len(values))
	return s
}

// collected reports whether the heap was collected often enough during the run that
// its troughs mean something: between two collections every heap only rises. Of an
// app that does not tell, the run must have been long enough, because Go collects
// every two minutes at least.
func (r *Run) collected() bool {
	times, rates := r.known(vitals.GC)
	if len(times) < 2 {
		n := len(r.Times)
		return n > 0 && r.Times[n-1]-r.Times[0] >= fewestCollections*forcedCollection.Hours()
	}
	collections := 0.0
	for i := range rates[1:] {
		collections += rates[i+1] * (times[i+1] - times[i]) * time.Hour.Seconds()
	}
	return collections >= fewestCollections-rounding
}

func (r *Run) known(f vitals.Figure) (times, values []float64) {
	for i, v := range r.Values[f.Name] {
		if !math.IsNaN(v) {
			times, values = append(times, r.Times[i]), append(values, v)
		}
	}
	return times, values
}
