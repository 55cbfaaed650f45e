package event

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func minutes(t testing.TB, n int) []time.Time {
	t.Helper()
	starts := make([]time.Time, n)
	for i := range starts {
		starts[i] = utc(t, "2026-03-05T10:00:00Z").Add(time.Duration(i) * time.Minute)
	}
	return starts
}

func TestHistogramFindsTheBucketOfATime(t *testing.T) {
	h := NewHistogram(minutes(t, 3), nil)
	for text, want := range map[string]int{
		"2026-03-05T09:00:00Z": 0, "2026-03-05T10:00:00Z": 0, "2026-03-05T10:00:59Z": 0, "2026-03-05T10:01:00Z": 1,
		"2026-03-05T10:01:59Z": 1, "2026-03-05T10:02:00Z": 2, "2026-03-05T12:00:00Z": 2,
	} {
		require.Equal(t, want, h.Bucket(utc(t, text)), text)
	}
}

func add(t testing.TB, h *Histogram, n uint64, key ...string) {
	t.Helper()
	counts, err := h.Group(key...)
	require.NoError(t, err)
	counts[0] += n
}

func keys(h *Histogram) []string {
	var keys []string
	for _, g := range h.Groups {
		keys = append(keys, fmt.Sprintf("%v%d", g.Key, g.Total()))
	}
	return keys
}

func TestHistogramGathersGroupsByTheirKey(t *testing.T) {
	h := NewHistogram(minutes(t, 2), []Dimension{Direction, Level})
	add(t, h, 1, "host", "Error")
	add(t, h, 2, "LSF", "Error")
	add(t, h, 3, "host", "Error")
	add(t, h, 0, "LSF", "Info")
	require.Equal(t, []string{"[host Error]4", "[LSF Error]2", "[LSF Info]0"}, keys(h))
	h.Sort()
	require.Equal(t, []string{"[LSF Error]2", "[LSF Info]0", "[host Error]4"}, keys(h))
	add(t, h, 5, "LSF", "Info")
	require.Equal(t, []string{"[LSF Error]2", "[LSF Info]5", "[host Error]4"}, keys(h), "found after sorting")
}

func TestHistogramDropsGroupsWithoutEvents(t *testing.T) {
	h := NewHistogram(minutes(t, 2), []Dimension{Level})
	add(t, h, 0, "Debug")
	add(t, h, 1, "Error")
	h.DropEmpty()
	require.Equal(t, []string{"[Error]1"}, keys(h))
	add(t, h, 1, "Error")
	add(t, h, 1, "Debug")
	require.Equal(t, []string{"[Error]2", "[Debug]1"}, keys(h))
}

func TestHistogramKeepsTheLargestGroups(t *testing.T) {
	h := NewHistogram(minutes(t, 1), []Dimension{Item})
	for item, n := range map[string]uint64{"a": 1, "d": 3, "c": 3, "b": 2, "z": 0} {
		add(t, h, n, item)
	}
	h.Top(3)
	require.Equal(t, []string{"[c]3", "[d]3", "[b]2"}, keys(h), "equals by name")
	add(t, h, 7, "d")
	require.Equal(t, []string{"[c]3", "[d]10", "[b]2"}, keys(h))
	h.Top(10)
	require.Len(t, h.Groups, 3)
}

func TestHistogramRefusesToGrowTooLarge(t *testing.T) {
	h := NewHistogram(make([]time.Time, MaxCells/4), []Dimension{Item})
	for i := range 4 {
		_, err := h.Group(fmt.Sprint(i))
		require.NoError(t, err)
	}
	_, err := h.Group("one more")
	require.ErrorIs(t, err, ErrTooLarge)
	require.ErrorContains(t, err, "more than 4 groups over 500000 intervals")
	_, err = h.Group("3")
	require.NoError(t, err, "a group that is there already")
}
