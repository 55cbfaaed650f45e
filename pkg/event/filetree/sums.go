package filetree

import (
	"fmt"
	"hash/maphash"
	"slices"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/event/filetree/dayfile"
)

// Over many monitors and days, adding up counts that are known takes longer than
// all else. Where a request does not tell the files of a day apart, their sum is
// kept, for as long as the counts it was made of are those of the files.

// daySum is the files whose counts a request adds up: those of one day, and of
// one direction where it groups by direction.
type daySum struct {
	files []dayFile
	first int // which file of the request the first is
	key   string
	added bool // to the histogram
}

// hashSeed makes keys of the files of a sum.
var hashSeed = maphash.MakeSeed()

// daySums splits files, which are in the order of their days, into those that
// are added up. There are none where each file counts for itself.
func (c *counting) daySums(files []dayFile) []*daySum {
	if c.fromLines || slices.ContainsFunc(c.request.GroupBy, func(dim event.Dimension) bool { return dim == event.Item || dim == event.Host || dim == event.Admin }) {
		return nil
	}
	byDirection := slices.Contains(c.request.GroupBy, event.Direction)
	var sums []*daySum
	for start := 0; start < len(files); {
		var h maphash.Hash
		h.SetSeed(hashSeed)
		end := start
		for ; end < len(files); end++ {
			f := files[end]
			if f.day != files[start].day || byDirection && f.item.direction != files[start].item.direction {
				break
			}
			_, _ = h.WriteString(f.path)
			_ = h.WriteByte(0)
		}
		if end-start > 1 {
			sums = append(sums, &daySum{files: files[start:end], first: start, key: fmt.Sprintf("sum %x", h.Sum64())})
		}
		start = end
	}
	return sums
}

// addSum adds the sum of a day to the histogram, where it is known and the range
// cuts none of its minutes.
func (c *counting) addSum(d *daySum) error {
	parts := c.store.known(d.files)
	if parts == nil {
		return nil
	}
	sum := c.store.counts.getSum(d.key, parts)
	if sum == nil {
		return nil
	}
	t := c.tally(d.files[0], d.first)
	p, cut := t.place(sum)
	if len(cut) > 0 {
		return nil
	}
	d.added = true
	if err := t.columns(p, sum); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, f := range d.files {
		note(&c.histogram.Problems, f.path, parts[i].Stats)
	}
	return nil
}

// keepSum makes the sum of a day whose files were counted just now.
func (s *Store) keepSum(d *daySum) {
	if parts := s.known(d.files); parts != nil && s.counts.getSum(d.key, parts) == nil {
		if sum := dayfile.SumMinutes(parts); sum != nil {
			s.counts.putSum(d.key, parts, sum)
		}
	}
}

// known returns the counts of all the files, nil where those of one are unknown.
func (s *Store) known(files []dayFile) []*dayfile.Minutes {
	parts := make([]*dayfile.Minutes, len(files))
	for i, f := range files {
		if parts[i] = s.counts.get(f.path, f.info); parts[i] == nil {
			return nil
		}
	}
	return parts
}
