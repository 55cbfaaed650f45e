package filetree

import (
	"container/list"
	"io/fs"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/heartline-monitor/heartline/pkg/event/filetree/dayfile"
)

// minuteCache keeps the counts of day files that are unchanged: same file, size
// and time of modification. It drops what was not used for longest when it
// holds more than its bytes. The sums of such counts are kept in it too.
type minuteCache struct {
	mu    sync.Mutex
	limit int
	held  int
	order *list.List // of *cached, the latest used first
	known map[string]*list.Element
}

type cached struct {
	path    string // or the key of a sum
	info    fs.FileInfo
	parts   []*dayfile.Minutes // of a sum
	minutes *dayfile.Minutes
}

func newMinuteCache(limit int) *minuteCache {
	return &minuteCache{limit: limit, order: list.New(), known: map[string]*list.Element{}}
}

// get returns the counts of the file as it is now, nil where they are unknown.
func (c *minuteCache) get(path string, now fs.FileInfo) *dayfile.Minutes {
	return c.find(path, func(e *cached) bool {
		return os.SameFile(e.info, now) && e.info.Size() == now.Size() && e.info.ModTime().Equal(now.ModTime())
	})
}

// getSum returns the sum of just these counts, nil where it is unknown.
func (c *minuteCache) getSum(key string, parts []*dayfile.Minutes) *dayfile.Minutes {
	return c.find(key, func(e *cached) bool { return slices.Equal(e.parts, parts) })
}

func (c *minuteCache) find(key string, holds func(*cached) bool) *dayfile.Minutes {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.known[key]
	if !ok {
		return nil
	}
	entry := e.Value.(*cached)
	if !holds(entry) {
		c.drop(e)
		return nil
	}
	c.order.MoveToFront(e)
	return entry.minutes
}

// put keeps the counts of a file that was read after info was taken. A file
// modified just before may change again without a new time stamp: it is not kept.
func (c *minuteCache) put(path string, info fs.FileInfo, m *dayfile.Minutes) {
	if time.Since(info.ModTime()) >= racy {
		c.keep(&cached{path: path, info: info, minutes: m})
	}
}

// putSum keeps the sum of counts.
func (c *minuteCache) putSum(key string, parts []*dayfile.Minutes, sum *dayfile.Minutes) {
	c.keep(&cached{path: key, parts: parts, minutes: sum})
}

func (c *minuteCache) keep(entry *cached) {
	if entry.size() > c.limit/4 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.known[entry.path]; ok {
		c.drop(e)
	}
	c.known[entry.path] = c.order.PushFront(entry)
	c.held += entry.size()
	for c.held > c.limit {
		c.drop(c.order.Back())
	}
}

func (e *cached) size() int { return e.minutes.Size() + 8*len(e.parts) }

func (c *minuteCache) drop(e *list.Element) {
	entry := c.order.Remove(e).(*cached)
	delete(c.known, entry.path)
	c.held -= entry.size()
}
