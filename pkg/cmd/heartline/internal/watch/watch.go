// Package watch shows a running service on a terminal, over and over.
package watch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/vitals"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

// recent is the time over which rates and latencies are told.
const recent = time.Minute

// figures are what is shown, in order.
var figures = []vitals.Figure{
	vitals.QPS, vitals.P50, vitals.P95, vitals.P99, vitals.Success, vitals.InFlight, vitals.CPU, vitals.Goroutines, vitals.Memory,
}

// View is what shows a service.
type View struct {
	Source  signal.Source
	Address string // of the service, for people
	Out     io.Writer
	// Interval is the time between two looks, and what a point of a sparkline is of.
	Interval time.Duration
	Now      func() time.Time
	// Screen says how large the terminal is; nil where Out is none: then each look
	// is a line.
	Screen func() (width, height int)
	Colour bool
}

// Run looks at the service now and after each wait, until the context ends: that
// is no error. A service that cannot be read is shown as gone, and looked for.
func (v *View) Run(ctx context.Context, wait func(context.Context) error) error {
	s := session{View: v}
	if v.Screen != nil {
		s.write(hideCursor)
		defer s.write(showCursor)
	}
	for {
		l, err := v.look(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		s.show(l)
		if s.failed != nil {
			return fmt.Errorf("write: %w", s.failed)
		}
		if err := wait(ctx); ctx.Err() != nil {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// Once looks at the service one time and prints what it sees. That the service
// cannot be read is the error.
func (v *View) Once(ctx context.Context) error {
	l, err := v.look(ctx)
	if err != nil {
		return err
	}
	if l.gone != nil {
		return l.gone
	}
	_, err = io.WriteString(v.Out, strings.Join(v.frame(l, defaultWidth), "\n")+"\n")
	return err
}

// look is what was seen at one time.
type look struct {
	at   time.Time
	said string // what the service says of itself
	gone error  // why it could not be read
	rows []row
}

// row is one figure.
type row struct {
	vitals.Figure
	value  float64
	points []float64
	absent string // why the service does not have it
}

// points is how many intervals a sparkline shows.
const points = 60

func (v *View) look(ctx context.Context) (look, error) {
	l := look{at: v.Now()}
	var err error
	if l.said, err = v.Source.Check(ctx); err == nil {
		l.rows, err = v.read(ctx, l.at)
	}
	if fault, ok := errors.AsType[*signal.Fault](err); ok {
		l.gone = fault
		return l, nil
	}
	return l, err
}

func (v *View) read(ctx context.Context, at time.Time) ([]row, error) {
	rows := make([]row, len(figures))
	for i, f := range figures {
		series, reason, err := f.Read(ctx, v.Source, vitals.Until(at, points, v.Interval))
		if err != nil {
			return nil, err
		}
		rows[i] = row{Figure: f, value: vitals.Newest(series), points: series, absent: reason}
		if f.Signal != signal.QPS && f.Signal != signal.Latency && f.Signal != signal.Success {
			continue
		}
		// A second has too few requests to tell a rate or a percentile by.
		minute, _, err := f.Read(ctx, v.Source, vitals.Until(at, 1, recent))
		if err != nil {
			return nil, err
		}
		rows[i].value = minute[0]
	}
	return rows, nil
}

// session is a view from its first look to its last.
type session struct {
	*View

	seen      look      // the last look at which the service was there
	goneSince time.Time // zero while it is there
	lines     int       // how many of the last frame stand on the screen
	failed    error     // of writing
}

func (s *session) write(text string) {
	if _, err := io.WriteString(s.Out, text); err != nil && s.failed == nil {
		s.failed = err
	}
}

func (s *session) show(l look) {
	was := s.goneSince
	switch {
	case l.gone == nil:
		s.seen, s.goneSince = l, time.Time{}
	case was.IsZero():
		s.goneSince = l.at
	}
	if s.Screen == nil {
		s.write(s.line(l, was))
		return
	}
	width, height := s.Screen()
	lines := s.frame(l, width)
	if l.gone != nil {
		lines = s.goneFrame(l, width)
	}
	lines = lines[:max(1, min(len(lines), height-1))]
	if s.lines > 0 {
		s.write(fmt.Sprintf(cursorUp, s.lines))
	}
	s.write("\r" + strings.Join(lines, eraseRest+"\n") + eraseRest + "\n" + eraseBelow)
	s.lines = len(lines)
}
