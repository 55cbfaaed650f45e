package frame_test

import (
	"math"
	"testing"
	"time"

	"github.com/grafana/dataplane/sdata/numeric"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/band"
	"github.com/heartline-monitor/heartline/pkg/frame"
	"github.com/heartline-monitor/heartline/pkg/report"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

func define(t *testing.T, name signal.Signal, splitBy ...signal.Dimension) frame.Signal {
	t.Helper()
	d, err := signal.Define(name)
	require.NoError(t, err)
	return frame.Signal{Definition: d, SplitBy: splitBy, Step: time.Minute}
}

var minutes = []time.Time{noon, noon.Add(time.Minute)}

func readingsOf(values ...[]float64) []frame.Reading {
	keys := [][]string{{"GET /orders", "success"}, {"GET /orders", "error"}, {"导出", "success"}}
	var all []frame.Reading
	for i, v := range values {
		all = append(all, frame.Reading{Service: "checkout", Starts: minutes[:len(v)], Series: signal.Series{Key: keys[i], Values: v}})
	}
	return all
}

func whole(service string, values ...float64) frame.Reading {
	return frame.Reading{Service: service, Starts: minutes[:len(values)], Series: signal.Series{Values: values}}
}

func TestSignalSeriesIsAFrameForEachReading(t *testing.T) {
	golden(t, "signals_series", frame.SignalSeries(define(t, signal.Latency), []frame.Reading{whole("checkout", 0.25, math.NaN()), whole("one-api", 0, 1)})...)
	golden(t, "signals_split", frame.SignalSeries(define(t, signal.QPS, signal.Operation, signal.Status), readingsOf([]float64{1, 2}, []float64{0, 0}, []float64{3, 4}))...)
	golden(t, "signals_none", frame.SignalSeries(define(t, signal.QPS), nil)...)
}

func TestSignalInstantIsARowForEachReading(t *testing.T) {
	golden(t, "signals_instant", frame.SignalInstant(define(t, signal.Memory), []frame.Reading{whole("checkout", 1<<28), whole("one-api", math.NaN())}))
	golden(t, "signals_instant_split", frame.SignalInstant(define(t, signal.QPS, signal.Operation, signal.Status), readingsOf([]float64{1}, []float64{2}, []float64{3})))
	golden(t, "signals_instant_none", frame.SignalInstant(define(t, signal.QPS), nil))
}

func TestEveryUnitOfTheCatalogueIsGrafanas(t *testing.T) {
	for _, d := range signal.Catalogue {
		f := frame.SignalInstant(frame.Signal{Definition: d}, []frame.Reading{whole("a", 1)})
		require.NotEmpty(t, f.Fields[1].Config.Unit, d.Signal)
	}
}

func TestExemplarsHaveTheNameThatPanelsLookFor(t *testing.T) {
	points := map[string][]signal.Exemplar{
		"checkout": {{Time: noon, Value: 1.5, Labels: map[string]string{"trace_id": "4bf9", "path": "/pay"}}},
		"one-api":  {{Time: noon.Add(time.Second), Value: 2, Labels: map[string]string{"trace_id": "00f0", "service": "another"}}},
	}
	golden(t, "exemplars", frame.Exemplars(define(t, signal.Latency), points, []string{"checkout", "one-api"}))
	require.Nil(t, frame.Exemplars(define(t, signal.Latency), nil, []string{"checkout"}))
}

func TestHeatmapHasAFieldForEachBound(t *testing.T) {
	h := signal.Heatmap{Bounds: []float64{0.22000000000000003, 1, math.Inf(1)}, Counts: [][]float64{{3, 0, 1}, {math.NaN(), math.NaN(), math.NaN()}}}
	golden(t, "heatmap", frame.Heatmap(h, minutes, time.Minute))
	golden(t, "heatmap_none", frame.Heatmap(signal.Heatmap{}, nil, time.Minute))
}

func TestLiveFramesCanBeAppended(t *testing.T) {
	s := define(t, signal.QPS)
	begin := frame.Live(s, minutes, []frame.Reading{whole("checkout", 1, math.NaN()), whole("one-api", 2, 3)})
	next := frame.Live(s, minutes[1:], []frame.Reading{whole("checkout", 4), whole("one-api", 5)})
	golden(t, "live", begin)
	for i, f := range begin.Fields {
		require.Equal(t, f.Name, next.Fields[i].Name)
		require.Equal(t, f.Type(), next.Fields[i].Type())
		require.Equal(t, f.Labels, next.Fields[i].Labels)
	}
}

func matrix() model.Matrix {
	return model.Matrix{
		{Metric: model.Metric{"__name__": "up", "job": "orders"}, Values: []model.SamplePair{{Timestamp: model.TimeFromUnix(noon.Unix()), Value: 1}, {Timestamp: model.TimeFromUnix(noon.Unix() + 60), Value: model.SampleValue(math.NaN())}}},
		{Metric: model.Metric{"job": "basket"}, Values: []model.SamplePair{{Timestamp: model.TimeFromUnix(noon.Unix()), Value: 0.5}}},
	}
}

func vector() model.Vector {
	at := model.TimeFromUnix(noon.Unix())
	return model.Vector{
		{Metric: model.Metric{"__name__": "up", "job": "orders", "instance": "a"}, Value: 1, Timestamp: at},
		{Metric: model.Metric{"job": "basket"}, Value: model.SampleValue(math.NaN()), Timestamp: at},
	}
}

func TestPromQLFrames(t *testing.T) {
	legend := frame.Legend{Format: "{{job}}", Expr: "up"}
	golden(t, "promql_series", frame.Matrix(matrix(), legend, time.Minute)...)
	golden(t, "promql_series_none", frame.Matrix(nil, legend, time.Minute)...)
	golden(t, "promql_instant", frame.Vector(vector(), frame.Legend{Expr: "up"})...)
	golden(t, "promql_instant_none", frame.Vector(nil, legend)...)
	golden(t, "promql_table", frame.VectorTable(vector()))
	golden(t, "promql_table_none", frame.VectorTable(nil))
}

func reports() []report.Report {
	return []report.Report{
		{Service: "checkout", From: noon.Add(-time.Hour), To: noon, Figures: []report.Figure{
			{Name: "Success rate", Value: 94.5, Unit: signal.Percent, Grade: "needs attention", Severity: band.Critical, Advice: "Look at it."},
			{Name: "Average latency", Value: math.NaN(), Unit: signal.Seconds},
		}},
		{Service: "one-api", From: noon.Add(-time.Hour), To: noon, Figures: []report.Figure{
			{Name: "Success rate", Value: 99.5, Unit: signal.Percent, Grade: "excellent"},
			{Name: "Peak QPS", Value: 51, Unit: signal.RequestsPerSecond, Grade: "high", Severity: band.Warning, Advice: "Add load balancing."},
		}},
	}
}

func TestReportFrames(t *testing.T) {
	golden(t, "report", frame.Report(reports()))
	golden(t, "report_none", frame.Report(nil))
	golden(t, "report_markdown", frame.ReportText(reports()))
}

func TestMissingPartsAreErrorsInTheHead(t *testing.T) {
	f := frame.SignalInstant(define(t, signal.QPS), []frame.Reading{whole("checkout", 1)})
	frame.Head{Errors: []string{"a", "b", "c", "d", "e", "f", "g"}, Remarks: []string{"last"}}.Apply("A", data.Frames{f})
	require.Len(t, f.Meta.Notices, 7)
	require.Equal(t, data.Notice{Severity: data.NoticeSeverityError, Text: "e"}, f.Meta.Notices[4])
	require.Equal(t, "2 more like these.", f.Meta.Notices[5].Text)
	require.Equal(t, data.NoticeSeverityInfo, f.Meta.Notices[6].Severity)
}

func TestAlertRulesReadSignals(t *testing.T) {
	split := define(t, signal.QPS, signal.Operation, signal.Status)
	require.Equal(t, map[string]float64{
		"operation=GET /orders, service=checkout, status=success": 1,
		"operation=GET /orders, service=checkout, status=error":   2,
		"operation=导出, service=checkout, status=success":          3,
	}, numbers(t, frame.SignalInstant(split, readingsOf([]float64{1}, []float64{2}, []float64{3}))))
	require.Empty(t, numbers(t, frame.SignalInstant(split, nil)))
	require.Equal(t, map[string]int{"service=checkout": 2, "service=one-api": 2},
		series(t, frame.SignalSeries(define(t, signal.QPS), []frame.Reading{whole("checkout", 1, math.NaN()), whole("one-api", 1, 2)})))
	require.Empty(t, series(t, frame.SignalSeries(split, nil)))
	require.Equal(t, map[string]int{"service=checkout": 2}, series(t, data.Frames{frame.Live(define(t, signal.QPS), minutes, []frame.Reading{whole("checkout", 1, 2)})}))
}

func TestAlertRulesReadNoNumberOfAServiceThatFails(t *testing.T) {
	f := frame.SignalInstant(define(t, signal.QPS), []frame.Reading{whole("checkout", 1), whole("one-api", math.NaN())})
	r, err := numeric.CollectionReaderFromFrames(data.Frames{f})
	require.NoError(t, err)
	c, err := r.GetCollection(false)
	require.NoError(t, err)
	require.Len(t, c.Refs, 2)
	v, empty, err := c.Refs[1].NullableFloat64Value()
	require.NoError(t, err)
	require.False(t, empty)
	require.Nil(t, v)
	require.Equal(t, data.Labels{"service": "one-api"}, c.Refs[1].GetLabels())
}

func TestAlertRulesReadPromQL(t *testing.T) {
	legend := frame.Legend{Expr: "up"}
	require.Equal(t, map[string]int{"__name__=up, job=orders": 2, "job=basket": 1}, series(t, frame.Matrix(matrix(), legend, time.Minute)))
	require.Empty(t, series(t, frame.Matrix(nil, legend, time.Minute)))
	r, err := numeric.CollectionReaderFromFrames(frame.Vector(vector(), legend))
	require.NoError(t, err)
	c, err := r.GetCollection(false)
	require.NoError(t, err)
	require.NoError(t, c.Warning)
	require.Len(t, c.Refs, 2)
	require.Equal(t, "__name__=up, instance=a, job=orders", c.Refs[0].GetLabels().String())
	r, err = numeric.CollectionReaderFromFrames(frame.Vector(nil, legend))
	require.NoError(t, err)
	c, err = r.GetCollection(false)
	require.NoError(t, err)
	require.Empty(t, c.Refs)
}

func TestNoColumnOfASignalHasTheNameOfAnother(t *testing.T) {
	for _, d := range signal.Catalogue {
		names := []string{"service", string(d.Signal)}
		for _, dim := range d.SplitBy {
			require.NotContains(t, names, string(dim), d.Signal)
			names = append(names, string(dim))
		}
	}
}
