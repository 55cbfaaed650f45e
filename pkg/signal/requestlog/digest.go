package requestlog

import (
	"math"
	"slices"
)

// digest counts values by their first bits, which for numbers from 0 on are
// ordered as the numbers are. It says near which value a rank lies, so that only
// the values near it have to be looked at.
type digest struct {
	bins  []uint32
	count int
}

const (
	// binBits are those behind the first ones: a bin is 0.4 % wide.
	binBits = 44
	// bins reach from a nanosecond to twelve days; all that is shorter or longer
	// is in the first or the last.
	bins = (20 + 30) << (52 - binBits)
)

// shortest is what a nanosecond begins with: 2^-30 seconds.
const shortest = (1023 - 30) << (52 - binBits)

func binOf(v float64) int {
	return min(max(int(math.Float64bits(v)>>binBits)-shortest, 0), bins-1)
}

func (d *digest) add(values []float64) {
	if d.bins == nil {
		d.bins = make([]uint32, bins)
	}
	for _, v := range values {
		d.bins[binOf(v)]++
	}
	d.count += len(values)
}

func (d *digest) merge(o *digest) {
	if d.bins == nil {
		d.bins = make([]uint32, bins)
	}
	for i, n := range o.bins {
		d.bins[i] += n
	}
	d.count += o.count
}

// picks are the values of the bins that hold the ranks of the percentiles.
type picks struct {
	count int
	most  int     // values that are held of each bin
	slots []uint8 // for each bin, which of the picked it is, counted from 1
	all   []picked
}

type picked struct {
	below, count int // values in lower bins, and in this one
	values       []float64
	seen         int
	min, max     float64
}

// picks says which bins to look at, of each of which so many values are held at most.
func (d *digest) picks(most int) *picks {
	p := &picks{count: d.count, most: most, slots: make([]uint8, bins)}
	wanted := ranks(d.count)
	below := 0
	for bin, n := range d.bins {
		if i, _ := slices.BinarySearch(wanted, below); n > 0 && i < len(wanted) && wanted[i] < below+int(n) {
			p.all = append(p.all, picked{below: below, count: int(n)})
			p.slots[bin] = uint8(len(p.all)) //nolint:gosec // two for each percentile
		}
		below += int(n)
	}
	return p
}

func (p *picks) add(values []float64) {
	for _, v := range values {
		slot := p.slots[binOf(v)]
		if slot == 0 {
			continue
		}
		b := &p.all[slot-1]
		if b.seen == 0 {
			b.min, b.max = v, v
		}
		b.seen++
		b.min, b.max = min(b.min, v), max(b.max, v)
		if len(b.values) < p.most {
			b.values = append(b.values, v)
		}
	}
}

func (p *picks) merge(o *picks) {
	for i, more := range o.all {
		b := &p.all[i]
		if more.seen == 0 {
			continue
		}
		if b.seen == 0 {
			b.min, b.max = more.min, more.max
		}
		b.seen += more.seen
		b.min, b.max = min(b.min, more.min), max(b.max, more.max)
		b.values = append(b.values, more.values[:min(len(more.values), p.most-len(b.values))]...)
	}
}

// empty forgets the values that were picked.
func (p *picks) empty() {
	for i := range p.all {
		b := &p.all[i]
		b.values, b.seen = b.values[:0], 0
	}
}

// percentiles of all values; exact unless one lies in a bin of different values
// that are too many to hold.
func (p *picks) percentiles() (all [len(quantiles)]float64, exact bool) {
	exact = true
	for i := range p.all {
		slices.Sort(p.all[i].values)
	}
	all = percentilesOf(p.count, func(rank int) float64 {
		i := slices.IndexFunc(p.all, func(b picked) bool { return rank < b.below+b.count })
		b := &p.all[i]
		switch at := rank - b.below; {
		case b.min == b.max:
			return b.min
		case b.seen == len(b.values) && b.seen == b.count:
			return b.values[at]
		}
		exact = false
		return (b.min + b.max) / 2
	})
	return all, exact
}
