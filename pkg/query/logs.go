package query

import (
	"fmt"

	"github.com/heartline-monitor/heartline/pkg/event"
)

// Order says from which end of the range lines are taken.
type Order string

// The orders.
const (
	Newest Order = "newest"
	Oldest Order = "oldest"
)

// Logs asks for log lines: lines, or count (lines per interval).
type Logs struct {
	Format   Format `json:"format,omitempty"`
	Scope    `tstype:",extends"`
	Grouping `tstype:",extends"`
	// Levels are log levels as the scripts write them.
	Levels List `json:"levels,omitempty"`
	// Text is a substring in any case, or a regular expression in slashes.
	Text string `json:"text,omitempty"`
	// Limit bounds the lines: 1000 when empty, at most 50000.
	Limit int `json:"limit,omitempty"`
	// Order is newest (the default) or oldest.
	Order Order `json:"order,omitempty"`
	// Live follows new lines as they are written.
	Live bool `json:"live,omitempty"`
}

// Type implements Query.
func (q *Logs) Type() Type { return TypeLogs }

// Shape implements Query; the default is lines.
func (q *Logs) Shape() Format {
	if q.Format == "" {
		return FormatLines
	}
	return q.Format
}

// Rows is the limit, the default filled in.
func (q *Logs) Rows() int { return orDefault(q.Limit) }

// Filter builds the filter of log lines.
func (q *Logs) Filter() (event.Filter, error) {
	f, err := q.filter(scoped{event.Level, q.Levels})
	if err != nil {
		return f, err
	}
	f.Text, err = event.ParseText(q.Text)
	return f, err
}

// Validate implements Query.
func (q *Logs) Validate() error {
	if err := oneOf("format", q.Format, FormatLines, FormatCount); err != nil {
		return err
	}
	if err := oneOf("order", q.Order, Newest, Oldest); err != nil {
		return err
	}
	if (q.Order != "" || q.Live) && q.Shape() != FormatLines {
		return fmt.Errorf("order and live belong to format %q, not to %q", FormatLines, q.Shape())
	}
	if err := q.Grouping.validate(q.Shape(), event.Logs); err != nil {
		return err
	}
	if _, err := q.Filter(); err != nil {
		return err
	}
	return validateLimit(q.Limit)
}
