package requestlog_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/signal"
	"github.com/heartline-monitor/heartline/pkg/signal/requestlog"
)

// samples is a request log that the existing writer wrote, and what is in it.
const samples = "../../../../shared/samples"

// truthFigures of some span.
type truthFigures struct {
	Count       int     `json:"count"`
	Success     int     `json:"success"`
	Error       int     `json:"error"`
	SuccessRate float64 `json:"success_rate_pct"`
	Avg         float64 `json:"avg_s"`
	Min         float64 `json:"min_s"`
	Max         float64 `json:"max_s"`
	P50         float64 `json:"p50_linear_s"`
	P95         float64 `json:"p95_linear_s"`
	P99         float64 `json:"p99_linear_s"`
}

type truth struct {
	All        truthFigures            `json:"all"`
	Successful truthFigures            `json:"success_only"`
	Failed     truthFigures            `json:"error_only"`
	ByHour     map[string]truthFigures `json:"by_hour"`
	Burst      truthFigures            `json:"-"` // its name is no name for a tag
	PerMinute  map[string]int          `json:"count_per_minute_all"`
	Window     struct {
		QPS map[string]float64 `json:"qps (count of rows whose timestamp is in the minute / 60)"`
	} `json:"qps_per_minute_window"`
	Traffic   map[string]float64 `json:"-"`
	Lull      map[string]float64 `json:"-"`
	First     string             `json:"first_timestamp"`
	Last      string             `json:"last_timestamp"`
	Snapshots struct {
		Count int `json:"count"`
		First []any
		Last  []any
	} `json:"snapshots"`
}

// sample is the source on the sample in UTC, and its truth.
func sample(t *testing.T) (*requestlog.Source, truth) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(samples, "performance.truth.json"))
	if err != nil {
		t.Skipf("the samples are not at hand: %v", err)
	}
	var known truth
	require.NoError(t, json.Unmarshal(raw, &known))
	var named map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(raw, &named))
	require.NoError(t, json.Unmarshal(named["error_burst_window [2026-03-06T11:30,11:38)"], &known.Burst))
	require.NoError(t, json.Unmarshal(named["traffic_burst_qps [13:18,13:24)"], &known.Traffic))
	require.NoError(t, json.Unmarshal(named["lull_qps [10:38,10:52)"], &known.Lull))
	return source(t, filepath.Join(samples, "performance.db"), time.UTC, minute(t, "2026-03-06T18:00")), known
}

func minute(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse("2006-01-02T15:04", text)
	require.NoError(t, err)
	return at
}

// grid has windows of one length from one instant to another.
func grid(from, to time.Time, step time.Duration) signal.Windows {
	w := signal.Windows{End: to}
	for at := from; at.Before(to); at = at.Add(step) {
		w.Starts = append(w.Starts, at)
	}
	return w
}

// ask reads a signal, and returns the values of its series by key.
func ask(t testing.TB, s signal.Source, r signal.Request) map[string][]float64 {
	t.Helper()
	a, err := s.Read(t.Context(), r)
	require.NoError(t, err)
	values := map[string][]float64{}
	for _, series := range a.Series {
		key := ""
		if len(series.Key) > 0 {
			key = series.Key[0]
		}
		values[key] = series.Values
	}
	return values
}

func requireFigures(t *testing.T, s signal.Source, from, to time.Time, want truthFigures) {
	t.Helper()
	w := grid(from, to, to.Sub(from))
	one := func(sig signal.Signal, stat signal.Stat) float64 {
		return ask(t, s, signal.Request{Signal: sig, Stat: stat, Windows: w})[""][0]
	}
	require.InDelta(t, want.Count, one(signal.Requests, ""), 0)
	require.InDelta(t, float64(want.Count)/to.Sub(from).Seconds(), one(signal.QPS, ""), 1e-12)
	require.InDelta(t, want.SuccessRate, one(signal.Success, ""), 1e-6)
	require.InDelta(t, 100-want.SuccessRate, one(signal.Errors, ""), 1e-6)
	byStatus := ask(t, s, signal.Request{Signal: signal.Requests, SplitBy: []signal.Dimension{signal.Status}, Windows: w})
	require.Equal(t, map[string][]float64{signal.StatusSuccess: {float64(want.Success)}, signal.StatusError: {float64(want.Error)}}, byStatus)
	requireLatencies(t, want, func(stat signal.Stat) float64 { return one(signal.Latency, stat) })
}

func requireLatencies(t *testing.T, want truthFigures, got func(signal.Stat) float64) {
	t.Helper()
	for stat, v := range map[signal.Stat]float64{
		signal.Avg: want.Avg, signal.Min: want.Min, signal.Max: want.Max, signal.P50: want.P50, signal.P95: want.P95, signal.P99: want.P99,
	} {
		require.InDelta(t, v, got(stat), 1e-6, stat)
	}
}

func TestSampleHasTheFiguresOfItsTruth(t *testing.T) {
	s, known := sample(t)
	requireFigures(t, s, minute(t, "2026-03-06T09:00"), minute(t, "2026-03-06T13:00"), known.All)
	requireFigures(t, s, minute(t, "2026-03-06T11:30"), minute(t, "2026-03-06T11:38"), known.Burst)
	require.NotEmpty(t, known.ByHour)
	for hour, want := range known.ByHour {
		from := minute(t, hour+":00")
		requireFigures(t, s, from, from.Add(time.Hour), want)
	}
}

func TestSampleHasTheLatenciesOfEachStatus(t *testing.T) {
	s, known := sample(t)
	w := grid(minute(t, "2026-03-06T09:00"), minute(t, "2026-03-06T13:00"), 4*time.Hour)
	for status, want := range map[string]truthFigures{signal.StatusSuccess: known.Successful, signal.StatusError: known.Failed} {
		requireLatencies(t, want, func(stat signal.Stat) float64 {
			return ask(t, s, signal.Request{Signal: signal.Latency, Stat: stat, SplitBy: []signal.Dimension{signal.Status}, Windows: w})[status][0]
		})
	}
}

func TestSampleHasTheRateOfEachMinuteAndZerosWhereNothingCame(t *testing.T) {
	s, known := sample(t)
	w := grid(minute(t, "2026-03-06T09:00"), minute(t, "2026-03-06T14:00"), time.Minute)
	qps := ask(t, s, signal.Request{Signal: signal.QPS, Windows: w})[""]
	latency := ask(t, s, signal.Request{Signal: signal.Latency, Stat: signal.P95, Windows: w})[""]
	seen := 0
	for i, start := range w.Starts {
		name := start.Format("2006-01-02T15:04")
		require.InDelta(t, float64(known.PerMinute[name])/60, qps[i], 1e-12, name)
		if known.PerMinute[name] > 0 {
			seen++
		} else {
			require.NotEqual(t, latency[i], latency[i], "%s: a latency of no request", name) // NaN
		}
	}
	require.Len(t, known.PerMinute, seen)
	named := maps.Clone(known.Window.QPS)
	maps.Copy(named, known.Traffic)
	maps.Copy(named, known.Lull)
	require.Len(t, named, 25+6+14)
	for name, want := range named {
		i := slices.IndexFunc(w.Starts, minute(t, name).Equal)
		require.InDelta(t, want, qps[i], 1e-12, name)
	}
}

func TestSampleHasItsSnapshots(t *testing.T) {
	s, known := sample(t)
	w := grid(minute(t, "2026-03-06T09:00"), minute(t, "2026-03-06T12:31"), time.Minute)
	cpu := ask(t, s, signal.Request{Signal: signal.CPU, Stat: signal.Avg, Windows: w})[""]
	memory := ask(t, s, signal.Request{Signal: signal.MemoryUsage, Stat: signal.Avg, Windows: w})[""]
	counted := 0
	for _, v := range cpu {
		if v == v {
			counted++
		}
	}
	require.Equal(t, known.Snapshots.Count, counted)
	for i, row := range map[int][]any{1: known.Snapshots.First, len(cpu) - 1: known.Snapshots.Last} {
		require.InDelta(t, row[5], memory[i], 1e-9)
		require.InDelta(t, row[6], cpu[i], 1e-9)
	}
}

func TestSampleIsAsOldAsItsNewestRow(t *testing.T) {
	s, known := sample(t)
	last, err := time.Parse("2006-01-02T15:04:05.000000", known.Last)
	require.NoError(t, err)
	end := minute(t, "2026-03-06T12:30") // where the newest snapshot is
	age := func(end time.Time) float64 {
		return ask(t, s, signal.Request{Signal: signal.Age, Windows: grid(end.Add(-time.Hour), end, time.Hour)})[""][0]
	}
	require.InDelta(t, end.Sub(last).Seconds(), age(end), 1e-9)
	require.InDelta(t, 3_600, age(end.Add(time.Hour)), 1e-9)
}

func TestSampleSaysFromWhenToWhenItGoes(t *testing.T) {
	s, _ := sample(t)
	said, err := s.Check(t.Context())
	require.NoError(t, err)
	require.Equal(t, "a request log from 2026-03-06 09:00 to 2026-03-06 12:30 (UTC)", said)
}
