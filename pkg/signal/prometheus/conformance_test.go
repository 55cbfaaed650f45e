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
	server, err := program.Find(t.Context(), "prometheus")
	require.NoError(t, err)
	said, err := exec.CommandContext(t.Context(), server, "--version").CombinedOutput()
	require.NoError(t, err)
	if !strings.Contains(string(said), "version 2.") {
		t.Skip("from version 3 on a range leaves out its first instant, so that rates over full scrapes are extrapolated and no longer exact")
	}
	signaltest.Run(t, signaltest.Profile{
		Kind: signal.Go, SplitBy: []signal.Dimension{signal.Operation, signal.Status},
		Resolution: scrape, Shortest: 4 * scrape, Span: 10 * time.Minute,
		Rates: 1e-9, Averages: 1e-6, Extremes: bucketFactor - 1, Percentiles: bucketFactor - 1,
	}, func(t testing.TB, w signaltest.World) signal.Source {
		source, err := prometheus.New(prometheus.Config{
			API: startServer(t, backfill(t, exposition(w)), "global: {}\n"), Selector: `job="shop"`, Now: func() time.Time { return w.Now },
		})
		require.NoError(t, err)
		return source
	})
}
