// Package query says what can be asked: one typed model per query type, with
// its defaults and its validation. It is the one place where the model is
// written; the front end's types and the JSON schema are generated from it, and
// dashboards and rules are built from the same structs.
package query

import (
	"fmt"
	"slices"
	"time"

	"github.com/heartline-monitor/heartline/pkg/event"
)

// Type names what a query asks for; it is the queryType of Grafana's query.
type Type string

// The query types.
const (
	TypeMonitors   Type = "monitors"
	TypeHeartbeats Type = "heartbeats"
	TypeLogs       Type = "logs"
	TypeAlarms     Type = "alarms"
	TypeSignals    Type = "signals"
	TypeLive       Type = "live"
	TypePromQL     Type = "promql"
	TypeReport     Type = "report"
)

// Types lists every query type in the order in which editors offer them.
var Types = []Type{TypeMonitors, TypeHeartbeats, TypeLogs, TypeAlarms, TypeSignals, TypeLive, TypePromQL, TypeReport}

// Format says in which shape a query is answered.
type Format string

// The formats. Which of them a query type has is said at its model.
const (
	FormatTable       Format = "table"
	FormatRows        Format = "rows"
	FormatCount       Format = "count"
	FormatStatus      Format = "status"
	FormatTimeline    Format = "timeline"
	FormatLines       Format = "lines"
	FormatAnnotations Format = "annotations"
	FormatSeries      Format = "series"
	FormatInstant     Format = "instant"
	FormatHeatmap     Format = "heatmap"
	FormatStream      Format = "stream"
	FormatMarkdown    Format = "markdown"
)

// DefaultLimit and MaxLimit bound the rows of one answer.
const (
	DefaultLimit = 1_000
	MaxLimit     = event.MaxPage
)

// Query is one of Monitors, Heartbeats, Logs, Alarms, Signals, Live, PromQL and
// Report.
type Query interface {
	// Type is the query type the model belongs to.
	Type() Type
	// Shape is the format asked for, the default filled in.
	Shape() Format
	// Validate names the field that is wrong and what it may hold.
	Validate() error
}

// Events is a query for what check scripts left behind: Monitors, Heartbeats,
// Logs or Alarms.
type Events interface {
	Query
	// Filter builds the filter of the events.
	Filter() (event.Filter, error)

	scope() *Scope
}

// Scope selects monitors; every query for events has it. Empty lists select all.
type Scope struct {
	// Directions are names of business areas.
	Directions List `json:"directions,omitempty"`
	// Monitors are item names, or "direction/item" where a name is ambiguous.
	Monitors List `json:"monitors,omitempty"`
	// Hosts are the machines scripts are started on.
	Hosts List `json:"hosts,omitempty"`
	// Filters are ad hoc filters, as a dashboard's filter bar gives them.
	Filters []AdHoc `json:"filters,omitempty"`
}

// AdHoc is one ad hoc filter.
type AdHoc struct {
	// Key is direction, monitor, host, level, receiver or sendResult.
	Key event.Dimension `json:"key"`
	// Operator is =, !=, =|, !=|, =~ or !~ (regular expressions match as a whole).
	Operator string `json:"operator"`
	// Value is what the key is compared with.
	Value string `json:"value,omitempty"`
	// Values are compared by =| and !=|.
	Values []string `json:"values,omitempty"`
}

// Grouping shapes an answer of format count. Its dimensions are checked
// against those of the kind of event that is counted.
type Grouping struct {
	// GroupBy makes one series or row for each combination of values.
	GroupBy []event.Dimension `json:"groupBy,omitempty"`
	// Interval is the length of one bucket, such as 1m, 1h or 1d; empty follows the panel.
	Interval string `json:"interval,omitempty"`
	// Instant counts over the whole range: one number for each group.
	Instant bool `json:"instant,omitempty"`
	// Top keeps only the largest groups of an instant count.
	Top int `json:"top,omitempty"`
}

// Dimensions is what the count is grouped by. Items of the same name in two
// directions are two monitors, so grouping by monitor is grouping by direction too.
func (g Grouping) Dimensions() []event.Dimension {
	if slices.Contains(g.GroupBy, event.Item) && !slices.Contains(g.GroupBy, event.Direction) {
		return slices.Insert(slices.Clone(g.GroupBy), slices.Index(g.GroupBy, event.Item), event.Direction)
	}
	return g.GroupBy
}

// Step is the length of one bucket; 0 follows the panel.
func (g Grouping) Step() (time.Duration, error) {
	if g.Interval == "" || g.Interval == "auto" {
		return 0, nil
	}
	step, err := parseInterval(g.Interval)
	if err != nil {
		return 0, fmt.Errorf("interval %q is not a duration: write 30s, 5m, 1h, 1d or 1w, or leave it empty to follow the panel", g.Interval)
	}
	return step, nil
}

func (g Grouping) validate(format Format, kind event.Kind) error {
	if format != FormatCount {
		if len(g.GroupBy) > 0 || g.Interval != "" || g.Instant || g.Top != 0 {
			return fmt.Errorf("groupBy, interval, instant and top belong to format %q, not to %q", FormatCount, format)
		}
		return nil
	}
	for i, dim := range g.GroupBy {
		if !slices.Contains(kind.Dimensions(), dim) {
			return fmt.Errorf("groupBy: %ss have no %q: use any of %v", kind, dim, kind.Dimensions())
		}
		if slices.Contains(g.GroupBy[:i], dim) {
			return fmt.Errorf("groupBy: %q is named twice", dim)
		}
	}
	if g.Top < 0 || g.Top > MaxLimit {
		return fmt.Errorf("top is %d: use 1 to %d, or 0 for all", g.Top, MaxLimit)
	}
	if g.Top > 0 && !g.Instant {
		return fmt.Errorf("top needs instant: the largest groups are those of the whole range")
	}
	_, err := g.Step()
	return err
}

func validateLimit(limit int) error {
	if limit < 0 || limit > MaxLimit {
		return fmt.Errorf("limit is %d: use 1 to %d, or leave it empty for %d", limit, MaxLimit, DefaultLimit)
	}
	return nil
}

func orDefault(limit int) int {
	if limit == 0 {
		return DefaultLimit
	}
	return limit
}

func oneOf[T ~string](field string, value T, allowed ...T) error {
	if value == "" || slices.Contains(allowed, value) {
		return nil
	}
	return fmt.Errorf("%s %q is unknown: use one of %q", field, value, allowed)
}
