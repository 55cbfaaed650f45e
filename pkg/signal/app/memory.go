package app

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

const (
	// remembered is how many seconds an app keeps, and so do we.
	remembered = 900
	// maxWeight bounds what a memory takes, in bins of 8 bytes: an app with a great
	// many operations is remembered for a shorter time.
	maxWeight = 4 << 20
	// justNow is for how long the end of a range passes for now: ranges end before
	// the answer that they ask for is fetched.
	justNow = time.Minute
	// maxSkew is how far off an app's clock may be without a word.
	maxSkew = 2 * time.Second
)

// memory is what is known of an app at one time. It is not changed once made: what
// is fetched next makes another.
type memory struct {
	seconds []second  // oldest first; there may be gaps
	heard   time.Time // when the app answered last, by our clock

	// Of an app that serves its stats.
	service   string
	start     time.Time     // of the app
	skew      time.Duration // by how much its clock is ahead
	perOctave int           // bins of the sketch from a latency to its double
	cut       bool          // the whole history was too large to be fetched

	healthOnly bool
	statsTried time.Time // when it was last seen that there are no stats
}

// remember makes the memory after an answer; of another life of the app, or of
// another clock, nothing is kept.
func (m *memory) remember(st *stats, perOctave int, heard time.Time) (*memory, error) {
	newer, err := st.seconds()
	if err != nil {
		return nil, err
	}
	next := &memory{heard: heard, service: st.Service, start: st.Start, skew: st.Now.Sub(heard), perOctave: perOctave}
	if m.continues(st, perOctave) {
		next.seconds, next.cut = m.seconds, m.cut
		if last := m.last(); last != nil {
			newer = slices.DeleteFunc(newer, func(s second) bool { return s.at <= last.at })
		}
	}
	// Whoever still reads the old memory is not disturbed: append only writes behind its end.
	next.seconds = trim(append(next.seconds, newer...))
	return next, nil
}

// continues reports whether an answer is of the same life of the app, and later.
func (m *memory) continues(st *stats, perOctave int) bool {
	if m == nil || m.healthOnly || !m.start.Equal(st.Start) || m.perOctave != perOctave {
		return false
	}
	last := m.last()
	return last == nil || st.Now.Unix() > last.at
}

// trim forgets what is too old or too much.
func trim(seconds []second) []second {
	if len(seconds) == 0 {
		return nil
	}
	oldest := seconds[len(seconds)-1].at - remembered
	weight := 0
	for i, s := range slices.Backward(seconds) {
		if weight += s.weight; s.at <= oldest || weight > maxWeight {
			return seconds[i+1:]
		}
	}
	return seconds
}

// sample makes the memory after a look at the app's health.
func (m *memory) sample(s second, heard, statsTried time.Time) *memory {
	next := &memory{heard: heard, healthOnly: true, statsTried: statsTried}
	if m != nil && m.healthOnly {
		next.seconds = m.seconds
	}
	s.at = heard.Unix()
	switch last := next.last(); {
	case last == nil:
	case last.at == s.at:
		return next // one sample a second is enough
	case last.at > s.at:
		next.seconds = nil // our clock was set back
	}
	next.seconds = append(next.seconds, s)
	next.seconds = next.seconds[max(0, len(next.seconds)-remembered):]
	return next
}

// last is the newest second, nil where there is none.
func (m *memory) last() *second {
	if m == nil || len(m.seconds) == 0 {
		return nil
	}
	return &m.seconds[len(m.seconds)-1]
}

// kindMissing is what no app has.
func kindMissing() map[signal.Signal]string {
	missing := map[signal.Signal]string{}
	for _, d := range signal.Catalogue {
		if reason, cannot := d.Cannot[signal.App]; cannot {
			missing[d.Signal] = reason
		}
	}
	return missing
}

// missing is what this app has not, with the reason.
func (m *memory) missing() map[signal.Signal]string {
	missing := kindMissing()
	if !m.healthOnly {
		return missing
	}
	for _, d := range signal.Catalogue {
		switch d.Signal {
		case signal.Goroutines, signal.Memory, signal.Up, signal.Age:
		default:
			if _, never := missing[d.Signal]; !never {
				missing[d.Signal] = "the app serves no " + statsPath + ": instrument it with pkg/instrument"
			}
		}
	}
	return missing
}

// describe says in a few words what the app is and how it is.
func (m *memory) describe() string {
	if m.healthOnly {
		last := m.last()
		return fmt.Sprintf("serves %s only: %s goroutines, %s MiB of memory; for more, instrument the app with pkg/instrument",
			healthPath, figure(last.goroutines), figure(last.memory/(1<<20)))
	}
	up := m.heard.Add(m.skew).Sub(m.start).Truncate(time.Second)
	said := fmt.Sprintf("%.100q is up for %v", m.service, up)
	if last := m.last(); last != nil {
		said += fmt.Sprintf(", %d requests in its last second, %s goroutines", last.requests, figure(last.goroutines))
	}
	if m.skew.Abs() > maxSkew {
		said += "; " + m.skewed()
	}
	return said
}

func figure(v float64) string {
	if math.IsNaN(v) {
		return "an unknown number of"
	}
	return fmt.Sprintf("%.0f", v)
}

func (m *memory) skewed() string {
	direction := "ahead of"
	if m.skew < 0 {
		direction = "behind"
	}
	return fmt.Sprintf("the app's clock is %v %s this machine's, its figures are shifted by as much: synchronise the clocks",
		m.skew.Abs().Round(100*time.Millisecond), direction)
}

// notes are what the reader of an answer should know.
func (m *memory) notes(r signal.Request) []string {
	if m.healthOnly {
		if r.Signal == signal.Up || r.Signal == signal.Age {
			return nil
		}
		return []string{"the app keeps no history, only what Heartline read of " + healthPath + " is known: for more, instrument the app with pkg/instrument"}
	}
	var notes []string
	if _, ok := r.Stat.Quantile(); ok {
		notes = append(notes, fmt.Sprintf("percentiles are estimates, off by at most %.1f %%", 100*relativeError(m.perOctave)))
	}
	if note := m.before(r.Windows.Starts[0]); note != "" && r.Signal != signal.Up && r.Signal != signal.Age {
		notes = append(notes, note)
	}
	if m.skew.Abs() > maxSkew {
		notes = append(notes, m.skewed())
	}
	return notes
}

// before says why nothing is known of a range's begin, "" where something is.
func (m *memory) before(begin time.Time) string {
	const measured = "a window that is known in part is measured by that part"
	switch {
	case len(m.seconds) == 0:
		return fmt.Sprintf("the app started at %s and has no complete second yet", m.start.UTC().Format(time.RFC3339))
	case !begin.Before(time.Unix(m.seconds[0].at, 0)):
		return ""
	case m.cut:
		return fmt.Sprintf("15 minutes of the app's operations are more than %d MiB: only the last %v are known, and what comes from now on; %s",
			maxAnswer>>20, time.Duration(m.last().at+1-m.seconds[0].at)*time.Second, measured)
	case m.seconds[0].at <= m.start.Unix()+1:
		return fmt.Sprintf("the app started at %s: nothing is known of the time before; %s", m.start.UTC().Format(time.RFC3339), measured)
	}
	return "the app remembers the last 15 minutes; a request log or Prometheus remembers longer; " + measured
}

// operationNames are those of all requests in some seconds, sorted.
func operationNames(seconds []second) []string {
	names := map[string]bool{}
	for i := range seconds {
		for name := range seconds[i].operations {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}
