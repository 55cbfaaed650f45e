package milvus_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/milvus"
)

func TestEveryReleaseNamesItsFamiliesOnceWithTypeAndLabels(t *testing.T) {
	for _, version := range milvus.Versions {
		r, err := milvus.Load(version)
		require.NoError(t, err)
		require.Equal(t, version, r.Version)
		require.Greater(t, len(r.Go), 250)
		seen := map[string]bool{}
		for _, f := range r.Families() {
			require.False(t, seen[f.Name], "%s: %s", version, f.Name)
			seen[f.Name] = true
			require.Contains(t, []milvus.Type{milvus.Counter, milvus.Gauge, milvus.Histogram, milvus.Summary}, f.Type, f.Name)
			require.Equal(t, f.Type == milvus.Histogram && len(f.Buckets) > 0, len(f.Buckets) > 0, "%s has buckets", f.Name)
			require.IsIncreasing(t, append([]float64{-1}, f.Buckets...), f.Name)
		}
	}
}

func TestLoadNamesTheKnownVersionsWhereOneIsNot(t *testing.T) {
	_, err := milvus.Load("1.0")
	require.ErrorContains(t, err, `"2.6.8"`)
}
