package act

import (
	"slices"
	"sync"
	"time"
)

// memory is what was done, so that it is not done again and again.
type memory struct {
	mu   sync.Mutex
	runs map[string][]time.Time // of each action, those that its limit still counts
	done map[string]time.Time   // firings of alerts that were acted upon, and when they were last heard of
}

// forget is when a firing is forgotten of which nothing is heard any more: alerts that
// go on firing are sent again, every few hours at the latest.
const forget = 7 * 24 * time.Hour

func newMemory() *memory {
	return &memory{runs: map[string][]time.Time{}, done: map[string]time.Time{}}
}

// permit takes one run of the action's limit for this firing, or says why it may not run.
func (m *memory) permit(a *Action, key string, now time.Time) (outcome Outcome, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	key = a.Name + "/" + key
	if _, again := m.done[key]; again {
		m.done[key] = now
		return OutcomeRepeated, false
	}
	for k, heard := range m.done {
		if now.Sub(heard) > forget {
			delete(m.done, k)
		}
	}
	recent := slices.DeleteFunc(m.runs[a.Name], func(at time.Time) bool { return now.Sub(at) >= a.Limit.Per })
	m.runs[a.Name] = recent
	if len(recent) >= a.Limit.Runs {
		return OutcomeLimited, false
	}
	m.runs[a.Name] = append(recent, now)
	m.done[key] = now
	return "", true
}

// release gives back what permit took, for a run that did not begin.
func (m *memory) release(a *Action, key string, at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.done, a.Name+"/"+key)
	if i := slices.Index(m.runs[a.Name], at); i >= 0 {
		m.runs[a.Name] = slices.Delete(m.runs[a.Name], i, i+1)
	}
}
