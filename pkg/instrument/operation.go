package instrument

import (
	"sync"
	"sync/atomic"
	"time"
)

const (
	chunkSize  = 64 // slots: two doublings of latency
	chunkCount = slots / chunkSize
)

// chunk holds cumulative counts of some slots. It exists once a latency has fallen
// into it, so that memory follows the spread of latencies that there really are.
type chunk [chunkSize]atomic.Uint64

type chunks [chunkCount]atomic.Pointer[chunk]

// shard is one of the copies of an operation's counters: requests that end at the
// same time mostly add to different ones. All but the extremes only grow.
type shard struct {
	least, most  atomic.Int64 // ns since the last tick, 0 for none
	sum          atomic.Uint64
	begun, ended atomic.Uint64
	succeeded    chunks
	failed       chunks
	_            [64 - (5*8+2*8*chunkCount)%64]byte // shards share no cache line
}

// Operation counts the requests of one kind, such as those of one route. It is
// safe for concurrent use.
type Operation struct {
	name    string
	id      int // from 1
	created time.Time
	monitor *Monitor
	shards  []shard // a power of two
	mask    uint64  // one less than there are

	exemplars *exemplars // nil where Config has no TraceID

	last reading // of the last tick; held by Monitor.mu
}

func newOperation(m *Monitor, name string, id int) *Operation {
	o := &Operation{name: name, id: id, created: time.Now(), monitor: m, shards: make([]shard, m.shards), mask: uint64(m.shards - 1)} //nolint:gosec // at least one
	if m.config.TraceID != nil {
		o.exemplars = new(exemplars)
	}
	return o
}

// Name is what the operation is called in every figure.
func (o *Operation) Name() string { return o.name }

// Observe counts a request that took d and has just ended; it failed if err is not
// nil. It takes no lock and allocates nothing. A duration of less than 1 ns counts
// as 1 ns.
func (o *Operation) Observe(d time.Duration, err error) {
	d = max(d, 1) // the request log must not hold less than is counted
	o.shard().count(d, err != nil)
	if log := o.monitor.requestLog; log != nil {
		log.Record(o.monitor.wall(o.monitor.clock()), d, err != nil)
	}
}

// Begin counts a request as in flight until its Call is ended.
func (o *Operation) Begin() Call {
	return Call{operation: o, shard: o.begin(), begun: o.monitor.clock()}
}

// Call is a request in flight.
type Call struct {
	operation *Operation
	shard     *shard        // where it began, and is counted
	begun     time.Duration // since the monitor's epoch
}

// End counts the request; it failed if err is not nil. It must be called exactly
// once.
func (c Call) End(err error) {
	c.shard.ended.Add(1)
	c.operation.conclude(c.shard, c.begun, err != nil)
}

// conclude counts a request that has run since begun, in the request log too.
func (o *Operation) conclude(s *shard, begun time.Duration, failed bool) {
	now := o.monitor.clock()
	s.count(now-begun, failed)
	if log := o.monitor.requestLog; log != nil {
		log.Record(o.monitor.wall(now), now-begun, failed)
	}
}

// places hands each processor a number of its own, as far as there is one: requests
// on different processors add to different shards, so that no cache line goes to
// and fro between them.
var places = sync.Pool{New: func() any {
	n := nextPlace.Add(1)
	return &n
}}

var nextPlace atomic.Uint64

func (o *Operation) shard() *shard {
	place := places.Get().(*uint64)
	s := &o.shards[*place&o.mask]
	places.Put(place)
	return s
}

func (o *Operation) begin() *shard {
	s := o.shard()
	s.begun.Add(1)
	return s
}

func (s *shard) count(d time.Duration, failed bool) {
	ns := max(int64(d), 1)
	slot := slotOf(ns)
	bins := &s.succeeded
	if failed {
		bins = &s.failed
	}
	c := bins[slot/chunkSize].Load()
	if c == nil {
		c = bins.grow(slot / chunkSize)
	}
	// The bin comes last: a request that is counted has its sum and its extremes.
	s.extend(ns)
	s.sum.Add(uint64(ns))
	c[slot%chunkSize].Add(1)
}

func (c *chunks) grow(i int) *chunk {
	if fresh := new(chunk); c[i].CompareAndSwap(nil, fresh) {
		return fresh
	}
	return c[i].Load()
}

func (s *shard) extend(ns int64) {
	for least := s.least.Load(); least == 0 || ns < least; least = s.least.Load() {
		if s.least.CompareAndSwap(least, ns) {
			break
		}
	}
	for most := s.most.Load(); ns > most; most = s.most.Load() {
		if s.most.CompareAndSwap(most, ns) {
			break
		}
	}
}

// reading is what an operation has counted since it was created.
type reading struct {
	requests, errors uint64
	sum              uint64 // ns
	bins             []bin  // ascending, none is empty
}

// read adds the shards up. Bins are read before sums, so that every request that
// is counted has its sum.
func (o *Operation) read() (r reading) {
	for c := range chunkCount {
		var counts [chunkSize]uint64
		for i := range o.shards {
			o.shards[i].succeeded.addTo(c, &counts)
			r.errors += o.shards[i].failed.addTo(c, &counts)
		}
		for i, n := range counts {
			if n > 0 {
				r.bins = append(r.bins, bin{c*chunkSize + i, n})
				r.requests += n
			}
		}
	}
	for i := range o.shards {
		r.sum += o.shards[i].sum.Load()
	}
	return r
}

func (c *chunks) addTo(i int, counts *[chunkSize]uint64) (total uint64) {
	chunk := c[i].Load()
	if chunk == nil {
		return 0
	}
	for slot := range chunk {
		n := chunk[slot].Load()
		counts[slot] += n
		total += n
	}
	return total
}

// since is what was counted between an older reading and this one; the extremes
// are not in readings.
func (r reading) since(older reading) interval {
	delta := interval{requests: r.requests - older.requests, errors: r.errors - older.errors, sum: r.sum - older.sum}
	if delta.requests == 0 {
		return interval{}
	}
	before := older.bins
	for _, b := range r.bins { // bins never become fewer
		if len(before) > 0 && before[0].slot == b.slot {
			b.count -= before[0].count
			before = before[1:]
		}
		if b.count > 0 {
			delta.bins = append(delta.bins, b)
		}
	}
	return delta
}

// advance is what was counted since the last advance; it begins a new interval.
// The caller holds Monitor.mu.
func (o *Operation) advance() interval {
	now := o.read()
	delta := now.since(o.last)
	if delta.requests > 0 { // otherwise the sum may be of a request that is counted next
		o.last = now
	}
	for i := range o.shards {
		delta.extend(o.shards[i].least.Swap(0), o.shards[i].most.Swap(0))
	}
	delta.settle()
	return delta
}

// peek is what was counted since the last advance, and what was counted in all.
// The caller holds Monitor.mu.
func (o *Operation) peek() (delta interval, all reading) {
	all = o.read()
	delta = all.since(o.last)
	for i := range o.shards {
		delta.extend(o.shards[i].least.Load(), o.shards[i].most.Load())
	}
	delta.settle()
	return delta, all
}

func (i *interval) extend(least, most int64) {
	if least > 0 && (i.least == 0 || least < i.least) {
		i.least = least
	}
	i.most = max(i.most, most)
}

// inFlight counts what was begun and has not ended; known is false where nothing
// was ever begun. What ended is read first: the difference is never negative.
func (o *Operation) inFlight() (n int64, known bool) {
	var begun, ended uint64
	for i := range o.shards {
		ended += o.shards[i].ended.Load()
	}
	for i := range o.shards {
		begun += o.shards[i].begun.Load()
	}
	return int64(begun - ended), begun > 0
}
