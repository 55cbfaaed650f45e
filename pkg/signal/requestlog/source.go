// Package requestlog reads what a service wrote of its requests into an SQLite
// file: a row for each request, and snapshots of the machine each minute. The
// file is read in place while the service writes it, and nothing is written.
//
// The timestamp of a row is when the request ended: in the logs of existing
// writers, timestamp less process_time rises with id and timestamp does not. A
// request is therefore in flight from timestamp - process_time until timestamp.
package requestlog

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

// Config says which request log to read.
type Config struct {
	Path     string           // of the SQLite file
	Location *time.Location   // in whose wall clocks its timestamps are written
	Now      func() time.Time // time.Now where it is nil
}

// Source reads one request log. It is a signal.Source.
type Source struct {
	config Config
	limits limits
	turn   chan struct{} // holds one token: whoever looks for news takes it

	mu     sync.Mutex // guards what follows
	file   *file      // nil while there is none
	closed bool
}

var _ signal.Source = (*Source)(nil)

// New returns a source that opens the file when it is asked something.
func New(c Config) *Source {
	if c.Location == nil {
		c.Location = time.UTC
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Source{config: c, limits: defaultLimits, turn: make(chan struct{}, 1)}
}

// Location implements signal.Source.
func (s *Source) Location() *time.Location { return s.config.Location }

// Close implements signal.Source. Questions that are being answered are answered.
func (s *Source) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	return s.retire()
}

// Missing implements signal.Source. Of a file that cannot be read, it tells what
// no request log has.
func (s *Source) Missing(ctx context.Context) (map[signal.Signal]string, error) {
	missing := map[signal.Signal]string{}
	for _, d := range signal.Catalogue {
		if why, never := d.Cannot[signal.RequestLog]; never {
			missing[d.Signal] = why
		}
	}
	err := s.use(ctx, func(l look) error {
		maps.Copy(missing, l.missing())
		return nil
	})
	if fault := (*signal.Fault)(nil); errors.As(err, &fault) {
		err = nil
	}
	return missing, err
}

// missing are the signals that the file lacks the columns for.
func (l look) missing() map[signal.Signal]string {
	missing := map[signal.Signal]string{}
	add := func(present bool, s signal.Signal, column string) {
		if !present {
			missing[s] = fmt.Sprintf("the request log has no %s in a table %s: let the service write snapshots", column, snapshotTable)
		}
	}
	add(l.schema.cpu, signal.CPU, "cpu_usage")
	add(l.schema.memory, signal.MemoryUsage, "memory_usage")
	return missing
}

// Check implements signal.Source.
func (s *Source) Check(ctx context.Context) (said string, err error) {
	err = s.use(ctx, func(l look) error {
		if l.first == unheard {
			said = "a request log without requests"
			return nil
		}
		last, _, err := s.heard(ctx, l, s.config.Now().Add(time.Nanosecond))
		if err != nil {
			return err
		}
		const minute = "2006-01-02 15:04"
		in := s.config.Location
		said = fmt.Sprintf("a request log from %s to %s (%s)", time.Unix(0, l.first).In(in).Format(minute), last.In(in).Format(minute), in)
		if !l.schema.snapshots {
			said += ", without snapshots"
		}
		return nil
	})
	return said, err
}

// Read implements signal.Source.
func (s *Source) Read(ctx context.Context, r signal.Request) (a signal.Answer, err error) {
	if err := r.Supports(signal.RequestLog); err != nil {
		return a, err
	}
	if slices.Contains(r.SplitBy, signal.Operation) {
		return a, &signal.Unsupported{Signal: r.Signal, Reason: "a request log does not tell which operation a request was: leave the split by operation out, " +
			"or read the service from the app (kind app) or from Prometheus (kind go)"}
	}
	if r.Stat == "" {
		d, _ := signal.Define(r.Signal)
		r.Stat = d.DefaultStat()
	}
	err = s.use(ctx, func(l look) error {
		if why, missing := l.missing()[r.Signal]; missing {
			return &signal.Unsupported{Signal: r.Signal, Reason: why}
		}
		a, err = s.answer(ctx, l, r)
		return err
	})
	return a, err
}

func (s *Source) answer(ctx context.Context, l look, r signal.Request) (signal.Answer, error) {
	switch r.Signal {
	case signal.Up:
		values := unknown(r.Windows.Len())
		values[len(values)-1] = 1
		return one(values, "the file can be read"), nil
	case signal.Age:
		return s.age(ctx, l, r.Windows)
	case signal.CPU:
		return s.gauge(ctx, l, r, "cpu_usage")
	case signal.MemoryUsage:
		return s.gauge(ctx, l, r, "memory_usage")
	case signal.InFlight:
		return s.inFlight(ctx, l, r)
	}
	return s.ofRequests(ctx, l, r)
}

// one is the answer that is a single series.
func one(values []float64, query string) signal.Answer {
	return signal.Answer{Series: []signal.Series{{Values: values}}, Query: query}
}
