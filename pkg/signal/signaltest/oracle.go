package signaltest

import (
	"math"
	"time"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

// begin is when the request began, in Unix nanoseconds.
func (r Request) begin() int64 { return r.Time.UnixNano() - int64(math.Round(r.Seconds*1e9)) }

// span holds every value that is right.
type span struct {
	lo, hi float64
	nan    bool // nothing known is right
}

var unknown = span{lo: math.Inf(1), hi: math.Inf(-1), nan: true}

func exactly(v float64) span { return span{lo: v, hi: v} }

// scaled multiplies the values, and widens them by a relative error.
func (s span) scaled(factor, err float64) span {
	s.lo, s.hi = s.lo*factor, s.hi*factor
	s.lo -= err * math.Abs(s.lo)
	s.hi += err * math.Abs(s.hi)
	return s
}

// rounding is what the order in which numbers are added up may change.
const rounding = 1e-9

func (s span) holds(v float64) bool {
	if math.IsNaN(v) {
		return s.nan
	}
	slack := rounding * max(1e-3, math.Abs(v))
	return v >= s.lo-slack && v <= s.hi+slack
}

// known reports whether there are figures of a window.
func (tr trial) known(w signal.Windows, i int) bool {
	_, end := w.Bounds(i)
	return end.After(tr.Start)
}

// want is what may be answered for window i of a request.
func (tr trial) want(r signal.Request, i int) span {
	if !tr.known(r.Windows, i) {
		return unknown
	}
	start, end := r.Windows.Bounds(i)
	var s span
	switch r.Signal {
	case signal.QPS, signal.Requests, signal.Latency, signal.Success, signal.Errors, signal.Rejections:
		s = tr.ofRequests(r, i)
	case signal.InFlight:
		if tr.profile.Overlap {
			return exactly(tr.overlap(r.Stat, start.UnixNano(), end.UnixNano()))
		}
		s = tr.ofReadings(r.Signal, statistic(r.Stat, 0), start, end)
	case signal.GC, signal.GCPause:
		s = tr.ofReadings(r.Signal, sum, start, end).scaled(1/r.Windows.Seconds(i), tr.profile.Rates)
	default:
		s = tr.ofReadings(r.Signal, statistic(r.Stat, 0), start, end)
	}
	if tr.profile.Blur > 0 && start.Before(tr.Start) {
		s.nan = true // it is blurred whether there are figures
	}
	return s
}

func (tr trial) ofRequests(r signal.Request, i int) span {
	start, end := r.Windows.Bounds(i)
	of := func(value func(Request) float64) (inside, beside []float64) {
		return placed(tr.profile, tr.requests, start, end, value)
	}
	share := func(status string) span {
		s := between(mean)(of(func(q Request) float64 {
			if q.Status == status {
				return 100
			}
			return 0
		}))
		s.lo, s.hi = s.lo-100*tr.profile.Rates, s.hi+100*tr.profile.Rates
		return s
	}
	seconds := func(q Request) float64 { return q.Seconds }
	switch r.Signal {
	case signal.QPS:
		return between(count)(of(seconds)).scaled(1/r.Windows.Seconds(i), tr.profile.Rates)
	case signal.Requests:
		return between(count)(of(seconds)).scaled(1, tr.profile.Rates)
	case signal.Success:
		return share(signal.StatusSuccess)
	case signal.Errors:
		return share(signal.StatusError)
	case signal.Rejections:
		return share("rejected") // no world has any
	}
	return between(statistic(r.Stat, tr.profile.Percentiles))(of(seconds)).scaled(1, tr.latencyError(r.Stat))
}

// latencyError is the relative error of a stat.
func (tr trial) latencyError(stat signal.Stat) float64 {
	switch stat {
	case signal.Avg:
		return tr.profile.Averages
	case signal.Min, signal.Max:
		return tr.profile.Extremes
	}
	return tr.profile.Percentiles
}

func (tr trial) ofReadings(s signal.Signal, f bounded, start, end time.Time) span {
	return between(f)(placed(tr.profile, tr.readings, start, end, func(r Reading) float64 { return r.gauge(s) }))
}

// placed are the values of what happened inside a window, and of what may be
// counted in it or not.
func placed[T any](p Profile, all []timed[T], start, end time.Time, value func(T) float64) (inside, beside []float64) {
	from, to, blur := start.UnixNano(), end.UnixNano(), p.Blur.Nanoseconds()
	for _, one := range all {
		switch {
		case one.at < from-blur, one.at > to+blur, blur == 0 && one.at == to:
		case blur == 0, one.at > from+blur && one.at < to-blur:
			inside = append(inside, value(one.what))
		default:
			beside = append(beside, value(one.what))
		}
	}
	return inside, beside
}

// overlap is how many requests ran at once between two instants in Unix
// nanoseconds: on average, at least or at most.
func (tr trial) overlap(stat signal.Stat, start, end int64) float64 {
	busy, candidates := 0.0, []int64{start}
	for _, r := range tr.requests {
		from, until := max(r.what.begin(), start), min(r.at, end)
		if from >= until {
			continue
		}
		busy += float64(until - from)
		candidates = append(candidates, from)
		if until < end {
			candidates = append(candidates, until)
		}
	}
	if stat == signal.Avg {
		return busy / float64(end-start)
	}
	least, most := math.Inf(1), 0.0
	for _, at := range candidates {
		running := 0.0
		for _, r := range tr.requests {
			if at < r.at && r.what.begin() <= at {
				running++
			}
		}
		least, most = min(least, running), max(most, running)
	}
	if stat == signal.Min {
		return least
	}
	return most
}

// newest is the newest figure before an instant.
func (tr trial) newest(before time.Time) (newest time.Time, found bool) {
	see := func(at time.Time) {
		if at.Before(before) && (!found || at.After(newest)) {
			newest, found = at, true
		}
	}
	for _, r := range tr.Requests {
		see(r.Time)
	}
	for _, r := range tr.Readings {
		see(r.Time)
	}
	return newest, found
}
