package heartbeat

import "time"

// Rule holds what of the judgement is a setting. The zero Rule is good.
type Rule struct {
	// Grace is how long a beat may be overdue before the status changes. Zero or less is the default: a tenth of the schedule's
	// period, at least a minute.
	Grace time.Duration
	// Location is the zone whose days the classic rule counts; nil is UTC.
	Location *time.Location
}

// Verdict is the judgement of a script at an instant.
type Verdict struct {
	Status Status
	// Overdue is the time since Due, the grace included; above zero if and only if the status is late or down.
	Overdue time.Duration
	// Due is when the beat after the last one is or was due, in UTC. By the classic rule it is the midnight after which the script
	// is down. Zero when the status is new, or nothing is due in the next five years.
	Due time.Time
}

// Change is a change of status. Status holds from At on; where a limit is passed, from just after At, for exactly at the limit is
// not past it.
type Change struct {
	At     time.Time // in UTC
	Status Status
}

// Judge says how a script is doing at the instant at, if its last beat by then was at last (zero: there has never been one).
//
// With a known schedule the next beat is due one period after the last, at the end of the next of its weekdays, or at the next
// firing; the one after that a period, weekday or firing later. The script is late when the first is overdue by more than the
// grace, down when the second is (for a distance: past twice the period and the grace). For firings:
//
//   - A beat belongs to the firing before it, or to one that it precedes by no more than the grace (at least a minute; at most half
//     the period, so that no beat counts for two): scripts beat somewhat after they are started, hosts' clocks go wrong.
//   - The default grace comes from the shortest distance between two firings, not from the one at hand: the pause from Friday to
//     Monday says nothing about how long the script takes, and would hide a dead script until Monday noon or until the next morning.
//
// With an unknown schedule the classic rule of the existing check tool holds: down when the calendar days of today and yesterday,
// in the rule's Location, have no beat; overdue since the midnight at which that became so. It knows no late.
//
// A beat later than at is ok: some clock is off.
func (r Rule) Judge(s Schedule, last, at time.Time) Verdict {
	if last.IsZero() {
		return Verdict{Status: New}
	}
	l := r.limits(s, last)
	v := Verdict{Status: l.status(at), Due: l.due}
	if v.Status != OK {
		v.Overdue = at.Sub(l.due)
	}
	return v
}

// Changes says when the status will change if no beat follows the one at last: to late, then to down; by the classic rule only to
// down. It is empty if last is zero. Judge still gives the old status at each change's instant, and the new one just after.
func (r Rule) Changes(s Schedule, last time.Time) []Change {
	if last.IsZero() {
		return nil
	}
	return r.limits(s, last).changes()
}

// limits are the instants after which the status changes; a zero one is never reached.
type limits struct{ due, late, down time.Time }

func (l limits) status(at time.Time) Status {
	switch {
	case !l.down.IsZero() && at.After(l.down):
		return Down
	case !l.late.IsZero() && at.After(l.late):
		return Late
	}
	return OK
}

func (l limits) changes() []Change {
	changes := make([]Change, 0, 2)
	if !l.late.IsZero() {
		changes = append(changes, Change{l.late, Late})
	}
	if !l.down.IsZero() {
		changes = append(changes, Change{l.down, Down})
	}
	return changes
}

func (r Rule) limits(s Schedule, last time.Time) limits {
	if !s.Known() {
		loc := r.Location
		if loc == nil {
			loc = time.UTC
		}
		y, m, d := last.In(loc).Date()
		midnight := onWall(time.Date(y, m, d+2, 0, 0, 0, 0, time.UTC), loc)
		return limits{due: midnight, down: midnight}
	}
	grace := r.grace(s)
	slack := min(max(grace, clockError), s.period/2)
	first, second := s.pattern.dues(last, slack)
	l := limits{due: first}
	if !first.IsZero() {
		l.late = first.Add(grace)
	}
	if !second.IsZero() {
		l.down = second.Add(grace)
	}
	return l
}

func (r Rule) grace(s Schedule) time.Duration {
	if r.Grace > 0 {
		return r.Grace
	}
	return max(s.period/10, time.Minute)
}
