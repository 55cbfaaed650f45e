// Package standin is a stand-in for Milvus: it exposes every metric family of a
// release, with types, labels and buckets as Milvus has them, and a believable life
// that can be steered, so that dashboards and alert rules can be tried without a
// Milvus. It stores no vectors and answers no search.
package standin

import (
	"cmp"
	"maps"
	"math"
	"sync"
	"time"

	"github.com/heartline-monitor/heartline/pkg/milvus"
)

const (
	// step is how finely the life is worked out between two looks at it.
	step = time.Minute
	// steps bounds the work after a long time without a look.
	steps = 1000
	// age is for how long a new stand-in has been in use.
	age = 55 * time.Hour
)

// Config is what a World is made of. Its zero value is a standalone of the newest
// release in the present.
type Config struct {
	Release string           // one of milvus.Versions; empty is the newest
	Cluster bool             // a process for each role instead of one for all
	Seed    uint64           // of the noise in the load
	Now     func() time.Time // the clock; nil is the machine's
}

// World is a Milvus that nobody runs. It is safe for concurrent use.
type World struct {
	release *milvus.Release
	now     func() time.Time
	seed    uint64

	mu           sync.Mutex
	lived        time.Time // how far the life is worked out
	day          float64   // how busy that time of the day is
	restarted    time.Time // the last time that the knob did it
	knobs        map[string]float64
	collections  []*collection
	compaction   compaction
	failedBuilds float64 // of indexes, since the processes began
	processes    []*Process
}

// New makes a World that has been in use for two days. It fails for a release that
// is not known.
func New(c Config) (*World, error) {
	release, err := milvus.Load(cmp.Or(c.Release, milvus.Versions[len(milvus.Versions)-1]))
	if err != nil {
		return nil, err
	}
	w := &World{release: release, now: c.Now, seed: c.Seed, knobs: defaults(), collections: newCollections(), compaction: compaction{compacted: 2100}}
	if w.now == nil {
		w.now = time.Now
	}
	w.reach(w.now())
	w.processes = w.newProcesses(c.Cluster)
	for _, p := range w.processes {
		if err := w.populate(p); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// newer says whether the release is 2.6 or later: one with the streaming service.
func (w *World) newer() bool { return !milvus.Older(w.release.Version, "2.6") }

// Release is the version that the World stands in for.
func (w *World) Release() string { return w.release.Version }

// Processes are what a Prometheus would scrape: one of a standalone, one for each
// instance of a role of a cluster.
func (w *World) Processes() []*Process { return w.processes }

// advance works the life out until now. The caller holds the lock.
func (w *World) advance() {
	now := w.now()
	length := max(step, now.Sub(w.lived)/steps)
	for w.lived.Before(now) {
		to := w.lived.Add(length)
		if again, ok := w.nextRestart(); ok && again.Before(to) {
			to = again
		}
		if to.After(now) {
			to = now
		}
		w.live(to.Sub(w.lived).Seconds())
		w.reach(to)
		if again, ok := w.nextRestart(); ok && !again.After(to) {
			w.restart()
		}
	}
}

// live goes through a few seconds in which nothing changes but what adds up.
func (w *World) live(seconds float64) {
	for _, c := range w.collections {
		w.grow(c, seconds)
	}
	w.compact(seconds)
	w.failedBuilds += w.knobs["indexFailures"] / 60 * seconds
	for _, p := range w.processes {
		for _, s := range p.series {
			s.add(seconds)
		}
	}
}

// nextRestart is when the knob restarts the processes again.
func (w *World) nextRestart() (time.Time, bool) {
	every := w.knobs["restart"]
	return w.restarted.Add(time.Duration(every * float64(time.Second))), every > 0
}

// restart lets every process begin anew.
func (w *World) restart() {
	w.restarted = w.lived
	w.failedBuilds, w.compaction.compacted = 0, 0
	for _, p := range w.processes {
		p.restart()
	}
}

// Steer sets knobs; it sets none where one is unknown or out of its range.
func (w *World) Steer(to map[string]float64) error {
	if err := check(to); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.turn(to)
	return nil
}

// turn sets knobs from now on. A node that was lost comes back as a new process.
func (w *World) turn(to map[string]float64) {
	w.advance()
	lost := map[*Process]bool{}
	for _, p := range w.processes {
		lost[p] = p.gone()
	}
	maps.Copy(w.knobs, to)
	for _, p := range w.processes {
		if lost[p] && !p.gone() {
			p.restart()
		}
	}
	if to["restart"] > 0 {
		w.restart()
	}
}

// Reset turns every knob back to where it was at first.
func (w *World) Reset() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.turn(defaults())
}

// reach moves the life on to an instant. A day has a hump in the afternoon (UTC), a
// smaller one every hour, and noise that is the same for the same seed.
func (w *World) reach(to time.Time) {
	w.lived = to
	hour := float64(to.Unix()%86400) / 3600
	w.day = (1 + 0.35*math.Sin((hour-9)/24*2*math.Pi)) * (1 + 0.05*math.Sin(hour*2*math.Pi) + 0.12*(w.noise("load", time.Minute)-0.5))
}

// load is how much there is to do: 1 on average.
func (w *World) load() float64 { return w.knobs["load"] * w.day }

// noise wanders smoothly between 0 and 1: one value at each beat, and what lies
// between them in between.
func (w *World) noise(name string, beat time.Duration) float64 {
	at := float64(w.lived.UnixNano()) / float64(beat)
	whole := math.Floor(at)
	a, b := w.dice(name, int64(whole)), w.dice(name, int64(whole)+1)
	return a + (b-a)*(at-whole)
}

// dice throws a number from 0 to 1, the same one for the same name and turn.
func (w *World) dice(name string, turn int64) float64 {
	h := w.seed ^ 14695981039346656037
	for _, c := range []byte(name) {
		h = (h ^ uint64(c)) * 1099511628211
	}
	h = (h ^ uint64(turn)) * 0x9E3779B97F4A7C15
	h = (h ^ h>>29) * 0xBF58476D1CE4E5B9
	return float64((h^h>>32)>>11) / (1 << 53)
}
