package rule

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/query"
)

// maxUID is the longest uid that Grafana takes.
const maxUID = 40

// way is a rule, or the part of one, with who is told.
type way struct {
	rule     Rule
	settings *provisionedNotify
}

type provisionedNotify struct {
	Receiver       string   `yaml:"receiver"`
	GroupBy        []string `yaml:"group_by,omitempty"`
	GroupWait      string   `yaml:"group_wait,omitempty"`
	GroupInterval  string   `yaml:"group_interval,omitempty"`
	RepeatInterval string   `yaml:"repeat_interval,omitempty"`
}

// routed are the ways of a rule: one for each route that takes some of its monitors, and
// the rule itself with the rest of them.
func routed(r Rule, routes []Route) ([]way, error) {
	var ways []way
	taken := map[string]int{}
	for _, route := range routes {
		matches, err := route.matches(r)
		if err != nil {
			return nil, err
		}
		if !matches {
			continue
		}
		if len(route.Directions)+len(route.Admins) == 0 {
			return append(ways, way{r, route.settings()}), nil
		}
		if !r.scoped() {
			continue // it is about no monitors
		}
		if len(route.Directions) > 0 && len(route.Admins) > 0 {
			return nil, fmt.Errorf("the route to %s names both directions and admins: write a route for each", route.Receiver)
		}
		part, err := route.scope(r, true)
		if err != nil {
			return nil, err
		}
		taken[route.Receiver]++
		part.UID = suffixed(r.UID, route.Receiver, taken[route.Receiver])
		ways = append(ways, way{part, route.settings()})
		if r, err = route.scope(r, false); err != nil {
			return nil, err
		}
	}
	return append(ways, way{r, nil}), nil
}

// matches says whether the route takes alerts of the rule.
func (t Route) matches(r Rule) (bool, error) {
	if t.Receiver == "" {
		return false, errors.New("a route without a receiver: name a contact point")
	}
	if len(t.Severities) > 0 && !slices.Contains(t.Severities, r.Label("severity")) {
		return false, nil
	}
	if len(t.Teams) > 0 && !slices.Contains(t.Teams, r.Label("team")) {
		return false, nil
	}
	for _, glob := range t.Rules {
		if matches, err := path.Match(glob, r.Alert); err != nil {
			return false, fmt.Errorf("the route to %s has the pattern %q: write a name in which * stands for any characters", t.Receiver, glob)
		} else if matches {
			return true, nil
		}
	}
	return len(t.Rules) == 0, nil
}

func (t Route) settings() *provisionedNotify {
	s := &provisionedNotify{Receiver: Literal(t.Receiver), GroupBy: t.GroupBy}
	if t.GroupWait > 0 {
		s.GroupWait = grafanaDuration(t.GroupWait)
	}
	if t.GroupInterval > 0 {
		s.GroupInterval = grafanaDuration(t.GroupInterval)
	}
	if t.RepeatInterval > 0 {
		s.RepeatInterval = grafanaDuration(t.RepeatInterval)
	}
	return s
}

// scoped says whether all that the rule asks is about monitors, each alert about one.
func (r Rule) scoped() bool {
	for _, t := range r.Terms {
		if scopeOf(t.Query) == nil {
			return false
		}
	}
	return len(r.Terms) > 0
}

// scopeOf is where a query of one number for each monitor says which monitors; nil of
// any other query.
func scopeOf(q query.Query) *query.Scope {
	switch q := q.(type) {
	case *query.Heartbeats:
		if q.Shape() == query.FormatStatus || slices.Contains(q.GroupBy, event.Item) {
			return &q.Scope
		}
	case *query.Logs:
		if slices.Contains(q.GroupBy, event.Item) {
			return &q.Scope
		}
	case *query.Alarms:
		if slices.Contains(q.GroupBy, event.Item) {
			return &q.Scope
		}
	}
	return nil
}

// scope narrows a rule to the monitors of the route, or to all others.
func (t Route) scope(r Rule, inside bool) (Rule, error) {
	operator := "!=|"
	if inside {
		operator = "=|"
	}
	r.Terms = slices.Clone(r.Terms)
	for i := range r.Terms {
		narrowed, err := copied(r.Terms[i].Query)
		if err != nil {
			return r, err
		}
		s := scopeOf(narrowed)
		for _, by := range []struct {
			key    event.Dimension
			values []string
		}{{event.Direction, t.Directions}, {"admin", t.Admins}} {
			if len(by.values) > 0 {
				s.Filters = append(s.Filters, query.AdHoc{Key: by.key, Operator: operator, Values: by.values})
			}
		}
		if err := narrowed.Validate(); err != nil {
			return r, fmt.Errorf("the route to %s: %w", t.Receiver, err)
		}
		r.Terms[i].Query = narrowed
	}
	return r, nil
}

func copied(q query.Query) (query.Query, error) {
	body, err := query.Encode(q)
	if err != nil {
		return nil, err
	}
	again, _, err := query.Decode(q.Type(), body)
	return again, err
}

// suffixed is the uid of a copy. It depends on the receiver alone, so that it stays when
// a route is given other monitors.
func suffixed(uid, receiver string, nth int) string {
	suffix := kebab(receiver)
	if nth > 1 {
		suffix += fmt.Sprintf("-%d", nth)
	}
	if whole := uid + "-" + suffix; len(whole) <= maxUID && kebab(receiver) != "" {
		return whole
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %d", uid, receiver, nth))
	digest := hex.EncodeToString(sum[:4])
	return strings.TrimSuffix(uid[:min(len(uid), maxUID-len(digest)-1)], "-") + "-" + digest
}
