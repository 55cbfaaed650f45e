package signal

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Windows cut a span of time into pieces without gaps: piece i begins at
// Starts[i] and ends before the next begins, the last one before End. A reading
// over the whole span is one window.
type Windows struct {
	Starts []time.Time // ascending, UTC, at least one
	End    time.Time   // after the last start; never in the future
}

// Len is the number of windows.
func (w Windows) Len() int { return len(w.Starts) }

// Bounds are where window i begins and before which instant it ends.
func (w Windows) Bounds(i int) (start, end time.Time) {
	if i+1 < len(w.Starts) {
		return w.Starts[i], w.Starts[i+1]
	}
	return w.Starts[i], w.End
}

// Seconds is the length of window i.
func (w Windows) Seconds(i int) float64 {
	start, end := w.Bounds(i)
	return end.Sub(start).Seconds()
}

// Request asks for one signal.
type Request struct {
	Signal  Signal
	Stat    Stat        // one of the signal's stats, "" where it has none
	SplitBy []Dimension // a subset of the signal's; none makes one series
	Windows Windows
}

// Series is a signal over the windows of a request.
type Series struct {
	Key    []string  // one value for each of Request.SplitBy
	Values []float64 // one for each window, in the signal's unit; NaN where nothing is known
}

// Exemplar is one request that stands for many, with the trace that shows it.
type Exemplar struct {
	Time   time.Time
	Value  float64 // in the signal's unit
	Labels map[string]string
}

// Answer is what a source knows of a request.
type Answer struct {
	Series    []Series // sorted by key; exactly one where nothing is split
	Exemplars []Exemplar
	Query     string   // what was asked of the store behind the source, for the query inspector
	Notes     []string // what the reader should know, such as an error bound
}

// Heatmap counts requests by how long they took.
type Heatmap struct {
	Bounds []float64   // ascending upper bounds in seconds, inclusive, the last +Inf
	Counts [][]float64 // for each window, for each bound the requests above the bound before it
	Query  string
	Notes  []string
}

// Source reads one service. Implementations are safe for concurrent use, honour
// the context everywhere, bound their memory, and write nothing. All pass the
// conformance suite in signaltest.
//
// A window without requests is a zero for QPS and Requests, and NaN for
// everything that only requests tell (Latency, Success, Errors). A window of
// which the source knows nothing, because it lies before its first figure or
// after the instant it was read, is NaN for every signal. A rate is the requests
// of a window by its whole length. A request belongs to the window that holds
// the time the source has for it.
//
// Up is 1 in the windows of which a source knows that the service answered; one
// that keeps no such history says so for the last window only. That the service
// cannot be read is a Fault here too: it is the caller who makes it a 0.
//
// What is wrong with the service itself, or on the way to it, is a Fault; a
// signal that this service does not have is an Unsupported.
type Source interface {
	// Read answers one request.
	Read(ctx context.Context, r Request) (Answer, error)
	// Latencies counts requests by how long they took.
	Latencies(ctx context.Context, w Windows) (Heatmap, error)
	// Missing maps every signal that this service cannot give to the reason and
	// the remedy, as far as can be told now; it includes those of its kind.
	Missing(ctx context.Context) (map[Signal]string, error)
	// Location is the zone in which the service's days begin and end.
	Location() *time.Location
	// Check tells whether the service can be read, and what it is in a few words.
	Check(ctx context.Context) (string, error)
	Close() error
}

// Unsupported says that a service cannot give what was asked of it.
type Unsupported struct {
	Signal Signal
	Reason string // with the remedy
}

// Error implements error.
func (e *Unsupported) Error() string {
	return fmt.Sprintf("signal %q is not available here: %s", e.Signal, e.Reason)
}

// Fault is what is wrong with a service or on the way to it, not with the
// question: a file that is locked, an endpoint that is gone. It holds no
// credentials.
type Fault struct {
	Err error // names the file or address and the remedy
}

// Error implements error.
func (e *Fault) Error() string { return e.Err.Error() }

// Unwrap implements errors' interface.
func (e *Fault) Unwrap() error { return e.Err }

// Faultf formats a Fault; %w keeps the cause.
func Faultf(format string, args ...any) error { return &Fault{Err: fmt.Errorf(format, args...)} }

// Supports checks a request against the catalogue: that the kind can have the
// signal, the signal the stat and the dimensions, and the kind the dimensions. What
// only this very service lacks is the source's to tell.
func (r Request) Supports(k Kind) error {
	d, err := Define(r.Signal)
	if err != nil {
		return err
	}
	if reason, cannot := d.Cannot[k]; cannot {
		return &Unsupported{Signal: r.Signal, Reason: reason}
	}
	if err := d.Allows(r.Stat, r.SplitBy); err != nil {
		return err
	}
	for _, dim := range r.SplitBy {
		if !slices.Contains(dimensionsOf[k], dim) {
			return &Unsupported{Signal: r.Signal, Reason: fmt.Sprintf("services of kind %q have no %s: leave it out of splitBy", k, dim)}
		}
	}
	return nil
}
