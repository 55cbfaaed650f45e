package filetree_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/event"
)

// march is the month in which the stores of these tests have their events.
var march = event.Range{From: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 3, 31, 23, 59, 59, 0, time.UTC)}

// at reads a time of a zone.
func at(t testing.TB, zone *time.Location, text string) time.Time {
	t.Helper()
	parsed, err := time.ParseInLocation(time.DateTime, text, zone)
	require.NoError(t, err)
	return parsed.UTC()
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	require.NoError(t, err)
	return loc
}

// everything is the lines of a range, oldest first, and what could not be served.
func everything(t testing.TB, s event.Store, r event.Range) ([]event.Log, event.Problems) {
	t.Helper()
	p, err := s.Logs(t.Context(), event.PageRequest{Range: r, Limit: event.MaxPage, Order: event.OldestFirst})
	require.NoError(t, err)
	require.False(t, p.More)
	return p.Items, p.Problems
}

// messages are those of the lines of a range, oldest first. Read from the other
// end they must be the same.
func messages(t testing.TB, s event.Store, r event.Range) []string {
	t.Helper()
	logs, problems := everything(t, s, r)
	p, err := s.Logs(t.Context(), event.PageRequest{Range: r, Limit: event.MaxPage})
	require.NoError(t, err)
	slices.Reverse(p.Items)
	if !slices.Equal(logs, p.Items) {
		require.Equal(t, logs, p.Items)
	}
	require.ElementsMatch(t, problems, p.Problems)
	texts := make([]string, len(logs))
	for i, l := range logs {
		texts[i] = l.Message
	}
	return texts
}

// byLevel counts the lines of a range by level, in one bucket.
func byLevel(t testing.TB, s event.Store, r event.Range) (map[string]uint64, event.Problems) {
	t.Helper()
	h, err := s.Count(t.Context(), event.CountRequest{Kind: event.Logs, Range: r, Buckets: []time.Time{r.From}, GroupBy: []event.Dimension{event.Level}})
	require.NoError(t, err)
	counts := map[string]uint64{}
	for _, g := range h.Groups {
		counts[g.Key[0]] = g.Total()
	}
	return counts, h.Problems
}

// perMinute counts the lines of a range by minute and level.
func perMinute(t testing.TB, s event.Store, r event.Range) map[string]uint64 {
	t.Helper()
	buckets, err := event.Buckets(r, time.Minute, s.Location())
	require.NoError(t, err)
	h, err := s.Count(t.Context(), event.CountRequest{Kind: event.Logs, Range: r, Buckets: buckets, GroupBy: []event.Dimension{event.Level}})
	require.NoError(t, err)
	counts := map[string]uint64{}
	for _, g := range h.Groups {
		for i, n := range g.Counts {
			if n > 0 {
				counts[buckets[i].UTC().Format(time.RFC3339)+" "+g.Key[0]] = n
			}
		}
	}
	return counts
}

// minutesOf is what perMinute must give for these lines.
func minutesOf(logs []event.Log) map[string]uint64 {
	counts := map[string]uint64{}
	for _, l := range logs {
		counts[l.Time.Truncate(time.Minute).Format(time.RFC3339)+" "+l.Level]++
	}
	return counts
}

// requireTexts compares texts of which there may be thousands.
func requireTexts(t testing.TB, want, got []string, of event.Range) {
	t.Helper()
	if !slices.Equal(want, got) {
		require.Equal(t, want, got, "%v", of)
	}
}

func only(t testing.TB, dim event.Dimension, values ...string) event.Filter {
	t.Helper()
	c, err := event.NewCondition(dim, event.OneOf, values...)
	require.NoError(t, err)
	return event.Filter{Conditions: []event.Condition{c}}
}
