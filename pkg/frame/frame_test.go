package frame_test

import (
	"flag"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/grafana/grafana-plugin-sdk-go/experimental"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/frame"
	"github.com/heartline-monitor/heartline/pkg/heartbeat"
)

var update = flag.Bool("update", false, "write the golden files")

var noon = time.Date(2026, 3, 6, 12, 0, 0, 0, time.UTC)

func golden(t *testing.T, name string, frames ...*data.Frame) {
	t.Helper()
	experimental.CheckGoldenJSONResponse(t, "testdata", name, &backend.DataResponse{Frames: frames}, *update)
}

func quota() event.Monitor {
	return event.Monitor{
		Direction: "storage", Item: "check_quota", Admin: "lin", Host: "stor01", StartupMethod: "crontab",
		ExecuteFrequency: "every 10 minutes", AlarmFrequency: "max 3 times", Receivers: []string{"lin", "wang"}, Script: "/opt/check/quota.py",
	}
}

func judgedMonitors() []frame.Judged {
	lsf := event.Monitor{Direction: "LSF", Item: "检查作业", Admin: "zhao", Host: "lsf01"}
	fresh := event.Monitor{Direction: "storage", Item: "check_new", Admin: "lin", Host: "stor02"}
	late := event.Monitor{Direction: "license", Item: "check_quota", Admin: "sun", Host: "lic01"}
	return []frame.Judged{
		{Monitor: lsf, Last: noon.Add(-3 * 24 * time.Hour), Verdict: heartbeat.Verdict{Status: heartbeat.Down, Overdue: 36 * time.Hour, Due: noon.Add(-36 * time.Hour)}},
		{Monitor: late, Last: noon.Add(-12 * time.Minute), Verdict: heartbeat.Verdict{Status: heartbeat.Late, Overdue: 2 * time.Minute, Due: noon.Add(-2 * time.Minute)}},
		{Monitor: fresh, Verdict: heartbeat.Verdict{Status: heartbeat.New}},
		{Monitor: quota(), Last: noon.Add(-time.Minute), Verdict: heartbeat.Verdict{Status: heartbeat.OK, Due: noon.Add(9 * time.Minute)}},
	}
}

var overdue = []heartbeat.Status{heartbeat.Late, heartbeat.Down}

func alarms() []event.Alarm {
	return []event.Alarm{
		{ID: "a2", Time: noon, Direction: "storage", Item: "check_quota", MD5: "0cc175b9", Receivers: []string{"lin", "wang"}, SendResult: "PASSED", Message: "/home is 95% full, <root> & others"},
		{ID: "a1", Time: noon.Add(-time.Hour), Direction: "LSF", Item: "a,b", MD5: "92eb5ffe", SendResult: "FAILED", Message: "作业失败"},
	}
}

func lines() []event.Log {
	return []event.Log{
		{ID: "l3", Time: noon.Add(time.Second), Direction: "storage", Item: "check_quota", Level: "Error", Message: "quota exceeded"},
		{ID: "l2", Time: noon, Direction: "LSF", Item: "检查作业", Level: "Info", Message: "<script>alert(1)</script>"},
		{ID: "l1", Time: noon, Direction: "storage", Item: "check_quota", Level: "Error", Message: ""},
	}
}

func histogram(t *testing.T, groupBy []event.Dimension, groups map[string][]uint64) *event.Histogram {
	t.Helper()
	h := event.NewHistogram([]time.Time{noon, noon.Add(time.Hour)}, groupBy)
	for key, counts := range groups {
		var group []uint64
		var err error
		if len(groupBy) == 0 {
			group, err = h.Group()
		} else {
			group, err = h.Group(key, "PASSED")
		}
		require.NoError(t, err)
		copy(group, counts)
	}
	h.Sort()
	return h
}

var byReceiver = []event.Dimension{event.Receiver, event.SendResult}

func grouped(t *testing.T) *event.Histogram {
	return histogram(t, byReceiver, map[string][]uint64{"lin": {2, 0}, "": {0, 1}})
}

func TestMonitorsIsTheInventoryWithStatus(t *testing.T) {
	golden(t, "monitors", frame.Monitors(judgedMonitors()))
	golden(t, "monitors_none", frame.Monitors(nil))
}

func TestStatusIsNumericLongWithOneNumber(t *testing.T) {
	golden(t, "status_panel", frame.Status(judgedMonitors(), overdue, false))
	golden(t, "status_alert", frame.Status(judgedMonitors(), overdue, true))
	golden(t, "status_none", frame.Status(nil, overdue, true))
}

func TestStatusIsZeroWhereTheStatusIsNotCounted(t *testing.T) {
	f := frame.Status(judgedMonitors(), []heartbeat.Status{heartbeat.Down}, true)
	field, _ := f.FieldByName("overdue")
	require.InDeltaSlice(t, []float64{129600, 0, 0, 0}, floats(field), 0)
}

func floats(f *data.Field) []float64 {
	var values []float64
	for i := range f.Len() {
		values = append(values, f.At(i).(float64))
	}
	return values
}

func TestHeartbeatsIsARowForEachBeat(t *testing.T) {
	golden(t, "heartbeats", frame.Heartbeats([]event.Heartbeat{
		{ID: "h2", Time: noon.Add(time.Minute), Direction: "storage", Item: "check_quota", User: "root", Host: "stor01", Script: "/opt/check/quota.py"},
		{ID: "h1", Time: noon, Direction: "LSF", Item: "检查作业"},
	}))
}

func TestTimelineNamesAmbiguousItemsByDirection(t *testing.T) {
	other := event.Monitor{Direction: "license", Item: "check_quota"}
	single := event.Monitor{Direction: "LSF", Item: "检查作业"}
	changes := []heartbeat.Change{{At: noon, Status: heartbeat.OK}, {At: noon.Add(time.Hour), Status: heartbeat.Down}}
	frames := frame.Timeline([]frame.Line{{quota(), changes}, {other, changes[:1]}, {single, changes[1:]}})
	golden(t, "timeline", frames...)
	golden(t, "timeline_none", frame.Timeline(nil)...)
}

func TestLogsAreLogLines(t *testing.T) {
	golden(t, "logs", frame.Logs(lines()))
	golden(t, "logs_none", frame.Logs(nil))
}

func TestAlarmsIsARowForEachAlarm(t *testing.T) {
	golden(t, "alarms", frame.Alarms(alarms()))
}

func TestAnnotationsHaveTheFieldsGrafanaLooksFor(t *testing.T) {
	golden(t, "annotations", frame.Annotations(alarms()))
}

func TestGapsAreRegions(t *testing.T) {
	odd := event.Monitor{Direction: "LSF", Item: "a,b <c>", ExecuteFrequency: "每<小>时"}
	golden(t, "gaps",
		frame.Gaps([]frame.Gap{
			{Monitor: quota(), From: noon, To: noon.Add(time.Hour), Late: 10 * time.Minute, Down: 26 * time.Hour, Ended: true},
			{Monitor: odd, From: noon.Add(-time.Hour), To: noon, Late: time.Hour},
			{Monitor: event.Monitor{Direction: "LSF", Item: "b"}, From: noon.Add(-2 * time.Hour), To: noon, Down: 1500 * time.Millisecond},
		}),
		frame.Gaps(nil))
}

func TestSeriesIsAFrameForEachGroup(t *testing.T) {
	golden(t, "series", frame.Series(grouped(t), event.Alarms, time.Hour)...)
	golden(t, "series_total", frame.Series(histogram(t, nil, map[string][]uint64{"": {3, 0}}), event.Heartbeats, time.Hour)...)
	golden(t, "series_none", frame.Series(histogram(t, byReceiver, nil), event.Logs, time.Hour)...)
}

func TestInstantIsARowForEachGroup(t *testing.T) {
	golden(t, "instant", frame.Instant(grouped(t), event.Alarms))
	golden(t, "instant_total", frame.Instant(histogram(t, nil, map[string][]uint64{"": {3, 4}}), event.Logs))
	golden(t, "instant_none", frame.Instant(histogram(t, byReceiver, nil), event.Logs))
}

func TestHeadIsSaidOnTheFrames(t *testing.T) {
	problems := event.Problems{}
	for _, day := range []string{"20260301", "20260302", "20260303", "20260304", "20260305", "20260306"} {
		problems.Add(event.Problem{What: "unreadable lines", Where: "LSF/check/log/" + day, Count: 2})
	}
	frames := frame.Series(grouped(t), event.Alarms, time.Hour)
	frame.Head{
		Query: "alarms count by receiver", Problems: problems, Reached: 1000,
		Warnings: []string{"Prometheus says: one store is down"},
		Unknown:  []string{"colour", "size"}, Remarks: []string{"New lines are not followed."},
	}.Apply("A", frames)
	golden(t, "head", frames...)
}
