package standin_test

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/demo/standin"
	"github.com/heartline-monitor/heartline/pkg/milvus"
)

// clock is one that the test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 3, 4, 10, 20, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func newWorld(t *testing.T, release string, cluster bool) (*standin.World, *clock) {
	t.Helper()
	c := newClock()
	w, err := standin.New(standin.Config{Release: release, Cluster: cluster, Seed: 1, Now: c.now})
	require.NoError(t, err)
	return w, c
}

// cases are all releases in both forms.
func cases(t *testing.T, run func(t *testing.T, release string, cluster bool)) {
	for _, release := range milvus.Versions {
		for name, cluster := range map[string]bool{"standalone": false, "cluster": true} {
			t.Run(release+" "+name, func(t *testing.T) { run(t, release, cluster) })
		}
	}
}

// unused are families that have no series in a release, until a knob is turned.
func unused(release, name string) bool {
	if name == "milvus_rootcoord_quota_states" {
		return true
	}
	return release < "2.6" && (len(name) > 10 && name[:11] == "milvus_wal_" || len(name) > 15 && name[:16] == "milvus_streaming")
}

func TestEveryFamilyIsExposedAsMilvusHasItAndNoOther(t *testing.T) {
	cases(t, func(t *testing.T, release string, cluster bool) {
		known, err := milvus.Load(release)
		require.NoError(t, err)
		w, _ := newWorld(t, release, cluster)
		require.NoError(t, w.Steer(map[string]float64{"writeDenied": 1}))
		requireConsistent(t, w)
		seen := map[string]bool{}
		for process, families := range gather(t, w) {
			for name, f := range families {
				i := slices.IndexFunc(known.Families(), func(f milvus.Family) bool { return f.Name == name })
				require.GreaterOrEqual(t, i, 0, "%s exposes %s, which Milvus %s does not have", process, name, release)
				requireLike(t, known.Families()[i], f)
				seen[name] = true
			}
		}
		for _, f := range known.Families() {
			require.Equal(t, f.Name == "milvus_rootcoord_quota_states" || !unused(release, f.Name), seen[f.Name], f.Name)
		}
	})
}

// requireConsistent lets the library's own checks look at every process.
func requireConsistent(t *testing.T, w *standin.World) {
	t.Helper()
	for _, p := range w.Processes() {
		registry := prometheus.NewPedanticRegistry()
		require.NoError(t, registry.Register(p))
		_, err := registry.Gather()
		require.NoError(t, err)
	}
}

// requireLike holds a family against its definition: type, help, labels, the values of
// labels that Milvus fixes, buckets.
func requireLike(t *testing.T, want milvus.Family, got *dto.MetricFamily) {
	t.Helper()
	types := map[milvus.Type]dto.MetricType{milvus.Counter: dto.MetricType_COUNTER, milvus.Gauge: dto.MetricType_GAUGE, milvus.Histogram: dto.MetricType_HISTOGRAM, milvus.Summary: dto.MetricType_SUMMARY}
	require.Equal(t, types[want.Type], got.GetType(), want.Name)
	require.Equal(t, want.Help, got.GetHelp(), want.Name)
	labels := slices.DeleteFunc(slices.Clone(want.Labels), func(l string) bool { return l == "quantile" })
	for _, m := range got.Metric {
		has := labelsOf(m)
		require.ElementsMatch(t, labels, slices.Collect(maps.Keys(has)), want.Name)
		for l, v := range has {
			require.NotEmpty(t, v, "%s{%s}", want.Name, l)
			if fixed := want.Values(l); fixed != nil {
				require.Contains(t, fixed, v, "%s{%s}", want.Name, l)
			}
		}
		if len(want.Buckets) == 0 {
			continue
		}
		var bounds []float64
		for _, b := range m.GetHistogram().Bucket {
			bounds = append(bounds, b.GetUpperBound())
		}
		require.Equal(t, want.Buckets, bounds, want.Name)
	}
}

func TestCountersOnlyGrowAndBucketsAddUp(t *testing.T) {
	w, c := newWorld(t, "", false)
	before := gather(t, w)
	for _, knobs := range []map[string]float64{{}, {"errors": 30, "latency": 5000}, {"writeDenied": 1, "load": 0}, {"load": 9, "rateLimited": 50}, {"walErrors": 4, "latency": 0}} {
		require.NoError(t, w.Steer(knobs))
		c.pass(37 * time.Minute)
		after := gather(t, w)
		requireGrown(t, before, after)
		requireOrdered(t, after)
		requireTotals(t, after)
		before = after
	}
}

func requireGrown(t *testing.T, before, after exposed) {
	t.Helper()
	now := after.counts()
	for key, then := range before.counts() {
		require.Contains(t, now, key)
		require.LessOrEqual(t, then, now[key], key)
	}
}

func requireOrdered(t *testing.T, e exposed) {
	t.Helper()
	for _, families := range e {
		for name, f := range families {
			for _, m := range f.Metric {
				var last uint64
				for _, b := range m.GetHistogram().GetBucket() {
					require.LessOrEqual(t, last, b.GetCumulativeCount(), name)
					last = b.GetCumulativeCount()
				}
				require.LessOrEqual(t, last, m.GetHistogram().GetSampleCount(), name)
			}
		}
	}
}

func requireTotals(t *testing.T, e exposed) {
	t.Helper()
	totals, parts := map[string]float64{}, map[string]float64{}
	for process, families := range e {
		for name, f := range families {
			for _, m := range f.Metric {
				labels := labelsOf(m)
				status := labels["status"]
				if f.GetType() != dto.MetricType_COUNTER || status == "" {
					continue
				}
				delete(labels, "status")
				if key := fmt.Sprint(process, name, labels); status == "total" {
					totals[key] = m.GetCounter().GetValue()
				} else {
					parts[key] += m.GetCounter().GetValue()
				}
			}
		}
	}
	require.Greater(t, len(totals), 50)
	for key, n := range totals {
		require.InDelta(t, n, parts[key], 0, "%s: the total and its parts", key)
	}
}

func TestANewStandInHasBeenInUseForSomeTime(t *testing.T) {
	w, c := newWorld(t, "", false)
	e := gather(t, w)
	require.InDelta(t, float64(c.now().Unix())-55*3600, e.most("process_start_time_seconds"), 60)
	require.Greater(t, e.sum("milvus_proxy_req_count", map[string]string{"function_name": "Search", "status": "success"}), 1e6)
	require.Greater(t, e.sum("milvus_proxy_req_count", map[string]string{"status": "fail"}), 100.0)
	require.Empty(t, e.series("milvus_rootcoord_quota_states", nil))
	require.Greater(t, e.sum("milvus_rootcoord_entity_num", map[string]string{"collection_name": "products", "status": "total"}), 5e5)
	require.Less(t, e.sum("process_resident_memory_bytes", nil), 8e9)
}

func TestTheSameSeedGivesTheSameLife(t *testing.T) {
	one, a := newWorld(t, "", false)
	two, b := newWorld(t, "", false)
	for _, c := range []*clock{a, b} {
		c.pass(90 * time.Minute)
	}
	require.InDelta(t, gather(t, one).sum("milvus_proxy_req_count", nil), gather(t, two).sum("milvus_proxy_req_count", nil), 0)
}

func TestSegmentsAreFlushedAndCompactedAsRowsAreWritten(t *testing.T) {
	w, c := newWorld(t, "", false)
	flushed := map[string]string{"segment_state": "Flushed", "segment_level": "L1", "segment_is_sorted": "sorted"}
	first := gather(t, w)
	lowest, highest := first.sum("milvus_datacoord_segment_num", flushed), 0.0
	for range 24 {
		c.pass(30 * time.Minute)
		n := gather(t, w).sum("milvus_datacoord_segment_num", flushed)
		lowest, highest = min(lowest, n), max(highest, n)
	}
	last := gather(t, w)
	require.Greater(t, highest, lowest+3)
	require.Greater(t, last.sum("milvus_datacoord_compaction_task_num", map[string]string{"status": "done"}), first.sum("milvus_datacoord_compaction_task_num", map[string]string{"status": "done"}))
	require.Greater(t, last.sum("milvus_rootcoord_entity_num", nil), first.sum("milvus_rootcoord_entity_num", nil))
	require.Greater(t, last.sum("process_resident_memory_bytes", nil), 2e9)
	require.Less(t, last.sum("process_resident_memory_bytes", nil), 7e9)
}

func TestALongPauseBetweenTwoLooksIsCheap(t *testing.T) {
	w, c := newWorld(t, "", false)
	c.pass(365 * 24 * time.Hour)
	begun := time.Now()
	gather(t, w)
	require.Less(t, time.Since(begun), 30*time.Second)
}

func TestAReleaseThatIsNotKnownIsNamed(t *testing.T) {
	_, err := standin.New(standin.Config{Release: "1.0"})
	require.ErrorContains(t, err, `"1.0"`)
}
