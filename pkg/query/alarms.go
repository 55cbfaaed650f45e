package query

import "github.com/heartline-monitor/heartline/pkg/event"

// Alarms asks for the alarms that check scripts raised: rows (newest first),
// count (alarms per interval or group) or annotations.
type Alarms struct {
	Format   Format `json:"format,omitempty"`
	Scope    `tstype:",extends"`
	Grouping `tstype:",extends"`
	// Receivers are whom the alarm was sent to; one of several is enough.
	Receivers List `json:"receivers,omitempty"`
	// SendResults are PASSED or FAILED.
	SendResults List `json:"sendResults,omitempty"`
	// Text is a substring in any case, or a regular expression in slashes.
	Text string `json:"text,omitempty"`
	// Limit bounds the rows: 1000 when empty, at most 50000.
	Limit int `json:"limit,omitempty"`
}

// Type implements Query.
func (q *Alarms) Type() Type { return TypeAlarms }

// Shape implements Query; the default is rows.
func (q *Alarms) Shape() Format {
	if q.Format == "" {
		return FormatRows
	}
	return q.Format
}

// Rows is the limit, the default filled in.
func (q *Alarms) Rows() int { return orDefault(q.Limit) }

// Filter builds the filter of alarms.
func (q *Alarms) Filter() (event.Filter, error) {
	f, err := q.filter(scoped{event.Receiver, q.Receivers}, scoped{event.SendResult, q.SendResults})
	if err != nil {
		return f, err
	}
	f.Text, err = event.ParseText(q.Text)
	return f, err
}

// Validate implements Query.
func (q *Alarms) Validate() error {
	if err := oneOf("format", q.Format, FormatRows, FormatCount, FormatAnnotations); err != nil {
		return err
	}
	if err := q.Grouping.validate(q.Shape(), event.Alarms); err != nil {
		return err
	}
	if _, err := q.Filter(); err != nil {
		return err
	}
	return validateLimit(q.Limit)
}
