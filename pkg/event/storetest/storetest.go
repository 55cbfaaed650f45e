// Package storetest is the conformance suite of event.Store: every
// implementation has to answer as a plain evaluation over the same events does.
package storetest

import (
	"testing"
	"time"
	_ "time/tzdata" // zones, also where the machine has none

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/event"
)

// World is all that a store holds: the events of each monitor in the order in
// which they were written, which is nearly that of time. Times are whole seconds
// in UTC. IDs are empty: a store makes its own. No event lies in an hour that
// the clocks of the zone show twice, so that a store which keeps naive local
// times can hold it.
type World struct {
	Name       string
	Zone       *time.Location
	Monitors   []event.Monitor
	Heartbeats []event.Heartbeat
	Logs       []event.Log
	Alarms     []event.Alarm

	zoned bool // it is for its days: a few filters do
	large bool // so many events that not everything is asked of them
}

// Opened is a store that holds a world.
type Opened struct {
	Store event.Store
	// Append adds log lines to what the store reads, as check scripts do while
	// it is open. It may be called for a monitor that had no logs.
	Append func(t testing.TB, logs ...event.Log)
}

// Open makes a store that holds the world and cleans it up with the test. It is
// called from several tests at once.
type Open func(t testing.TB, w World) Opened

// Run checks that the stores which open makes conform. The test that calls it
// must not be parallel: goroutines that a store leaves behind are looked for.
func Run(t *testing.T, open Open) {
	t.Run("tail", func(t *testing.T) { testTail(t, open) })
	t.Run("empty", func(t *testing.T) {
		t.Parallel()
		testEmpty(t, open)
	})
	t.Run("too large", func(t *testing.T) {
		t.Parallel()
		testTooLarge(t, open)
	})
	for _, w := range worlds(t) {
		t.Run(w.Name, func(t *testing.T) {
			t.Parallel()
			testWorld(t, open, w)
		})
	}
}

// trial is a store under test beside the events that it holds.
type trial struct {
	World
	store  event.Store
	events map[event.Kind][]*row // sorted
	hosts  map[string]string     // of each monitor, by name
	admins map[string]string
}

func newTrial(t testing.TB, open Open, w World) trial {
	t.Helper()
	tr := trial{World: w, store: open(t, w).Store, events: map[event.Kind][]*row{}, hosts: map[string]string{}, admins: map[string]string{}}
	for _, kind := range kinds {
		tr.events[kind] = w.sorted(kind)
	}
	for _, m := range w.Monitors {
		tr.hosts[m.Name()], tr.admins[m.Name()] = m.Host, m.Admin
	}
	return tr
}

func testWorld(t *testing.T, open Open, w World) {
	tr := newTrial(t, open, w)
	for _, part := range []struct {
		name string
		test func(*testing.T, trial)
	}{
		{"monitors", testMonitors},
		{"last heartbeats", testLastHeartbeats},
		{"pages by filter", testPagesByFilter},
		{"pages by range", testPagesByRange},
		{"counts by filter", testCountsByFilter},
		{"counts by grouping", testCountsByGrouping},
		{"counts by step", testCountsByStep},
		{"refusals", testRefusals},
		{"cancelled", testCancelled},
		{"concurrent", testConcurrent},
	} {
		t.Run(part.name, func(t *testing.T) { part.test(t, tr) })
	}
	require.Equal(t, w.Zone.String(), tr.store.Location().String())
	said, err := tr.store.Check(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, said)
	require.NoError(t, tr.store.Close())
}

func testEmpty(t *testing.T, open Open) {
	tr := newTrial(t, open, World{Name: "empty", Zone: time.UTC})
	inventory, err := tr.store.Monitors(t.Context(), event.Filter{})
	require.NoError(t, err)
	require.Empty(t, inventory.Monitors)
	beats, err := tr.store.LastHeartbeats(t.Context(), event.Filter{}, time.Now())
	require.NoError(t, err)
	require.Empty(t, beats.Last)
	r := event.Range{From: time.Unix(0, 0), To: time.Now()}
	for _, kind := range kinds {
		checkPages(t, tr, kind, selector{}, r, everyLimit)
		checkCount(t, tr, kind, selector{}, r, []time.Time{r.From}, kind.Dimensions())
	}
}
