package filetree_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/event/filetree"
)

// busyTree has two directions with three monitors each, over three days. The
// minutes and levels of their files differ.
func busyTree(t *testing.T) (tree, []string) {
	t.Helper()
	tr, rng := newTree(t), rand.New(rand.NewPCG(3, 4))
	var names []string
	for i := range 18 {
		at := time.Date(2026, 3, 4+i%3, 0, 0, 0, 0, time.UTC)
		name := fmt.Sprintf("area%d/check%d/log/%s", i/9, i/3, at.Format("20060102"))
		var text strings.Builder
		for at := at.Add(time.Duration(rng.IntN(600)) * time.Second); rng.IntN(400) > 0; at = at.Add(time.Duration(rng.IntN(200)) * time.Second) {
			text.WriteString(logLine(at.Format(time.DateTime), []string{"Info", "Info", "Error", fmt.Sprintf("Level%d", i)}[rng.IntN(4)], "m"))
		}
		if i%5 == 0 {
			text.WriteString("garbage\n")
		}
		tr.write(t, name, text.String())
		tr.age(t, name)
		names = append(names, name)
	}
	return tr, names
}

// asked are requests that add up the files of a day in every way.
func asked(t *testing.T) []event.CountRequest {
	t.Helper()
	days := event.Range{From: time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 3, 6, 23, 59, 59, 0, time.UTC)}
	cut := event.Range{From: days.From.Add(95*time.Minute + 17*time.Second), To: days.To.Add(-7*time.Hour - 31*time.Second)}
	text, err := event.ParseText("m")
	require.NoError(t, err)
	filters := []event.Filter{
		{}, {Text: text},
		{Conditions: []event.Condition{{Dimension: event.Level, Values: []string{"Error"}}}},
		{Conditions: []event.Condition{{Dimension: event.Direction, Values: []string{"area1"}}}},
	}
	var all []event.CountRequest
	for _, r := range []event.Range{days, cut} {
		for _, dims := range [][]event.Dimension{nil, {event.Level}, {event.Direction}, {event.Direction, event.Level}, {event.Item, event.Level}} {
			for i, f := range filters {
				step := []time.Duration{time.Minute, time.Hour}[(i+len(dims))%2]
				buckets, err := event.Buckets(r, step, time.UTC)
				require.NoError(t, err)
				all = append(all, event.CountRequest{Kind: event.Logs, Range: r, Filter: f, GroupBy: dims, Buckets: buckets})
			}
		}
	}
	return all
}

func TestCountsAreTheSameFromLinesFromFilesAndFromSumsOfDays(t *testing.T) {
	t.Parallel()
	tr, names := busyTree(t)
	kept := tr.store(nil)
	compare := func(why string) {
		t.Helper()
		for _, r := range asked(t) {
			first, err := tr.store(nil).Count(t.Context(), r)
			require.NoError(t, err)
			require.NotEmpty(t, first.Groups)
			for range 2 {
				again, err := kept.Count(t.Context(), r)
				require.NoError(t, err)
				require.ElementsMatch(t, first.Problems, again.Problems)
				require.Equal(t, first.Groups, again.Groups, "%s: %v %v %v", why, r.Range, r.GroupBy, r.Filter)
			}
		}
	}
	compare("unchanged")
	require.NotZero(t, filetree.Sums(kept), "sums of days are kept")
	tr.write(t, names[4], logLine("2026-03-05 00:00:01", "Error", "m"))
	compare("one file grew")
	tr.age(t, names[4])
	compare("and is kept again")
	tr.write(t, "area1/new/log/20260305", logLine("2026-03-05 23:59:59", "Fatal", "m"))
	tr.age(t, "area1/new/log/20260305")
	compare("a file came")
}

func TestCountsOfTooManyClassesForASumStayWithTheirFiles(t *testing.T) {
	tr := newTree(t)
	for i := range 3 {
		name := fmt.Sprintf("area/check%d/log/20260305", i)
		for n := range 150 {
			tr.write(t, name, logLine("2026-03-05 12:00:00", fmt.Sprintf("Level %d of %d", n, i), "m"))
		}
		tr.age(t, name)
	}
	s := tr.store(nil)
	for range 3 {
		counts, _ := byLevel(t, s, march)
		require.Len(t, counts, 450)
	}
	require.Zero(t, filetree.Sums(s))
}
