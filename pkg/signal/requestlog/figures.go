package requestlog

import (
	"math"
	"slices"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

// quantiles that are kept of each window.
var quantiles = [...]signal.Stat{signal.P50, signal.P90, signal.P95, signal.P99}

// latencies are the figures of how long some requests took, in seconds.
type latencies struct {
	count         int // requests whose time is known
	sum, min, max float64
	percentiles   [len(quantiles)]float64
}

// stat is one of the figures, NaN where there was no request.
func (l *latencies) stat(s signal.Stat) float64 {
	if l.count == 0 {
		return math.NaN()
	}
	switch s {
	case signal.Avg:
		return l.sum / float64(l.count)
	case signal.Min:
		return l.min
	case signal.Max:
		return l.max
	}
	return l.percentiles[slices.Index(quantiles[:], s)]
}

// merge adds the requests of another part; percentiles are not theirs to add.
func (l *latencies) merge(o latencies) {
	if o.count == 0 {
		return
	}
	if l.count == 0 {
		l.min, l.max = o.min, o.max
	}
	l.count += o.count
	l.sum += o.sum
	l.min, l.max = min(l.min, o.min), max(l.max, o.max)
}

// The parts into which requests of a window are split.
const (
	failed = iota
	succeeded
	parts
)

// figures are all that is known of the requests of one window.
type figures struct {
	detail detail
	counts [parts]int // requests
	all    latencies
	parts  [parts]latencies // where detail has byStatus
	heat   []uint32         // requests for each of heatBounds, where detail has heat
	flaws  flaws
	// digests are there while the percentiles are still to be found.
	digests *[parts]digest
}

// round notes that percentiles of a part are not exact.
func (f *figures) round(part int, exact bool) {
	if !exact {
		f.flaws.rounded += f.latencies(part).count
	}
}

// detail says what of the figures is there beyond what always is.
type detail uint8

const (
	byStatus detail = 1 << iota
	heat
)

// flaws count rows that are not as they should be.
type flaws struct {
	unreadable int // have no readable timestamp
	untimed    int // have no readable process_time
	unnamed    int // have a status that is neither success nor error
	rounded    int // are in a window of too many to keep all their times
}

func (f *flaws) add(o flaws) {
	f.unreadable += o.unreadable
	f.untimed += o.untimed
	f.unnamed += o.unnamed
	f.rounded += o.rounded
}

// requests of a status, or of both.
func (f *figures) requests(part int) int {
	if part == both {
		return f.counts[failed] + f.counts[succeeded]
	}
	return f.counts[part]
}

func (f *figures) latencies(part int) *latencies {
	if part == both {
		return &f.all
	}
	return &f.parts[part]
}

// both stands for all requests, whatever their status.
const both = -1
