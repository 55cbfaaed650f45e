package plugin

import (
	"context"
	"fmt"
	"slices"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/frame"
)

// judged is every monitor a request selects, with its status at the end of the
// range.
type judged struct {
	rows     []frame.Judged
	problems event.Problems
	remarks  []string
}

func (d *Datasource) judge(ctx context.Context, r request) (judged, error) {
	inventory, err := r.store.Monitors(ctx, r.filter)
	if err != nil {
		return judged{}, err
	}
	beats, err := r.store.LastHeartbeats(ctx, byName(r.filter), r.span.To)
	if err != nil {
		return judged{}, err
	}
	rule := d.rule(r.store.Location())
	j := judged{problems: slices.Concat(inventory.Problems, beats.Problems), rows: make([]frame.Judged, 0, len(inventory.Monitors))}
	for _, m := range inventory.Monitors {
		last := beats.Last[m.Name()]
		row := frame.Judged{Monitor: m, Last: last}
		// Heartbeats that cannot be read are no reason to call a monitor new.
		if !beats.Unknown[m.Name()] {
			row.Verdict = rule.Judge(d.schedules.parse(m.ExecuteFrequency, r.store.Location()), last, r.span.To)
		}
		j.rows = append(j.rows, row)
	}
	j.remarks = d.unknownFrequencies(r, inventory.Monitors)
	return j, nil
}

// byName keeps of a filter what selects monitors by their names. The host of a
// heartbeat is where it was written, which need not be the host that the
// monitor is listed with.
func byName(f event.Filter) event.Filter {
	var named event.Filter
	for _, c := range f.Conditions {
		if c.Dimension == event.Direction || c.Dimension == event.Item {
			named.Conditions = append(named.Conditions, c)
		}
	}
	return named
}

// unknownFrequencies says of which monitors the status is but a guess.
func (d *Datasource) unknownFrequencies(r request, monitors []event.Monitor) []string {
	var example event.Monitor
	n := 0
	for _, m := range monitors {
		if !d.schedules.parse(m.ExecuteFrequency, r.store.Location()).Known() {
			example = m
			n++
		}
	}
	if n == 0 {
		return nil
	}
	return []string{fmt.Sprintf("Execute frequencies that are not understood: %d of %d, such as %q of %s. Their monitors are down when there was no heartbeat today or yesterday.",
		n, len(monitors), example.ExecuteFrequency, example.Name())}
}
