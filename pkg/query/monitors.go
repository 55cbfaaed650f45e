package query

import (
	"fmt"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/heartbeat"
)

// Monitors asks for the inventory of check scripts with their status at the end
// of the range. Its one format is table.
type Monitors struct {
	Format Format `json:"format,omitempty"`
	Scope  `tstype:",extends"`
	// Receivers are whom the monitor's alarms go to.
	Receivers List `json:"receivers,omitempty"`
	// Statuses keeps monitors in one of these: new, ok, late, down.
	Statuses []heartbeat.Status `json:"statuses,omitempty"`
	// Limit bounds the rows: 1000 when empty, at most 50000.
	Limit int `json:"limit,omitempty"`
}

// Type implements Query.
func (q *Monitors) Type() Type { return TypeMonitors }

// Shape implements Query.
func (q *Monitors) Shape() Format { return FormatTable }

// Rows is the limit, the default filled in.
func (q *Monitors) Rows() int { return orDefault(q.Limit) }

// Filter builds the filter of monitors.
func (q *Monitors) Filter() (event.Filter, error) {
	return q.filter(scoped{event.Receiver, q.Receivers})
}

// Validate implements Query.
func (q *Monitors) Validate() error {
	if err := oneOf("format", q.Format, FormatTable); err != nil {
		return err
	}
	if err := validateStatuses(q.Statuses); err != nil {
		return err
	}
	if _, err := q.Filter(); err != nil {
		return err
	}
	return validateLimit(q.Limit)
}

func validateStatuses(statuses []heartbeat.Status) error {
	for _, s := range statuses {
		if err := oneOf("status", s, heartbeat.Statuses...); err != nil || s == "" {
			return fmt.Errorf("status %q is unknown: use any of %q", s, heartbeat.Statuses)
		}
	}
	return nil
}
