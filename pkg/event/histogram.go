package event

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// MaxCells bounds groups times buckets of one Histogram (16 MiB of counts).
const MaxCells = 2_000_000

// ErrTooLarge says that an answer would have more series and points than a
// panel can draw.
var ErrTooLarge = errors.New("filter by direction or monitor, group by fewer properties, or choose a longer interval")

// Histogram counts events per group and bucket.
type Histogram struct {
	Buckets  []time.Time // ascending starts
	GroupBy  []Dimension
	Groups   []Group // sorted by Key
	Problems Problems

	index map[string]int
}

// Group is one combination of values of the grouping dimensions.
type Group struct {
	Key    []string // one value for each of Histogram.GroupBy
	Counts []uint64 // one for each of Histogram.Buckets
}

// Total is the number of events in all buckets.
func (g Group) Total() uint64 {
	var sum uint64
	for _, n := range g.Counts {
		sum += n
	}
	return sum
}

// NewHistogram returns an empty histogram.
func NewHistogram(buckets []time.Time, groupBy []Dimension) *Histogram {
	return &Histogram{Buckets: buckets, GroupBy: groupBy, index: map[string]int{}}
}

// Group returns the counts of the group with this key and adds the group, with
// zeros, where it is missing. The returned slice is the group's own. It fails
// when the histogram would grow over MaxCells.
func (h *Histogram) Group(key ...string) ([]uint64, error) {
	joined := strings.Join(key, "\x00")
	i, ok := h.index[joined]
	if !ok {
		i = len(h.Groups)
		if (i+1)*len(h.Buckets) > MaxCells {
			return nil, fmt.Errorf("more than %d groups over %d intervals each: %w", i, len(h.Buckets), ErrTooLarge)
		}
		h.index[joined] = i
		h.Groups = append(h.Groups, Group{Key: slices.Clone(key), Counts: make([]uint64, len(h.Buckets))})
	}
	return h.Groups[i].Counts, nil
}

// Bucket is the index of the bucket that holds t: the last that starts at or
// before it. A time before the first start belongs to the first.
func (h *Histogram) Bucket(t time.Time) int {
	i, exact := slices.BinarySearchFunc(h.Buckets, t, time.Time.Compare)
	if exact {
		return i
	}
	return max(0, i-1)
}

// Sort puts the groups in the order of their keys.
func (h *Histogram) Sort() {
	slices.SortFunc(h.Groups, func(a, b Group) int { return slices.Compare(a.Key, b.Key) })
	h.reindex()
}

// DropEmpty leaves out groups without any event.
func (h *Histogram) DropEmpty() {
	h.Groups = slices.DeleteFunc(h.Groups, func(g Group) bool { return g.Total() == 0 })
	h.reindex()
}

// Top keeps the n groups with the most events, the largest first, and leaves
// out groups without any.
func (h *Histogram) Top(n int) {
	h.DropEmpty()
	slices.SortStableFunc(h.Groups, func(a, b Group) int {
		return cmp.Or(cmp.Compare(b.Total(), a.Total()), slices.Compare(a.Key, b.Key))
	})
	h.Groups = h.Groups[:min(n, len(h.Groups))]
	h.reindex()
}

func (h *Histogram) reindex() {
	clear(h.index)
	for i, g := range h.Groups {
		h.index[strings.Join(g.Key, "\x00")] = i
	}
}
