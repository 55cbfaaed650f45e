package app

import "math"

// second is one complete second of an app's life, or, of an app that serves its
// health only, the second in which that was read.
type second struct {
	at         int64 // when it began, Unix
	tally            // of all requests that ended in it
	operations map[string]tally
	weight     int // what it takes in memory, in bins

	// NaN where nothing is known.
	inFlight, goroutines, memory, cpu float64
	gc                                float64 // collections
	gcPause                           float64 // seconds
}

// What a second and an operation in it take in memory without their bins, and the
// name of an operation besides.
const (
	binBytes        = 8
	secondWeight    = 24
	operationWeight = 16
)

// tally is what is known of the requests of a second.
type tally struct {
	requests, errors int64
	sum, min, max    float64 // seconds
	bins             []bin
}

// bin counts the requests that took more than gamma^(index-1) and at most
// gamma^index seconds.
type bin struct {
	index int16
	count uint32
}

// maxIndex bounds the bins, at any gamma, to times that can be.
const maxIndex = 2048

// merge adds up tallies; their bins go to a sketch, if there is one.
func (t *tally) merge(other *tally, into *sketch) {
	if other.requests == 0 {
		return
	}
	if t.requests == 0 {
		t.min, t.max = other.min, other.max
	}
	t.requests += other.requests
	t.errors += other.errors
	t.sum += other.sum
	t.min, t.max = min(t.min, other.min), max(t.max, other.max)
	if into != nil {
		into.add(other.bins)
	}
}

// sketch is a merged histogram. Its bins are those of DDSketch (Masson, Rim and
// Lee 2019) and of native histograms of Prometheus.
type sketch struct {
	perOctave int // bins from a latency to its double
	counts    [2*maxIndex + 1]uint64
	low, high int // what is used of counts
	total     uint64
}

func newSketch(perOctave int) *sketch {
	return &sketch{perOctave: perOctave, low: len(sketch{}.counts), high: -1}
}

// reset empties it. Only what was used is touched: a panel has a thousand windows.
func (s *sketch) reset() {
	if s.high >= s.low {
		clear(s.counts[s.low : s.high+1])
	}
	s.low, s.high, s.total = len(s.counts), -1, 0
}

func (s *sketch) add(bins []bin) {
	for _, b := range bins {
		i := int(b.index) + maxIndex
		s.counts[i] += uint64(b.count)
		s.low, s.high = min(s.low, i), max(s.high, i)
		s.total += uint64(b.count)
	}
}

// quantile estimates the latency of rank q*(n-1), in seconds, as type 7 of
// Hyndman and Fan has it, with the estimates of the two requests it lies between.
// Both are within relativeError of theirs, and so is what lies between.
func (s *sketch) quantile(q, least, most float64) float64 {
	if s.total == 0 {
		return math.NaN()
	}
	rank := q * float64(s.total-1)
	below := math.Floor(rank)
	v := s.estimate(uint64(below), least, most)
	if share := rank - below; share > 0 {
		v += share * (s.estimate(uint64(below)+1, least, most) - v)
	}
	return v
}

// estimate is the latency of the request with a rank, counted from 0: the point of
// its bin that is off by the same share of either edge, held within what occurred.
func (s *sketch) estimate(rank uint64, least, most float64) float64 {
	i := s.low
	for seen := s.counts[i]; seen <= rank && i < s.high; seen += s.counts[i] {
		i++
	}
	gamma := bound(1, s.perOctave)
	return min(max(2*bound(i-maxIndex, s.perOctave)/(gamma+1), least), most)
}

// relativeError bounds that of an estimate: (gamma-1)/(gamma+1).
func relativeError(perOctave int) float64 {
	gamma := bound(1, perOctave)
	return (gamma - 1) / (gamma + 1)
}

// bound is the upper bound of a bin in seconds, gamma^index. As a power of two it
// is exact where it should be, at 0.5 and at 0.25.
func bound(index, perOctave int) float64 { return math.Exp2(float64(index) / float64(perOctave)) }
