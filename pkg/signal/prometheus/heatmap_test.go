package prometheus_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/require"
)

func TestClassicBucketsAreCountedApart(t *testing.T) {
	nan := math.NaN()
	f := shop()
	f.matrix = func(_ string, r v1.Range) model.Matrix {
		return model.Matrix{
			series(model.Metric{"le": "10"}, r, nan, nan, 0.5),
			series(model.Metric{"le": "0.1"}, r, nan, nan, 0.25),
			series(model.Metric{"le": "1"}, r, nan, nan, 0.2499999), // less than what is in it
			series(model.Metric{"le": "+Inf"}, r, nan, nan, 1),
			series(model.Metric{"heartline_known": "yes"}, r, nan, 0, 0),
		}
	}
	heat, err := f.source(t).Latencies(t.Context(), last(3, time.Minute))
	require.NoError(t, err)
	require.Equal(t, []float64{0.1, 1, 10, math.Inf(1)}, heat.Bounds)
	require.Equal(t, "[[NaN NaN NaN NaN] [0 0 0 0] [15 0 15 30]]", fmt.Sprint(heat.Counts))
}

func TestAnIdleServiceHasAHeatmap(t *testing.T) {
	f := shop()
	f.vector = func(string) model.Vector { return model.Vector{{Metric: model.Metric{"heartline_known": "yes"}}} }
	heat, err := f.source(t).Latencies(t.Context(), last(1, time.Minute))
	require.NoError(t, err)
	require.Equal(t, "[+Inf] [[0]]", fmt.Sprint(heat.Bounds, heat.Counts))
}

func buckets(bounds ...float64) *model.SampleHistogram {
	h := &model.SampleHistogram{}
	lower := -1e-128
	for _, upper := range bounds {
		h.Buckets = append(h.Buckets, &model.HistogramBucket{Lower: model.FloatString(lower), Upper: model.FloatString(upper), Count: 0.5})
		lower = upper
	}
	return h
}

func TestNativeBucketsAreCountedAsTheyAre(t *testing.T) {
	f := shop()
	f.metrics["heartline_request_duration_seconds"] = []string{"operation"}
	f.vector = func(string) model.Vector {
		return model.Vector{
			{Histogram: buckets(0.25, 0.5, 1)},
			{Metric: model.Metric{"le": "+Inf"}, Value: 1.5}, // the same requests
		}
	}
	heat, err := f.source(t).Latencies(t.Context(), last(1, 10*time.Second))
	require.NoError(t, err)
	require.Equal(t, "[0.25 0.5 1 +Inf] [[5 5 5 0]]", fmt.Sprint(heat.Bounds, heat.Counts))
}

func TestManyNativeBucketsArePutTogether(t *testing.T) {
	f := shop()
	f.metrics["heartline_request_duration_seconds"] = []string{"operation"}
	bounds := []float64{1e-128} // the bucket around zero
	for i := range 320 {        // of schema 5
		bounds = append(bounds, math.Exp2(float64(i-319)/32))
	}
	bounds = append(bounds, math.Inf(1))
	f.matrix = func(_ string, r v1.Range) model.Matrix {
		return model.Matrix{{Histograms: []model.SampleHistogramPair{{Timestamp: at(r.End), Histogram: buckets(bounds...)}}}}
	}
	heat, err := f.source(t).Latencies(t.Context(), last(2, time.Second))
	require.NoError(t, err)
	require.Len(t, heat.Bounds, 1+40+1)
	for i, bound := range heat.Bounds[1:41] {
		require.InEpsilon(t, math.Exp2(float64(i-39)/4), bound, 1e-12)
		require.InDelta(t, 4, heat.Counts[1][i+1], 0, "eight fine buckets")
	}
	require.InDelta(t, 0.5, heat.Counts[1][0], 0)
	require.InDelta(t, 0.5, heat.Counts[1][41], 0)
	require.True(t, math.IsNaN(heat.Counts[0][0]))
}
