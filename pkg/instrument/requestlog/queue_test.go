package requestlog

import (
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestQueueIsFullAtItsSizeAndFreeAgainWhenRead(t *testing.T) {
	q := newQueue(4)
	for i := range 4 {
		require.True(t, q.push(entry{ended: int64(i)}))
	}
	require.False(t, q.push(entry{ended: 4}))

	taken := q.pop(make([]entry, 0, 3))
	require.Equal(t, []entry{{ended: 0}, {ended: 1}, {ended: 2}}, taken)
	require.True(t, q.push(entry{ended: 5}))
	require.Equal(t, []entry{{ended: 3}, {ended: 5}}, q.pop(make([]entry, 0, 8)))
	require.Empty(t, q.pop(make([]entry, 0, 8)))
}

func TestQueueLosesNothingThatItTookAndKeepsTheOrderOfEachWriter(t *testing.T) {
	const writers, each = 8, 10_000
	q := newQueue(256)
	var wg sync.WaitGroup
	defer wg.Wait()
	for writer := range writers {
		wg.Go(func() {
			for i := range each {
				for !q.push(entry{ended: int64(writer), took: int64(i)}) {
					runtime.Gosched()
				}
			}
		})
	}
	next := make([]int64, writers)
	taken := make([]entry, 0, 64)
	for left := writers * each; left > 0; left -= len(taken) {
		taken = q.pop(taken[:0])
		for _, e := range taken {
			require.Equal(t, next[e.ended], e.took)
			next[e.ended]++
		}
	}
	require.Empty(t, q.pop(taken[:0]))
}

func TestAddingToAQueueAllocatesNothing(t *testing.T) {
	w := &Writer{queue: newQueue(1 << 12)}
	require.Zero(t, testing.AllocsPerRun(1000, func() { w.queue.push(entry{}) }))
}
