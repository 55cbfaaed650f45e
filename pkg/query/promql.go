package query

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// PromQL asks the Prometheus of the settings in its own language, for what the
// catalogue of signals lacks: series (over the range), instant (one number for
// each label set at the end of the range, for alerting) or table.
type PromQL struct {
	Format Format `json:"format,omitempty"`
	// Expr is the expression. $__interval, $__rate_interval and $__range stand for durations.
	Expr string `json:"expr,omitempty"`
	// Legend names a series: {{label}} stands for the value of a label. Empty shows all labels.
	Legend string `json:"legend,omitempty"`
	// Interval is the least distance of two points, such as 15s; empty follows the panel.
	Interval string `json:"interval,omitempty"`
	// Lenient answers nothing, and says why in a notice, where no Prometheus is configured and
	// the query would fail: for panels and rules that are shipped for every data source.
	Lenient bool `json:"lenient,omitempty"`
}

// Type implements Query.
func (q *PromQL) Type() Type { return TypePromQL }

// Shape implements Query; the default is series.
func (q *PromQL) Shape() Format {
	if q.Format == "" {
		return FormatSeries
	}
	return q.Format
}

// Step is the least distance of two points; 0 follows the panel.
func (q *PromQL) Step() (time.Duration, error) { return Grouping{Interval: q.Interval}.Step() }

// Validate implements Query.
func (q *PromQL) Validate() error {
	if err := oneOf("format", q.Format, FormatSeries, FormatInstant, FormatTable); err != nil {
		return err
	}
	if strings.TrimSpace(q.Expr) == "" {
		return errors.New(`expr is empty: write a PromQL expression such as up`)
	}
	if q.Shape() != FormatSeries && q.Interval != "" {
		return fmt.Errorf("interval belongs to format %q, not to %q", FormatSeries, q.Shape())
	}
	_, err := q.Step()
	return err
}
