package plugin

import (
	"math"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

var inf = math.Inf(1)

// cutAt cuts a range, given by its distances from noon, at a time after noon.
func cutAt(t *testing.T, from, to, step, now time.Duration) signal.Windows {
	t.Helper()
	w, err := cutRange(backend.TimeRange{From: noon.Add(from), To: noon.Add(to)}, step, time.UTC, noon.Add(now))
	require.NoError(t, err)
	return w
}

func TestRangeIsCutIntoWholeWindows(t *testing.T) {
	const m = time.Minute
	tests := []struct {
		name                string
		from, to, step, now time.Duration
		first, end          time.Duration
		windows             int
	}{
		{"past, whole", -10 * m, -5 * m, m, 0, -10 * m, -4 * m, 6},
		{"widened at both ends", -10*m + 20*time.Second, -5*m - 20*time.Second, m, 0, -10 * m, -5 * m, 5},
		{"up to now", -10 * m, 0, m, 0, -10 * m, 0, 10},
		{"a window that has begun", -10 * m, 30 * time.Second, m, 30 * time.Second, -10 * m, 30 * time.Second, 11},
		{"one that has hardly begun", -10 * m, 5 * time.Second, m, 5 * time.Second, -10 * m, 0, 10},
		{"one that has begun by a tenth", -10 * m, 6 * time.Second, m, 6 * time.Second, -10 * m, 6 * time.Second, 11},
		{"less than a second", -10 * m, 0, m, 900 * time.Millisecond, -10 * m, 0, 10},
		{"seconds", -3 * time.Second, 0, time.Second, 900 * time.Millisecond, -3 * time.Second, 0, 3},
		{"the only one, hardly begun", 0, 2 * time.Second, m, 2 * time.Second, 0, 2 * time.Second, 1},
		{"half in the future", -2 * m, 10 * m, m, 0, -2 * m, 0, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := cutAt(t, tt.from, tt.to, tt.step, tt.now)
			require.Equal(t, tt.windows, w.Len())
			require.Equal(t, noon.Add(tt.first), w.Starts[0])
			require.Equal(t, noon.Add(tt.end), w.End)
		})
	}
	require.Zero(t, cutAt(t, m, 10*m, m, 0).Len(), "in the future")
}

func TestLastDayEndsWithTheDay(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	day := time.Date(2026, 10, 25, 0, 0, 0, 0, berlin) // of 25 hours
	w, err := cutRange(backend.TimeRange{From: day, To: day.Add(20 * time.Hour)}, 24*time.Hour, berlin, day.AddDate(0, 1, 0))
	require.NoError(t, err)
	require.Equal(t, 1, w.Len())
	require.Equal(t, 25*time.Hour, w.End.Sub(w.Starts[0]))
	week, err := cutRange(backend.TimeRange{From: day, To: day}, 7*24*time.Hour, berlin, day.AddDate(0, 1, 0))
	require.NoError(t, err)
	require.Equal(t, 7*24*time.Hour+time.Hour, week.End.Sub(week.Starts[0]))
}

func TestWholeRangeIsInWholeSecondsUpToNow(t *testing.T) {
	ms := time.Millisecond
	tests := []struct {
		name            string
		from, to, now   time.Duration
		windows         int
		wantFrom, until time.Duration
	}{
		{"whole", -time.Hour, -time.Minute, 0, 1, -time.Hour, -time.Minute},
		{"the last millisecond of a day", -time.Hour, -ms, time.Hour, 1, -time.Hour, 0},
		{"up to now", -time.Hour, time.Hour, 400 * ms, 1, -time.Hour, 0},
		{"empty", 0, 0, time.Hour, 0, 0, 0},
		{"future", time.Hour, 2 * time.Hour, 0, 0, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := whole(backend.TimeRange{From: noon.Add(tt.from), To: noon.Add(tt.to)}, noon.Add(tt.now))
			require.Equal(t, tt.windows, w.Len())
			if tt.windows > 0 {
				require.Equal(t, signal.Windows{Starts: []time.Time{noon.Add(tt.wantFrom)}, End: noon.Add(tt.until)}, w)
			}
		})
	}
}
