package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"
)

const (
	// maxCount bounds the requests of a second: sums of all that is kept stay exact.
	maxCount = math.MaxUint32
	// maxFigure bounds every other figure: a byte is the smallest unit, and no
	// machine has 2^60 of them.
	maxFigure = 1 << 60
)

// statsVersion is the version of /api/monitor/stats that this package reads.
const statsVersion = 1

// stats is what is read of /api/monitor/stats. The figures of the sliding window
// that it holds too are not needed: they follow from the seconds.
type stats struct {
	Version int       `json:"version"`
	Service string    `json:"service"`
	Start   time.Time `json:"start"`
	Now     time.Time `json:"now"`
	Sketch  struct {
		Gamma float64 `json:"gamma"`
	} `json:"sketch"`
	History []wireSecond `json:"history"`
}

// wireSecond is one complete second of the app's life.
type wireSecond struct {
	T int64 `json:"t"` // Unix
	wireTally

	// Null where nothing is known.
	InFlight   *float64             `json:"in_flight"`
	Goroutines *float64             `json:"goroutines"`
	Memory     *float64             `json:"memory"`   // bytes
	CPU        *float64             `json:"cpu"`      // percent
	GC         *float64             `json:"gc"`       // collections in this second
	GCPause    *float64             `json:"gc_pause"` // seconds in this second
	Operations map[string]wireTally `json:"operations"`
}

// wireTally are the requests of a second; of none, all but Requests is left out.
type wireTally struct {
	Requests int64      `json:"requests"`
	Errors   int64      `json:"errors"`
	Sum      float64    `json:"sum"` // seconds
	Min      float64    `json:"min"`
	Max      float64    `json:"max"`
	Bins     [][2]int64 `json:"bins"` // index and count
}

// health is /api/monitor/health.
type health struct {
	Goroutines *float64 `json:"goroutines"`
	Memory     struct {
		AllocMB *float64 `json:"alloc_mb"`
	} `json:"memory"`
}

// parseStats reads the figures and how many bins of the sketch double the latency.
func parseStats(body []byte) (*stats, int, error) {
	var st stats
	if err := json.Unmarshal(body, &st); err != nil {
		return nil, 0, misread(body, err)
	}
	if st.Version != statsVersion {
		return nil, 0, foreign(st.Version)
	}
	if st.Start.IsZero() || st.Now.IsZero() {
		return nil, 0, errors.New("does not say when the app started and what its clock shows: update the app's pkg/instrument")
	}
	perOctave, err := binsPerOctave(st.Sketch.Gamma)
	return &st, perOctave, err
}

// misread says why a body could not be decoded: another version has other fields.
func misread(body []byte, err error) error {
	var head struct {
		Version int `json:"version"`
	}
	if json.Unmarshal(body, &head) == nil && head.Version != statsVersion {
		return foreign(head.Version)
	}
	return fmt.Errorf("is not the JSON of an instrumented app: see that the url leads to one: %w", err)
}

func foreign(version int) error {
	if version == 0 {
		return errors.New("has no version: see that the url leads to an app with pkg/instrument")
	}
	return fmt.Errorf("is of version %d, this Heartline reads version %d: update whichever is older", version, statsVersion)
}

// binsPerOctave is n where gamma is 2^(1/n), as it is for every native histogram
// of Prometheus.
func binsPerOctave(gamma float64) (int, error) {
	n := math.Round(math.Ln2 / math.Log(gamma))
	if !(n >= 1 && n <= 64) || math.Abs(math.Exp2(1/n)-gamma) > 1e-9 {
		return 0, fmt.Errorf("has a sketch with gamma %v, which is not the nth root of 2: update whichever is older, the app or Heartline", gamma)
	}
	return int(n), nil
}

func parseHealth(body []byte) (second, error) {
	var h health
	if err := json.Unmarshal(body, &h); err != nil {
		return second{}, fmt.Errorf("is not the JSON of a health endpoint: see that the url leads to the app itself: %w", err)
	}
	if h.Goroutines == nil && h.Memory.AllocMB == nil {
		return second{}, errors.New("says neither goroutines nor memory.alloc_mb: see that the url leads to the app itself")
	}
	sample := second{inFlight: math.NaN(), cpu: math.NaN(), gc: math.NaN(), gcPause: math.NaN()}
	sample.goroutines = orNaN(h.Goroutines)
	sample.memory = orNaN(h.Memory.AllocMB) * (1 << 20)
	if err := sample.check(); err != nil {
		return second{}, fmt.Errorf("%w: see that the url leads to the app itself", err)
	}
	return sample, nil
}

func (w *wireSecond) second() (second, error) {
	total, err := w.tally()
	if err != nil {
		return second{}, fmt.Errorf("second %d %w", w.T, err)
	}
	s := second{
		at: w.T, tally: total, weight: secondWeight + len(total.bins),
		inFlight: orNaN(w.InFlight), goroutines: orNaN(w.Goroutines), memory: orNaN(w.Memory),
		cpu: orNaN(w.CPU), gc: orNaN(w.GC), gcPause: orNaN(w.GCPause),
	}
	if err := s.check(); err != nil {
		return second{}, fmt.Errorf("second %d %w", w.T, err)
	}
	if len(w.Operations) == 0 {
		return s, nil
	}
	s.operations = make(map[string]tally, len(w.Operations))
	for name, o := range w.Operations {
		part, err := o.tally()
		if err != nil {
			return second{}, fmt.Errorf("second %d, operation %.100q, %w", w.T, name, err)
		}
		s.operations[name] = part
		s.weight += operationWeight + len(part.bins) + len(name)/binBytes
	}
	return s, nil
}

// check refuses what no app can have.
func (s *second) check() error {
	for _, g := range []struct {
		name  string
		value float64
	}{
		{"in_flight", s.inFlight}, {"goroutines", s.goroutines}, {"memory", s.memory},
		{"cpu", s.cpu}, {"gc", s.gc}, {"gc_pause", s.gcPause},
	} {
		if g.value < 0 || g.value > maxFigure {
			return fmt.Errorf("has %s %v", g.name, g.value)
		}
	}
	return nil
}

func (w *wireTally) tally() (tally, error) {
	if w.Requests < 0 || w.Requests > maxCount || w.Errors < 0 || w.Errors > w.Requests {
		return tally{}, fmt.Errorf("has %d errors of %d requests", w.Errors, w.Requests)
	}
	t := tally{requests: w.Requests, errors: w.Errors, sum: w.Sum, min: w.Min, max: w.Max}
	if w.Requests == 0 {
		return tally{}, nil
	}
	if !(w.Sum >= 0 && w.Sum <= maxFigure && w.Min >= 0 && w.Min <= w.Max && w.Max <= maxFigure) {
		return tally{}, fmt.Errorf("has requests of %v to %v, in sum %v seconds", w.Min, w.Max, w.Sum)
	}
	t.bins = make([]bin, len(w.Bins))
	for i, b := range w.Bins {
		index, count := b[0], b[1]
		if index < -maxIndex || index > maxIndex || count < 0 || count > math.MaxUint32 {
			return tally{}, fmt.Errorf("has bin %d with %d requests", index, count)
		}
		t.bins[i] = bin{int16(index), uint32(count)}
	}
	return t, nil
}

// seconds are those of the answer, oldest first.
func (st *stats) seconds() ([]second, error) {
	all := make([]second, len(st.History))
	for i := range st.History {
		var err error
		if all[i], err = st.History[i].second(); err != nil {
			return nil, err
		}
		if i > 0 && all[i].at <= all[i-1].at {
			return nil, fmt.Errorf("second %d stands behind second %d", all[i].at, all[i-1].at)
		}
	}
	return all, nil
}

func orNaN(v *float64) float64 {
	if v == nil {
		return math.NaN()
	}
	return *v
}
