package requestlog

import "sync/atomic"

// entry is a request that has ended.
type entry struct {
	ended  int64 // Unix nanoseconds
	took   int64 // nanoseconds
	failed bool
}

// queue hands entries from any number of goroutines to one. It is a ring whose
// slots count the turns in which they are written and read: a bounded queue after
// Dmitry Vyukov. Neither side ever waits.
type queue struct {
	slots []slot // a power of two
	mask  uint64 // one less than there are
	_     [64]byte
	tail  atomic.Uint64 // the next turn to be written
	_     [64]byte
	head  uint64 // the next turn to be read, the reader's own
}

type slot struct {
	turn atomic.Uint64 // t: free for turn t; t+1: written in turn t
	entry
}

func newQueue(size int) *queue {
	q := &queue{slots: make([]slot, size), mask: uint64(size - 1)} //nolint:gosec // at least one
	for i := range q.slots {
		q.slots[i].turn.Store(uint64(i))
	}
	return q
}

// push adds an entry, or returns false where the queue is full.
func (q *queue) push(e entry) bool {
	for {
		turn := q.tail.Load()
		s := &q.slots[turn&q.mask]
		switch reached := s.turn.Load(); {
		case reached == turn:
			if q.tail.CompareAndSwap(turn, turn+1) {
				s.entry = e
				s.turn.Store(turn + 1)
				return true
			}
		case reached < turn: // not read since the ring went round
			return false
		}
	}
}

// pop appends entries in the order in which they came, until there is none or the
// slice is full.
func (q *queue) pop(into []entry) []entry {
	for len(into) < cap(into) {
		s := &q.slots[q.head&q.mask]
		if s.turn.Load() != q.head+1 {
			break
		}
		into = append(into, s.entry)
		s.turn.Store(q.head + q.mask + 1)
		q.head++
	}
	return into
}
