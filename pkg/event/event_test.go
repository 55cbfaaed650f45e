package event

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestMonitorsOfOneItemInTwoDirectionsHaveTwoNames(t *testing.T) {
	require.Equal(t, "LSF/disk", Monitor{Direction: "LSF", Item: "disk"}.Name())
	require.Equal(t, "host/disk", Monitor{Direction: "host", Item: "disk"}.Name())
}

func TestRangeContainsBothItsEnds(t *testing.T) {
	r := Range{utc(t, "2026-03-05T10:00:00Z"), utc(t, "2026-03-05T11:00:00Z")}
	require.True(t, r.Contains(r.From))
	require.True(t, r.Contains(r.To))
	require.False(t, r.Contains(r.From.Add(-time.Nanosecond)))
	require.False(t, r.Contains(r.To.Add(time.Nanosecond)))
}

func TestEveryKindHasDirectionItemAndHost(t *testing.T) {
	for _, kind := range []Kind{Heartbeats, Logs, Alarms} {
		require.Subset(t, kind.Dimensions(), []Dimension{Direction, Item, Host}, kind)
		require.Subset(t, Dimensions, kind.Dimensions(), kind)
	}
	require.Contains(t, Logs.Dimensions(), Level)
	require.Subset(t, Alarms.Dimensions(), []Dimension{Receiver, SendResult})
	require.Empty(t, Kind("metrics").Dimensions())
}
