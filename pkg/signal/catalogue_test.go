package signal_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

func TestCatalogueDefinesEverySignalOnceAndWhole(t *testing.T) {
	seen := map[signal.Signal]bool{}
	for _, d := range signal.Catalogue {
		require.False(t, seen[d.Signal], d.Signal)
		seen[d.Signal] = true
		require.NotEmpty(t, d.Label, d.Signal)
		require.NotEmpty(t, d.Description, d.Signal)
		require.NotEmpty(t, d.Unit, d.Signal)
		for kind, why := range d.Cannot {
			require.Contains(t, signal.Kinds, kind, d.Signal)
			require.NotEmpty(t, why, d.Signal)
		}
		require.Less(t, len(d.Cannot), len(signal.Kinds), "%s: some kind has to give it", d.Signal)
		found, err := signal.Define(d.Signal)
		require.NoError(t, err)
		require.Equal(t, d.Label, found.Label)
	}
	require.Len(t, signal.Names(), len(seen))
}

func TestUnknownSignalIsRefusedWithTheKnownOnes(t *testing.T) {
	_, err := signal.Define("loudness")
	require.ErrorContains(t, err, `"loudness" is unknown`)
	require.ErrorContains(t, err, `"latency"`)
}

func TestDefaultStatIsTheFirst(t *testing.T) {
	for name, want := range map[signal.Signal]signal.Stat{signal.Latency: signal.P95, signal.CPU: signal.Avg, signal.QPS: ""} {
		d, err := signal.Define(name)
		require.NoError(t, err)
		require.Equal(t, want, d.DefaultStat(), name)
	}
}

func TestRequestIsCheckedAgainstTheCatalogue(t *testing.T) {
	both := []signal.Dimension{signal.Operation, signal.Status}
	for name, c := range map[string]struct {
		request signal.Request
		kind    signal.Kind
		says    string // "" where it is fine
	}{
		"a rate":                   {signal.Request{Signal: signal.QPS}, signal.RequestLog, ""},
		"a rate in parts":          {signal.Request{Signal: signal.QPS, SplitBy: both}, signal.Go, ""},
		"a percentile":             {signal.Request{Signal: signal.Latency, Stat: signal.P99}, signal.App, ""},
		"no stat":                  {signal.Request{Signal: signal.Latency}, signal.App, ""},
		"another kind's":           {signal.Request{Signal: signal.Goroutines, Stat: signal.Max}, signal.RequestLog, "not available here"},
		"unknown":                  {signal.Request{Signal: "loudness"}, signal.App, "is unknown"},
		"a stat of none":           {signal.Request{Signal: signal.QPS, Stat: signal.P95}, signal.App, "has no stat"},
		"a stat of another":        {signal.Request{Signal: signal.CPU, Stat: signal.P95}, signal.App, `has no stat "p95": use one of`},
		"in parts that it has not": {signal.Request{Signal: signal.Success, SplitBy: both}, signal.App, `cannot be split by "status"`},
		"in parts of nothing":      {signal.Request{Signal: signal.Age, SplitBy: both}, signal.App, "leave splitBy out"},
		"in parts of another kind": {signal.Request{Signal: signal.QPS, SplitBy: []signal.Dimension{signal.Database}}, signal.Go, `services of kind "go" have no database`},
		"in parts of its kind":     {signal.Request{Signal: signal.QPS, SplitBy: []signal.Dimension{signal.Database}}, signal.Milvus, ""},
		"only Milvus'":             {signal.Request{Signal: signal.Segments}, signal.Go, "only Milvus has it"},
		"in the same parts":        {signal.Request{Signal: signal.QPS, SplitBy: []signal.Dimension{signal.Status, signal.Status}}, signal.App, "twice"},
	} {
		t.Run(name, func(t *testing.T) {
			err := c.request.Supports(c.kind)
			if c.says == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.says)
		})
	}
}

func TestWhatAKindNeverHasIsUnsupportedWithTheRemedy(t *testing.T) {
	err := signal.Request{Signal: signal.Memory}.Supports(signal.RequestLog)
	var refusal *signal.Unsupported
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, signal.Memory, refusal.Signal)
	require.Contains(t, refusal.Reason, "memoryUsage")
}

func TestQuantilesAreThoseOfPercentiles(t *testing.T) {
	for stat, want := range map[signal.Stat]float64{signal.P50: 0.5, signal.P90: 0.9, signal.P95: 0.95, signal.P99: 0.99} {
		q, ok := stat.Quantile()
		require.True(t, ok)
		require.InDelta(t, want, q, 0)
	}
	_, ok := signal.Avg.Quantile()
	require.False(t, ok)
}

func TestDimensionsAreThoseThatTheKindHas(t *testing.T) {
	qps, err := signal.Define(signal.QPS)
	require.NoError(t, err)
	require.Equal(t, []signal.Dimension{signal.Operation, signal.Status}, qps.Dimensions(signal.Go))
	require.Equal(t, qps.SplitBy, qps.Dimensions(signal.Milvus))
	segments, err := signal.Define(signal.Segments)
	require.NoError(t, err)
	require.Empty(t, segments.Dimensions(signal.App), "it never has the signal")
	for _, d := range signal.Catalogue {
		var ofAny []signal.Dimension
		for _, k := range signal.Kinds {
			ofAny = append(ofAny, d.Dimensions(k)...)
		}
		require.Subset(t, ofAny, d.SplitBy, "%s: no kind can be split by all of them", d.Signal)
	}
}
