package frame_test

import (
	"testing"
	"time"

	"github.com/grafana/dataplane/sdata/numeric"
	"github.com/grafana/dataplane/sdata/reader"
	"github.com/grafana/dataplane/sdata/timeseries"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/frame"
)

// These tests read the frames with the library by which Grafana's server-side
// expressions, and so its alert rules, read them.

func numbers(t *testing.T, f *data.Frame) map[string]float64 {
	t.Helper()
	_, err := reader.CanReadBasedOnMeta(data.Frames{f})
	require.NoError(t, err)
	r, err := numeric.CollectionReaderFromFrames(data.Frames{f})
	require.NoError(t, err)
	c, err := r.GetCollection(false)
	require.NoError(t, err)
	require.NoError(t, c.Warning)
	values := map[string]float64{}
	for _, ref := range c.Refs {
		v, err := ref.ValueField.FloatAt(0)
		require.NoError(t, err)
		labels := ref.GetLabels().String()
		require.NotContains(t, values, labels, "labels must be unique")
		values[labels] = v
	}
	return values
}

func TestAlertRulesReadTheStatusOfEveryMonitor(t *testing.T) {
	require.Equal(t, map[string]float64{
		"admin=zhao, direction=LSF, host=lsf01, monitor=检查作业":            129600,
		"admin=sun, direction=license, host=lic01, monitor=check_quota":  120,
		"admin=lin, direction=storage, host=stor02, monitor=check_new":   0,
		"admin=lin, direction=storage, host=stor01, monitor=check_quota": 0,
	}, numbers(t, frame.Status(judgedMonitors(), overdue, true)))
}

func TestAlertRulesReadNoDataFromFramesWithoutFields(t *testing.T) {
	require.Empty(t, numbers(t, frame.Status(nil, overdue, true)))
	require.Empty(t, numbers(t, frame.Instant(histogram(t, byReceiver, nil), event.Logs)))
	require.Empty(t, series(t, frame.Series(histogram(t, byReceiver, nil), event.Logs, time.Hour)))
}

func TestAlertRulesReadInstantCounts(t *testing.T) {
	require.Equal(t, map[string]float64{"receiver=, sendResult=PASSED": 1, "receiver=lin, sendResult=PASSED": 2},
		numbers(t, frame.Instant(grouped(t), event.Alarms)))
	require.Equal(t, map[string]float64{"": 7},
		numbers(t, frame.Instant(histogram(t, nil, map[string][]uint64{"": {3, 4}}), event.Logs)))
}

func series(t *testing.T, frames data.Frames) map[string]int {
	t.Helper()
	_, err := reader.CanReadBasedOnMeta(frames)
	require.NoError(t, err)
	r, err := timeseries.CollectionReaderFromFrames(frames)
	require.NoError(t, err)
	c, err := r.GetCollection(true) // sorted times and unique labels, too
	require.NoError(t, err)
	require.NoError(t, c.Warning)
	require.Empty(t, c.RemainderIndices)
	points := map[string]int{}
	for _, ref := range c.Refs {
		points[ref.GetLabels().String()] = ref.TimeField.Len()
	}
	return points
}

func TestAlertRulesReadSeries(t *testing.T) {
	require.Equal(t, map[string]int{"receiver=, sendResult=PASSED": 2, "receiver=lin, sendResult=PASSED": 2},
		series(t, frame.Series(grouped(t), event.Alarms, time.Hour)))
}
