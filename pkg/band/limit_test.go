package band_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/band"
)

func TestBandsAreFoundByTheirName(t *testing.T) {
	require.InDelta(t, 5_000, band.Goroutines.Begin("alert"), 0)
	require.True(t, math.IsInf(band.Memory.Begin("normal"), -1))
	require.True(t, math.IsNaN(band.Memory.Begin("alert")), "memory has no such band")
}
