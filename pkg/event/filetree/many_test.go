package filetree_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/event"
)

func TestTenThousandMonitorsAreServed(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	const directions, items = 20, 500
	want := map[string]time.Time{}
	for d := range directions {
		// All directions but the first are links to it: the disk has enough to do.
		if d > 0 {
			require.NoError(t, os.Symlink("area00", tr.path(fmt.Sprintf("area%02d", d))))
		}
		for i := range items {
			last := time.Date(2026, 3, 5, 10, i/60, i%60, 0, time.UTC)
			want[fmt.Sprintf("area%02d/check_%03d", d, i)] = last
			if d > 0 {
				continue
			}
			name := fmt.Sprintf("area00/check_%03d", i)
			tr.write(t, name+"/heartbeat/20260305", heartbeatLine("2026-03-05 09:00:00", "h"), heartbeatLine(last.Format(time.DateTime), "h"))
			if i%100 == 0 {
				tr.write(t, name+"/monitor_item.yaml", "script_startup_host: hpc01\n")
			}
		}
	}
	day := event.Range{From: at(t, time.UTC, "2026-03-05 00:00:00"), To: at(t, time.UTC, "2026-03-05 23:59:59")}
	s := tr.store(nil)
	inventory, err := s.Monitors(t.Context(), event.Filter{})
	require.NoError(t, err)
	require.Len(t, inventory.Monitors, directions*items)
	require.Len(t, inventory.Problems, directions*items*99/100, "descriptors that are missing")
	for i, m := range inventory.Monitors {
		if want := fmt.Sprintf("area%02d/check_%03d", i/items, i%items); m.Name() != want {
			require.Equal(t, want, m.Name())
		}
	}
	beats, err := s.LastHeartbeats(t.Context(), event.Filter{}, day.To)
	require.NoError(t, err)
	require.Equal(t, want, beats.Last)
	p, err := s.Heartbeats(t.Context(), event.PageRequest{Range: day, Limit: 1_000})
	require.NoError(t, err)
	require.Len(t, p.Items, 1_000)
	require.True(t, p.More)
	h, err := s.Count(t.Context(), event.CountRequest{
		Kind: event.Heartbeats, Range: day, Buckets: []time.Time{day.From}, GroupBy: []event.Dimension{event.Direction, event.Item},
	})
	require.NoError(t, err)
	require.Len(t, h.Groups, directions*items)
}
