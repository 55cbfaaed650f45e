package instrument

import (
	"math"
	"math/bits"
	"sort"
	"time"
)

// Latencies are counted in bins whose bounds grow by a fixed factor: those of a
// native Prometheus histogram of schema 5. Bin i holds the requests with
// Gamma^(i-1) < seconds <= Gamma^i.
const (
	schema          = 5
	binsPerDoubling = 1 << schema

	lowestIndex  = -30*binsPerDoubling + 1 // holds durations of a nanosecond and shorter
	highestIndex = 20 * binsPerDoubling    // up to 2^20 s (12 days), and all that is longer
	slots        = highestIndex - lowestIndex + 1

	cellBits = 6 // a cell is a 64th of a doubling: narrower than a bin, so it meets at most two
	cells    = 50 << cellBits
)

// Gamma is the ratio of the bounds of a latency bin: 2^(1/32), about 1.0219.
var Gamma = math.Exp2(1.0 / binsPerDoubling)

// RelativeError bounds how far a percentile can be from the latency of the request
// that has this rank: (Gamma-1)/(Gamma+1), about 1.08 %.
var RelativeError = (Gamma - 1) / (Gamma + 1)

// A slot is a bin's place in memory: its index less lowestIndex. upperBounds are
// the longest durations of the slots in whole nanoseconds; cellSlots are the slots
// of the shortest duration of every cell.
var (
	upperBounds = makeUpperBounds()
	cellSlots   = makeCellSlots()
)

func makeUpperBounds() (bounds [slots]int64) {
	for slot := range bounds {
		bounds[slot] = int64(upperSeconds(slot) * 1e9)
	}
	bounds[0] = max(bounds[0], 1)
	return bounds
}

// upperSeconds is the bound that a slot's latencies do not exceed.
func upperSeconds(slot int) float64 {
	return math.Exp2(float64(slot+lowestIndex) / binsPerDoubling)
}

func makeCellSlots() (first [cells]uint16) {
	for cell := range first {
		octave, part := cell>>cellBits, cell&(1<<cellBits-1)
		shortest := int64(1<<cellBits+part) << octave >> cellBits
		slot := sort.Search(slots-1, func(i int) bool { return upperBounds[i] >= shortest })
		first[cell] = uint16(slot) //nolint:gosec // there are 1,600 slots
	}
	return first
}

// slotOf finds the slot of a duration of at least 1 ns without a logarithm.
func slotOf(ns int64) int {
	if ns > upperBounds[slots-1] {
		return slots - 1
	}
	length := bits.Len64(uint64(ns))                            //nolint:gosec // never negative
	part := uint64(ns) << (64 - length) << 1 >> (64 - cellBits) //nolint:gosec // the bits behind the leading one
	slot := int(cellSlots[(length-1)<<cellBits|int(part)])
	if ns > upperBounds[slot] {
		slot++
	}
	return slot
}

// limits are the shortest and the longest duration that a slot holds.
func limits(slot int) (shortest, longest int64) {
	shortest, longest = 1, upperBounds[slot]
	if slot > 0 {
		shortest = upperBounds[slot-1] + 1
	}
	if slot == slots-1 {
		longest = math.MaxInt64
	}
	return shortest, longest
}

// bin is how many requests fell into one slot.
type bin struct {
	slot  int
	count uint64
}

// index is the bin's number in the native histogram.
func (b bin) index() int { return b.slot + lowestIndex }

// interval is what was counted between two readings.
type interval struct {
	requests, errors uint64
	sum              uint64 // ns
	least, most      int64  // ns, 0 without requests
	bins             []bin  // ascending, none is empty
}

// add merges other into i, but for the bins.
func (i *interval) add(other interval) {
	if other.requests == 0 {
		return
	}
	if i.requests == 0 || other.least < i.least {
		i.least = other.least
	}
	i.most = max(i.most, other.most)
	i.requests += other.requests
	i.errors += other.errors
	i.sum += other.sum
}

// settle brings the extremes into line with the bins: a request that is being
// counted while it is read can have its extremes in one reading and its bin in the
// next one.
func (i *interval) settle() {
	if len(i.bins) == 0 {
		i.least, i.most = 0, 0
		return
	}
	i.least = within(i.least, i.bins[0].slot)
	i.most = max(within(i.most, i.bins[len(i.bins)-1].slot), i.least)
}

func within(ns int64, slot int) int64 {
	shortest, longest := limits(slot)
	return min(max(ns, shortest), longest)
}

// average is the mean in seconds; there must be requests. It is held within the
// extremes, which a request that is being counted could push it out of.
func (i *interval) average() float64 {
	mean := seconds(i.sum) / float64(i.requests)
	return min(max(mean, nanoseconds(i.least)), nanoseconds(i.most))
}

func seconds(ns uint64) float64    { return float64(ns) / float64(time.Second) }
func nanoseconds(ns int64) float64 { return float64(ns) / float64(time.Second) }
