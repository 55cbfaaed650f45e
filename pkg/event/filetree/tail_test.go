package filetree_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/event/filetree"
)

// inBubble runs a test whose clock jumps ahead whenever all wait. It begins at
// midnight, 2000-01-01 in UTC.
func inBubble(t *testing.T, test func(t *testing.T, tr tree)) {
	t.Helper()
	tr := newTree(t)
	synctest.Test(t, func(t *testing.T) { test(t, tr) })
}

// pass lets time pass.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// tailing collects what a tail yields.
type tailing struct {
	cancel context.CancelFunc
	done   chan struct{}

	mu       sync.Mutex
	messages []string
	largest  int // batch
	errs     []string
}

// tail begins to follow and lets it find what there is.
func tail(t testing.TB, s *filetree.Store, f event.Filter) *tailing {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	tl := &tailing{cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(tl.done)
		for batch, err := range s.Tail(ctx, f) {
			tl.mu.Lock()
			tl.largest = max(tl.largest, len(batch))
			for _, l := range batch {
				tl.messages = append(tl.messages, l.Message)
			}
			if err != nil {
				tl.errs = append(tl.errs, err.Error())
			}
			tl.mu.Unlock()
		}
	}()
	synctest.Wait()
	return tl
}

// next lets a look pass and returns what it brought.
func (tl *tailing) next() []string {
	pass(time.Second)
	tl.mu.Lock()
	defer tl.mu.Unlock()
	got := tl.messages
	tl.messages = nil
	return got
}

// said returns the errors since it was called last.
func (tl *tailing) said() []string {
	tl.mu.Lock()
	defer tl.mu.Unlock()
	errs := tl.errs
	tl.errs = nil
	return errs
}

// end cancels the tail, which must be over at once.
func (tl *tailing) end(t testing.TB) {
	t.Helper()
	tl.cancel()
	synctest.Wait()
	select {
	case <-tl.done:
	default:
		require.Fail(t, "the tail goes on after its context has ended")
	}
	require.Empty(t, tl.said())
	require.Empty(t, tl.messages)
}

const firstDay = "LSF/check_disk/log/20000101"

// info is a line of the bubble's first day.
func info(clock, message string) string {
	return logLine("2000-01-01 "+clock, "Info", message)
}

func TestTailYieldsNewLinesOnceAndWhole(t *testing.T) {
	inBubble(t, func(t *testing.T, tr tree) {
		line := info("00:00:05", "half, and then whole")
		tr.write(t, firstDay, info("00:00:01", "old"), line[:20])
		tl := tail(t, tr.store(nil), event.Filter{})
		require.Empty(t, tl.next(), "old lines are not new")
		tr.write(t, firstDay, line[20:50])
		require.Empty(t, tl.next(), "half a line is none")
		tr.write(t, firstDay, line[50:], info("00:00:06", "a"), info("00:00:06", "b")[:60])
		require.Equal(t, []string{"half, and then whole", "a"}, tl.next())
		require.Empty(t, tl.next())
		tr.write(t, firstDay, info("00:00:06", "b")[60:], "garbage\n", "\r\n", strings.ReplaceAll(info("00:00:07", "磁盘"), "\n", "\r\n"))
		require.Equal(t, []string{"b", "磁盘"}, tl.next())
		tr.write(t, firstDay, info("00:00:08", "late"), info("00:00:07", "earlier"))
		require.Equal(t, []string{"earlier", "late"}, tl.next(), "oldest first")
		tl.end(t)
	})
}

func TestTailGoesOnOverMidnight(t *testing.T) {
	inBubble(t, func(t *testing.T, tr tree) {
		zone := time.FixedZone("three seconds behind", -3) // where the day ends soon
		tr.write(t, "LSF/check_disk/log/19991231", logLine("1999-12-31 23:59:50", "Info", "old"))
		tl := tail(t, tr.store(zone), event.Filter{})
		tr.write(t, "LSF/check_disk/log/19991231", logLine("1999-12-31 23:59:58", "Info", "the last of a day"))
		require.Equal(t, []string{"the last of a day"}, tl.next())
		pass(2 * time.Second)
		tr.write(t, "LSF/check_disk/log/19991231", logLine("1999-12-31 23:59:59", "Info", "written a moment later"))
		tr.write(t, firstDay, info("00:00:00", "the first of the next"))
		require.Equal(t, []string{"written a moment later", "the first of the next"}, tl.next())
		tr.write(t, firstDay, info("00:00:03", "the next"))
		require.Equal(t, []string{"the next"}, tl.next())
		tl.end(t)
	})
}

func TestTailFollowsFilesThatAppearAreCutAndReplaced(t *testing.T) {
	inBubble(t, func(t *testing.T, tr tree) {
		tr.write(t, firstDay, info("00:00:01", "old 1"), info("00:00:02", "old 2"))
		tl := tail(t, tr.store(nil), event.Filter{})
		tr.write(t, "storage/new/log/20000101", info("00:00:03", "of a new monitor"))
		require.Equal(t, []string{"of a new monitor"}, tl.next())
		tr.age(t, firstDay)
		require.Empty(t, tl.next())
		tr.write(t, firstDay, info("00:00:03", "within a tick of the file system's clock"))
		tr.age(t, firstDay)
		require.Equal(t, []string{"within a tick of the file system's clock"}, tl.next())
		require.NoError(t, os.Truncate(tr.path(firstDay), 0))
		tr.write(t, firstDay, info("00:00:04", "cut"))
		require.Equal(t, []string{"cut"}, tl.next())
		require.NoError(t, os.Rename(tr.path(firstDay), tr.path(firstDay)+".1"))
		tr.write(t, firstDay, info("00:00:05", "rotated"), info("00:00:05", "rotated too"))
		require.Equal(t, []string{"rotated", "rotated too"}, tl.next())
		require.NoError(t, os.Remove(tr.path(firstDay)))
		require.Empty(t, tl.next())
		tr.write(t, firstDay, info("00:00:06", "made anew"))
		require.Equal(t, []string{"made anew"}, tl.next())
		require.NoError(t, os.RemoveAll(tr.path("LSF")))
		require.Empty(t, tl.next())
		tl.end(t)
	})
}

func TestTailFilters(t *testing.T) {
	inBubble(t, func(t *testing.T, tr tree) {
		tr.write(t, "LSF/check_disk/monitor_item.yaml", "script_startup_host: hpc01\n")
		tr.write(t, "storage/check_disk/monitor_item.yaml", "script_startup_host: nas01\n")
		s := tr.store(nil)
		text, err := event.ParseText("DISK")
		require.NoError(t, err)
		byText := tail(t, s, event.Filter{Text: text})
		byLevel := tail(t, s, only(t, event.Level, "Error", "Fatal"))
		byItem := tail(t, s, only(t, event.Item, "LSF/check_disk"))
		byHost := tail(t, s, only(t, event.Host, "nas01"))
		pass(time.Second)
		tr.write(t, firstDay, logLine("2000-01-01 00:00:01", "Info", "disk, LSF"), logLine("2000-01-01 00:00:02", "Error", "net, LSF"))
		tr.write(t, "storage/check_disk/log/20000101", logLine("2000-01-01 00:00:03", "Fatal", "disk, storage"), logLine("2000-01-01 00:00:04", "Info", "net, storage"))
		require.Equal(t, []string{"disk, LSF", "disk, storage"}, byText.next())
		require.Equal(t, []string{"net, LSF", "disk, storage"}, byLevel.next())
		require.Equal(t, []string{"disk, LSF", "net, LSF"}, byItem.next())
		require.Equal(t, []string{"disk, storage", "net, storage"}, byHost.next())
		for _, tl := range []*tailing{byText, byLevel, byItem, byHost} {
			tl.end(t)
		}
	})
}

func TestTailWaitsForATreeThatIsMissing(t *testing.T) {
	inBubble(t, func(t *testing.T, tr tree) {
		away := tr.root + ".away"
		tr.write(t, firstDay, info("00:00:01", "old"))
		require.NoError(t, os.Rename(tr.root, away))
		tl := tail(t, tr.store(nil), event.Filter{})
		pass(10 * time.Second)
		require.Len(t, tl.said(), 1, "said once, not at each look")
		require.NoError(t, os.Rename(away, tr.root))
		require.Empty(t, tl.next(), "what was there before is old")
		tr.write(t, firstDay, info("00:00:12", "fresh"))
		require.Equal(t, []string{"fresh"}, tl.next())

		require.NoError(t, os.Rename(tr.root, away))
		pass(10 * time.Second)
		said := tl.said()
		require.Len(t, said, 1)
		require.Contains(t, said[0], "folder is missing")
		require.NoError(t, os.Rename(away, tr.root))
		tr.write(t, firstDay, info("00:00:24", "written while it was away"))
		require.Equal(t, []string{"written while it was away"}, tl.next())
		tl.end(t)
	})
}

func TestTailYieldsManyLinesInBatches(t *testing.T) {
	inBubble(t, func(t *testing.T, tr tree) {
		tr.write(t, firstDay, info("00:00:00", "old"))
		tl := tail(t, tr.store(nil), event.Filter{})
		var want []string
		var text strings.Builder
		for i := range 20_000 { // more than is read at one look
			want = append(want, fmt.Sprintf("line %d %s", i, strings.Repeat("x", 900)))
			text.WriteString(info("00:00:01", want[i]))
		}
		tr.write(t, firstDay, text.String())
		got := slices.Concat(tl.next(), tl.next(), tl.next(), tl.next())
		require.True(t, slices.Equal(want, got), "%d lines", len(got))
		require.LessOrEqual(t, tl.largest, 1_000)
		tl.end(t)
	})
}

func TestTailYieldsALineThatIsLongerThanALook(t *testing.T) {
	inBubble(t, func(t *testing.T, tr tree) {
		tr.write(t, firstDay, info("00:00:00", "old"))
		tl := tail(t, tr.store(nil), event.Filter{})
		head, end, _ := strings.Cut(info("00:00:01", "HERE"), "HERE")
		tr.write(t, firstDay, head)
		tr.stretch(t, firstDay, 10<<20)
		require.Empty(t, tl.next())
		tr.stretch(t, firstDay, 10<<20)
		tr.write(t, firstDay, end, info("00:00:02", "after"))
		got := slices.Concat(tl.next(), tl.next())
		require.Len(t, got, 2)
		require.Len(t, got[0], 4<<20-len(head), "cut as it is in a page")
		require.Equal(t, "after", got[1])
		tl.end(t)
	})
}

func TestTailEndsWhenItsConsumerWantsNoMore(t *testing.T) {
	inBubble(t, func(t *testing.T, tr tree) {
		tr.write(t, firstDay, info("00:00:00", "old"))
		go func() {
			pass(3 * time.Second)
			_ = tr.add(firstDay, strings.Repeat(info("00:00:03", "x"), 5_000))
		}()
		batches := 0
		for batch, err := range tr.store(nil).Tail(t.Context(), event.Filter{}) {
			require.NoError(t, err)
			require.NotEmpty(t, batch)
			if batches++; batches == 2 {
				break
			}
		}
		require.Equal(t, 2, batches)
	})
}
