package query

import (
	"fmt"
	"time"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

// Signals asks for a signal of services: series (one for each service, or for
// each part it is split into), instant (one number each over the whole range,
// for alerting and tables) or heatmap (requests by how long they took).
type Signals struct {
	Format Format `json:"format,omitempty"`
	// Services are names from the settings; empty asks all that can give the signal.
	Services List `json:"services,omitempty"`
	// Kinds leaves out services of other kinds; empty asks those of any.
	Kinds []signal.Kind `json:"kinds,omitempty"`
	// Signal is qps where it is empty. A heatmap is always of latency.
	Signal signal.Signal `json:"signal,omitempty"`
	// Stat is what is made of many values, such as p95; empty is the signal's first.
	Stat signal.Stat `json:"stat,omitempty"`
	// SplitBy makes one series for each value of a dimension, such as operation or status.
	SplitBy []signal.Dimension `json:"splitBy,omitempty"`
	// Interval is the length of one window, such as 1m or 1h; empty follows the panel.
	Interval string `json:"interval,omitempty"`
	// Lenient leaves out services that cannot give the signal, and says why in a notice,
	// where the query would fail: for panels and rules that are made for services of any kind.
	Lenient bool `json:"lenient,omitempty"`
}

// Type implements Query.
func (q *Signals) Type() Type { return TypeSignals }

// Shape implements Query; the default is series.
func (q *Signals) Shape() Format {
	if q.Format == "" {
		return FormatSeries
	}
	return q.Format
}

// Asked is the signal and the stat, the defaults filled in.
func (q *Signals) Asked() (signal.Signal, signal.Stat) {
	if q.Shape() == FormatHeatmap {
		return signal.Latency, ""
	}
	return asked(q.Signal, q.Stat)
}

// Step is the length of one window; 0 follows the panel.
func (q *Signals) Step() (time.Duration, error) { return Grouping{Interval: q.Interval}.Step() }

// Validate implements Query.
func (q *Signals) Validate() error {
	if err := oneOf("format", q.Format, FormatSeries, FormatInstant, FormatHeatmap); err != nil {
		return err
	}
	if q.Shape() == FormatHeatmap && (q.Signal != "" && q.Signal != signal.Latency || q.Stat != "" || len(q.SplitBy) > 0) {
		return fmt.Errorf("format %q is of the latency of all requests: leave signal, stat and splitBy out", FormatHeatmap)
	}
	if q.Shape() == FormatInstant && q.Interval != "" {
		return fmt.Errorf("interval belongs to formats %q and %q, not to %q", FormatSeries, FormatHeatmap, FormatInstant)
	}
	for _, kind := range q.Kinds {
		if err := oneOf("kinds", kind, signal.Kinds...); err != nil {
			return err
		}
	}
	if err := checkSignal(q.Signal, q.Stat, q.SplitBy); err != nil {
		return err
	}
	_, err := q.Step()
	return err
}

// Live asks for a signal of running apps as a stream: a point each second, begun
// with what they remember of the range.
type Live struct {
	Format Format `json:"format,omitempty"`
	// Services are names from the settings; empty asks all that stream.
	Services List `json:"services,omitempty"`
	// Signal is qps where it is empty.
	Signal signal.Signal `json:"signal,omitempty"`
	// Stat is what is made of the many values of a second; empty is the signal's first.
	Stat signal.Stat `json:"stat,omitempty"`
}

// Type implements Query.
func (q *Live) Type() Type { return TypeLive }

// Shape implements Query.
func (q *Live) Shape() Format { return FormatStream }

// Asked is the signal and the stat, the defaults filled in.
func (q *Live) Asked() (signal.Signal, signal.Stat) { return asked(q.Signal, q.Stat) }

// Validate implements Query.
func (q *Live) Validate() error {
	if err := oneOf("format", q.Format, FormatStream); err != nil {
		return err
	}
	if q.Signal == signal.Up || q.Signal == signal.Age {
		return fmt.Errorf("signal %q cannot be streamed: a stream that goes on says it", q.Signal)
	}
	return checkSignal(q.Signal, q.Stat, nil)
}

func asked(s signal.Signal, stat signal.Stat) (signal.Signal, signal.Stat) {
	if s == "" {
		s = signal.QPS
	}
	if d, err := signal.Define(s); err == nil && stat == "" {
		stat = d.DefaultStat()
	}
	return s, stat
}

func checkSignal(s signal.Signal, stat signal.Stat, splitBy []signal.Dimension) error {
	s, _ = asked(s, stat)
	d, err := signal.Define(s)
	if err != nil {
		return err
	}
	return d.Allows(stat, splitBy)
}
