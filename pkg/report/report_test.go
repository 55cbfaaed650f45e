package report_test

import (
	"context"
	"errors"
	"maps"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/band"
	"github.com/heartline-monitor/heartline/pkg/report"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

type asked struct {
	signal signal.Signal
	stat   signal.Stat
}

// fake answers what its map holds: the values of all windows, the last repeated.
type fake struct {
	signal.Source

	values  map[asked][]float64
	missing map[signal.Signal]string
	fault   error
	notes   []string
}

func (f fake) Missing(context.Context) (map[signal.Signal]string, error) {
	missing := map[signal.Signal]string{}
	maps.Copy(missing, f.missing)
	return missing, f.fault
}

func (f fake) Read(_ context.Context, r signal.Request) (signal.Answer, error) {
	known, ok := f.values[asked{r.Signal, r.Stat}]
	if !ok {
		return signal.Answer{}, &signal.Unsupported{Signal: r.Signal, Reason: "nobody wrote it down"}
	}
	values := make([]float64, r.Windows.Len())
	for i := range values {
		values[i] = known[min(i, len(known)-1)]
	}
	return signal.Answer{Series: []signal.Series{{Values: values}}, Notes: f.notes}, nil
}

var (
	from    = time.Date(2026, 3, 6, 1, 0, 0, 0, time.UTC)
	to      = from.Add(3*time.Hour + 30*time.Minute)
	service = signal.Service{Name: "checkout", Kind: signal.RequestLog}
)

func requests(success, average, qps, peak float64) map[asked][]float64 {
	return map[asked][]float64{
		{signal.Requests, ""}:            {9_855},
		{signal.Success, ""}:             {success},
		{signal.Latency, signal.Avg}:     {average},
		{signal.Latency, signal.P50}:     {0.0838},
		{signal.Latency, signal.P95}:     {0.674},
		{signal.Latency, signal.P99}:     {2.9036},
		{signal.Latency, signal.Max}:     {10.95},
		{signal.QPS, ""}:                 {qps, math.NaN(), peak, qps},
		{signal.InFlight, signal.Max}:    {12},
		{signal.CPU, signal.Avg}:         {31.5},
		{signal.CPU, signal.Max}:         {100},
		{signal.MemoryUsage, signal.Avg}: {9},
		{signal.MemoryUsage, signal.Max}: {9.5},
	}
}

func build(t *testing.T, values map[asked][]float64) report.Report {
	t.Helper()
	missing := map[signal.Signal]string{signal.Goroutines: "a log has none", signal.Memory: "a log has none"}
	r, err := report.Build(t.Context(), service, fake{values: values, missing: missing}, from, to)
	require.NoError(t, err)
	return r
}

func find(t *testing.T, r report.Report, name string) report.Figure {
	t.Helper()
	for _, f := range r.Figures {
		if f.Name == name {
			return f
		}
	}
	require.Fail(t, "no such figure", name)
	return report.Figure{}
}

func TestAWellServiceIsGradedAndNeedsNoAdvice(t *testing.T) {
	r := build(t, requests(99.5, 0.09, 22, 49))
	require.Equal(t, "excellent", find(t, r, "Success rate").Grade)
	require.Equal(t, "excellent", find(t, r, "Average latency").Grade)
	require.Equal(t, "excellent", find(t, r, "Average QPS").Grade)
	require.Equal(t, "normal", find(t, r, "Peak QPS").Grade)
	require.Empty(t, r.Advice())
	require.Empty(t, r.Notes, "what no request log has is not worth a note")
}

func TestTroubleBringsAdvice(t *testing.T) {
	r := build(t, requests(94.9, 0.6, 12, 51))
	advice := r.Advice()
	require.Len(t, advice, 3)
	require.Contains(t, advice[0], "check the model")
	require.Contains(t, advice[1], "lighter model")
	require.Contains(t, advice[2], "load balancing")
	require.Equal(t, band.Critical, find(t, r, "Success rate").Severity)
}

func TestPeakIsTheHighestMinute(t *testing.T) {
	peak := find(t, build(t, requests(99, 0.1, 2, 7)), "Peak QPS")
	require.InDelta(t, 7, peak.Value, 0)
}

func TestNoDataIsNeitherGradedNorAdvisedOn(t *testing.T) {
	nan := math.NaN()
	values := requests(nan, nan, 0, 0)
	r := build(t, values)
	for _, name := range []string{"Success rate", "Average latency"} {
		f := find(t, r, name)
		require.Empty(t, f.Grade)
		require.Equal(t, "no data", f.Text())
	}
	require.Empty(t, r.Advice())
}

func TestAFigureThatThisServiceLacksIsNoted(t *testing.T) {
	values := requests(99, 0.1, 1, 1)
	delete(values, asked{signal.CPU, signal.Avg})
	delete(values, asked{signal.CPU, signal.Max})
	r := build(t, values)
	require.Len(t, r.Notes, 1)
	require.Contains(t, r.Notes[0], "CPU is not known")
}

func TestAFaultIsNoReport(t *testing.T) {
	gone := signal.Faultf("performance.db is gone")
	_, err := report.Build(t.Context(), service, fake{fault: gone}, from, to)
	require.True(t, errors.Is(err, gone))
	_, err = report.Build(t.Context(), service, fake{}, to, from)
	require.ErrorContains(t, err, "ends")
}

func TestFiguresAreWrittenWithTheirUnits(t *testing.T) {
	for _, tc := range []struct {
		unit  signal.Unit
		value float64
		want  string
	}{
		{signal.Seconds, 1.5, "1.50 s"},
		{signal.Seconds, 0.0838, "83.8 ms"},
		{signal.Seconds, 0.000_12, "120 µs"},
		{signal.Seconds, 0, "0 µs"},
		{signal.Percent, 96.621, "96.62 %"},
		{signal.Bytes, 256 << 20, "256.0 MiB"},
		{signal.RequestsPerSecond, 0.7821, "0.78 req/s"},
		{signal.Count, 9_855, "9855"},
		{signal.Count, 1.25, "1.2"},
		{signal.Count, math.NaN(), "no data"},
	} {
		require.Equal(t, tc.want, report.Figure{Unit: tc.unit, Value: tc.value}.Text())
	}
}

func TestRangesAreCutIntoAsManyWindowsAsSourcesAnswer(t *testing.T) {
	for length, windows := range map[time.Duration]int{
		20 * time.Second: 1, time.Minute: 1, 89 * time.Second: 1, 90 * time.Second: 2,
		30 * 24 * time.Hour: 43_200, 60 * 24 * time.Hour: 17_280, 365 * 24 * time.Hour: 8_760,
	} {
		w := report.Cut(from, from.Add(length))
		require.Equal(t, windows, w.Len(), length)
		require.Equal(t, from.Add(length), w.End)
	}
}

func TestMarkdownShowsEverythingAndKeepsNamesHarmless(t *testing.T) {
	r := build(t, requests(94, 0.6, 12, 51))
	r.Service = "a|b <script>"
	r.Notes = []string{"3 rows\nwith *stars*"}
	require.Equal(t, `# Performance of a\|b &lt;script&gt;

2026-03-06 01:00:00 UTC to 2026-03-06 04:30:00 UTC

- Requests: **9855**
- Success rate: **94.00 %**, needs attention
- Average latency: **600.0 ms**, slow
- Median latency: **83.8 ms**
- p95 latency: **674.0 ms**
- p99 latency: **2.90 s**
- Longest request: **10.95 s**
- Average QPS: **12.00 req/s**, good
- Peak QPS: **51.00 req/s**, high
- Most in flight: **12**
- Average CPU: **31.50 %**
- Highest CPU: **100.00 %**
- Average memory usage: **9.00 %**
- Highest memory usage: **9.50 %**

## Advice

- Fewer than 95 % of the requests succeeded: check the model, and what it is fed with.
- A request takes more than 500 ms on average: use a lighter model or better hardware.
- There were more than 50 requests per second at the peak: add load balancing.

## Notes

- 3 rows with \*stars\*
`, report.Markdown(r))
}

func TestReportsStandBelowEachOther(t *testing.T) {
	r := build(t, requests(99, 0.1, 1, 1))
	require.Contains(t, report.Markdown(r, r), "\n\n# Performance of checkout\n")
}
