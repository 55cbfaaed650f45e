package filetree_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/event"
)

// meant finds the instant that a naive local time means: its first occurrence,
// and where it was skipped the instant at which clocks that had not been set
// would have shown it.
func meant(local string, zone *time.Location) time.Time {
	naive, err := time.Parse(time.DateTime, local)
	if err != nil {
		panic(err)
	}
	const quarter = 15 * time.Minute // offsets are multiples of it
	before := naive
	for at := naive.Add(-27 * time.Hour); at.Before(naive.Add(27 * time.Hour)); at = at.Add(quarter) {
		shown := at.In(zone).Format(time.DateTime)
		if shown == local {
			return at
		}
		if shown > local {
			break
		}
		_, offset := at.In(zone).Zone()
		before = naive.Add(-time.Duration(offset) * time.Second)
	}
	return before
}

// threeDays are the naive local times that a script writes around a day, every
// few minutes, with those of skipped hours put in. Nobody names a file after a
// day that was left out.
func threeDays(middle time.Time, zone *time.Location) []string {
	var locals []string
	for at := middle.Add(-36 * time.Hour); at.Before(middle.Add(36 * time.Hour)); at = at.Add(433 * time.Second) {
		local := at.In(zone).Format(time.DateTime)
		if n := len(locals); n > 0 {
			last, _ := time.Parse(time.DateTime, locals[n-1])
			next := last.Add(433 * time.Second)
			for i := 0; i < 20 && next.Format(time.DateTime) < local && next.Day() == last.Day(); i++ {
				locals = append(locals, next.Format(time.DateTime))
				next = next.Add(433 * time.Second)
			}
		}
		locals = append(locals, local)
	}
	return locals
}

func TestDaysOnWhichClocksAreChangedAreServed(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		zone, noon string
		searched   bool // in large files too
	}{
		{"Europe/Berlin", "2026-03-29 12:00:00", true},
		{"Europe/Berlin", "2026-10-25 12:00:00", true},
		{"America/New_York", "2026-03-08 12:00:00", false},
		{"America/New_York", "2026-11-01 12:00:00", true},
		{"America/Sao_Paulo", "2018-11-04 12:00:00", true},  // the day begins at one
		{"America/Sao_Paulo", "2018-02-17 12:00:00", false}, // its last hour comes twice
		{"Australia/Lord_Howe", "2026-04-05 12:00:00", false},
		{"Pacific/Apia", "2011-12-29 12:00:00", false}, // the next day is left out
		{"Asia/Shanghai", "2026-03-29 12:00:00", false},
	} {
		paddings := []int{0}
		if tt.searched {
			paddings = append(paddings, 1_500)
		}
		for _, padding := range paddings {
			t.Run(fmt.Sprintf("%s %s %d", strings.ReplaceAll(tt.zone, "/", "-"), tt.noon[:10], padding), func(t *testing.T) {
				t.Parallel()
				checkZone(t, zone(t, tt.zone), tt.noon, padding)
			})
		}
	}
}

func checkZone(t *testing.T, zone *time.Location, noon string, padding int) {
	t.Helper()
	tr, text := newTree(t), map[string]string{}
	var lines []written
	middle := at(t, zone, noon)
	for i, local := range threeDays(middle, zone) {
		lines = append(lines, written{i, meant(local, zone)})
		text[local[:10]] += logLine(local, "Info", fmt.Sprintf("line %d %s", i, strings.Repeat("x", padding)))
	}
	for day, lines := range text {
		tr.write(t, "LSF/check_disk/log/"+strings.ReplaceAll(day, "-", ""), lines)
	}
	s := tr.store(zone)
	for hour := -30; hour <= 30; hour += 5 {
		from := middle.Add(time.Duration(hour) * time.Hour).Add(17 * time.Second)
		r := event.Range{From: from, To: from.Add(5*time.Hour + 30*time.Minute)}
		want := inOrder(lines, r, padding)
		got := messages(t, s, r)
		// Which of two files comes first in a second does not matter here.
		requireTexts(t, slices.Sorted(slices.Values(want)), slices.Sorted(slices.Values(got)), r)
		counts, problems := byLevel(t, s, r)
		require.Empty(t, problems)
		require.EqualValues(t, len(want), counts["Info"], "%v", r)
		p, err := s.Logs(t.Context(), event.PageRequest{Range: r, Limit: 2})
		require.NoError(t, err)
		slices.Reverse(want)
		for i := range min(2, len(want)) {
			require.True(t, slices.Contains(want, p.Items[i].Message))
			require.False(t, p.Items[i].Time.Before(p.Items[len(p.Items)-1].Time))
		}
	}
	checkSteps(t, s, lines, event.Range{From: middle.Add(-48 * time.Hour), To: middle.Add(48 * time.Hour)})
}

// checkSteps counts by minutes, hours and days.
func checkSteps(t *testing.T, s event.Store, lines []written, r event.Range) {
	t.Helper()
	for range 2 { // the second time from what is kept
		for _, step := range []time.Duration{time.Minute, time.Hour, 24 * time.Hour} {
			buckets, err := event.Buckets(r, step, s.Location())
			require.NoError(t, err)
			h, err := s.Count(t.Context(), event.CountRequest{Kind: event.Logs, Range: r, Buckets: buckets})
			require.NoError(t, err)
			want := make([]uint64, len(buckets))
			for _, w := range lines {
				want[h.Bucket(w.at)]++
			}
			require.Len(t, h.Groups, 1)
			require.Equal(t, want, h.Groups[0].Counts, "by %v", step)
		}
	}
}

func TestAStoreInAnotherZoneThanTheReaderIsReadInItsOwn(t *testing.T) {
	tr := newTree(t)
	tr.write(t, dayLog, logLine("2026-03-05 00:30:00", "Error", "after midnight in Shanghai"))
	for name, want := range map[string]string{"Asia/Shanghai": "2026-03-04 16:30:00", "UTC": "2026-03-05 00:30:00", "America/New_York": "2026-03-05 05:30:00"} {
		logs, _ := everything(t, tr.store(zone(t, name)), march)
		require.Len(t, logs, 1)
		require.Equal(t, at(t, time.UTC, want), logs[0].Time)
		require.Equal(t, time.UTC, logs[0].Time.Location())
	}
}
