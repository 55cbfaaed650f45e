package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/event"
)

// count is the histogram that a plain walk over the events gives.
func (tr trial) count(kind event.Kind, s selector, r event.Range, buckets []time.Time, by []event.Dimension) []event.Group {
	groups := map[string]*event.Group{}
	bucket := 0
	for _, row := range tr.selected(kind, s, r) {
		for bucket+1 < len(buckets) && buckets[bucket+1].Unix() <= row.unix {
			bucket++
		}
		for _, key := range tr.keys(s, row, by) {
			joined := strings.Join(key, "\n")
			if groups[joined] == nil {
				groups[joined] = &event.Group{Key: key, Counts: make([]uint64, len(buckets))}
			}
			groups[joined].Counts[bucket]++
		}
	}
	var sorted []event.Group
	for _, g := range groups {
		sorted = append(sorted, *g)
	}
	slices.SortFunc(sorted, func(a, b event.Group) int { return slices.Compare(a.Key, b.Key) })
	return sorted
}

// keys are the groups that a row belongs to: an alarm to one for each of its
// receivers that is selected, to none when it has none.
func (tr trial) keys(s selector, r *row, by []event.Dimension) [][]string {
	keys := [][]string{{}}
	for _, dim := range by {
		values := tr.values(dim, r)
		switch dim {
		case event.Item:
			values = []string{r.item}
		case event.Admin:
			values = []string{tr.admins[r.name()]}
		case event.Receiver:
			slices.Sort(values)
			values = slices.DeleteFunc(slices.Compact(values), func(v string) bool {
				return slices.ContainsFunc(s.only(event.Receiver).conditions, func(c term) bool { return !c.holds([]string{v}) })
			})
		}
		var longer [][]string
		for _, key := range keys {
			for _, v := range values {
				longer = append(longer, append(slices.Clone(key), v))
			}
		}
		keys = longer
	}
	return keys
}

// checkCount holds a count against the events.
func checkCount(t testing.TB, tr trial, kind event.Kind, s selector, r event.Range, buckets []time.Time, by []event.Dimension) {
	t.Helper()
	got, err := tr.store.Count(t.Context(), event.CountRequest{Kind: kind, Filter: s.filter(t), Range: r, Buckets: buckets, GroupBy: by})
	require.NoError(t, err)
	require.Empty(t, got.Problems)
	require.Equal(t, buckets, got.Buckets)
	require.Equal(t, by, got.GroupBy)
	requireGroups(t, tr.count(kind, s, r, buckets, by), got.Groups)
}

func requireGroups(t testing.TB, want, got []event.Group) {
	t.Helper()
	for i := range min(len(want), len(got)) {
		require.Equal(t, slices.Concat([]string{}, want[i].Key), slices.Concat([]string{}, got[i].Key), "group %d", i)
		if !slices.Equal(want[i].Counts, got[i].Counts) {
			require.Equal(t, want[i].Counts, got[i].Counts, "group %v", want[i].Key)
		}
	}
	require.Len(t, got, len(want))
}

func (tr trial) buckets(t testing.TB, r event.Range, step time.Duration) []time.Time {
	t.Helper()
	buckets, err := event.Buckets(r, step, tr.Zone)
	require.NoError(t, err)
	return buckets
}

func testCountsByFilter(t *testing.T, tr trial) {
	for _, kind := range kinds {
		r := tr.span(kind)
		hours := tr.buckets(t, r, hourly(r))
		for name, s := range tr.selectors() {
			t.Run(string(kind)+"/"+name, func(t *testing.T) {
				checkCount(t, tr, kind, s, r, []time.Time{r.From}, kind.Dimensions())
				checkCount(t, tr, kind, s, r, hours, kind.Dimensions()[len(kind.Dimensions())-1:])
			})
		}
	}
}

// hourly is an hour, or a day where there were too many hours.
func hourly(r event.Range) time.Duration {
	if r.To.Sub(r.From) > 30*24*time.Hour {
		return 24 * time.Hour
	}
	return time.Hour
}

func testCountsByGrouping(t *testing.T, tr trial) {
	if tr.zoned {
		return
	}
	for _, kind := range kinds {
		r := tr.span(kind)
		for _, by := range subsets(kind.Dimensions()) {
			t.Run(fmt.Sprint(kind, by), func(t *testing.T) {
				checkCount(t, tr, kind, selector{}, r, tr.buckets(t, r, hourly(r)), by)
				slices.Reverse(by)
				checkCount(t, tr, kind, selector{}, r, []time.Time{r.From}, by)
			})
		}
	}
}

func subsets(dims []event.Dimension) [][]event.Dimension {
	var all [][]event.Dimension
	for bits := range 1 << len(dims) {
		subset := []event.Dimension{}
		for i, dim := range dims {
			if bits>>i&1 == 1 {
				subset = append(subset, dim)
			}
		}
		all = append(all, subset)
	}
	return all
}

// steps are the intervals to cut a range by, and how long the range may be.
var steps = []struct {
	name   string
	step   time.Duration
	length time.Duration
}{
	{"1s", time.Second, 20 * time.Minute},
	{"7s", 7 * time.Second, 20 * time.Minute},
	{"1m", time.Minute, 6 * time.Hour},
	{"5m", 5 * time.Minute, 24 * time.Hour},
	{"1h", time.Hour, 10 * 24 * time.Hour},
	{"12h", 12 * time.Hour, 40 * 24 * time.Hour},
	{"1d", 24 * time.Hour, 400 * 24 * time.Hour},
	{"7d", 7 * 24 * time.Hour, 4_000 * 24 * time.Hour},
}

// testCountsByStep counts each range, cut to what suits a step, by that step and
// as a whole.
func testCountsByStep(t *testing.T, tr trial) {
	for _, kind := range kinds {
		by := kind.Dimensions()[len(kind.Dimensions())-1:]
		for name, r := range tr.ranges(kind) {
			for _, s := range steps {
				if tr.large && s.step > time.Hour {
					continue
				}
				part := r
				if part.To.Sub(part.From) > s.length {
					part.To = part.From.Add(s.length)
				}
				t.Run(fmt.Sprintf("%s/%s/%s", kind, name, s.name), func(t *testing.T) {
					buckets := tr.buckets(t, part, s.step)
					checkCount(t, tr, kind, selector{}, part, buckets, by)
					if n := len(buckets); n > 4 && (s.step == time.Minute || !tr.large) {
						// The first bucket reaches back, and the last one on, to the ends of the range.
						checkCount(t, tr, kind, selector{}, part, buckets[2:n-1], by)
					}
				})
			}
			t.Run(fmt.Sprintf("%s/%s/whole", kind, name), func(t *testing.T) {
				checkCount(t, tr, kind, selector{}, r, []time.Time{r.From}, nil)
				checkCount(t, tr, kind, selectors["level and text"], r, []time.Time{r.From}, by)
			})
		}
	}
}

// testTooLarge counts more groups and buckets than a histogram holds.
func testTooLarge(t *testing.T, open Open) {
	w := World{Name: "wide", Zone: time.UTC}
	from := time.Date(2026, 3, 5, 0, 0, 0, 0, time.UTC)
	for i := range event.MaxCells/event.MaxBuckets + 1 {
		m := event.Monitor{Direction: "wide", Item: fmt.Sprintf("item%02d", i)}
		w.Monitors = append(w.Monitors, m)
		w.Logs = append(w.Logs, event.Log{Time: from.Add(time.Duration(i) * time.Minute), Direction: m.Direction, Item: m.Item, Level: "Info", Message: "x"})
	}
	tr := newTrial(t, open, w)
	r := event.Range{From: from, To: from.Add((event.MaxBuckets - 1) * time.Second)}
	req := event.CountRequest{Kind: event.Logs, Range: r, Buckets: tr.buckets(t, r, time.Second), GroupBy: []event.Dimension{event.Item}}
	_, err := tr.store.Count(t.Context(), req)
	require.ErrorIs(t, err, event.ErrTooLarge)
	require.Greater(t, len(err.Error()), len(event.ErrTooLarge.Error()), "it says how large")
	req.GroupBy = []event.Dimension{event.Level}
	got, err := tr.store.Count(t.Context(), req)
	require.NoError(t, err)
	require.EqualValues(t, len(w.Logs), got.Groups[0].Total())
}
