package requestlog

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

// minutes are n windows.
func minutes(n int) signal.Windows {
	start := time.Date(2026, 3, 6, 12, 0, 0, 0, time.UTC)
	w := signal.Windows{End: start.Add(time.Duration(n) * time.Minute)}
	for i := range n {
		w.Starts = append(w.Starts, start.Add(time.Duration(i)*time.Minute))
	}
	return w
}

func known(e entry) bool { return e.figures != nil }

func TestQuestionsAtOnceReadTheRowsOnce(t *testing.T) {
	s, l := New(Config{}), look{file: &file{cache: newCache()}}
	var reads atomic.Int32
	begun := make(chan struct{})
	read := func(_ int64, from, to int) ([]entry, error) {
		reads.Add(1)
		<-begun
		return filled(to - from), t.Context().Err()
	}
	group, ctx := errgroup.WithContext(t.Context())
	for range 20 {
		group.Go(func() error {
			found, err := s.fill(ctx, l, minutes(10), known, read)
			if err == nil {
				require.Len(t, found, 10)
			}
			return err
		})
	}
	close(begun)
	require.NoError(t, group.Wait())
	require.Equal(t, int32(1), reads.Load())
}

// filled are n windows with figures.
func filled(n int) []entry {
	entries := make([]entry, n)
	for i := range entries {
		entries[i].figures = &figures{}
	}
	return entries
}

func TestOnlyWhatIsNotRememberedIsRead(t *testing.T) {
	s, l := New(Config{}), look{file: &file{cache: newCache()}}
	ask := func(w signal.Windows) (runs [][2]int) {
		_, err := s.fill(t.Context(), l, w, known, func(_ int64, from, to int) ([]entry, error) {
			runs = append(runs, [2]int{from, to})
			return filled(to - from), nil
		})
		require.NoError(t, err)
		return runs
	}
	require.Equal(t, [][2]int{{0, 10}}, ask(minutes(10)))
	require.Empty(t, ask(minutes(10)))
	require.Equal(t, [][2]int{{10, 12}}, ask(minutes(12)))
	in := func(i int) int64 { return minutes(12).Starts[i].Add(30 * time.Second).UnixNano() }
	l.cache.drop([]int64{in(7), in(3), in(8)}, in(3), 5)
	require.Equal(t, [][2]int{{3, 4}, {7, 9}}, ask(minutes(12)))
	l.cache.dropBefore(in(2) - longest.Nanoseconds())
	require.Equal(t, [][2]int{{0, 3}}, ask(minutes(12)))
}

func TestRowsThatComeDuringAPassAreNotForgotten(t *testing.T) {
	s, l := New(Config{}), look{file: &file{cache: newCache()}}
	w := minutes(3)
	reads := 0
	read := func(_ int64, from, to int) ([]entry, error) {
		if reads++; reads == 1 {
			l.cache.drop([]int64{w.Starts[1].UnixNano()}, w.Starts[1].UnixNano(), 7)
		}
		return filled(to - from), nil
	}
	for range 2 {
		_, err := s.fill(t.Context(), l, w, known, read)
		require.NoError(t, err)
	}
	require.Equal(t, 2, reads, "the second window has to be read again")
}

func TestWhoWaitsForAPassCanGiveUp(t *testing.T) {
	s, l := New(Config{}), look{file: &file{cache: newCache()}}
	l.cache.pass <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.fill(ctx, l, minutes(1), known, nil)
	require.ErrorIs(t, err, context.Canceled)
}

func TestManyWindowsAreForgottenTheOldestFirst(t *testing.T) {
	c := newCache()
	keep := func(w signal.Windows) {
		c.beginPass()
		found := map[edges]entry{}
		for i := range w.Len() {
			found[edgesOf(w, i)] = entry{figures: &figures{}}
		}
		c.find(w)
		c.endPass(found)
	}
	old, recent := minutes(most), minutes(10)
	recent.Starts[0] = recent.Starts[0].Add(time.Second)
	keep(old)
	require.Len(t, c.entries, most)
	keep(recent)
	require.Less(t, len(c.entries), most)
	require.NotNil(t, c.find(recent)[0].figures)
}
