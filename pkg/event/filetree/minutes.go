package filetree

import (
	"context"

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
	wanted := make([]bool, len(m.Classes))
	for c, class := range m.Classes {
		wanted[c] = t.match.matchClass(class)
	}
	sums := newSums(len(m.Classes))
	for i, start := range m.Starts {
		unix := t.clock.Unix(start)
		if unix+59 < t.from || unix > t.to {
			continue
		}
		if unix < t.from || unix+59 > t.to {
			if err := t.cutMinute(ctx, start, m.Disorder); err != nil {
				return err
			}
			continue
		}
		sums.add(t.bucketOf(unix), m.Row(i))
	}
	for c, class := range m.Classes {
		if wanted[c] {
			t.failed = t.addSums(t.key(class), sums.first, sums.counts[c])
		}
		if t.failed != nil {
			return nil
		}
	}
	return nil
}

// sums holds the counts of one file per class and bucket, so that the histogram
// that all files share is held only for a moment.
type sums struct {
	first  int // bucket of the first element
	counts [][]uint64
}

func newSums(classes int) *sums { return &sums{counts: make([][]uint64, classes)} }

func (s *sums) add(bucket int, row []uint32) {
	for c, n := range row {
		if s.counts[c] == nil {
			s.first = bucket
			s.counts[c] = make([]uint64, 1, 64)
		}
		if bucket < s.first {
			s.grow(s.first - bucket)
		}
		for bucket-s.first >= len(s.counts[c]) {
			s.counts[c] = append(s.counts[c], 0)
		}
		s.counts[c][bucket-s.first] += uint64(n)
	}
}

// grow makes room in front: buckets go back where clocks were set back.
func (s *sums) grow(n int) {
	s.first -= n
	for c := range s.counts {
		s.counts[c] = append(make([]uint64, n), s.counts[c]...)
	}
}

func (t *fileTally) addSums(key []string, first int, counts []uint64) error {
	sum := uint64(0)
	for _, n := range counts {
		sum += n
	}
	if sum == 0 {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	group, err := t.histogram.Group(key...)
	if err != nil {
		return err
	}
	for i, n := range counts {
		group[first+i] += n
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
