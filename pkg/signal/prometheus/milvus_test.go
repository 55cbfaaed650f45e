package prometheus_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/signal"
	"github.com/heartline-monitor/heartline/pkg/signal/prometheus"
)

// aday is a day on which an hour of a Milvus is made up.
var aday = time.Date(2026, 3, 6, 9, 0, 0, 0, time.UTC)

// reading reads a fleet in six windows of ten minutes.
type reading struct {
	*prometheus.Source

	windows signal.Windows
}

func (f *fleet) open(t *testing.T) reading {
	t.Helper()
	end := f.start.Add(time.Hour)
	w := signal.Windows{End: end}
	for at := f.start; at.Before(end); at = at.Add(10 * time.Minute) {
		w.Starts = append(w.Starts, at)
	}
	source, err := prometheus.New(prometheus.Config{
		API: startServer(t, backfill(t, f.String()), "global: {}\n"), Kind: signal.Milvus, Selector: `job=~"milvus.*"`, Now: func() time.Time { return end },
	})
	require.NoError(t, err)
	return reading{source, w}
}

// asked is a question with the values of each series that are right.
type asked struct {
	signal signal.Signal
	stat   signal.Stat
	by     []signal.Dimension
	want   map[string][]float64 // by the key; fewer values are those of the first windows
	off    float64              // of the value, relative
}

func (r reading) check(t *testing.T, questions []asked) {
	t.Helper()
	for _, q := range questions {
		name := fmt.Sprintf("%s %s %v", q.signal, q.stat, q.by)
		answer, err := r.Read(t.Context(), signal.Request{Signal: q.signal, Stat: q.stat, SplitBy: q.by, Windows: r.windows})
		require.NoError(t, err, name)
		got := map[string][]float64{}
		for _, s := range answer.Series {
			got[strings.Join(s.Key, "/")] = s.Values
		}
		require.Len(t, got, len(q.want), "%s: %v", name, got)
		for key, values := range q.want {
			require.Contains(t, got, key, name)
			for i, want := range values {
				v := got[key][i]
				require.True(t, math.IsNaN(want) && math.IsNaN(v) || math.Abs(v-want) <= q.off*math.Abs(want)+1e-9, "%s of %q in window %d is %v, not %v: %v\n%s", name, key, i, v, want, got, answer.Query)
			}
		}
	}
}

// all is the same value in every window.
func all(v float64) []float64 { return []float64{v, v, v, v, v, v} }

func whole(values ...float64) map[string][]float64 { return map[string][]float64{"": values} }

func by(dims ...signal.Dimension) []signal.Dimension { return dims }

const near = 0.02 // rates are extrapolated to the edges of a window

func TestMilvusRequestsAreReadAsTheyAre(t *testing.T) {
	failed := []float64{0, 0, 1, 1.5, 1.5, 1.5} // per second
	share := func(values []float64, of float64) []float64 {
		var all []float64
		for _, v := range values {
			all = append(all, 100*v/of)
		}
		return all
	}
	rest := func(values []float64, of float64) []float64 {
		var all []float64
		for _, v := range values {
			all = append(all, of-v)
		}
		return all
	}
	refused := []float64{0, 0, 0, 0.5, 1, 1}
	cluster(aday).open(t).check(t, []asked{
		{signal.QPS, "", nil, whole(all(17)...), near},
		{signal.Requests, "", nil, whole(all(17 * 600)...), near},
		{signal.QPS, "", by(signal.Operation), map[string][]float64{"Search": all(15), "Insert": all(2)}, near},
		{signal.QPS, "", by(signal.Database, signal.Collection), map[string][]float64{"default/books": all(12), "shop/items": all(5)}, near},
		{signal.QPS, "", by(signal.Status), map[string][]float64{"error": failed, "success": rest(failed, 17)}, near},
		{signal.Requests, "", by(signal.Operation, signal.Status), map[string][]float64{
			"Search/error": {0, 0, 600, 600, 600, 600}, "Search/success": {9_000, 9_000, 8_400, 8_400, 8_400, 8_400},
			"Insert/error": {0, 0, 0, 300, 300, 300}, "Insert/success": {1_200, 1_200, 1_200, 900, 900, 900},
		}, near},
		{signal.Errors, "", nil, whole(share(failed, 17)...), near},
		{signal.Success, "", nil, whole(rest(share(failed, 17), 100)...), near},
		{signal.Errors, "", by(signal.Collection), map[string][]float64{"books": share(failed, 12), "items": all(0)}, near},
		{signal.Rejections, "", nil, whole(share(refused, 17)...), near},
		{signal.Rejections, "", by(signal.Operation), map[string][]float64{"Search": all(0), "Insert": share(refused, 2)}, near},
		{signal.Latency, signal.Avg, nil, whole(all((15*0.012 + 2*0.1) / 17)...), near},
		{signal.Latency, signal.P50, nil, whole(all(0.008 + 0.008*8.5/15)...), near},
		{signal.Latency, signal.P99, nil, whole(all(0.064 + 0.064*1.83/2)...), near},
		{signal.Latency, signal.P50, by(signal.Operation), map[string][]float64{"Search": all(0.012), "Insert": all(0.096)}, near},
		{signal.Latency, signal.Avg, by(signal.Collection), map[string][]float64{"books": all((10*0.012 + 2*0.1) / 12), "items": all(0.012)}, near},
	})
}

func TestMilvusFiguresAreReadAsTheyAre(t *testing.T) {
	cluster(aday).open(t).check(t, []asked{
		{signal.Queue, signal.Max, nil, whole(all(11)...), 0},
		{signal.Queue, signal.Avg, by(signal.QueueType), map[string][]float64{"dql": all(10), "dml": all(1)}, 1e-9},
		{signal.Segments, signal.Avg, nil, whole(15, 15, 15, 17, 19, 19), 0.01},
		{signal.Segments, signal.Min, by(signal.State), map[string][]float64{"Growing": all(3), "Flushed": all(12), "Flushing": {0, 0, 0, 0, 4, 4}}, 0},
		{signal.Segments, signal.Avg, by(signal.State), map[string][]float64{"Growing": all(3), "Flushed": all(12), "Flushing": {0, 0, 0, 2, 4, 4}}, 0.06},
		{signal.Segments, signal.Max, by(signal.State), map[string][]float64{"Growing": all(3), "Flushed": all(12), "Flushing": {0, 0, 0, 4, 4, 4}}, 0},
		{signal.Entities, signal.Avg, nil, whole(all(1_500)...), 0},
		{signal.Entities, signal.Max, by(signal.Database, signal.Collection), map[string][]float64{"default/books": all(1_000), "shop/items": all(500)}, 0},
		// Steps are eight seconds after a scrape.
		{signal.CheckpointLag, "", nil, whole(38, 38, 38, 38, 630, 1_230), 0},
		{signal.Quota, "", nil, whole(0, 0, 1, 0, 0, 0), 0},
		{signal.Quota, "", by(signal.State), map[string][]float64{"MemoryQuotaExhausted": {0, 0, 1, 0, 0, 0}}, 0},
		// Prometheus takes a figure for the newest one for five minutes.
		{signal.Nodes, signal.Min, nil, whole(9, 9, 9, 8, 7, 7), 0},
		{signal.Nodes, signal.Max, nil, whole(9, 9, 9, 9, 8, 7), 0},
		{signal.Nodes, signal.Min, by(signal.Role), map[string][]float64{
			"proxy": all(2), "mixcoord": all(1), "querynode": {4, 4, 4, 3, 3, 3}, "streamingnode": all(1), "datanode": {1, 1, 1, 1, 0, 0},
		}, 0},
	})
}

func TestMilvusProcessesAreReadAsTheyAre(t *testing.T) {
	r := cluster(aday).open(t)
	r.check(t, []asked{
		{signal.ResidentMemory, signal.Max, nil, whole(3e10, 3e10, 3e10, 2e10, 2e10, 2e10), 0},
		{signal.ResidentMemory, signal.Avg, by(signal.Role), map[string][]float64{"querynode": {2e10, 2e10, 2e10, 1.5e10, 1.5e10, 1.5e10}, "proxy": all(3e9)}, 1e-9},
		{signal.ResidentMemory, signal.Min, by(signal.Role), map[string][]float64{"querynode": all(1e10), "proxy": all(2e9)}, 0},
		{signal.Memory, signal.Max, by(signal.Role), map[string][]float64{"querynode": all(1e9), "proxy": all(2e9)}, 0},
		{signal.CPU, signal.Avg, by(signal.Role), map[string][]float64{"proxy": all(12.5)}, 0.001},
		{signal.Up, "", nil, whole(all(1)...), 0},
		{signal.Up, "", by(signal.Role), map[string][]float64{"proxy": all(1), "mixcoord": all(1), "querynode": all(1), "streamingnode": all(1), "datanode": {1, 1, 1, 1, 0, 0}}, 0},
	})
	says, err := r.Check(t.Context())
	require.NoError(t, err)
	require.Regexp(t, `^Milvus 2\.6\.8 \(datanode, mixcoord, proxy, querynode, streamingnode\), 6 of 7 targets up, Prometheus \d`, says)
	missing, err := r.Missing(t.Context())
	require.NoError(t, err)
	require.Len(t, missing, 5, "%v", missing)
	require.Contains(t, missing[signal.Goroutines], "has no go_goroutines")
	require.Contains(t, missing, signal.GC)
	require.Contains(t, missing, signal.GCPause)
	require.Contains(t, missing, signal.MemoryUsage)
	require.Contains(t, missing[signal.InFlight], "use queue")

	heat, err := r.Latencies(t.Context(), r.windows)
	require.NoError(t, err)
	for i, bound := range heat.Bounds {
		want := map[float64]float64{0.016: 15 * 600, 0.128: 2 * 600}[bound]
		require.InDelta(t, want, heat.Counts[2][i], near*want+1e-6, "up to %v s", bound)
	}
	answer, err := r.Read(t.Context(), signal.Request{Signal: signal.Latency, Windows: signal.Windows{Starts: []time.Time{aday.Add(-time.Hour)}, End: aday}})
	require.NoError(t, err)
	require.True(t, math.IsNaN(answer.Series[0].Values[0]), "nothing is known before the first scrape")
}
