package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/event"
)

// page is a page of events of any kind.
type page struct {
	rows []*row
	ids  []string
	more bool
}

// ask requests a page. It is safe to call it from any goroutine.
func (tr trial) ask(t testing.TB, kind event.Kind, r event.PageRequest) (page, event.Problems, error) {
	switch kind {
	case event.Heartbeats:
		p, err := tr.store.Heartbeats(t.Context(), r)
		ids := identities(p.Items, func(h event.Heartbeat) string { return h.ID })
		return page{rowsOf(p.Items, heartbeatRow), ids, p.More}, p.Problems, err
	case event.Logs:
		p, err := tr.store.Logs(t.Context(), r)
		ids := identities(p.Items, func(l event.Log) string { return l.ID })
		return page{rowsOf(p.Items, logRow), ids, p.More}, p.Problems, err
	case event.Alarms:
		p, err := tr.store.Alarms(t.Context(), r)
		ids := identities(p.Items, func(a event.Alarm) string { return a.ID })
		return page{rowsOf(p.Items, alarmRow), ids, p.More}, p.Problems, err
	}
	return page{}, nil, fmt.Errorf("there are no events of kind %q", kind)
}

func identities[T any](events []T, id func(T) string) []string {
	ids := make([]string, len(events))
	for i, e := range events {
		ids[i] = id(e)
	}
	return ids
}

func (tr trial) page(t testing.TB, kind event.Kind, r event.PageRequest) page {
	t.Helper()
	p, problems, err := tr.ask(t, kind, r)
	require.NoError(t, err)
	require.Empty(t, problems)
	require.LessOrEqual(t, len(p.rows), r.Limit)
	return p
}

// everyLimit are the limits around which pages of n events may go wrong.
func everyLimit(n int) []int { return []int{1, n - 1, n, n + 1} }

// oneLimit is about a half of n events.
func oneLimit(n int) []int { return []int{n/2 + 1} }

// checkPages holds the pages of a selection against the events: all of them, and
// the first few from either end.
func checkPages(t testing.TB, tr trial, kind event.Kind, s selector, r event.Range, limits func(n int) []int) {
	t.Helper()
	want := tr.selected(kind, s, r)
	req := event.PageRequest{Filter: s.filter(t), Range: r, Limit: len(want) + 1, Order: event.OldestFirst}
	all := tr.page(t, kind, req)
	require.False(t, all.more)
	requireRows(t, want, all.rows)
	requireUnique(t, all.ids)
	newest := page{slices.Clone(all.rows), slices.Clone(all.ids), false}
	slices.Reverse(newest.rows)
	slices.Reverse(newest.ids)
	if tr.zoned {
		limits = oneLimit
	}
	for _, limit := range limits(len(want)) {
		if limit < 1 {
			continue
		}
		req.Limit, req.Order = limit, event.OldestFirst
		requireBeginning(t, all, tr.page(t, kind, req), limit)
		req.Order = event.NewestFirst
		requireBeginning(t, newest, tr.page(t, kind, req), limit)
	}
}

// requireRows checks that rows are the wanted ones, oldest first, and that those
// of one monitor and second stand as they were written. Which of two monitors
// comes first in a second is left to the store.
func requireRows(t testing.TB, want, got []*row) {
	t.Helper()
	require.True(t, slices.IsSortedFunc(got, func(a, b *row) int { return int(a.unix - b.unix) }), "not in the order of time")
	byMonitor := func(rows []*row) map[string][]*row {
		m := map[string][]*row{}
		for _, r := range rows {
			m[r.name()] = append(m[r.name()], r)
		}
		return m
	}
	wanted, have := byMonitor(want), byMonitor(got)
	for name, rows := range wanted {
		for i := range min(len(rows), len(have[name])) {
			if *rows[i] != *have[name][i] {
				require.Equal(t, rows[i], have[name][i], "row %d of %s", i, name)
			}
		}
		require.Len(t, have[name], len(rows), name)
	}
	require.Len(t, got, len(want))
}

func requireUnique(t testing.TB, ids []string) {
	t.Helper()
	seen := map[string]bool{}
	for _, id := range ids {
		require.NotEmpty(t, id)
		require.False(t, seen[id], "two events have the ID %s", id)
		seen[id] = true
	}
}

func requireBeginning(t testing.TB, all, got page, limit int) {
	t.Helper()
	n := min(limit, len(all.rows))
	require.Len(t, got.rows, n)
	require.True(t, slices.Equal(all.ids[:n], got.ids), "not the first %d", limit)
	require.True(t, slices.EqualFunc(all.rows[:n], got.rows, func(a, b *row) bool { return *a == *b }), "the same IDs for other events")
	require.Equal(t, len(all.rows) > limit, got.more, "limit %d of %d", limit, len(all.rows))
}

// span is the range of all of the world's events of a kind, and some time around.
func (tr trial) span(kind event.Kind) event.Range {
	rows := tr.events[kind]
	return event.Range{From: time.Unix(rows[0].unix, 0).Add(-time.Hour), To: time.Unix(rows[len(rows)-1].unix, 0).Add(time.Hour)}
}

func testPagesByFilter(t *testing.T, tr trial) {
	ids := map[event.Kind][]string{}
	for _, kind := range kinds {
		for name, s := range tr.selectors() {
			limits := oneLimit
			if name == "all" || name == "level and text" {
				limits = everyLimit
			}
			t.Run(string(kind)+"/"+name, func(t *testing.T) { checkPages(t, tr, kind, s, tr.span(kind), limits) })
		}
		ids[kind] = tr.page(t, kind, event.PageRequest{Range: tr.span(kind), Limit: event.MaxPage}).ids
	}
	requireUnique(t, slices.Concat(ids[event.Heartbeats], ids[event.Logs], ids[event.Alarms]))
}

// ranges are pieces of the span of a kind whose ends are instants of events, lie
// between two, or at midnights.
func (tr trial) ranges(kind event.Kind) map[string]event.Range {
	rows := tr.events[kind]
	at := func(quarter int) time.Time { return time.Unix(rows[(len(rows)-1)*quarter/4].unix, 0) }
	day := at(2).In(tr.Zone)
	midnight := func(d int) time.Time {
		return time.Date(day.Year(), day.Month(), day.Day()+d, 0, 0, 0, 0, tr.Zone)
	}
	return map[string]event.Range{
		"first to last":           {From: at(0), To: at(4)},
		"both ends at events":     {From: at(1), To: at(3)},
		"both ends beside events": {From: at(1).Add(time.Second), To: at(3).Add(-time.Second)},
		"parts of a second":       {From: at(1).Add(time.Millisecond), To: at(3).Add(time.Millisecond)},
		"less than a second":      {From: at(2).Add(-time.Millisecond), To: at(2).Add(time.Millisecond)},
		"one instant":             {From: at(2), To: at(2)},
		"a day":                   {From: midnight(0), To: midnight(1).Add(-time.Second)},
		"two midnights":           {From: midnight(0), To: midnight(1)},
		"an hour":                 {From: at(2).Truncate(time.Hour), To: at(2).Truncate(time.Hour).Add(time.Hour)},
		"minutes and seconds":     {From: at(1).Add(-77 * time.Second), To: at(2).Add(41 * time.Second)},
		"before all":              {From: at(0).AddDate(-1, 0, 0), To: at(0).Add(-time.Second)},
		"behind all":              {From: at(4).Add(time.Second), To: at(4).AddDate(1, 0, 0)},
		"a century":               {From: at(0).AddDate(-50, 0, 0), To: at(0).AddDate(50, 0, 0)},
	}
}

func testPagesByRange(t *testing.T, tr trial) {
	for _, kind := range kinds {
		for name, r := range tr.ranges(kind) {
			t.Run(fmt.Sprintf("%s/%s", kind, name), func(t *testing.T) {
				checkPages(t, tr, kind, selector{}, r, everyLimit)
				checkPages(t, tr, kind, selectors["level and text"], r, oneLimit)
			})
		}
	}
}
