package storetest

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/event"
)

// monitors are the world's monitors that a selector names, sorted.
func (tr trial) monitors(s selector) []event.Monitor {
	selected := []event.Monitor{}
	for _, m := range tr.Monitors {
		have := map[event.Dimension][]string{
			event.Direction: {m.Direction}, event.Admin: append(strings.Fields(m.Admin), m.Admin), event.Item: {m.Item, m.Name()}, event.Host: {m.Host}, event.Receiver: m.Receivers,
		}
		if !slices.ContainsFunc(s.conditions, func(c term) bool { return !c.holds(have[c.dim]) }) {
			selected = append(selected, m)
		}
	}
	slices.SortFunc(selected, func(a, b event.Monitor) int {
		return cmp.Or(strings.Compare(a.Direction, b.Direction), strings.Compare(a.Item, b.Item))
	})
	return selected
}

func testMonitors(t *testing.T, tr trial) {
	for name, s := range tr.selectors() {
		// Levels, results and texts are none of a monitor's properties.
		want := tr.monitors(s.only(event.Direction, event.Admin, event.Item, event.Host, event.Receiver))
		got, err := tr.store.Monitors(t.Context(), s.filter(t))
		require.NoError(t, err, name)
		require.Empty(t, got.Problems, name)
		require.Len(t, got.Monitors, len(want), name)
		for i, m := range got.Monitors {
			m.Receivers, want[i].Receivers = slices.Concat([]string{}, m.Receivers), slices.Concat([]string{}, want[i].Receivers)
			require.Equal(t, want[i], m, name)
		}
	}
}

// lastBeats are the last heartbeats not after at.
func (tr trial) lastBeats(s selector, at time.Time) map[string]time.Time {
	last := map[string]time.Time{}
	for _, m := range tr.monitors(s) {
		for _, h := range tr.Heartbeats {
			if h.Direction == m.Direction && h.Item == m.Item && !h.Time.After(at) && h.Time.After(last[m.Name()]) {
				last[m.Name()] = h.Time
			}
		}
	}
	return last
}

// instants are those at which the last heartbeats change, the seconds around
// them, and some far away.
func (tr trial) instants() []time.Time {
	first, last := tr.Heartbeats[0].Time, tr.Heartbeats[0].Time
	var instants []time.Time
	for i, h := range tr.Heartbeats {
		if h.Time.Before(first) {
			first = h.Time
		}
		if h.Time.After(last) {
			last = h.Time
		}
		if i%(len(tr.Heartbeats)/12+1) == 0 {
			instants = append(instants, h.Time, h.Time.Add(-time.Second), h.Time.Add(time.Second), h.Time.Add(-time.Millisecond))
		}
	}
	for _, day := range []time.Time{first.In(tr.Zone), last.In(tr.Zone)} {
		midnight := time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, tr.Zone)
		instants = append(instants, midnight.Add(-time.Second), midnight, midnight.Add(time.Hour))
	}
	return append(instants, first, first.Add(-time.Second), last, last.AddDate(0, 0, 40), last.AddDate(1, 0, 0))
}

func testLastHeartbeats(t *testing.T, tr trial) {
	instants := tr.instants()
	for name, s := range tr.selectors() {
		named := s.only(event.Direction, event.Item)
		// All instants for all monitors, some of them for each selection.
		for i, at := range instants {
			if name != "all" && i%19 != 0 {
				continue
			}
			got, err := tr.store.LastHeartbeats(t.Context(), named.filter(t), at)
			require.NoError(t, err, name)
			require.Empty(t, got.Problems, name)
			want := tr.lastBeats(named, at)
			require.Equal(t, slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got.Last)), "%s at %s", name, at)
			for monitor, last := range want {
				require.Equal(t, last, got.Last[monitor], "%s: %s at %s", name, monitor, at)
			}
		}
	}
}
