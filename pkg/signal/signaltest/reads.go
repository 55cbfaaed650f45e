package signaltest

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

// questions are all that the source must answer of some windows, but for age and
// up, of which it is left to sources for which windows they know it.
func (tr trial) questions(w signal.Windows) []signal.Request {
	var all []signal.Request
	for _, d := range signal.Catalogue {
		if tr.lacks(d) || d.Signal == signal.Age || d.Signal == signal.Up {
			continue
		}
		for _, stat := range tr.stats(d) {
			for _, splitBy := range tr.splits(d) {
				all = append(all, signal.Request{Signal: d.Signal, Stat: stat, SplitBy: splitBy, Windows: w})
			}
		}
	}
	return all
}

// lacks reports whether the source cannot give a signal.
func (tr trial) lacks(d signal.Definition) bool {
	_, never := d.Cannot[tr.profile.Kind]
	return never || slices.Contains(tr.profile.Missing, d.Signal)
}

func (tr trial) stats(d signal.Definition) []signal.Stat {
	if len(d.Stats) == 0 {
		return []signal.Stat{""}
	}
	if d.Signal == signal.Latency && len(tr.profile.Stats) > 0 {
		return tr.profile.Stats
	}
	return d.Stats
}

// splits are the ways to split a signal that the source has.
func (tr trial) splits(d signal.Definition) [][]signal.Dimension {
	splits := [][]signal.Dimension{nil}
	for _, dim := range []signal.Dimension{signal.Operation, signal.Status} {
		if slices.Contains(d.SplitBy, dim) && tr.has(d.Signal, dim) {
			splits = append(splits, []signal.Dimension{dim})
		}
	}
	if len(splits) == 3 {
		splits = append(splits, slices.Concat(splits[1], splits[2]), slices.Concat(splits[2], splits[1]))
	}
	return splits
}

// has reports whether the source can split a signal by a dimension.
func (tr trial) has(s signal.Signal, dim signal.Dimension) bool {
	untold := tr.profile.Succeeded && s == signal.Latency && dim == signal.Status
	return slices.Contains(tr.profile.SplitBy, dim) && !untold
}

// measured is the trial with the requests that the source times.
func (tr trial) measured(s signal.Signal) trial {
	if tr.profile.Succeeded && s == signal.Latency {
		tr.requests = slices.DeleteFunc(slices.Clone(tr.requests), func(q timed[Request]) bool { return q.what.Status != signal.StatusSuccess })
	}
	return tr
}

func testSignals(t *testing.T, tr trial) {
	for _, c := range tr.cuttings() {
		for _, r := range tr.questions(c.windows) {
			name := fmt.Sprintf("%s: %s %s %v", c.name, r.Signal, r.Stat, r.SplitBy)
			answer, err := tr.source.Read(t.Context(), r)
			require.NoError(t, err, name)
			require.NotEmpty(t, answer.Query, name)
			tr.check(t, r, answer, name)
		}
	}
}

// check holds an answer against the oracle.
func (tr trial) check(t testing.TB, r signal.Request, a signal.Answer, name string) {
	t.Helper()
	tr = tr.measured(r.Signal)
	keys := make([][]string, len(a.Series))
	for i, s := range a.Series {
		keys[i] = s.Key
		require.Len(t, s.Key, len(r.SplitBy), name)
		require.Len(t, s.Values, r.Windows.Len(), name)
		part := tr.part(r.SplitBy, s.Key)
		for j, v := range s.Values {
			if want := part.want(r, j); !want.holds(v) {
				start, end := r.Windows.Bounds(j)
				require.Failf(t, "wrong value", "%s: %q, window %d of %d, %s to %s: %v is not in %+v", name, s.Key, j, len(s.Values), start, end, v, want)
			}
		}
	}
	require.True(t, slices.IsSortedFunc(keys, slices.Compare), "%s: keys %q are not sorted", name, keys)
	require.Len(t, slices.CompactFunc(slices.Clone(keys), slices.Equal), len(keys), "%s: keys %q are not unique", name, keys)
	if len(r.SplitBy) == 0 {
		require.Len(t, keys, 1, name)
	}
	for _, want := range tr.keys(r) {
		require.True(t, slices.ContainsFunc(keys, func(k []string) bool { return slices.Equal(k, want) }), "%s: no series of %q among %q", name, want, keys)
	}
}

// part is the trial with the requests of one series only.
func (tr trial) part(splitBy []signal.Dimension, key []string) trial {
	if len(splitBy) > 0 {
		tr.requests = slices.DeleteFunc(slices.Clone(tr.requests), func(q timed[Request]) bool { return !slices.Equal(q.what.key(splitBy), key) })
	}
	return tr
}

// keys are those of all requests that surely lie in the windows.
func (tr trial) keys(r signal.Request) [][]string {
	var keys [][]string
	one := func(Request) float64 { return 1 }
	for i := range tr.requests {
		if inside, _ := placed(tr.profile, tr.requests[i:i+1], r.Windows.Starts[0], r.Windows.End, one); len(inside) > 0 {
			keys = append(keys, tr.requests[i].what.key(r.SplitBy))
		}
	}
	slices.SortFunc(keys, slices.Compare)
	return slices.CompactFunc(keys, slices.Equal)
}

func testHeatmap(t *testing.T, tr trial) {
	tr = tr.measured(signal.Latency)
	for _, c := range tr.cuttings() {
		h, err := tr.source.Latencies(t.Context(), c.windows)
		require.NoError(t, err, c.name)
		require.NotEmpty(t, h.Query, c.name)
		require.NotEmpty(t, h.Bounds, c.name)
		require.True(t, slices.IsSorted(h.Bounds), "%s: %v", c.name, h.Bounds)
		require.Len(t, slices.Compact(slices.Clone(h.Bounds)), len(h.Bounds), "%s: %v", c.name, h.Bounds)
		require.True(t, math.IsInf(h.Bounds[len(h.Bounds)-1], 1), "%s: the last of %v is not +Inf", c.name, h.Bounds)
		require.Len(t, h.Counts, c.windows.Len(), c.name)
		for i, counts := range h.Counts {
			require.Len(t, counts, len(h.Bounds), c.name)
			tr.checkCounts(t, c, i, h.Bounds, counts)
		}
	}
}

// checkCounts checks the counts of a window; those of a window of which nothing
// is known are NaN.
func (tr trial) checkCounts(t testing.TB, c cutting, i int, bounds, counts []float64) {
	t.Helper()
	below := math.Inf(-1)
	start, end := c.windows.Bounds(i)
	inside, beside := placed(tr.profile, tr.requests, start, end, func(q Request) float64 { return q.Seconds })
	for j, bound := range bounds {
		outside := func(seconds float64) bool { return seconds <= below || seconds > bound }
		want := between(count)(slices.DeleteFunc(slices.Clone(inside), outside), slices.DeleteFunc(slices.Clone(beside), outside)).scaled(1, tr.profile.Rates)
		want.nan = tr.profile.Blur > 0 && start.Before(tr.Start)
		if !tr.known(c.windows, i) {
			want = unknown
		}
		require.True(t, want.holds(counts[j]), "%s: window %d, requests above %v s up to %v s: %v is not in %+v", c.name, i, below, bound, counts[j], want)
		below = bound
	}
}

// testAgeAndUp asks what is known of the end. In the windows before the last one
// a source may know the same, or nothing.
func testAgeAndUp(t *testing.T, tr trial) {
	cuttings := slices.DeleteFunc(tr.cuttings(), func(c cutting) bool { return !c.windows.End.Equal(tr.Now) })
	for _, c := range cuttings {
		last := c.windows.Len() - 1
		if up, _ := signal.Define(signal.Up); !tr.lacks(up) {
			for i, v := range tr.only(t, signal.Up, c) {
				require.True(t, v == 1 || i < last && math.IsNaN(v), "%s: up in window %d of %d is %v", c.name, i, last+1, v)
			}
		}
		if age, _ := signal.Define(signal.Age); !tr.lacks(age) {
			for i, v := range tr.only(t, signal.Age, c) {
				want := tr.age(c.windows, i)
				require.True(t, want.holds(v) || i < last && math.IsNaN(v), "%s: age in window %d of %d: %v is not in %+v", c.name, i, last+1, v, want)
			}
		}
	}
}

// age of the newest figure at the end of a window; one of a scraped source is
// off by the distance of its figures.
func (tr trial) age(w signal.Windows, i int) span {
	_, end := w.Bounds(i)
	at, found := tr.newest(end)
	if !found {
		return unknown
	}
	off := tr.profile.Resolution.Seconds()
	age := end.Sub(at).Seconds()
	return span{lo: max(0, age-off), hi: age + off}
}

// only reads a signal that has one value for each window.
func (tr trial) only(t testing.TB, s signal.Signal, c cutting) []float64 {
	t.Helper()
	a, err := tr.source.Read(t.Context(), signal.Request{Signal: s, Windows: c.windows})
	require.NoError(t, err, c.name)
	require.Len(t, a.Series, 1, c.name)
	require.Len(t, a.Series[0].Values, c.windows.Len(), c.name)
	return a.Series[0].Values
}
