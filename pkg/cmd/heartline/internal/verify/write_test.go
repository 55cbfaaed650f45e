package verify

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/golden"
)

func printed() *Report {
	return &Report{
		DataSource: "Heartline", Health: "7 monitors in 5 directions", Seconds: 1.234,
		Checks: []Check{
			{Kind: KindVariable, Dashboard: "Overview", Panel: "$direction", Type: "variable", Series: 1, Rows: 5, Seconds: 0.0012},
			{Kind: KindPanel, Dashboard: "Overview", Panel: "每日告警", PanelID: 1, RefID: "A", Type: "alarms count", Series: 5, Rows: 40, Seconds: 0.031, points: []float64{0, 1, 2, 3, 4, 5, 6, 7, math.NaN(), 3}},
			{Kind: KindPanel, Dashboard: "Overview", Panel: "Two queries", PanelID: 2, RefID: "A", Type: "logs count", Series: 1, Rows: 1, Seconds: 0.002, points: []float64{1234567}},
			{Kind: KindPanel, Dashboard: "Overview", Panel: "Two queries", PanelID: 2, RefID: "B", Type: "logs count", Notices: []string{"3 unreadable lines in a"}},
			{Kind: KindPanel, Dashboard: "Overview", Panel: "Two queries", PanelID: 3, RefID: "A", Type: "logs lines", Notices: []string{"3 unreadable lines in a"}, Problem: "no rows"},
			{Kind: KindPanel, Dashboard: "Overview", Panel: "CPU", PanelID: 4, RefID: "A", Skipped: "a data source of type prometheus"},
			{Kind: KindRule, Dashboard: "Heartline / check scripts", Panel: "Late", Type: "rule", Series: 1, Rows: 7, Seconds: 1.5, State: "firing 2"},
		},
	}
}

func TestReportIsPrinted(t *testing.T) {
	for _, format := range Formats {
		var out bytes.Buffer
		require.NoError(t, printed().Write(&out, format))
		golden.Check(t, "report."+format, out.Bytes())
	}
}

func TestReportWithoutFailuresSaysSo(t *testing.T) {
	var out bytes.Buffer
	r := &Report{DataSource: "Heartline", Health: "ok", Checks: printed().Checks[:2]}
	require.NoError(t, r.Write(&out, "table"))
	require.Contains(t, out.String(), "Asked panel queries 1, variables 1: all answered in 0s")
	require.NotContains(t, out.String(), "Failed")
	require.NotContains(t, out.String(), "Skipped")
}

func TestManyNoticesAreCut(t *testing.T) {
	c := Check{Kind: KindPanel}
	for i := range maxNotices + 3 {
		c.Notices = append(c.Notices, string(rune('a'+i)))
	}
	var out bytes.Buffer
	require.NoError(t, (&Report{Checks: []Check{c}}).Write(&out, "table"))
	require.Contains(t, out.String(), "Notices, 13:")
	require.Contains(t, out.String(), "and 3 more: --output json has them all")
}

func TestJSONReportCanBeRead(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, printed().Write(&out, "json"))
	var read Report
	require.NoError(t, json.Unmarshal(out.Bytes(), &read))
	require.Len(t, read.Checks, 7)
	require.Equal(t, "firing 2", read.Checks[6].State)
}

func TestUnknownFormatIsAnError(t *testing.T) {
	require.ErrorContains(t, printed().Write(&bytes.Buffer{}, "xml"), `output "xml" is unknown: use one of [table json]`)
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestWriteErrorIsReturned(t *testing.T) {
	for _, format := range Formats {
		require.ErrorContains(t, printed().Write(brokenPipe{}, format), "broken pipe")
	}
}

func TestSparklineDrawsFromZero(t *testing.T) {
	nan := math.NaN()
	for want, values := range map[string][]float64{
		"":         nil,
		"▁█":       {0, 7},
		"▅█":       {4, 7},
		"▁▁▁":      {0, 0, 0},
		"█ █":      {1, nan, 1, nan, nan},
		"▁▅█":      {-5, 0, 5},
		"▁▂▃▄▅▆▇█": {0, 1, 2, 3, 4, 5, 6, 7},
		"▁▁█":      {math.Inf(-1), 0, 1},
	} {
		require.Equal(t, want, sparkline(values), "%v", values)
	}
}

func TestPointsSumUpOverTheRange(t *testing.T) {
	span := backend.TimeRange{From: now.Add(-20 * time.Minute), To: now}
	at := func(minutes ...int) []time.Time {
		var times []time.Time
		for _, m := range minutes {
			times = append(times, span.From.Add(time.Duration(m)*time.Minute))
		}
		return times
	}
	series := data.NewFrame("", data.NewField("time", nil, at(-1, 0, 1, 20)), data.NewField("v", nil, []int64{1, 2, 3, 4}))
	series.Meta = &data.FrameMeta{Type: data.FrameTypeTimeSeriesMulti}
	got := points(data.Frames{series, series}, span)
	require.Len(t, got, sparkWidth)
	require.Equal(t, []float64{6, 6, 8}, []float64{got[0], got[1], got[19]})
	require.True(t, math.IsNaN(got[2]))

	lines := data.NewFrame("", data.NewField("timestamp", nil, at(5, 5, 6)), data.NewField("v", nil, []int64{10, 10, 10}))
	got = points(data.Frames{lines}, span)
	require.Equal(t, []float64{2, 1}, []float64{got[5], got[6]})

	require.Equal(t, []float64{3, 1}, points(data.Frames{statusFrame(numbersOf(3, 1)...)}, span))
	require.Empty(t, points(data.Frames{data.NewFrame("", data.NewField("a", nil, []string{"x"}))}, span))
	require.Len(t, points(data.Frames{statusFrame(numbersOf(make([]float64, 50)...)...)}, span), sparkWidth)
}
