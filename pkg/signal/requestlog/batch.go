package requestlog

import (
	"database/sql/driver"
	"math"
	"sort"
)

// rowColumns are what is asked for of each request. The plus takes the declared
// type away, by which the driver would make a time of a text.
const rowColumns = `+timestamp, process_time, CASE status WHEN 'success' THEN 1 WHEN 'error' THEN 0 ELSE 2 END`

// segment is what a batch of rows adds to one window.
type segment struct {
	window int
	counts [parts]int
	parts  [parts]latencies // without percentiles
	times  [parts][]float64 // the seconds of each request
	heat   []uint32
	flaws  flaws
}

// batch collects rows that were read in one go. It is used again and again by
// one goroutine.
type batch struct {
	clock  *clock
	edges  []int64 // of the windows, one more than there are
	texts  bounds  // of their timestamps
	detail detail
	half   int // of the rows of a batch

	rows    []sample
	read    int       // rows, those outside of all windows included
	when    int64     // the time of the middle one
	at      int       // the window of the last row
	windows []segment // without times
	touched []int     // windows
	slots   []int     // for each window and part, where its next time goes
}

// sample is a row within the windows.
type sample struct {
	seconds float64 // NaN where unknown
	slot    int32   // window and part
}

func newBatch(p *pass) *batch {
	n := len(p.edges) - 1
	return &batch{clock: newClock(p.zone), edges: p.edges, texts: p.texts, detail: p.detail, half: p.limits.batch / 2, when: math.MinInt64, windows: make([]segment, n), slots: make([]int, n*parts)}
}

// add takes a row.
func (b *batch) add(row []driver.Value) {
	text, _ := row[0].(string)
	at, ok := b.clock.read(text)
	if !ok {
		if text >= b.texts.low && text < b.texts.high {
			b.touch(b.at).flaws.unreadable++
		}
		return
	}
	if b.read++; b.read <= b.half {
		b.when = at
	}
	if !b.find(at) {
		return
	}
	w := b.touch(b.at)
	part := succeeded
	if status, _ := row[2].(int64); status != succeeded {
		part = failed
		if status != failed {
			w.flaws.unnamed++
		}
	}
	w.counts[part]++
	seconds, ok := amount(row[1])
	if !ok {
		w.flaws.untimed++
		return
	}
	b.rows = append(b.rows, sample{seconds, int32(b.at*parts + part)}) //nolint:gosec // there are fewer windows
	l := &w.parts[part]
	if l.count == 0 {
		l.min, l.max = seconds, seconds
	}
	l.count++
	l.sum += seconds
	l.min, l.max = min(l.min, seconds), max(l.max, seconds)
}

// amount is a number from 0 on, if the value is one.
func amount(v driver.Value) (n float64, ok bool) {
	switch v := v.(type) {
	case float64:
		n, ok = v, true
	case int64:
		n, ok = float64(v), true
	}
	return n + 0, ok && n >= 0 && n <= math.MaxFloat64 // 0 is not -0
}

// nanos is how long a request is counted as in flight.
func nanos(seconds float64) int64 {
	return int64(math.Round(min(seconds, longest.Seconds()) * 1e9))
}

// find looks for the window of an instant: nearly always that of the row before.
func (b *batch) find(at int64) bool {
	if at >= b.edges[b.at] && at < b.edges[b.at+1] {
		return true
	}
	i := sort.Search(len(b.edges), func(i int) bool { return b.edges[i] > at }) - 1
	if i < 0 || i >= len(b.edges)-1 {
		return false
	}
	b.at = i
	return true
}

func (b *batch) touch(window int) *segment {
	w := &b.windows[window]
	if w.counts == [parts]int{} && w.flaws == (flaws{}) {
		b.touched = append(b.touched, window)
	}
	return w
}

// take returns what the rows add to each window, and about when they were. The
// batch is empty then.
func (b *batch) take() (segments []segment, when int64) {
	times := make([]float64, len(b.rows)) // one piece for all windows of the batch
	next := 0
	segments = make([]segment, len(b.touched))
	for i, window := range b.touched {
		w := &b.windows[window]
		w.window = window
		for part := range parts {
			n := w.parts[part].count
			w.times[part] = times[next : next+n : next+n]
			b.slots[window*parts+part] = next
			next += n
		}
		if b.detail&heat != 0 {
			w.heat = make([]uint32, len(heatBounds))
		}
		segments[i], *w = *w, segment{}
	}
	for _, r := range b.rows {
		times[b.slots[r.slot]] = r.seconds
		b.slots[r.slot]++
	}
	if b.detail&heat != 0 {
		countHeat(segments)
	}
	when = b.when
	b.rows, b.touched, b.read, b.when = b.rows[:0], b.touched[:0], 0, math.MinInt64
	return segments, when
}
