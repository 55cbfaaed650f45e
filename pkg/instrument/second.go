package instrument

import (
	"iter"
	"maps"
	"strconv"
)

// secondStats is one complete second of the history; one without requests has no
// sum, extremes and bins.
type secondStats struct {
	Time int64 `json:"t"` // Unix seconds: the second's beginning
	intervalStats
	InFlight   int64    `json:"in_flight"`
	Goroutines int      `json:"goroutines"`
	Memory     uint64   `json:"memory"` // bytes of the heap in use
	CPU        *float64 `json:"cpu"`    // percent of GOMAXPROCS processors
	GC         uint64   `json:"gc"`
	GCPause    float64  `json:"gc_pause"` // seconds

	Operations map[string]intervalStats `json:"operations,omitempty"` // those that had requests
}

// intervalStats is what was counted of requests in one second.
type intervalStats struct {
	Requests uint64   `json:"requests"`
	Errors   uint64   `json:"errors"`
	Sum      *float64 `json:"sum,omitempty"` // seconds
	Min      *float64 `json:"min,omitempty"` // seconds
	Max      *float64 `json:"max,omitempty"` // seconds
	Bins     binPairs `json:"bins,omitempty"`
}

// binPairs are pairs of a bin's index and its count, ascending: bin i holds the
// requests with Gamma^(i-1) < seconds <= Gamma^i.
type binPairs [][2]int64

// MarshalJSON implements json.Marshaler.
func (b binPairs) MarshalJSON() ([]byte, error) {
	text := make([]byte, 0, 2+10*len(b))
	text = append(text, '[')
	for i, pair := range b {
		if i > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendInt(append(text, '['), pair[0], 10)
		text = strconv.AppendInt(append(text, ','), pair[1], 10)
		text = append(text, ']')
	}
	return append(text, ']'), nil
}

// unpack goes through the seconds that are asked for.
func (m *Monitor) unpack(past []*second, ask historyAsk) iter.Seq[secondStats] {
	return func(yield func(secondStats) bool) {
		if !ask.wanted {
			return
		}
		names := map[int]string{}
		if ask.operations {
			for o := range maps.Values(*m.operations.Load()) {
				names[o.id] = o.name
			}
		}
		for _, s := range past {
			if s.unix > ask.since && !yield(s.unpack(names)) {
				return
			}
		}
	}
}

func (s *second) unpack(names map[int]string) secondStats {
	u := secondStats{
		Time: s.unix, InFlight: s.gauges.inFlight, Goroutines: s.gauges.goroutines, Memory: s.gauges.memory,
		GC: s.gauges.gcs, GCPause: s.gauges.gcPause,
	}
	if s.gauges.cpuKnown {
		u.CPU = &s.gauges.cpu
	}
	for id, i := range s.intervals() {
		if id == totalID {
			u.intervalStats = i.export()
			if len(names) == 0 {
				break
			}
			u.Operations = make(map[string]intervalStats)
			continue
		}
		u.Operations[names[id]] = i.export()
	}
	return u
}

func (i interval) export() intervalStats {
	sum, least, most := seconds(i.sum), nanoseconds(i.least), nanoseconds(i.most)
	e := intervalStats{Requests: i.requests, Errors: i.errors, Sum: &sum, Min: &least, Max: &most, Bins: make(binPairs, len(i.bins))}
	for n, b := range i.bins {
		e.Bins[n] = [2]int64{int64(b.index()), int64(b.count)} //nolint:gosec // counts of a second
	}
	return e
}
