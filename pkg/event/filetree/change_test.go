package filetree_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/event"
)

// both checks that pages and counts give these messages of one level.
func both(t testing.TB, s event.Store, want ...string) {
	t.Helper()
	require.Equal(t, want, messages(t, s, march))
	counts, _ := byLevel(t, s, march)
	require.Equal(t, map[string]uint64{"Error": uint64(len(want))}, counts)
}

// TestAnswersFollowTheFile goes through all that can happen to a file whose
// counts are kept.
func TestAnswersFollowTheFile(t *testing.T) {
	tr := newTree(t)
	s := tr.store(nil)
	kept := func(want ...string) {
		t.Helper()
		both(t, s, want...) // counts it
		both(t, s, want...) // knows the counts
	}
	tr.write(t, dayLog, good("a"), good("b"))
	tr.age(t, dayLog)
	kept("a", "b")

	tr.write(t, dayLog, good("c"))
	kept("a", "b", "c")
	tr.age(t, dayLog)
	kept("a", "b", "c")
	tr.write(t, dayLog, good("d"))
	tr.age(t, dayLog)
	kept("a", "b", "c", "d")

	require.NoError(t, os.WriteFile(tr.path(dayLog), []byte(good("x")+good("y")+good("z")), 0o600))
	kept("x", "y", "z")
	tr.age(t, dayLog)
	kept("x", "y", "z")
	require.NoError(t, os.WriteFile(tr.path(dayLog), []byte(good("x")+strings.Replace(good("y"), "12:00", "13:00", 1)+good("z")), 0o600))
	require.Len(t, perMinute(t, s, march), 2, "changed again within a moment, to the same size")
	tr.age(t, dayLog)
	require.Len(t, perMinute(t, s, march), 2)

	tr.write(t, "new", good("1"), good("2"), good("3"))
	tr.age(t, "new")
	require.NoError(t, os.Rename(tr.path("new"), tr.path(dayLog)))
	kept("1", "2", "3")

	require.NoError(t, os.Truncate(tr.path(dayLog), int64(len(good("1")))))
	kept("1")
	require.NoError(t, os.Remove(tr.path(dayLog)))
	require.Empty(t, messages(t, s, march))
	counts, _ := byLevel(t, s, march)
	require.Empty(t, counts)
	tr.write(t, dayLog, good("back"))
	kept("back")
}

func TestAFileReplacedByOneOfTheSameSizeAndTimeIsReadAgain(t *testing.T) {
	tr := newTree(t)
	s := tr.store(nil)
	tr.write(t, dayLog, good("a"))
	tr.write(t, "new", logLine("2026-03-05 12:00:00", "Fatal", "b"))
	tr.age(t, dayLog)
	tr.age(t, "new")
	counts, _ := byLevel(t, s, march)
	require.Equal(t, map[string]uint64{"Error": 1}, counts)
	require.NoError(t, os.Rename(tr.path("new"), tr.path(dayLog)))
	counts, _ = byLevel(t, s, march)
	require.Equal(t, map[string]uint64{"Fatal": 1}, counts)
}

func TestKeptCountsAnswerPartsOfMinutesToo(t *testing.T) {
	tr := newTree(t)
	for i := range 120 {
		tr.write(t, dayLog, logLine(time.Date(2026, 3, 5, 12, 0, i, 0, time.UTC).Format(time.DateTime), "Info", fmt.Sprint(i)))
	}
	tr.age(t, dayLog)
	s := tr.store(nil)
	for range 2 {
		counts, _ := byLevel(t, s, march)
		require.Equal(t, map[string]uint64{"Info": 120}, counts)
		for _, part := range [][2]int{{0, 59}, {1, 59}, {0, 60}, {30, 89}, {30, 30}, {59, 60}, {119, 119}, {119, 400}} {
			start := time.Date(2026, 3, 5, 12, 0, 0, 0, time.UTC)
			r := event.Range{From: start.Add(time.Duration(part[0]) * time.Second), To: start.Add(time.Duration(part[1]) * time.Second)}
			counts, _ := byLevel(t, s, r)
			require.EqualValues(t, min(part[1], 119)-part[0]+1, counts["Info"], "%v", part)
		}
	}
}

// TestReadersOfAGrowingFileSeeABeginningOfIt reads while a writer appends in
// pieces that end anywhere within a line.
func TestReadersOfAGrowingFileSeeABeginningOfIt(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	var lines []string
	for _, w := range evenly(4_000) {
		lines = append(lines, w.line(100))
	}
	text := strings.Join(lines, "")
	tr.write(t, dayLog, text[:1_000])
	done := make(chan error, 1)
	go func() {
		var err error
		for from := 1_000; from < len(text) && err == nil; from += 11_111 {
			err = tr.add(dayLog, text[from:min(from+11_111, len(text))])
		}
		done <- err
	}()
	s := tr.store(nil)
	for running := true; running; {
		select {
		case err := <-done:
			require.NoError(t, err)
			running = false // and look once more
		default:
		}
		atLeast := beginningOf(t, s, lines, 0)
		counts, problems := byLevel(t, s, march)
		require.Empty(t, problems)
		total := 0
		for _, n := range counts {
			total += int(n)
		}
		require.GreaterOrEqual(t, total, atLeast, "lines do not vanish")
		beginningOf(t, s, lines, total)
	}
	require.Equal(t, len(lines), beginningOf(t, s, lines, len(lines)))
}

// beginningOf checks that what is served, from either end, is a beginning of the
// lines, and returns how long it is.
func beginningOf(t testing.TB, s event.Store, lines []string, atLeast int) int {
	t.Helper()
	n := 0
	for _, order := range []event.Order{event.OldestFirst, event.NewestFirst} {
		p, err := s.Logs(t.Context(), event.PageRequest{Range: march, Limit: event.MaxPage, Order: order})
		require.NoError(t, err)
		require.Empty(t, p.Problems)
		require.GreaterOrEqual(t, len(p.Items), atLeast)
		if order == event.NewestFirst {
			slices.Reverse(p.Items)
		}
		for i, l := range p.Items {
			require.Contains(t, lines[i], fmt.Sprintf("%q", l.Message))
		}
		n = len(p.Items)
	}
	return n
}

// TestReadersOfAFileThatIsTruncatedAndReplacedGetNoError reads while a file is
// cut, rewritten, replaced and removed.
func TestReadersOfAFileThatIsTruncatedAndReplacedGetNoError(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	var text strings.Builder
	for _, w := range evenly(3_000) {
		text.WriteString(w.line(100))
	}
	stop, stopped := make(chan struct{}), make(chan error, 1)
	require.NoError(t, tr.rewrite(0, text.String()))
	go func() {
		var err error
		for i := 0; err == nil; i++ {
			select {
			case <-stop:
				stopped <- err
				return
			default:
				err = tr.rewrite(i, text.String())
			}
		}
		stopped <- err
	}()
	s := tr.store(nil)
	for range 40 {
		for _, order := range []event.Order{event.OldestFirst, event.NewestFirst} {
			p, err := s.Logs(t.Context(), event.PageRequest{Range: march, Limit: event.MaxPage, Order: order})
			require.NoError(t, err)
			require.LessOrEqual(t, len(p.Items), 4_100, "the lines, and a third of them again")
			for _, l := range p.Items {
				require.True(t, strings.HasPrefix(l.Message, "line ") && strings.HasSuffix(l.Message, "xxxx"), "a torn line: %s", l.Message)
			}
		}
		_, _ = byLevel(t, s, march)
	}
	close(stop)
	require.NoError(t, <-stopped)
	tr.age(t, dayLog)
	require.Len(t, messages(t, s, march), 3_000, "and nothing of it is left")
	require.Equal(t, minutesOf(first(everything(t, s, march))), perMinute(t, s, march))
}

func first[A, B any](a A, _ B) A { return a }

// rewrite disturbs the day file in one of several ways, and then replaces it by a
// whole one.
func (tr tree) rewrite(i int, text string) error {
	var err error
	switch {
	case i == 0:
		err = tr.add(dayLog, "")
	case i%3 == 0:
		err = os.Truncate(tr.path(dayLog), int64(len(text)/2))
	case i%3 == 1:
		err = os.Remove(tr.path(dayLog))
	case i%3 == 2:
		err = tr.add(dayLog, text[:len(text)/3])
	}
	fresh := tr.path("fresh")
	return errors.Join(err, os.WriteFile(fresh, []byte(text), 0o600), os.Rename(fresh, tr.path(dayLog)))
}

func TestTheTreeIsNeverWritten(t *testing.T) {
	tr := newTree(t)
	tr.write(t, dayLog, good("a"), "garbage\n", good("b")[:40])
	tr.write(t, "LSF/check_disk/heartbeat/20260305", heartbeatLine("2026-03-05 10:00:00", "h"))
	tr.write(t, "LSF/check_disk/alarm/20260305", alarmLine("2026-03-05 10:00:00", "a b", "PASSED", "x"))
	tr.write(t, "LSF/check_disk/monitor_item.yaml", "script_path: /x\n")
	tr.folder(t, "LSF/empty/log")
	tr.write(t, "stray", "x")
	before := tr.digest(t)
	s := tr.store(nil)
	everyKind(t, s)
	_, err := s.Check(t.Context())
	require.NoError(t, err)
	inventory(t, tr)
	require.NoError(t, s.Close())
	require.Equal(t, before, tr.digest(t))
	tr.write(t, "stray", "y")
	require.NotEqual(t, before, tr.digest(t), "the digest would have shown it")
}
