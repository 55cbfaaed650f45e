package signaltest

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

func testMissing(t *testing.T, tr trial) {
	missing, err := tr.source.Missing(t.Context())
	require.NoError(t, err)
	for _, d := range signal.Catalogue {
		reason, absent := missing[d.Signal]
		require.Equal(t, tr.lacks(d), absent, "%s: %s", d.Signal, reason)
		_, err := tr.source.Read(t.Context(), signal.Request{Signal: d.Signal, Stat: d.DefaultStat(), Windows: windows(tr.Now, tr.Start.Add(-tr.profile.shortest()))})
		if !absent {
			require.NoError(t, err, d.Signal)
			continue
		}
		require.NotEmpty(t, reason, d.Signal)
		refusal := refused(t, err, d.Signal)
		require.Equal(t, d.Signal, refusal.Signal)
		require.Equal(t, reason, refusal.Reason, d.Signal)
		delete(missing, d.Signal)
	}
	for s := range missing {
		_, err := signal.Define(s)
		require.NoError(t, err)
	}
}

// refused takes an error for the Unsupported that it must be.
func refused(t testing.TB, err error, what any) signal.Unsupported {
	t.Helper()
	var refusal *signal.Unsupported
	require.ErrorAs(t, err, &refusal, "%v", what)
	require.NotEmpty(t, refusal.Reason, "%v", what)
	return *refusal
}

// testRefusals asks for what no source of the kind has, what this one has not,
// and what makes no sense.
func testRefusals(t *testing.T, tr trial) {
	w := windows(tr.Now, tr.Start.Add(-tr.profile.shortest()))
	for _, d := range signal.Catalogue {
		if tr.lacks(d) {
			continue
		}
		for _, dim := range d.SplitBy {
			if tr.has(d.Signal, dim) {
				continue
			}
			_, err := tr.source.Read(t.Context(), signal.Request{Signal: d.Signal, Stat: d.DefaultStat(), SplitBy: []signal.Dimension{dim}, Windows: w})
			refused(t, err, fmt.Sprint(d.Signal, " by ", dim))
		}
		for _, stat := range d.Stats {
			if slices.Contains(tr.stats(d), stat) {
				continue
			}
			_, err := tr.source.Read(t.Context(), signal.Request{Signal: d.Signal, Stat: stat, Windows: w})
			refused(t, err, fmt.Sprint(d.Signal, " ", stat))
		}
	}
	for name, r := range map[string]signal.Request{
		"unknown signal":        {Signal: "loudness", Windows: w},
		"no signal":             {Windows: w},
		"unknown stat":          {Signal: signal.Latency, Stat: "p42", Windows: w},
		"stat where none is":    {Signal: signal.QPS, Stat: signal.Max, Windows: w},
		"percentile of gauge":   {Signal: signal.InFlight, Stat: signal.P95, Windows: w},
		"unknown dimension":     {Signal: signal.QPS, SplitBy: []signal.Dimension{"colour"}, Windows: w},
		"split up":              {Signal: signal.Up, SplitBy: []signal.Dimension{signal.Status}, Windows: w},
		"success by status":     {Signal: signal.Success, SplitBy: []signal.Dimension{signal.Status}, Windows: w},
		"dimension given twice": {Signal: signal.QPS, SplitBy: []signal.Dimension{signal.Status, signal.Status}, Windows: w},
	} {
		_, err := tr.source.Read(t.Context(), r)
		require.Error(t, err, name)
		var fault *signal.Fault
		require.NotErrorAs(t, err, &fault, name+": it is the question that is wrong")
	}
}

func testCancelled(t *testing.T, tr trial) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := tr.even(10)
	_, err := tr.source.Read(ctx, signal.Request{Signal: signal.QPS, Windows: w})
	require.ErrorIs(t, err, context.Canceled)
	_, err = tr.source.Latencies(ctx, w)
	require.ErrorIs(t, err, context.Canceled)
	_, err = tr.source.Check(ctx)
	require.ErrorIs(t, err, context.Canceled)
}

// testConcurrent asks for many things at once: on the answers nothing may show.
func testConcurrent(t *testing.T, tr trial) {
	var requests []signal.Request
	for _, c := range tr.cuttings() {
		for i, r := range tr.questions(c.windows) {
			if i%5 == 0 {
				requests = append(requests, r)
			}
		}
	}
	answers := make([]signal.Answer, 2*len(requests)) // each twice
	group, ctx := errgroup.WithContext(t.Context())
	group.SetLimit(8)
	for i := range answers {
		group.Go(func() (err error) {
			answers[i], err = tr.source.Read(ctx, requests[i/2])
			return err
		})
	}
	group.Go(func() error {
		_, err := tr.source.Latencies(ctx, tr.even(20))
		return err
	})
	require.NoError(t, group.Wait())
	for i, a := range answers {
		r := requests[i/2]
		tr.check(t, r, a, fmt.Sprintf("at once: %s %s %v", r.Signal, r.Stat, r.SplitBy))
	}
}

func testClose(t *testing.T, tr trial) {
	require.NoError(t, tr.source.Close())
	require.NoError(t, tr.source.Close())
	w := tr.even(10)
	_, err := tr.source.Read(t.Context(), signal.Request{Signal: signal.QPS, Windows: w})
	require.Error(t, err)
	_, err = tr.source.Latencies(t.Context(), w)
	require.Error(t, err)
}
