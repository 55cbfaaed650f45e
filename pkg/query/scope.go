package query

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/heartline-monitor/heartline/pkg/event"
)

// List holds several values of a filter. In JSON a single string is read as a
// list of one; empty strings are left out.
type List []string

// UnmarshalJSON implements json.Unmarshaler.
func (l *List) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*l = List{one}
	} else {
		var many []string
		if err := json.Unmarshal(data, &many); err != nil {
			return fmt.Errorf("%s is neither a string nor a list of strings", data)
		}
		*l = many
	}
	*l = slices.DeleteFunc(*l, func(s string) bool { return s == "" })
	return nil
}

type scoped struct {
	dim    event.Dimension
	values List
}

func (s *Scope) scope() *Scope { return s }

// filter gathers the lists, and the ad hoc filters, into conditions.
func (s *Scope) filter(more ...scoped) (event.Filter, error) {
	lists := append([]scoped{{event.Direction, s.Directions}, {event.Item, s.Monitors}, {event.Host, s.Hosts}}, more...)
	var f event.Filter
	for _, l := range lists {
		if len(l.values) == 0 {
			continue
		}
		c, err := event.NewCondition(l.dim, event.OneOf, l.values...)
		if err != nil {
			return f, err
		}
		f.Conditions = append(f.Conditions, c)
	}
	for _, a := range s.Filters {
		c, err := a.condition()
		if err != nil {
			return f, err
		}
		f.Conditions = append(f.Conditions, c)
	}
	return f, nil
}

func (a AdHoc) condition() (event.Condition, error) {
	switch a.Operator {
	case "=":
		return event.NewCondition(a.Key, event.OneOf, a.Value)
	case "!=":
		return event.NewCondition(a.Key, event.NoneOf, a.Value)
	case "=|", "!=|":
		values := a.Values
		if len(values) == 0 {
			values = []string{a.Value}
		}
		return event.NewCondition(a.Key, event.Operator(a.Operator), values...)
	}
	return event.NewCondition(a.Key, event.Operator(a.Operator), a.Value)
}

// Inapplicable lists the keys of the ad hoc filters that what q asks for does not
// have. A dashboard has one filter bar for all its panels, so such a filter is no
// error; but the user is to know that it does nothing.
func Inapplicable(q Events) []event.Dimension {
	dims := map[Type][]event.Dimension{
		TypeMonitors:   {event.Direction, event.Admin, event.Item, event.Host, event.Receiver},
		TypeHeartbeats: event.Heartbeats.Dimensions(),
		TypeLogs:       event.Logs.Dimensions(),
		TypeAlarms:     event.Alarms.Dimensions(),
	}[q.Type()]
	if shape := q.Shape(); shape == FormatStatus || shape == FormatTimeline || shape == FormatAnnotations {
		dims = append(dims, event.Receiver) // they are about monitors, not about single beats
	}
	var keys []event.Dimension
	for _, f := range q.scope().Filters {
		if !slices.Contains(dims, f.Key) && !slices.Contains(keys, f.Key) {
			keys = append(keys, f.Key)
		}
	}
	return keys
}
