package heartbeat

import (
	"iter"
	"time"
)

// Timeline returns the status of a script over [from, to]: the first element is at from, with the status that holds from there;
// each further one is a change, later than the one before. Before the first beat ever the status is new.
//
// beats are the script's beats in ascending order. Those after to are not read but the first; those before an earlier one (a
// clock was set back) are left out; those up to from are taken for last. last is the last beat before from, zero if there is none.
// The work and the result grow with the number of beats only. The last element has the status that Judge gives at to. If to is
// before from, there are no elements.
func (r Rule) Timeline(s Schedule, beats iter.Seq[time.Time], last time.Time, from, to time.Time) []Change {
	if to.Before(from) {
		return nil
	}
	line := timeline{rule: r, schedule: s}
	start := from
	for beat := range beats {
		if beat.After(to) {
			break
		}
		if !beat.After(last) {
			continue
		}
		if beat.After(from) {
			line.stretch(last, start, beat)
			start = beat
		}
		last = beat
	}
	line.stretch(last, start, to)
	return line.changes
}

type timeline struct {
	rule     Rule
	schedule Schedule
	changes  []Change
}

// stretch draws a time without beats; what happens at its end is the next one's to say.
func (t *timeline) stretch(last, start, end time.Time) {
	if last.IsZero() {
		t.add(Change{start, New})
		return
	}
	l := t.rule.limits(t.schedule, last)
	t.add(Change{start, l.status(start)})
	if !end.After(l.due) {
		return
	}
	for _, c := range l.changes() {
		if !c.At.Before(start) && c.At.Before(end) {
			t.add(c)
		}
	}
}

// add keeps the instants ascending and the neighbours different: a change at the same instant takes the place of the one before.
func (t *timeline) add(c Change) {
	c.At = c.At.UTC()
	if n := len(t.changes); n > 0 && t.changes[n-1].At.Equal(c.At) {
		t.changes = t.changes[:n-1]
	}
	if n := len(t.changes); n == 0 || t.changes[n-1].Status != c.Status {
		t.changes = append(t.changes, c)
	}
}
