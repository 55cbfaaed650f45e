package filetree

import (
	"context"
	"os"
	"sync"
	"time"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/event/filetree/dayfile"
	"github.com/heartline-monitor/heartline/pkg/wallclock"
)

// Monitors implements event.Store.
func (s *Store) Monitors(ctx context.Context, f event.Filter) (event.Inventory, error) {
	var inventory event.Inventory
	root, err := s.open()
	if err != nil {
		return inventory, err
	}
	defer func() { _ = root.Close() }()
	items, err := s.items(ctx, root, f, &inventory.Problems)
	if err != nil {
		return inventory, err
	}
	monitors := make([]event.Monitor, len(items))
	said := make([]string, len(items))
	err = s.parallel(ctx, len(items), func(_ context.Context, i int) error {
		monitors[i], said[i] = s.monitor(root, items[i])
		return nil
	})
	if err != nil {
		return inventory, err
	}
	for i, m := range monitors {
		if !f.Match(event.Host, m.Host) || !f.Match(event.Receiver, m.Receivers...) {
			continue
		}
		inventory.Monitors = append(inventory.Monitors, m)
		if said[i] != "" {
			// Each has its own: to look for it among thousands of others would take long.
			inventory.Problems = append(inventory.Problems, event.Problem{What: said[i], Where: items[i].path() + "/" + descriptorName})
		}
	}
	return inventory, nil
}

// LastHeartbeats implements event.Store.
func (s *Store) LastHeartbeats(ctx context.Context, f event.Filter, at time.Time) (event.Beats, error) {
	beats := event.Beats{Last: map[string]time.Time{}, Unknown: map[string]bool{}}
	root, err := s.open()
	if err != nil {
		return beats, err
	}
	defer func() { _ = root.Close() }()
	items, err := s.items(ctx, root, f, &beats.Problems)
	if err != nil {
		return beats, err
	}
	var mu sync.Mutex
	err = s.parallel(ctx, len(items), func(ctx context.Context, i int) error {
		var problems event.Problems
		last, err := s.lastBeat(ctx, root, items[i], at, &problems)
		mu.Lock()
		defer mu.Unlock()
		beats.Problems = append(beats.Problems, problems...)
		if !last.IsZero() {
			beats.Last[items[i].path()] = last
		}
		if problems.Lost() != nil {
			beats.Unknown[items[i].path()] = true
		}
		return err
	})
	return beats, err
}

// lately is how many days back the last beat is looked for by name, before the
// folder is listed.
const lately = 3

// lastBeat finds the last beat of an item that is not after at, day by day back.
func (s *Store) lastBeat(ctx context.Context, root *os.Root, it item, at time.Time, problems *event.Problems) (time.Time, error) {
	var last time.Time
	ever := event.Range{From: time.Unix(0, 0), To: at}
	near := event.Range{From: at.AddDate(0, 0, -lately), To: at}
	for _, r := range []event.Range{near, ever} {
		files := s.days(root, it, event.Heartbeats, r, problems)
		for i := len(files) - 1; i >= 0 && last.Unix() < s.reach(files[i].day); i-- {
			found, err := s.lastIn(ctx, root, files[i], at, problems)
			if err != nil {
				return last, err
			}
			if found.After(last) {
				last = found
			}
		}
		from, _ := s.stamps(r)
		if last.Unix() >= s.reach(floorDay(from-slack)-1) {
			break
		}
	}
	return last, nil
}

// reach is the Unix time up to which the file of a day may hold lines.
func (s *Store) reach(day int64) int64 {
	return wallclock.NewClock(s.zone).Latest(wallclock.Stamp((day+1)*daySeconds + slack))
}

func (s *Store) lastIn(ctx context.Context, root *os.Root, f dayFile, at time.Time, problems *event.Problems) (time.Time, error) {
	p := &pageReader[event.Heartbeat]{
		store: s, root: root, kind: event.Heartbeats,
		request: event.PageRequest{Range: event.Range{To: at}, Limit: 1, Order: event.NewestFirst},
		build: func(_ dayFile, _ string, at time.Time, _ []dayfile.Value) (event.Heartbeat, int) {
			return event.Heartbeat{Time: at}, 0
		},
		picked: newSelection[event.Heartbeat](1, event.NewestFirst),
	}
	if err := p.file(ctx, f); err != nil {
		return time.Time{}, err
	}
	for _, problem := range p.problems {
		problems.Add(problem)
	}
	for _, h := range p.picked.page().Items {
		return h.Time, nil
	}
	return time.Time{}, nil
}
