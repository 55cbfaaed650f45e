package milvus_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/milvus"
)

func TestNearestIsTheNewestReleaseThatIsNotNewer(t *testing.T) {
	for version, want := range map[string]string{
		"2.6.7": "2.6.7", "v2.6.9": "2.6.8", "3.0-rc1": "2.6.8", "2.6.0-dev+abc": "2.5.14", "2.5.16": "2.5.14", "2.4.1": "2.5.14", "2": "2.5.14",
	} {
		r, err := milvus.Nearest(version)
		require.NoError(t, err)
		require.Equal(t, want, r.Version, version)
	}
	require.True(t, milvus.Older("2.9", "2.10"))
	require.True(t, milvus.Older("v2.6.0-rc1", "2.6.1"))
	require.False(t, milvus.Older("2.6.8", "2.6"))
	_, err := milvus.Nearest("master")
	require.ErrorContains(t, err, `"master"`)
}

func TestAReleaseHasTheSeriesOfItsFamilies(t *testing.T) {
	old, err := milvus.Load("2.5.14")
	require.NoError(t, err)
	recent, err := milvus.Load("2.6.8")
	require.NoError(t, err)
	require.True(t, old.Has("milvus_proxy_sq_latency_bucket"))
	require.False(t, old.Has("milvus_proxy_sq_latency"), "a histogram is stored under three other names")
	require.True(t, old.Has("go_goroutines"))
	require.True(t, recent.Has("milvus_wal_scanner_pause_consumption") && !old.Has("milvus_wal_scanner_pause_consumption"))
}
