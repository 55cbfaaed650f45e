package prometheus_test

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/heartline-monitor/heartline/pkg/signal"
	"github.com/heartline-monitor/heartline/pkg/signal/prometheus"
)

func at(t time.Time) model.Time { return model.TimeFromUnixNano(t.UnixNano()) }

// series are values from an instant on.
func series(metric model.Metric, r v1.Range, values ...float64) *model.SampleStream {
	s := &model.SampleStream{Metric: metric}
	for i, v := range values {
		if !math.IsNaN(v) {
			s.Values = append(s.Values, model.SamplePair{Timestamp: at(r.Start.Add(time.Duration(i) * r.Step)), Value: model.SampleValue(v)})
		}
	}
	return s
}

func TestEvenWindowsAreOneQueryEvaluatedAtTheirEnds(t *testing.T) {
	f := shop()
	_, err := f.source(t).Read(t.Context(), signal.Request{Signal: signal.Goroutines, Windows: last(60, time.Minute)})
	require.NoError(t, err)
	require.Equal(t, []v1.Range{{Start: noon.Add(-59 * time.Minute), End: noon, Step: time.Minute}}, f.ranges)
}

func TestDaysOverAChangeOfTheClocksAreAskedForByTheirLength(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	w := signal.Windows{End: time.Date(2026, 4, 1, 0, 0, 0, 0, berlin).UTC()}
	for day := 26; day <= 31; day++ {
		w.Starts = append(w.Starts, time.Date(2026, 3, day, 0, 0, 0, 0, berlin).UTC())
	}
	f := shop()
	f.matrix = func(_ string, r v1.Range) model.Matrix {
		return model.Matrix{series(nil, r, []float64{1, 2, 3}[:1+r.End.Sub(r.Start)/r.Step]...)}
	}
	f.vector = func(string) model.Vector { return model.Vector{{Value: 23}} }
	answer, err := f.source(t).Read(t.Context(), signal.Request{Signal: signal.Goroutines, Stat: signal.Max, Windows: w})
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"max(max_over_time(go_goroutines{job=\"shop\"}[1d]))", "max(max_over_time(go_goroutines{job=\"shop\"}[23h]))", "max(max_over_time(go_goroutines{job=\"shop\"}[1d]))"}, f.asked)
	require.Equal(t, "max(max_over_time(go_goroutines{job=\"shop\"}[1d]))\nmax(max_over_time(go_goroutines{job=\"shop\"}[23h]))", answer.Query)
	require.Equal(t, []float64{1, 2, 3, 23, 1, 2}, answer.Series[0].Values)
}

func TestAShortWindowLooksBackOverFourScrapesAndSaysSo(t *testing.T) {
	f := shop()
	answer, err := f.source(t).Read(t.Context(), signal.Request{Signal: signal.Requests, Windows: last(10, 5*time.Second)})
	require.NoError(t, err)
	require.Contains(t, answer.Query, `[1m])) * 5 or`)
	require.Contains(t, answer.Notes, "a point looks back 1m, as the service is scraped every 15s")
}

func TestSplitSeriesAreSortedAndHaveZerosWhereTheServiceIsKnown(t *testing.T) {
	nan := math.NaN()
	f := shop()
	f.matrix = func(_ string, r v1.Range) model.Matrix {
		return model.Matrix{
			series(model.Metric{"operation": "b", "status": "success"}, r, nan, nan, 7),
			series(model.Metric{"operation": "a", "status": "success"}, r, nan, 5, 6),
			series(model.Metric{"operation": "a", "status": "error"}, r, nan, nan, 1),
			series(model.Metric{"heartline_known": "yes"}, r, nan, 0, 0),
		}
	}
	answer, err := f.source(t).Read(t.Context(), signal.Request{Signal: signal.QPS, SplitBy: []signal.Dimension{signal.Status, signal.Operation}, Windows: last(3, time.Minute)})
	require.NoError(t, err)
	require.Len(t, answer.Series, 3)
	require.Equal(t, []string{"error", "a"}, answer.Series[0].Key)
	require.Equal(t, []string{"success", "a"}, answer.Series[1].Key)
	require.Equal(t, []string{"success", "b"}, answer.Series[2].Key)
	require.Equal(t, "[NaN 0 1] [NaN 5 6] [NaN 0 7]", fmt.Sprint(answer.Series[0].Values, answer.Series[1].Values, answer.Series[2].Values))
}

func TestOperationsOfMethodAndRouteAreJoined(t *testing.T) {
	f := shop()
	f.metrics = map[string][]string{}
	f.histogram("http_server_request_duration_seconds", "http_request_method", "http_route")
	f.vector = func(string) model.Vector {
		return model.Vector{{Metric: model.Metric{"http_request_method": "GET", "http_route": "/orders"}, Value: 1}, {Metric: model.Metric{"http_request_method": "GET"}, Value: 2}}
	}
	answer, err := f.source(t).Read(t.Context(), signal.Request{Signal: signal.QPS, SplitBy: []signal.Dimension{signal.Operation}, Windows: last(1, time.Minute)})
	require.NoError(t, err)
	require.Equal(t, []signal.Series{{Key: []string{"GET"}, Values: []float64{2}}, {Key: []string{"GET /orders"}, Values: []float64{1}}}, answer.Series)
}

func TestTooManySeriesAreAnErrorThatSaysWhatToNarrow(t *testing.T) {
	f := shop()
	f.vector = func(string) model.Vector {
		var v model.Vector
		for i := range 1_001 {
			v = append(v, &model.Sample{Metric: model.Metric{"operation": model.LabelValue(strconv.Itoa(i))}})
		}
		return v
	}
	_, err := f.source(t).Read(t.Context(), signal.Request{Signal: signal.QPS, SplitBy: []signal.Dimension{signal.Operation}, Windows: last(1, time.Minute)})
	require.ErrorContains(t, err, "leave splitBy out, narrow services[].selector")
	require.ErrorAs(t, err, new(*signal.Fault), "anything else is a mistake of the plugin")
}

func TestWarningsOfPrometheusAreNotes(t *testing.T) {
	f := shop()
	f.warnings = v1.Warnings{"a store did not answer", "a store did not answer"}
	answer, err := f.source(t).Read(t.Context(), signal.Request{Signal: signal.Goroutines, Windows: last(1, time.Minute)})
	require.NoError(t, err)
	require.Equal(t, []string{"Prometheus warns: a store did not answer"}, answer.Notes)
}

func TestWhatPrometheusToldInPartIsNotTakenForMissing(t *testing.T) {
	for name, f := range map[string]*fake{
		"a metric":   {kind: signal.Milvus, metrics: map[string][]string{"up": nil}},
		"a label":    {kind: signal.Milvus, metrics: map[string][]string{"milvus_proxy_req_count": {"status"}}},
		"everything": {kind: signal.Milvus},
	} {
		f.warnings = v1.Warnings{"a store did not answer"}
		_, err := f.source(t).Read(t.Context(), signal.Request{Signal: signal.QPS, SplitBy: []signal.Dimension{signal.Operation}, Windows: last(1, time.Minute)})
		require.ErrorAs(t, err, new(*signal.Fault), name)
		require.EqualError(t, err, "Prometheus answers in part only, see what it cannot reach: a store did not answer", name)
	}
}

func TestExemplarsAreTheSlowestByTime(t *testing.T) {
	f := shop()
	for i := range 150 {
		f.exemplars = append(f.exemplars, v1.ExemplarQueryResult{Exemplars: []v1.Exemplar{{
			Labels: model.LabelSet{"trace_id": model.LabelValue(strconv.Itoa(i))}, Value: model.SampleValue(i), Timestamp: at(noon.Add(-time.Duration(i) * time.Second)),
		}}})
	}
	source := f.source(t)
	answer, err := source.Read(t.Context(), signal.Request{Signal: signal.Latency, Windows: last(5, time.Minute)})
	require.NoError(t, err)
	require.Len(t, answer.Exemplars, 100)
	require.Equal(t, signal.Exemplar{Time: noon.Add(-149 * time.Second), Value: 149, Labels: map[string]string{"trace_id": "149"}}, answer.Exemplars[0])
	require.InDelta(t, 50, answer.Exemplars[99].Value, 0)

	answer, err = source.Read(t.Context(), signal.Request{Signal: signal.Latency, Windows: last(1, time.Minute)})
	require.NoError(t, err)
	require.Empty(t, answer.Exemplars)
}

func TestExemplarsThatCannotBeHadAreANote(t *testing.T) {
	f := shop()
	f.noExemplars = true
	answer, err := f.source(t).Read(t.Context(), signal.Request{Signal: signal.Latency, Windows: last(5, time.Minute)})
	require.NoError(t, err)
	require.Contains(t, strings.Join(answer.Notes, "\n"), "there are no exemplars: Prometheus refuses the question (client error: 404)")
}

func TestAnAnswerOfAnotherTypeIsAFault(t *testing.T) {
	f := shop()
	f.broken = true
	source := f.source(t)
	for n := range 2 {
		_, err := source.Read(t.Context(), signal.Request{Signal: signal.Goroutines, Windows: last(n+1, time.Minute)})
		require.ErrorAs(t, err, new(*signal.Fault))
		require.ErrorContains(t, err, "with a *model.Scalar")
	}
	_, err := source.Check(t.Context())
	require.ErrorAs(t, err, new(*signal.Fault))
}

func TestALongRangeIsCutIntoCoarserSteps(t *testing.T) {
	f := shop()
	answer, err := f.source(t).Read(t.Context(), signal.Request{Signal: signal.CPU, Stat: signal.Max, Windows: last(60, 24*time.Hour)})
	require.NoError(t, err)
	require.Equal(t, `100 * max(max_over_time((rate(process_cpu_seconds_total{job="shop"}[1m]) / last_over_time(go_sched_gomaxprocs_threads{job="shop"}[1m]))[23h59m45s:30s]))`, answer.Query)
}

func TestAClosedSourceReadsNothing(t *testing.T) {
	source := shop().source(t)
	require.NoError(t, source.Close())
	_, err := source.Read(t.Context(), signal.Request{Signal: signal.Goroutines, Windows: last(1, time.Minute)})
	require.ErrorContains(t, err, "closed")
}

// The service was heard of shortly before the first window's end and not since;
// the look at the day before saw it once more.
func TestAgeGrowsWhileAServiceIsNotHeardOf(t *testing.T) {
	f := shop()
	heard := float64(noon.Add(-190 * time.Second).Unix())
	f.matrix = func(_ string, r v1.Range) model.Matrix {
		if r.End.Sub(r.Start) > time.Hour {
			return model.Matrix{series(nil, v1.Range{Start: noon.Add(-30 * time.Minute), Step: 28 * time.Minute}, heard-3_600, heard+20)}
		}
		return model.Matrix{series(nil, r, heard, math.NaN(), math.NaN())}
	}
	answer, err := f.source(t).Read(t.Context(), signal.Request{Signal: signal.Age, Windows: last(3, time.Minute)})
	require.NoError(t, err)
	require.Equal(t, []float64{50, 110, 170}, answer.Series[0].Values)
}

func TestAgeOfAServiceThatWasNeverHeardOfIsUnknown(t *testing.T) {
	answer, err := shop().source(t).Read(t.Context(), signal.Request{Signal: signal.Age, Windows: last(2, time.Minute)})
	require.NoError(t, err)
	require.Equal(t, "[NaN NaN]", fmt.Sprint(answer.Series[0].Values))
}

func TestAnInventoryIsTakenOnceAMinute(t *testing.T) {
	f := shop()
	f.wait = make(chan struct{})
	now, mu := noon, sync.Mutex{}
	source, err := prometheus.New(prometheus.Config{API: f, Selector: `job="shop"`, Now: func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return now
	}})
	require.NoError(t, err)
	read := func(ctx context.Context) error {
		_, err := source.Read(ctx, signal.Request{Signal: signal.Goroutines, Windows: last(1, time.Minute)})
		return err
	}
	// Whoever asks first gives up: the others are served nevertheless.
	first, giveUp := context.WithCancel(t.Context())
	var group sync.WaitGroup
	group.Go(func() { require.ErrorIs(t, read(first), context.Canceled) })
	require.Eventually(t, func() bool { return f.taken() == 1 }, 10*time.Second, time.Millisecond)
	for range 5 {
		group.Go(func() { require.NoError(t, read(t.Context())) })
	}
	giveUp()
	require.Eventually(t, func() bool { return f.taken() >= 2 }, 10*time.Second, time.Millisecond)
	close(f.wait)
	group.Wait()
	require.LessOrEqual(t, f.taken(), 3)

	taken := f.taken()
	require.NoError(t, read(t.Context()))
	require.Equal(t, taken, f.taken())
	mu.Lock()
	now = now.Add(time.Minute)
	mu.Unlock()
	require.NoError(t, read(t.Context()))
	require.Equal(t, taken+1, f.taken())
}

func (f *fake) taken() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.inventories
}

func TestAServiceThatNobodyKnowsIsAFault(t *testing.T) {
	source := (&fake{}).source(t)
	_, err := source.Read(t.Context(), signal.Request{Signal: signal.QPS, Windows: last(1, time.Minute)})
	require.ErrorAs(t, err, new(*signal.Fault))
	require.ErrorContains(t, err, `knows nothing of the service that fits {job="shop"}`)
	_, err = source.Missing(t.Context())
	require.ErrorAs(t, err, new(*signal.Fault))
	_, err = source.Latencies(t.Context(), last(1, time.Minute))
	require.ErrorAs(t, err, new(*signal.Fault))
}

func TestCheck(t *testing.T) {
	targets := func(counts ...string) func(string) model.Vector {
		return func(string) model.Vector {
			var v model.Vector
			for i := 0; i < len(counts); i += 2 {
				n, err := strconv.Atoi(counts[i+1])
				require.NoError(t, err)
				v = append(v, &model.Sample{Metric: model.Metric{"value": model.LabelValue(counts[i])}, Value: model.SampleValue(n)})
			}
			return v
		}
	}
	for name, tc := range map[string]struct {
		fake        *fake
		says, fault string
	}{
		"all up":         {fake: &fake{vector: targets("1", "3")}, says: "3 of 3 targets up, Prometheus 2.42.0"},
		"some up":        {fake: &fake{vector: targets("0", "1", "1", "2")}, says: "2 of 3 targets up, Prometheus 2.42.0"},
		"no version":     {fake: &fake{vector: targets("1", "1"), noVersion: true}, says: "1 of 1 targets up, Prometheus of an unknown version"},
		"none up":        {fake: &fake{vector: targets("0", "2")}, fault: `reaches none of the 2 targets that fit {job="shop"}`},
		"no target":      {fake: &fake{}, fault: `has no target that fits {job="shop"}: see that the service is scraped and that services[].selector fits its labels`},
		"gone for hours": {fake: &fake{metrics: map[string][]string{"up": nil}}, fault: "has no target"},
		"sent by itself": {fake: &fake{metrics: map[string][]string{"go_goroutines": nil}}, says: "no target, but metrics such as go_goroutines, Prometheus 2.42.0"},
	} {
		t.Run(name, func(t *testing.T) {
			says, err := tc.fake.source(t).Check(t.Context())
			if tc.fault != "" {
				require.ErrorAs(t, err, new(*signal.Fault))
				require.ErrorContains(t, err, tc.fault)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.says, says)
		})
	}
}

func (f *fake) Buildinfo(context.Context) (v1.BuildinfoResult, error) {
	if f.noVersion {
		return v1.BuildinfoResult{}, &v1.Error{Type: v1.ErrClient, Msg: "client error: 404"}
	}
	return v1.BuildinfoResult{Version: "2.42.0"}, nil
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
