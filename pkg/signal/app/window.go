package app

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

// part is what one series counts: all requests, or those of an operation, a
// status, or both.
type part struct {
	key       []string
	operation string
	status    string
	byName    bool // of one operation
}

// of is what a second holds of the part.
func (p *part) of(s *second) tally {
	t := s.tally
	if p.byName {
		t = s.operations[p.operation]
	}
	switch p.status {
	case signal.StatusError:
		return tally{requests: t.errors}
	case signal.StatusSuccess:
		return tally{requests: t.requests - t.errors}
	}
	return t
}

// parts are those a request splits into, sorted by key.
func (m *memory) parts(r signal.Request, all []second) []part {
	parts := []part{{}}
	for _, dim := range r.SplitBy {
		values := []string{signal.StatusError, signal.StatusSuccess}
		if dim == signal.Operation {
			values = operationNames(all)
		}
		var split []part
		for _, p := range parts {
			for _, v := range values {
				next := p
				next.key = append(slices.Clip(p.key), v)
				if dim == signal.Operation {
					next.operation, next.byName = v, true
				} else {
					next.status = v
				}
				split = append(split, next)
			}
		}
		parts = split
	}
	slices.SortFunc(parts, func(a, b part) int { return slices.Compare(a.key, b.key) })
	return parts
}

// search is the index of the first second that begins at an instant or later.
func (m *memory) search(at time.Time) int {
	begin := at.Unix()
	if at.Nanosecond() > 0 {
		begin++
	}
	i, _ := slices.BinarySearchFunc(m.seconds, begin, func(s second, begin int64) int { return cmp.Compare(s.at, begin) })
	return i
}

// pieces are the seconds of each window, none where nothing is known.
func (m *memory) pieces(w signal.Windows) [][]second {
	pieces := make([][]second, w.Len())
	for i := range pieces {
		start, end := w.Bounds(i)
		from, to := m.search(start), m.search(end)
		// A health that was read just now was read behind the end of the range.
		if m.healthOnly && i == w.Len()-1 && m.isNow(end) {
			from, to = min(from, len(m.seconds)-1), len(m.seconds)
		}
		pieces[i] = m.seconds[from:to]
	}
	return pieces
}

// isNow reports whether the end of a range is when the app was heard of last.
func (m *memory) isNow(end time.Time) bool { return !end.Before(m.heard.Add(-justNow)) }

// series answers a request.
func (m *memory) series(r signal.Request) []signal.Series {
	if r.Signal == signal.Up || r.Signal == signal.Age {
		return []signal.Series{{Values: m.presence(r)}}
	}
	pieces := m.pieces(r.Windows)
	all := m.seconds[m.search(r.Windows.Starts[0]):m.search(r.Windows.End)]
	measure := m.measure(r)
	var series []signal.Series
	for _, p := range m.parts(r, all) {
		values := make([]float64, len(pieces))
		for i, seconds := range pieces {
			values[i] = math.NaN()
			if len(seconds) > 0 {
				values[i] = measure(seconds, p)
			}
		}
		series = append(series, signal.Series{Key: p.key, Values: values})
	}
	return series
}

// presence is whether, or how long before the end of each window, the app was
// heard of.
func (m *memory) presence(r signal.Request) []float64 {
	values := make([]float64, r.Windows.Len())
	for i, seconds := range m.pieces(r.Windows) {
		_, end := r.Windows.Bounds(i)
		now := i == len(values)-1 && m.isNow(end)
		values[i] = math.NaN()
		switch {
		case r.Signal == signal.Age:
			values[i] = m.age(end, now)
		case now || len(seconds) > 0:
			values[i] = 1
		}
	}
	return values
}

// age is how long before an instant the app was heard of, in seconds.
func (m *memory) age(at time.Time, now bool) float64 {
	if now {
		return max(0, at.Sub(m.heard).Seconds())
	}
	i := m.search(at) - 1
	if i < 0 {
		return math.NaN()
	}
	return max(0, at.Sub(time.Unix(m.seconds[i].at+1, 0)).Seconds())
}

// measure is how the signal of a request is made of the seconds of a window, of
// which there is at least one.
func (m *memory) measure(r signal.Request) func([]second, part) float64 {
	switch r.Signal {
	case signal.QPS:
		return func(s []second, p part) float64 { return float64(p.merge(s, nil).requests) / float64(len(s)) }
	case signal.Requests:
		return func(s []second, p part) float64 { return float64(p.merge(s, nil).requests) }
	case signal.Success:
		return func(s []second, p part) float64 { return p.merge(s, nil).share(false) }
	case signal.Errors:
		return func(s []second, p part) float64 { return p.merge(s, nil).share(true) }
	case signal.Latency:
		return m.latency(r.Stat)
	}
	return func(s []second, _ part) float64 { return statistic(r.Stat, s, gauges[r.Signal]) }
}

// gauges are what a second knows beside its requests.
var gauges = map[signal.Signal]func(*second) float64{
	signal.InFlight:   func(s *second) float64 { return s.inFlight },
	signal.CPU:        func(s *second) float64 { return s.cpu },
	signal.Memory:     func(s *second) float64 { return s.memory },
	signal.Goroutines: func(s *second) float64 { return s.goroutines },
	signal.GC:         func(s *second) float64 { return s.gc },
	signal.GCPause:    func(s *second) float64 { return 100 * s.gcPause },
}

// latency is the stat of how long requests took.
func (m *memory) latency(stat signal.Stat) func([]second, part) float64 {
	q, estimated := stat.Quantile()
	var merged *sketch
	if estimated {
		merged = newSketch(m.perOctave)
	}
	return func(s []second, p part) float64 {
		if merged != nil {
			merged.reset()
		}
		switch t := p.merge(s, merged); {
		case t.requests == 0:
			return math.NaN()
		case estimated:
			return merged.quantile(q, t.min, t.max)
		case stat == signal.Min:
			return t.min
		case stat == signal.Max:
			return t.max
		default:
			return t.sum / float64(t.requests)
		}
	}
}

// merge adds up what the seconds hold of the part.
func (p part) merge(seconds []second, into *sketch) tally {
	var sum tally
	for i := range seconds {
		t := p.of(&seconds[i])
		sum.merge(&t, into)
	}
	return sum
}

// share of the requests that failed, or did not, in percent.
func (t tally) share(failed bool) float64 {
	n := t.requests - t.errors
	if failed {
		n = t.errors
	}
	return 100 * float64(n) / float64(t.requests) // 0/0 is NaN
}

// statistic of the values that are known: the average, unless stat says another.
func statistic(stat signal.Stat, seconds []second, value func(*second) float64) float64 {
	n, sum, least, most := 0, 0.0, math.NaN(), math.NaN()
	for i := range seconds {
		v := value(&seconds[i])
		if math.IsNaN(v) {
			continue
		}
		if n == 0 {
			least, most = v, v
		}
		n++
		sum += v
		least, most = min(least, v), max(most, v)
	}
	switch stat {
	case signal.Min:
		return least
	case signal.Max:
		return most
	}
	return sum / float64(n) // 0/0 is NaN
}
