package instrument

import (
	"encoding/binary"
	"iter"
)

const (
	historySeconds = 900
	// historyBytes bounds what the packed seconds take: older ones than the window
	// go early where very many operations have very many different latencies.
	historyBytes = 32 << 20

	totalID = 0 // of the interval of all operations
)

// gauges are the figures of a process in one second.
type gauges struct {
	inFlight   int64
	goroutines int
	memory     uint64 // bytes of the heap in use
	cpu        float64
	cpuKnown   bool
	gcs        uint64
	gcPause    float64 // seconds
}

// second is what happened in one complete second. It never changes.
type second struct {
	unix   int64
	gauges gauges
	packed []byte // the interval of all operations, then those of the ones that had requests
}

// pack appends an interval. A second of a busy service takes some bytes for each
// operation and two or three for each bin; 900 of them are kept.
func pack(to []byte, id int, i interval) []byte {
	to = binary.AppendUvarint(to, uint64(id))                                                                                 //nolint:gosec // ids count from 0
	for _, n := range []uint64{i.requests, i.errors, i.sum, uint64(i.least), uint64(i.most - i.least), uint64(len(i.bins))} { //nolint:gosec // none is negative
		to = binary.AppendUvarint(to, n)
	}
	before := 0
	for _, b := range i.bins {
		to = binary.AppendUvarint(to, uint64(b.slot-before)) //nolint:gosec // ascending
		to = binary.AppendUvarint(to, b.count)
		before = b.slot
	}
	return to
}

// intervals unpacks the second: first totalID, where there was any request. The
// bins are valid until the next one.
func (s *second) intervals() iter.Seq2[int, interval] {
	return func(yield func(int, interval) bool) {
		rest := s.packed
		next := func() uint64 {
			n, size := binary.Uvarint(rest)
			rest = rest[size:]
			return n
		}
		var bins []bin
		for len(rest) > 0 {
			id := int(next())                                                                  //nolint:gosec // as packed
			i := interval{requests: next(), errors: next(), sum: next(), least: int64(next())} //nolint:gosec // as packed
			i.most = i.least + int64(next())                                                   //nolint:gosec // as packed
			bins = bins[:0]
			slot := 0
			for range next() {
				slot += int(next()) //nolint:gosec // as packed
				bins = append(bins, bin{slot, next()})
			}
			i.bins = bins
			if !yield(id, i) {
				return
			}
		}
	}
}

// history keeps the last seconds, oldest first.
type history struct {
	seconds []*second
	window  int // how many seconds are kept whatever they take
	bytes   int
}

// append adds a second. Where the clock was set back, the seconds that now lie in
// the future go.
func (h *history) append(s *second) {
	for n := len(h.seconds); n > 0 && h.seconds[n-1].unix >= s.unix; n-- {
		h.bytes -= len(h.seconds[n-1].packed)
		h.seconds = h.seconds[:n-1]
	}
	h.seconds = append(h.seconds, s)
	h.bytes += len(s.packed)
	for oldest := h.seconds[0]; h.outlived(oldest, s.unix); oldest = h.seconds[0] {
		h.bytes -= len(oldest.packed)
		h.seconds[0] = nil
		h.seconds = h.seconds[1:]
	}
}

func (h *history) outlived(oldest *second, now int64) bool {
	age := now - oldest.unix
	return age >= historySeconds || h.bytes > historyBytes && age >= int64(h.window)
}

// after lists the seconds behind one, oldest first. The list stays as it is when
// further seconds are appended.
func (h *history) after(unix int64) []*second {
	first := len(h.seconds)
	for first > 0 && h.seconds[first-1].unix > unix {
		first--
	}
	return append([]*second(nil), h.seconds[first:]...)
}
