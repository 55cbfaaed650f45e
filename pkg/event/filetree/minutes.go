package filetree

import (
	"context"
	"slices"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/event/filetree/dayfile"
	"github.com/heartline-monitor/heartline/pkg/wallclock"
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
	p, cut := t.place(m)
	if t.failed = t.columns(p, m); t.failed != nil {
		return nil
	}
	for _, start := range cut {
		if err := t.cutMinute(ctx, start, m.Disorder); err != nil {
			return err
		}
	}
	return nil
}

// columns adds the counts of every class that the filter asks for.
func (t *fileTally) columns(p places, m *dayfile.Minutes) error {
	for i := range m.Classes {
		// Files counted side by side begin with different classes, so as not to
		// wait for each other's groups.
		c := (i + t.turn) % len(m.Classes)
		class := m.Classes[c]
		if !t.match.matchClass(class) {
			continue
		}
		if err := t.addColumn(t.key(class), p, m.Counts[c]); err != nil {
			return err
		}
	}
	return nil
}

// outside marks a minute that does not lie in the range as a whole.
const outside = -1

// places are the buckets of the minutes of a file.
type places struct {
	run     bool // the minutes lie in successive buckets, from first on
	first   int
	last    int     // first to last are the buckets that get anything
	buckets []int32 // where they do not: the bucket of each, or outside
}

// place finds the bucket of each minute, and the minutes that the range cuts.
func (t *fileTally) place(m *dayfile.Minutes) (p places, cut []wallclock.Stamp) {
	n := len(m.Starts)
	if n == 0 {
		return places{last: outside}, nil
	}
	offset, steady := t.clock.Offset(m.Starts[0], m.Starts[n-1])
	first, last := int64(m.Starts[0])-offset, int64(m.Starts[n-1])-offset
	if steady && t.minutely && last-first == int64(n-1)*60 && first >= t.from && last+59 <= t.to {
		// A bucket a minute and a line in each: the usual case over long ranges. The
		// first and the last bucket may hold more minutes than one.
		if b := t.bucketOf(first); first >= t.starts[b] && b+n <= len(t.starts) {
			return places{run: true, first: b, last: b + n - 1}, nil
		}
	}
	p = places{first: len(t.starts), last: outside, buckets: make([]int32, n)}
	for i, start := range m.Starts {
		unix := int64(start) - offset
		if !steady {
			unix = t.clock.Unix(start)
		}
		switch {
		case unix >= t.from && unix+59 <= t.to:
			b := t.bucketOf(unix)
			p.first, p.last = min(p.first, b), max(p.last, b)
			p.buckets[i] = int32(b) //nolint:gosec // at most event.MaxBuckets
		case unix+59 < t.from || unix > t.to:
			p.buckets[i] = outside
		default:
			p.buckets[i] = outside
			cut = append(cut, start)
		}
	}
	return p, cut
}

func (t *fileTally) addColumn(key []string, p places, counts []uint32) error {
	if p.last == outside {
		return nil
	}
	g, err := t.group(key)
	if err != nil {
		return err
	}
	g.lock(p.first, p.last)
	defer g.unlock(p.first, p.last)
	if p.run {
		column := g.counts[p.first:][:len(counts)]
		for i, n := range counts {
			column[i] += uint64(n)
		}
		return nil
	}
	for i, b := range p.buckets {
		if b != outside {
			g.counts[b] += uint64(counts[i])
		}
	}
	return nil
}

// bucketOf finds the bucket of an instant: mostly that of the one before, or the
// next.
func (t *fileTally) bucketOf(unix int64) int {
	next := t.bucket + 1
	if next < len(t.starts) && unix >= t.starts[next] {
		t.bucket = next
		next++
	}
	if unix < t.starts[t.bucket] || next < len(t.starts) && unix >= t.starts[next] {
		i, exact := slices.BinarySearch(t.starts, unix)
		if !exact {
			i = max(0, i-1)
		}
		t.bucket = i
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
		case event.Admin:
			key[i] = t.described().Admin
		case event.Host:
			key[i] = t.described().Host
		case event.Level, event.SendResult:
			key[i] = class
		}
	}
	return key
}

// described is the monitor of the file, as its description has it.
func (t *fileTally) described() event.Monitor {
	if t.monitor == nil {
		m, _ := t.store.monitor(t.root, t.file.item)
		t.monitor = &m
	}
	return *t.monitor
}
