package query

import (
	"fmt"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/heartbeat"
)

// Heartbeats asks for the beats of check scripts: rows (newest first), count
// (beats per interval), status (overdue seconds of every monitor at the end of
// the range, for alerting), timeline (how the status changed) or annotations (a
// region for each gap in which a monitor was late or down).
type Heartbeats struct {
	Format   Format `json:"format,omitempty"`
	Scope    `tstype:",extends"`
	Grouping `tstype:",extends"`
	// Statuses says, for format status, in which status a monitor counts as overdue, others report 0; for annotations,
	// whether gaps are late, down or both. Empty: late and down.
	Statuses []heartbeat.Status `json:"statuses,omitempty"`
	// Limit bounds the rows: 1000 when empty, at most 50000. A status has all monitors when empty, a timeline at most 200.
	Limit int `json:"limit,omitempty"`
}

// Type implements Query.
func (q *Heartbeats) Type() Type { return TypeHeartbeats }

// Shape implements Query; the default is rows.
func (q *Heartbeats) Shape() Format {
	if q.Format == "" {
		return FormatRows
	}
	return q.Format
}

// Rows is the limit, the default filled in.
func (q *Heartbeats) Rows() int { return orDefault(q.Limit) }

// Overdue is Statuses, the default filled in.
func (q *Heartbeats) Overdue() []heartbeat.Status {
	if len(q.Statuses) == 0 {
		return []heartbeat.Status{heartbeat.Late, heartbeat.Down}
	}
	return q.Statuses
}

// Filter builds the filter of heartbeats.
func (q *Heartbeats) Filter() (event.Filter, error) { return q.filter() }

// Validate implements Query.
func (q *Heartbeats) Validate() error {
	if err := oneOf("format", q.Format, FormatRows, FormatCount, FormatStatus, FormatTimeline, FormatAnnotations); err != nil {
		return err
	}
	if err := q.validateOverdue(); err != nil {
		return err
	}
	if err := q.Grouping.validate(q.Shape(), event.Heartbeats); err != nil {
		return err
	}
	if _, err := q.Filter(); err != nil {
		return err
	}
	return validateLimit(q.Limit)
}

// validateOverdue checks the statuses: there is no gap in which all is well.
func (q *Heartbeats) validateOverdue() error {
	switch {
	case len(q.Statuses) == 0:
		return nil
	case q.Shape() != FormatStatus && q.Shape() != FormatAnnotations:
		return fmt.Errorf("statuses belong to formats %q and %q, not to %q", FormatStatus, FormatAnnotations, q.Shape())
	case q.Shape() == FormatStatus:
		return validateStatuses(q.Statuses)
	}
	for _, s := range q.Statuses {
		if s != heartbeat.Late && s != heartbeat.Down {
			return fmt.Errorf("status %q makes no annotation: use %q, %q or both", s, heartbeat.Late, heartbeat.Down)
		}
	}
	return nil
}
