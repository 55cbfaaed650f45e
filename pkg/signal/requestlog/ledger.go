package requestlog

import (
	"slices"
	"sync"
)

// ledger brings together what batches of rows add to windows, in the order of
// the batches, and closes the windows that the reading has passed, so that only
// the times of a few are held.
type ledger struct {
	edges  []int64
	detail detail
	limits limits
	// patient ledgers close nothing before the end: they have no late rows.
	patient bool

	mu      sync.Mutex
	waiting map[int64]posted // batches whose turn has not come
	next    int64            // turn
	open    []account        // of each window
	held    int              // times in open windows
	closed  int              // windows before this one are closed
	reached int64            // the latest instant that the reading has come to
	missed  []bool           // windows that got a row after they were closed
	results []figures
}

type posted struct {
	segments []segment
	when     int64
}

func newLedger(edges []int64, d detail, most limits, patient bool) *ledger {
	n := len(edges) - 1
	return &ledger{
		edges: edges, detail: d, limits: most, patient: patient, waiting: map[int64]posted{}, reached: edges[0],
		open: make([]account, n), missed: make([]bool, n), results: make([]figures, n),
	}
}

// post takes a batch, and closes windows that nothing is expected of any more.
func (l *ledger) post(turn int64, segments []segment, when int64) {
	l.mu.Lock()
	l.waiting[turn] = posted{segments, when}
	from := l.closed
	for {
		p, ok := l.waiting[l.next]
		if !ok {
			break
		}
		delete(l.waiting, l.next)
		l.next++
		for _, s := range p.segments {
			l.enter(s)
		}
		l.reached = max(l.reached, p.when)
	}
	for !l.patient && l.closed < len(l.open) && l.edges[l.closed+1] <= l.reached-disorder.Nanoseconds() {
		l.held -= l.open[l.closed].held()
		l.closed++
	}
	to := l.closed
	l.mu.Unlock()
	// Nobody else touches windows that were closed here.
	for i := from; i < to; i++ {
		l.settle(i)
	}
}

// enter adds a segment to its window.
func (l *ledger) enter(s segment) {
	if s.window < l.closed {
		l.missed[s.window] = true
		return
	}
	l.held += l.open[s.window].enter(s)
	if l.held <= l.limits.held {
		return
	}
	// Closed windows are not ours any more: others may be settling them.
	largest := l.closed
	for i := l.closed; i < len(l.open); i++ {
		if l.open[i].held() > l.open[largest].held() {
			largest = i
		}
	}
	l.held -= l.open[largest].condense()
}

// settle closes the account of a window.
func (l *ledger) settle(window int) {
	l.results[window] = l.open[window].total(l.detail, l.limits)
	l.open[window] = account{}
}

// close returns the figures of all windows.
func (l *ledger) close() []figures {
	for ; l.closed < len(l.open); l.closed++ {
		l.settle(l.closed)
	}
	return l.results
}

// account is what was read of an open window.
type account struct {
	figures figures
	times   [parts][][]float64
	digests *[parts]digest // instead of times, where those are too many
}

// held is how many times the account holds.
func (a *account) held() int {
	if a.digests != nil {
		return 0
	}
	return a.figures.parts[failed].count + a.figures.parts[succeeded].count
}

// enter adds a segment and returns how many more times are held.
func (a *account) enter(s segment) (held int) {
	a.figures.flaws.add(s.flaws)
	for part := range parts {
		a.figures.counts[part] += s.counts[part]
		a.figures.parts[part].merge(s.parts[part])
		switch times := s.times[part]; {
		case len(times) == 0:
		case a.digests != nil:
			a.digests[part].add(times)
		default:
			a.times[part] = append(a.times[part], times)
			held += len(times)
		}
	}
	if s.heat != nil {
		a.figures.heat = addHeat(a.figures.heat, s.heat)
	}
	return held
}

// condense counts the times, and returns how many are no longer held.
func (a *account) condense() (held int) {
	held = a.held()
	a.digests = &[parts]digest{}
	for part, pieces := range a.times {
		for _, piece := range pieces {
			a.digests[part].add(piece)
		}
		a.times[part] = nil
	}
	return held
}

// total is what an account comes to, but for the percentiles of one that was
// condensed.
func (a *account) total(d detail, most limits) figures {
	f := a.figures
	f.detail = d
	if d&heat != 0 && f.heat == nil {
		f.heat = make([]uint32, len(heatBounds))
	}
	for part := range parts {
		f.all.merge(f.parts[part])
	}
	if a.digests != nil {
		f.digests = a.digests
		return f
	}
	var exact bool
	for part := range parts {
		if d&byStatus != 0 {
			f.parts[part].percentiles, exact = percentilesIn(a.times[part], most)
			f.round(part, exact)
		}
	}
	f.all.percentiles, exact = percentilesIn(slices.Concat(a.times[failed], a.times[succeeded]), most)
	f.round(both, exact)
	return f
}

// percentilesIn finds the percentiles of times in pieces.
func percentilesIn(pieces [][]float64, most limits) (none [len(quantiles)]float64, exact bool) {
	n := 0
	for _, piece := range pieces {
		n += len(piece)
	}
	if n == 0 {
		return none, true
	}
	if n <= most.copied {
		values := slices.Concat(pieces...)
		selectRanks(values, ranks(n), 0)
		return percentilesOf(n, func(rank int) float64 { return values[rank] }), true
	}
	var d digest
	for _, piece := range pieces {
		d.add(piece)
	}
	p := d.picks(most.picked)
	for _, piece := range pieces {
		p.add(piece)
	}
	return p.percentiles()
}
