package plugin

import (
	"context"
	"fmt"
	"slices"

	"github.com/heartline-monitor/heartline/pkg/event"
)

// zeros adds to a histogram the groups that had no events. Without them the row
// of a monitor would vanish while nothing happens, and with it its alert.
type zeros struct {
	request
	kind      event.Kind
	histogram *event.Histogram
	levels    []string
	problems  event.Problems
}

// closed reports whether all values of the dimensions are known and few.
func closed(dims []event.Dimension) bool {
	return !slices.ContainsFunc(dims, func(dim event.Dimension) bool {
		return dim != event.Level && dim != event.SendResult && dim != event.Direction
	})
}

// add adds, for each monitor that the filter selects, the combinations of its
// direction, admin, item, host and receivers with all levels and send results.
func (z *zeros) add(ctx context.Context) error {
	if z.kind == event.Heartbeats && slices.Contains(z.histogram.GroupBy, event.Host) {
		return nil // where a script beats is known from its beats only
	}
	monitors := []event.Monitor{{}}
	if slices.ContainsFunc(z.histogram.GroupBy, ofMonitor) {
		inventory, err := z.store.Monitors(ctx, z.selecting())
		if err != nil {
			return err
		}
		monitors = inventory.Monitors
		z.problems = inventory.Problems
	}
	for _, m := range monitors {
		if err := z.combine(m, nil); err != nil {
			return err
		}
	}
	return nil
}

// selecting is what of the filter tells monitors apart for this kind of event.
// The host of a heartbeat is not that of its monitor, and an alarm may go to
// others than its monitor names.
func (z *zeros) selecting() event.Filter {
	var f event.Filter
	for _, c := range z.filter.Conditions {
		switch c.Dimension {
		case event.Direction, event.Admin, event.Item:
		case event.Host:
			if z.kind == event.Heartbeats {
				continue
			}
		case event.Receiver:
			if !slices.Contains(z.histogram.GroupBy, event.Receiver) {
				continue
			}
		default:
			continue
		}
		f.Conditions = append(f.Conditions, c)
	}
	return f
}

func ofMonitor(dim event.Dimension) bool { return dim != event.Level && dim != event.SendResult }

// combine adds the groups whose keys begin with key.
func (z *zeros) combine(m event.Monitor, key []string) error {
	dims := z.histogram.GroupBy
	if len(key) == len(dims) {
		if len(z.histogram.Groups) > maxGroups {
			return fmt.Errorf("the count has more than %d groups: %w", maxGroups, event.ErrTooLarge)
		}
		_, err := z.histogram.Group(key...)
		return err
	}
	dim := dims[len(key)]
	for _, value := range z.values(m, dim) {
		if dim != event.Item && dim != event.Admin && !z.filter.Match(dim, value) {
			continue
		}
		if err := z.combine(m, append(slices.Clone(key), value)); err != nil {
			return err
		}
	}
	return nil
}

func (z *zeros) values(m event.Monitor, dim event.Dimension) []string {
	switch dim {
	case event.Direction:
		return []string{m.Direction}
	case event.Item:
		return []string{m.Item}
	case event.Admin:
		return []string{m.Admin}
	case event.Host:
		return []string{m.Host}
	case event.Receiver:
		return m.Receivers
	case event.Level:
		return z.levels
	case event.SendResult:
		return event.SendResults
	}
	return nil
}
