package filetree

import (
	"container/list"
	"io/fs"
	"os"
	"sync"
	"time"

	"github.com/heartline-monitor/heartline/pkg/event/filetree/dayfile"
)

// minuteCache keeps the counts of day files that are unchanged: same file, size
// and time of modification. It drops what was not used for longest when it
// holds more than its bytes.
type minuteCache struct {
	mu    sync.Mutex
	limit int
	held  int
	order *list.List // of *cached, the latest used first
	known map[string]*list.Element
}

type cached struct {
	path    string
	info    fs.FileInfo
	minutes *dayfile.Minutes
}

func newMinuteCache(limit int) *minuteCache {
	return &minuteCache{limit: limit, order: list.New(), known: map[string]*list.Element{}}
}

// get returns the counts of the file as it is now, nil where they are unknown.
func (c *minuteCache) get(path string, now fs.FileInfo) *dayfile.Minutes {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.known[path]
	if !ok {
		return nil
	}
	entry := e.Value.(*cached)
	if !os.SameFile(entry.info, now) || entry.info.Size() != now.Size() || !entry.info.ModTime().Equal(now.ModTime()) {
		c.drop(e)
		return nil
	}
	c.order.MoveToFront(e)
	return entry.minutes
}

// put keeps the counts of a file that was read after info was taken. A file
// modified just before may change again without a new time stamp: it is not kept.
func (c *minuteCache) put(path string, info fs.FileInfo, m *dayfile.Minutes) {
	if time.Since(info.ModTime()) < racy || m.Size() > c.limit/4 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.known[path]; ok {
		c.drop(e)
	}
	c.known[path] = c.order.PushFront(&cached{path, info, m})
	c.held += m.Size()
	for c.held > c.limit {
		c.drop(c.order.Back())
	}
}

func (c *minuteCache) drop(e *list.Element) {
	entry := c.order.Remove(e).(*cached)
	delete(c.known, entry.path)
	c.held -= entry.minutes.Size()
}
