package signal_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

func TestWindowsHaveNoGaps(t *testing.T) {
	start := time.Date(2026, 3, 6, 9, 0, 0, 0, time.UTC)
	w := signal.Windows{Starts: []time.Time{start, start.Add(time.Minute), start.Add(90 * time.Second)}, End: start.Add(100 * time.Second)}
	require.Equal(t, 3, w.Len())
	for i, want := range []float64{60, 30, 10} {
		require.InDelta(t, want, w.Seconds(i), 0)
		from, to := w.Bounds(i)
		require.Equal(t, w.Starts[i], from)
		require.Equal(t, from.Add(time.Duration(want)*time.Second), to)
	}
}

func TestFaultKeepsItsCauseAndItsText(t *testing.T) {
	cause := errors.New("connection refused")
	err := fmt.Errorf("read: %w", signal.Faultf("service %s: %w", "orders", cause))
	var fault *signal.Fault
	require.ErrorAs(t, err, &fault)
	require.ErrorIs(t, err, cause)
	require.EqualError(t, fault, "service orders: connection refused")
}
