package prometheus_test

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/program"
	"github.com/heartline-monitor/heartline/pkg/signal"
	"github.com/heartline-monitor/heartline/pkg/signal/prometheus"
	"github.com/heartline-monitor/heartline/pkg/signal/signaltest"
)

// Worlds are scraped at full intervals, so that rates need no extrapolation: what
// is left of errors is that of the buckets.
func TestSourceConforms(t *testing.T) {
	conform(t, signaltest.Profile{
		Kind: signal.Go, Missing: []signal.Signal{signal.ResidentMemory}, SplitBy: []signal.Dimension{signal.Operation, signal.Status},
	}, exposition)
}

// What no request tells is in the world of TestMilvusIsReadAsItIs.
func TestSourceOfMilvusConforms(t *testing.T) {
	conform(t, signaltest.Profile{
		Kind: signal.Milvus, Succeeded: true, SplitBy: []signal.Dimension{signal.Operation, signal.Status, signal.Role},
		Missing: []signal.Signal{signal.ResidentMemory, signal.Queue, signal.Segments, signal.Entities, signal.CheckpointLag, signal.Quota, signal.Nodes},
	}, milvusExposition)
}

// conform runs the suite over a Prometheus that has scraped what write makes of a world.
func conform(t *testing.T, p signaltest.Profile, write func(signaltest.World) string) {
	t.Helper()
	server, err := program.Find(t.Context(), "prometheus")
	require.NoError(t, err)
	said, err := exec.CommandContext(t.Context(), server, "--version").CombinedOutput()
	require.NoError(t, err)
	if !strings.Contains(string(said), "version 2.") {
		t.Skip("from version 3 on a range leaves out its first instant, so that rates over full scrapes are extrapolated and no longer exact")
	}
	p.Resolution, p.Shortest, p.Span = scrape, 4*scrape, 10*time.Minute
	p.Rates, p.Averages, p.Extremes, p.Percentiles = 1e-9, 1e-6, bucketFactor-1, bucketFactor-1
	signaltest.Run(t, p, func(t testing.TB, w signaltest.World) signal.Source {
		source, err := prometheus.New(prometheus.Config{
			API: startServer(t, backfill(t, write(w)), "global: {}\n"), Kind: p.Kind, Selector: `job="shop"`, Now: func() time.Time { return w.Now },
		})
		require.NoError(t, err)
		return source
	})
}
