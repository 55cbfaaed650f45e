package sparkline

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDrawReachesFromZeroToTheHighest(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   string
	}{
		{nil, ""},
		{[]float64{0, 0}, "▁▁"},
		{[]float64{5, 5}, "██"},
		{[]float64{0, 1, 2, 3, 4, 5, 6, 7}, "▁▂▃▄▅▆▇█"},
		{[]float64{math.NaN(), 7, math.NaN(), -1, math.Inf(1)}, " █ ▁ "},
	} {
		require.Equal(t, c.want, Draw(c.values))
	}
}
