package filetree

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/event/filetree/dayfile"
)

// minutes returns the counts of a whole file.
func (s *Store) minutes(ctx context.Context, f dayFile, open *openFile) (*dayfile.Minutes, error) {
	info, err := open.Stat()
	if err != nil {
		return nil, err
	}
	if known := s.counts.get(f.path, info); known != nil {
		return known, nil
	}
	pieces, err := dayfile.Split(ctx, open, open.span, int(open.span.To/pieceSize)+1)
	if err != nil {
		return nil, err
	}
	parts := make([]*dayfile.Minutes, len(pieces))
	err = s.parallel(ctx, len(pieces), func(ctx context.Context, i int) (err error) {
		parts[i], err = kindSchema(f.kind).Count(ctx, open, pieces[i])
		return err
	})
	if err != nil {
		return nil, err
	}
	all := dayfile.MergeMinutes(parts)
	// What was appended meanwhile is not counted: only an unchanged file is kept.
	if after, err := open.Stat(); err == nil && after.Size() == info.Size() && after.Size() == open.span.To && after.ModTime().Equal(info.ModTime()) {
		s.counts.put(f.path, info, all)
	}
	return all, nil
}

// pieceSize is how much of a file one goroutine counts.
const pieceSize = 64 << 20

// rows adds the counts of whole minutes, and reads the lines of the minutes that
// the ends of the range cut.
func (t *fileTally) rows(ctx context.Context, m *dayfile.Minutes) error {
	buckets, cut := t.bucketsOf(m)
	for c, class := range m.Classes {
		if !t.match.matchClass(class) {
			continue
		}
		if t.failed = t.addColumn(t.key(class), buckets, m.Counts[c]); t.failed != nil {
			return nil
		}
	}
	for _, start := range cut {
		if err := t.cutMinute(ctx, start, m.Disorder); err != nil {
			return err
		}
	}
	return nil
}

// outside marks a minute that does not lie in the range as a whole.
const outside = -1

// bucketsOf finds the bucket of each minute, and the minutes that the range cuts.
func (t *fileTally) bucketsOf(m *dayfile.Minutes) (buckets []int32, cut []dayfile.Stamp) {
	if len(m.Starts) == 0 {
		return nil, nil
	}
	buckets = make([]int32, len(m.Starts))
	offset, steady := t.clock.Offset(m.Starts[0], m.Starts[len(m.Starts)-1])
	for i, start := range m.Starts {
		unix := int64(start) - offset
		if !steady {
			unix = t.clock.Unix(start)
		}
		switch {
		case unix >= t.from && unix+59 <= t.to:
			buckets[i] = int32(t.bucketOf(unix)) //nolint:gosec // at most event.MaxBuckets
		case unix+59 < t.from || unix > t.to:
			buckets[i] = outside
		default:
			buckets[i] = outside
			cut = append(cut, start)
		}
	}
	return buckets, cut
}

// group is the counts of one group, and who may add to them.
type group struct {
	mu     sync.Mutex
	counts []uint64
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
	g := &group{counts: counts}
	c.groups[joined] = g
	return g, nil
}

func (t *fileTally) addColumn(key []string, buckets []int32, counts []uint32) error {
	if !slices.ContainsFunc(buckets, func(b int32) bool { return b != outside }) {
		return nil
	}
	g, err := t.group(key)
	if err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if n := len(buckets); buckets[0] != outside && int(buckets[n-1]-buckets[0]) == n-1 {
		// A bucket a minute: the usual case over long ranges, and three times quicker.
		column := g.counts[buckets[0]:][:n]
		for i, count := range counts {
			column[i] += uint64(count)
		}
		return nil
	}
	for i, b := range buckets {
		if b != outside {
			g.counts[b] += uint64(counts[i])
		}
	}
	return nil
}

// bucketOf finds the bucket of an instant, near that of the one before.
func (t *fileTally) bucketOf(unix int64) int {
	for t.bucket > 0 && unix < t.starts[t.bucket] {
		t.bucket--
	}
	for t.bucket+1 < len(t.starts) && unix >= t.starts[t.bucket+1] {
		t.bucket++
	}
	return t.bucket
}

// key is the group of a class of this file's lines.
func (t *fileTally) key(class string) []string {
	key := make([]string, len(t.request.GroupBy))
	for i, dim := range t.request.GroupBy {
		switch dim {
		case event.Direction:
			key[i] = t.file.item.direction
		case event.Item:
			key[i] = t.file.item.name
		case event.Host:
			if t.host == nil {
				m, _ := t.store.monitor(t.root, t.file.item)
				t.host = &m.Host
			}
			key[i] = *t.host
		case event.Level, event.SendResult:
			key[i] = class
		}
	}
	return key
}
