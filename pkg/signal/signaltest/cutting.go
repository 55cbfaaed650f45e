package signaltest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

// cutting is a way to cut a span of time into windows.
type cutting struct {
	name    string
	windows signal.Windows
}

// cuttings are those that everything is asked of.
func (tr trial) cuttings() []cutting {
	all := []cutting{
		{"all in one", windows(tr.Now, tr.Start)},
		{"one from long before", windows(tr.Now, tr.Start.Add(-24*time.Hour))},
		{"even", tr.even(50)},
		{"before the first figure", windows(tr.Start, tr.Start.Add(-3*tr.profile.shortest()), tr.Start.Add(-2*tr.profile.shortest()))},
		{"at the end", windows(tr.Now, tr.aligned(tr.Now.Add(-3*tr.profile.shortest())), tr.aligned(tr.Now.Add(-tr.profile.shortest())))},
	}
	for seed := range uint64(2) {
		all = append(all, cutting{fmt.Sprintf("uneven seed %d", seed), tr.uneven(seed)})
	}
	if len(tr.Requests) > 0 {
		all = append(all, cutting{"at requests", tr.atRequests()}, cutting{"one around a request", tr.aroundOne()})
	}
	return slices.DeleteFunc(all, func(c cutting) bool { return c.windows.Len() == 0 })
}

// windows begin at each of starts.
func windows(end time.Time, starts ...time.Time) signal.Windows {
	return signal.Windows{Starts: slices.DeleteFunc(starts, func(at time.Time) bool { return !at.Before(end) }), End: end}
}

func (tr trial) aligned(at time.Time) time.Time { return at.Truncate(tr.profile.grid()) }

// even cuts what there is, and a while before it, into n equal windows.
func (tr trial) even(n int) signal.Windows {
	length := max(tr.aligned(time.Time{}.Add(tr.Now.Sub(tr.Start)/time.Duration(n))).Sub(time.Time{}), tr.profile.shortest())
	var starts []time.Time
	for at := tr.Now.Add(-length); at.After(tr.Start.Add(-5 * length)); at = at.Add(-length) {
		starts = append(starts, at)
	}
	slices.Reverse(starts)
	return windows(tr.Now, starts...)
}

// uneven cuts at random instants, the last of which is the end.
func (tr trial) uneven(seed uint64) signal.Windows {
	rng := rand.New(rand.NewPCG(seed, 1))
	from, length := tr.Start.Add(-time.Minute), tr.Now.Sub(tr.Start)+time.Minute
	var edges []time.Time
	for range 40 {
		edges = append(edges, tr.aligned(from.Add(time.Duration(rng.Int64N(int64(length))))))
	}
	return tr.between(edges)
}

// atRequests cuts at the times of requests, and a microsecond behind some.
func (tr trial) atRequests() signal.Windows {
	var edges []time.Time
	every := max(1, len(tr.Requests)/30)
	for i := 0; i < len(tr.Requests); i += every {
		at := tr.Requests[i].Time
		edges = append(edges, tr.aligned(at))
		if i%3 == 0 {
			edges = append(edges, tr.aligned(at.Add(tr.profile.shortest())))
		}
	}
	return tr.between(edges)
}

func (tr trial) aroundOne() signal.Windows {
	at := tr.aligned(tr.Requests[len(tr.Requests)/2].Time)
	return windows(at.Add(tr.profile.shortest()), at)
}

// between makes windows between the edges, none shorter than may be asked for.
func (tr trial) between(edges []time.Time) signal.Windows {
	slices.SortFunc(edges, time.Time.Compare)
	edges = slices.DeleteFunc(edges, func(at time.Time) bool { return at.After(tr.Now) })
	var kept []time.Time
	for _, at := range edges {
		if len(kept) == 0 || at.Sub(kept[len(kept)-1]) >= tr.profile.shortest() {
			kept = append(kept, at)
		}
	}
	if len(kept) < 2 {
		return signal.Windows{}
	}
	return signal.Windows{Starts: kept[:len(kept)-1], End: kept[len(kept)-1]}
}
