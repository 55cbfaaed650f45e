package filetree_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/event"
)

// written is a line of a test's day file: a number and its time.
type written struct {
	n  int
	at time.Time
}

func (w written) line(padding int) string {
	return logLine(w.at.Format(time.DateTime), event.Levels[w.n%len(event.Levels)], fmt.Sprintf("line %d %s", w.n, strings.Repeat("x", padding)))
}

// evenly spreads n lines over 2026-03-05.
func evenly(n int) []written {
	lines := make([]written, n)
	for i := range lines {
		lines[i] = written{i, time.Date(2026, 3, 5, 0, 0, i*86_400/n, 0, time.UTC)}
	}
	return lines
}

// inOrder are the messages of the lines in a range, oldest first.
func inOrder(lines []written, r event.Range, padding int) []string {
	sorted := slices.Clone(lines)
	slices.SortStableFunc(sorted, func(a, b written) int { return a.at.Compare(b.at) })
	texts := []string{}
	for _, w := range sorted {
		if r.Contains(w.at) {
			texts = append(texts, fmt.Sprintf("line %d %s", w.n, strings.Repeat("x", padding)))
		}
	}
	return texts
}

func TestLinesOutOfOrderAreServedInOrder(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		lines   int
		padding int // makes a file large, so that it is searched
		disturb func(i int, at time.Time) time.Time
	}{
		"late writers, small file":                    {500, 10, func(i int, at time.Time) time.Time { return at.Add(-time.Duration(i*7919%900) * time.Second) }},
		"late writers, large file":                    {4_000, 100, func(i int, at time.Time) time.Time { return at.Add(-time.Duration(i*7919%900) * time.Second) }},
		"an hour back, large file":                    {4_000, 100, func(i int, at time.Time) time.Time { return at.Add(-time.Duration(i/2_000) * time.Hour) }},
		"a clock set back by seven hours, large file": {4_000, 100, func(i int, at time.Time) time.Time { return at.Add(-time.Duration(i/2_000) * 7 * time.Hour) }},
		"a clock wrong for a while, large file": {4_000, 100, func(i int, at time.Time) time.Time {
			if i > 1_500 && i < 2_500 {
				return at.Add(9 * time.Hour)
			}
			return at
		}},
		"backwards, small file": {500, 10, func(i int, _ time.Time) time.Time { return time.Date(2026, 3, 5, 23, 59, -i*100, 0, time.UTC) }},
		"backwards, large file": {4_000, 100, func(i int, _ time.Time) time.Time { return time.Date(2026, 3, 5, 23, 59, -i*20, 0, time.UTC) }},
		"at random, large file": {4_000, 100, func(i int, _ time.Time) time.Time { return time.Date(2026, 3, 5, 0, 0, i*7919%86_400, 0, time.UTC) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lines := evenly(tt.lines)
			var text strings.Builder
			for i := range lines {
				lines[i].at = tt.disturb(i, lines[i].at)
				text.WriteString(lines[i].line(tt.padding))
			}
			tr := newTree(t)
			tr.write(t, dayLog, text.String())
			checkOrder(t, tr.store(nil), lines, tt.padding)
		})
	}
}

func checkOrder(t *testing.T, s event.Store, lines []written, padding int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range 12 {
		from := time.Date(2026, 3, 5, 0, 0, rng.IntN(86_400), 0, time.UTC)
		r := event.Range{From: from, To: from.Add(time.Duration(rng.IntN(4*3_600)) * time.Second)}
		if i == 11 { // the whole file is counted only now: until then nothing is known of it
			r = march
		}
		want := inOrder(lines, r, padding)
		requireTexts(t, want, messages(t, s, r), r)
		counts, problems := byLevel(t, s, r)
		require.Empty(t, problems)
		total := 0
		for _, n := range counts {
			total += int(n)
		}
		require.Equal(t, len(want), total, "%v", r)
		p, err := s.Logs(t.Context(), event.PageRequest{Range: r, Limit: 3})
		require.NoError(t, err)
		slices.Reverse(want)
		for j, l := range p.Items {
			require.Equal(t, want[j], l.Message, "%v", r)
		}
	}
}

func TestLinesNearMidnightMayStandInTheFileOfTheDayBesides(t *testing.T) {
	tr := newTree(t)
	tr.write(t, "LSF/check_disk/log/20260304", logLine("2026-03-04 23:59:58", "Info", "a"), logLine("2026-03-05 00:00:01", "Info", "c"))
	tr.write(t, "LSF/check_disk/log/20260305", logLine("2026-03-04 23:59:59", "Info", "b"), logLine("2026-03-05 00:00:02", "Info", "d"))
	s := tr.store(nil)
	require.Equal(t, []string{"a", "b", "c", "d"}, messages(t, s, march))
	fifth := event.Range{From: at(t, time.UTC, "2026-03-05 00:00:00"), To: at(t, time.UTC, "2026-03-05 23:59:59")}
	require.Equal(t, []string{"c", "d"}, messages(t, s, fifth))
	counts, _ := byLevel(t, s, fifth)
	require.Equal(t, map[string]uint64{"Info": 2}, counts)
}

func TestTheLastHeartbeatMayStandInTheFileOfTheDayBefore(t *testing.T) {
	tr := newTree(t)
	tr.write(t, "LSF/check_disk/heartbeat/20260304", heartbeatLine("2026-03-04 23:59:58", "h"), heartbeatLine("2026-03-05 00:00:30", "h"))
	tr.write(t, "LSF/check_disk/heartbeat/20260305", heartbeatLine("2026-03-04 23:59:50", "h"))
	s := tr.store(nil)
	for now, want := range map[string]string{
		"2026-03-05 12:00:00": "2026-03-05 00:00:30", "2026-03-05 00:00:30": "2026-03-05 00:00:30",
		"2026-03-05 00:00:29": "2026-03-04 23:59:58", "2026-03-04 23:59:57": "2026-03-04 23:59:50", "2026-03-20 12:00:00": "2026-03-05 00:00:30",
	} {
		beats, err := s.LastHeartbeats(t.Context(), event.Filter{}, at(t, time.UTC, now))
		require.NoError(t, err)
		require.Equal(t, map[string]time.Time{"LSF/check_disk": at(t, time.UTC, want)}, beats.Last, now)
	}
}

func TestTheLastHeartbeatIsFoundBehindEmptyAndUnreadableFiles(t *testing.T) {
	tr := newTree(t)
	tr.write(t, "LSF/a/heartbeat/20250101", heartbeatLine("2025-01-01 10:00:00", "h"))
	tr.write(t, "LSF/a/heartbeat/20260304", "")
	tr.write(t, "LSF/a/heartbeat/20260305", "garbage\n", heartbeatLine("2026-03-05 10:00:00", "h")[:30])
	tr.write(t, "LSF/never/heartbeat/20260305", "")
	tr.folder(t, "LSF/none/heartbeat")
	beats, err := tr.store(nil).LastHeartbeats(t.Context(), event.Filter{}, at(t, time.UTC, "2026-03-05 12:00:00"))
	require.NoError(t, err)
	require.Equal(t, map[string]time.Time{"LSF/a": at(t, time.UTC, "2025-01-01 10:00:00")}, beats.Last)
	require.Equal(t, event.Problems{{What: "unreadable line", Where: "LSF/a/heartbeat/20260305", Count: 1}}, beats.Problems)
}
