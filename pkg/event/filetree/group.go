package filetree

import (
	"strings"
	"sync"
)

// group is the counts of one group. Several files are added to it side by side,
// mostly to buckets far from each other: each stripe of them has its own lock.
type group struct {
	counts []uint64 // for each bucket
	width  int      // of a stripe
	mu     [stripes]sync.Mutex
}

// stripes is how many locks a group has: more than there are workers.
const stripes = 16

func newGroup(counts []uint64) *group {
	return &group{counts: counts, width: (len(counts) + stripes - 1) / stripes}
}

// lock reserves the buckets from first to last, both included.
func (g *group) lock(first, last int) {
	for i := first / g.width; i <= last/g.width; i++ { // always upwards, so that no two wait for each other
		g.mu[i].Lock()
	}
}

// unlock is for what was reserved with lock.
func (g *group) unlock(first, last int) {
	for i := first / g.width; i <= last/g.width; i++ {
		g.mu[i].Unlock()
	}
}

// group finds or makes the group of a key.
func (c *counting) group(key []string) (*group, error) {
	joined := strings.Join(key, "\x00")
	c.mu.Lock()
	defer c.mu.Unlock()
	if g, ok := c.groups[joined]; ok {
		return g, nil
	}
	counts, err := c.histogram.Group(key...)
	if err != nil {
		return nil, err
	}
	g := newGroup(counts)
	c.groups[joined] = g
	return g, nil
}
