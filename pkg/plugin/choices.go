package plugin

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/heartbeat"
)

// selected lists the monitors of the directions and monitors in the parameters;
// a parameter may be repeated, and one that is missing or empty selects all.
func (d *Datasource) selected(ctx context.Context, params url.Values) ([]event.Monitor, error) {
	store, err := d.events.Store()
	if err != nil {
		return nil, err
	}
	var f event.Filter
	for name, dim := range map[string]event.Dimension{"direction": event.Direction, "monitor": event.Item} {
		values := nonEmpty(params[name])
		if len(values) == 0 {
			continue
		}
		c, err := event.NewCondition(dim, event.OneOf, values...)
		if err != nil {
			return nil, queryError{err}
		}
		f.Conditions = append(f.Conditions, c)
	}
	inventory, err := store.Monitors(ctx, f)
	return inventory.Monitors, err
}

func (d *Datasource) directionChoices(ctx context.Context, _ url.Values) ([]choice, error) {
	return d.distinct(ctx, nil, func(m event.Monitor) []string { return []string{m.Direction} })
}

func (d *Datasource) hostChoices(ctx context.Context, params url.Values) ([]choice, error) {
	return d.distinct(ctx, params, func(m event.Monitor) []string { return []string{m.Host} })
}

func (d *Datasource) receiverChoices(ctx context.Context, params url.Values) ([]choice, error) {
	return d.distinct(ctx, params, func(m event.Monitor) []string { return m.Receivers })
}

// distinct lists the values of a property, sorted, each once.
func (d *Datasource) distinct(ctx context.Context, params url.Values, property func(event.Monitor) []string) ([]choice, error) {
	monitors, err := d.selected(ctx, params)
	if err != nil {
		return nil, err
	}
	var values []string
	for _, m := range monitors {
		values = append(values, property(m)...)
	}
	slices.Sort(values)
	return plain(nonEmpty(slices.Compact(values))), nil
}

// monitorChoices names a monitor by its item, or by direction/item where another
// direction has an item of that name, whichever directions are asked for: a
// value that was chosen must not come to mean another monitor.
func (d *Datasource) monitorChoices(ctx context.Context, params url.Values) ([]choice, error) {
	all, err := d.selected(ctx, nil)
	if err != nil {
		return nil, err
	}
	named := map[string]int{}
	for _, m := range all {
		named[m.Item]++
	}
	directions := nonEmpty(params["direction"])
	var choices []choice
	for _, m := range all {
		switch {
		case len(directions) > 0 && !slices.Contains(directions, m.Direction):
		case named[m.Item] > 1:
			choices = append(choices, choice{Text: fmt.Sprintf("%s (%s)", m.Item, m.Direction), Value: m.Name()})
		default:
			choices = append(choices, choice{Text: m.Item, Value: m.Item})
		}
	}
	slices.SortFunc(choices, func(a, b choice) int { return cmp.Or(cmp.Compare(a.Text, b.Text), cmp.Compare(a.Value, b.Value)) })
	return choices, nil
}

// levelChoices keeps the order of the settings, mildest first.
func (d *Datasource) levelChoices(context.Context, url.Values) ([]choice, error) {
	return plain(d.events.levels()), nil
}

func statusChoices(context.Context, url.Values) ([]choice, error) {
	return plain(heartbeat.Statuses), nil
}

func sendResultChoices(context.Context, url.Values) ([]choice, error) {
	return plain(event.SendResults), nil
}

// keyChoices are the keys of ad hoc filters.
func keyChoices(context.Context, url.Values) ([]choice, error) {
	return plain(event.Dimensions), nil
}

// valueChoices are the values for the key of an ad hoc filter.
func (d *Datasource) valueChoices(ctx context.Context, params url.Values) ([]choice, error) {
	switch key := event.Dimension(params.Get("key")); key {
	case event.Direction:
		return d.directionChoices(ctx, params)
	case event.Item:
		return d.monitorChoices(ctx, params)
	case event.Admin:
		return d.distinct(ctx, params, event.Monitor.Admins)
	case event.Host:
		return d.hostChoices(ctx, params)
	case event.Receiver:
		return d.receiverChoices(ctx, params)
	case event.Level:
		return d.levelChoices(ctx, params)
	case event.SendResult:
		return sendResultChoices(ctx, params)
	case "":
		return nil, queryError{errors.New("the parameter key is missing: values?key=direction")}
	default:
		return nil, queryError{fmt.Errorf("the key %q is unknown: use one of %q", key, event.Dimensions)}
	}
}

// nonEmpty leaves out what an unset variable or field gives.
func nonEmpty(values []string) []string {
	return slices.DeleteFunc(slices.Clone(values), func(v string) bool { return v == "" })
}

func plain[T ~string](values []T) []choice {
	choices := make([]choice, len(values))
	for i, v := range values {
		choices[i] = choice{Text: string(v), Value: string(v)}
	}
	return choices
}
