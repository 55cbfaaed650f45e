package requestlog

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

const (
	// most is how many windows are remembered: about 10 MB of them.
	most = 50_000
	// disorder is how far rows may be off the order of time and still be read in
	// one pass; what is further off costs a second look at its window.
	disorder = 10 * time.Minute
	// longest is the longest request that is counted as in flight for all of its
	// time: of longer ones, the beginning is not looked for.
	longest = time.Hour
)

// edges of a window, Unix nanoseconds.
type edges struct{ start, end int64 }

func edgesOf(w signal.Windows, i int) edges {
	start, end := w.Bounds(i)
	return edges{nanoOf(start), nanoOf(end)}
}

// entry is what is remembered of one window.
type entry struct {
	figures *figures // nil where unknown
	level   *level   // nil where unknown
	used    uint64   // when it was used last
}

// cache remembers the figures of windows for as long as no row is written to
// them. Windows of one grid are used together, and are forgotten together.
type cache struct {
	pass chan struct{} // holds one token: whoever reads rows to fill windows takes it

	mu      sync.Mutex // guards what follows
	entries map[edges]*entry
	high    int64  // rows up to this id are in the entries
	uses    uint64 // counts the questions

	// What came to be wrong since the pass began that goes on.
	passing   bool
	arrived   []int64 // times of new rows
	begin     int64   // since when requests among them ran
	gone      int64   // rows before this instant were taken away
	forgotten bool    // all that was known when it began
}

func newCache() *cache {
	return &cache{pass: make(chan struct{}, 1), entries: map[edges]*entry{}}
}

// reset forgets everything. The next rows have ids above high.
func (c *cache) reset(high int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.entries)
	c.high, c.forgotten = high, true
}

// drop forgets the windows that new rows are in: their times, and since when
// requests among them ran. Ids go up to high.
func (c *cache) drop(times []int64, begin, high int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.high = high
	slices.Sort(times)
	if c.passing {
		c.arrived, c.begin = append(c.arrived, times...), min(c.begin, begin)
		c.forgotten = c.forgotten || len(c.arrived) > manyRows
	}
	maps.DeleteFunc(c.entries, func(w edges, e *entry) bool { return e.spoil(w, times, begin) })
}

// spoil forgets what sorted times of new rows make wrong, and reports whether
// nothing is left.
func (e *entry) spoil(w edges, times []int64, begin int64) bool {
	if i, _ := slices.BinarySearch(times, w.start); i < len(times) && times[i] < w.end {
		e.figures = nil
	}
	if len(times) > 0 && w.end > begin && w.start < times[len(times)-1] {
		e.level = nil
	}
	return e.figures == nil && e.level == nil
}

// dropBefore forgets the windows that begin before the first row that is left.
// As rows are not taken away quite in the order of time, a little more goes.
func (c *cache) dropBefore(first int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if first < unheard-longest.Nanoseconds() {
		first += longest.Nanoseconds()
	}
	c.gone = max(c.gone, first)
	maps.DeleteFunc(c.entries, func(w edges, _ *entry) bool { return w.start < first })
}

// find returns what is remembered of windows; nil for those that are not.
func (c *cache) find(w signal.Windows) []entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.uses++
	found := make([]entry, w.Len())
	for i := range found {
		if e, ok := c.entries[edgesOf(w, i)]; ok {
			e.used = c.uses
			found[i] = *e
		}
	}
	return found
}

// beginPass starts a pass over the rows up to an id.
func (c *cache) beginPass() (high int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.passing, c.arrived, c.begin, c.gone, c.forgotten = true, nil, unheard, 0, false
	return c.high
}

// endPass remembers what a pass has found, but for what came to be wrong in the
// meantime.
func (c *cache) endPass(found map[edges]entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.passing = false
	if c.forgotten {
		return
	}
	slices.Sort(c.arrived)
	for w, e := range found {
		if w.start < c.gone || e.spoil(w, c.arrived, c.begin) {
			continue
		}
		kept, ok := c.entries[w]
		if !ok {
			kept = &entry{}
			c.entries[w] = kept
		}
		kept.used = c.uses
		kept.figures, kept.level = cmp.Or(e.figures, kept.figures), cmp.Or(e.level, kept.level)
	}
	c.arrived = nil
	c.evict()
}

// evict forgets those used longest ago where there are too many: a quarter at
// least, so that it is seldom done, but none of those used last.
func (c *cache) evict() {
	if len(c.entries) <= most {
		return
	}
	used := make([]uint64, 0, len(c.entries))
	for _, e := range c.entries {
		used = append(used, e.used)
	}
	slices.Sort(used)
	oldest := used[len(used)-most*3/4]
	maps.DeleteFunc(c.entries, func(_ edges, e *entry) bool { return e.used <= oldest && e.used < c.uses })
}
