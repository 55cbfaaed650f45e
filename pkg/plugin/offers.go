package plugin

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/heartline-monitor/heartline/pkg/query"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

// offerTimeout bounds how long an editor waits for one service to say what it
// has.
const offerTimeout = 3 * time.Second

// serviceChoices are the services, those of the kinds in the parameters.
func (d *Datasource) serviceChoices(_ context.Context, params url.Values) ([]choice, error) {
	kinds := nonEmpty(params["kind"])
	for _, kind := range kinds {
		if !slices.Contains(signal.Kinds, signal.Kind(kind)) {
			return nil, queryError{fmt.Errorf("the kind %q is unknown: use one of %q", kind, signal.Kinds)}
		}
	}
	var names []string
	for _, s := range d.services.settings {
		if len(kinds) == 0 || slices.Contains(kinds, string(s.Kind)) {
			names = append(names, s.Name)
		}
	}
	return plain(names), nil
}

// offer is a signal as editors offer it.
type offer struct {
	Signal      signal.Signal      `json:"signal"`
	Label       string             `json:"label"`
	Unit        signal.Unit        `json:"unit"`
	Description string             `json:"description"`
	Stats       []signal.Stat      `json:"stats"`
	SplitBy     []signal.Dimension `json:"splitBy"`
	Live        bool               `json:"live"`
	// Unavailable is why none of the services gives it.
	Unavailable string `json:"unavailable,omitempty"`
}

// signalOffers lists every signal, and says why where none of the services in
// the parameters gives it. A service that cannot be read now is taken to have
// what its kind has.
func (d *Datasource) signalOffers(ctx context.Context, params url.Values) ([]offer, error) {
	chosen, err := d.services.choose(nonEmpty(params["service"]))
	if err != nil {
		return nil, err
	}
	missing := make([]map[signal.Signal]string, len(chosen))
	errs := d.services.each(ctx, chosen, asking{offerTimeout, serviceWorkers}, func(ctx context.Context, i int, source signal.Source) error {
		var err error
		missing[i], err = source.Missing(ctx)
		return err
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	offers := make([]offer, len(signal.Catalogue))
	for i, def := range signal.Catalogue {
		offers[i] = offer{
			Signal: def.Signal, Label: def.Label, Unit: def.Unit, Description: def.Description,
			Stats: orEmpty(def.Stats), SplitBy: dimensions(def, chosen), Live: streams(def),
		}
		reasons := make([]string, len(chosen))
		for j, one := range chosen {
			reasons[j] = missing[j][def.Signal]
			if errs[j] != nil {
				reasons[j] = def.Cannot[one.Kind]
			}
		}
		if !slices.Contains(reasons, "") {
			offers[i].Unavailable = together(chosen, reasons)
		}
	}
	return offers, nil
}

// dimensions are those by which any of the services can be split.
func dimensions(def signal.Definition, chosen []serviceSettings) []signal.Dimension {
	return slices.DeleteFunc(slices.Clone(orEmpty(def.SplitBy)), func(dim signal.Dimension) bool {
		return !slices.ContainsFunc(chosen, func(one serviceSettings) bool { return slices.Contains(def.Dimensions(one.Kind), dim) })
	})
}

// streams reports whether running apps can be followed by the signal.
func streams(def signal.Definition) bool {
	_, cannot := def.Cannot[signal.App]
	return !cannot && (&query.Live{Signal: def.Signal}).Validate() == nil
}

// together says why none of the services has a signal: once where all have the
// same reason.
func together(chosen []serviceSettings, reasons []string) string {
	const most = 3
	if len(slices.Compact(slices.Sorted(slices.Values(reasons)))) == 1 {
		return reasons[0]
	}
	var said []string
	for i, reason := range reasons[:min(most, len(reasons))] {
		said = append(said, fmt.Sprintf("%s: %s", chosen[i].Name, reason))
	}
	return strings.Join(said, "; ")
}

// orEmpty makes a list that is [] in JSON, not null.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
