package band_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/band"
)

func TestValuesFallIntoTheirBands(t *testing.T) {
	const gib = 1 << 30
	for _, tc := range []struct {
		scale    band.Scale
		value    float64
		name     string
		severity band.Severity
	}{
		{band.Goroutines, 0, "excellent", band.Fine},
		{band.Goroutines, 999, "excellent", band.Fine},
		{band.Goroutines, 1_000, "good", band.Fine},
		{band.Goroutines, 2_000, "attention", band.Watch},
		{band.Goroutines, 3_000, "warning", band.Warning},
		{band.Goroutines, 5_000, "alert", band.Critical},
		{band.Goroutines, 10_000, "danger", band.Critical},
		{band.Memory, gib - 1, "normal", band.Fine},
		{band.Memory, gib, "good", band.Fine},
		{band.Memory, 2 * gib, "attention", band.Watch},
		{band.Memory, 3 * gib, "warning", band.Warning},
		{band.Memory, 4 * gib, "danger", band.Critical},
		{band.Success, 100, "excellent", band.Fine},
		{band.Success, 99, "excellent", band.Fine},
		{band.Success, 98.999, "good", band.Fine},
		{band.Success, 95, "good", band.Fine},
		{band.Success, 94.999, "needs attention", band.Critical},
		{band.Latency, 0.1, "excellent", band.Fine},
		{band.Latency, 0.1001, "good", band.Fine},
		{band.Latency, 0.5, "good", band.Fine},
		{band.Latency, 0.5001, "slow", band.Warning},
		{band.Throughput, 9.99, "low", band.Fine},
		{band.Throughput, 10, "good", band.Fine},
		{band.Throughput, 20, "excellent", band.Fine},
		{band.PeakThroughput, 50, "normal", band.Fine},
		{band.PeakThroughput, 50.1, "high", band.Warning},
		{band.Throughput, math.Inf(1), "excellent", band.Fine},
	} {
		got, ok := tc.scale.Of(tc.value)
		require.True(t, ok)
		require.Equal(t, tc.name, got.Name, "%s %v", tc.scale.Name, tc.value)
		require.Equal(t, tc.severity, got.Severity, "%s %v", tc.scale.Name, tc.value)
	}
}

func TestNothingKnownHasNoBand(t *testing.T) {
	_, ok := band.Latency.Of(math.NaN())
	require.False(t, ok)
}

func TestExpectedGoroutinesFollowTheLoad(t *testing.T) {
	for qps, low := range map[float64]float64{
		math.NaN(): 100, -1: 100, 0: 100, 9.9: 100, 10: 500, 49.9: 500, 50: 1_500, 100: 1_500, 100.1: 3_000, 5_000: 3_000,
	} {
		require.InDelta(t, low, band.Expected(qps).Low, 0, "%v QPS", qps)
	}
}

func TestEveryScaleMeetsEveryNumberInOrder(t *testing.T) {
	for _, s := range []band.Scale{band.Goroutines, band.Memory, band.Success, band.Latency, band.Throughput, band.PeakThroughput} {
		require.True(t, math.IsInf(s.Bands[0].From, -1), s.Name)
		for i := range s.Bands[1:] {
			require.Less(t, s.Bands[i].From, s.Bands[i+1].From, s.Name)
		}
	}
}

func TestSeveritiesHaveNames(t *testing.T) {
	require.Equal(t, "fine watch warning critical", band.Fine.String()+" "+band.Watch.String()+" "+band.Warning.String()+" "+band.Critical.String())
}
