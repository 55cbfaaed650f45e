package plugin

import (
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/query"
)

func total(t *testing.T, f *data.Frame, name string) int64 {
	t.Helper()
	field, _ := f.FieldByName(name)
	require.NotNil(t, field)
	var sum int64
	for i := range field.Len() {
		sum += field.At(i).(int64)
	}
	return sum
}

func TestSeriesWithoutGroupsIsOneWithEveryBucket(t *testing.T) {
	d := serving(t, town())
	frames := ask1(t, d, query.TypeHeartbeats, `{"format": "count"}`)
	require.Len(t, frames, 1)
	require.Equal(t, 13, frames[0].Rows(), "midnight to noon, each hour, both ends")
	require.EqualValues(t, 5, total(t, frames[0], "beats"))

	frames = ask1(t, d, query.TypeHeartbeats, `{"format": "count", "directions": ["nowhere"]}`)
	require.Len(t, frames, 1)
	require.EqualValues(t, 0, total(t, frames[0], "beats"), "a line at zero, not no data")
}

func TestSeriesBySmallSetsHasEveryValue(t *testing.T) {
	frames := ask1(t, serving(t, town()), query.TypeLogs, `{"format": "count", "groupBy": ["level"]}`)
	got := map[string]int64{}
	for _, f := range frames {
		got[f.Fields[1].Labels["level"]] = total(t, f, "lines")
	}
	require.Equal(t, map[string]int64{"Debug": 0, "Info": 1, "Notice": 1, "Warning": 0, "Error": 2, "Fatal": 0}, got)
}

func TestSeriesByMonitorHasThoseWithEvents(t *testing.T) {
	frames := ask1(t, serving(t, town()), query.TypeAlarms, `{"format": "count", "groupBy": ["direction", "monitor"]}`)
	require.Len(t, frames, 2)
	require.Equal(t, data.Labels{"direction": "LSF", "monitor": "check_jobs"}, frames[0].Fields[1].Labels)
	require.Equal(t, "LSF/check_jobs", frames[0].Fields[1].Config.DisplayNameFromDS)

	frames = ask1(t, serving(t, town()), query.TypeAlarms, `{"format": "count", "groupBy": ["monitor"], "text": "nothing like this"}`)
	require.Len(t, frames, 1)
	require.Empty(t, frames[0].Fields, "no data")
}

func TestInstantCountHasEveryMonitor(t *testing.T) {
	f := ask1(t, serving(t, town()), query.TypeAlarms, `{"format": "count", "instant": true, "groupBy": ["direction", "monitor"]}`)[0]
	require.Equal(t, []string{"LSF", "license", "storage", "storage"}, values(t, f, "direction"))
	require.Equal(t, []string{"check_jobs", "check_usage", "check_usage", "检查配额"}, values(t, f, "monitor"))
	require.Equal(t, []string{"1", "0", "2", "0"}, values(t, f, "alarms"))
}

func TestInstantCountCombinesWhatCanOccur(t *testing.T) {
	d := serving(t, town())
	f := ask1(t, d, query.TypeAlarms, `{"format": "count", "instant": true, "groupBy": ["receiver", "sendResult"], "receivers": ["lin", "wang"]}`)[0]
	require.Equal(t, []string{"lin", "lin", "wang", "wang"}, values(t, f, "receiver"), "of those filtered for only")
	require.Equal(t, []string{"FAILED", "PASSED", "FAILED", "PASSED"}, values(t, f, "sendResult"))
	require.Equal(t, []string{"0", "2", "0", "0"}, values(t, f, "alarms"))

	f = ask1(t, d, query.TypeLogs, `{"format": "count", "instant": true, "groupBy": ["host", "level"], "levels": ["Error", "Fatal"], "directions": ["LSF"]}`)[0]
	require.Equal(t, []string{"lsf01", "lsf01"}, values(t, f, "host"))
	require.Equal(t, []string{"Error", "Fatal"}, values(t, f, "level"))
	require.Equal(t, []string{"1", "0"}, values(t, f, "lines"))
}

func TestInstantCountFindsAMonitorByItsWholeName(t *testing.T) {
	f := ask1(t, serving(t, town()), query.TypeAlarms, `{"format": "count", "instant": true, "groupBy": ["monitor"], "monitors": ["license/check_usage"]}`)[0]
	require.Equal(t, []string{"check_usage"}, values(t, f, "monitor"))
	require.Equal(t, []string{"0"}, values(t, f, "alarms"))
}

func TestInstantTotalIsOneRow(t *testing.T) {
	f := ask1(t, serving(t, town()), query.TypeAlarms, `{"format": "count", "instant": true, "sendResults": ["LOST"]}`)[0]
	require.Equal(t, []string{"0"}, values(t, f, "alarms"))
}

func TestTopHasTheLargestFirst(t *testing.T) {
	f := ask1(t, serving(t, town()), query.TypeAlarms, `{"format": "count", "instant": true, "groupBy": ["direction"], "top": 5}`)[0]
	require.Equal(t, []string{"storage", "LSF"}, values(t, f, "direction"))
	require.Equal(t, []string{"2", "1"}, values(t, f, "alarms"))
}

func TestTooManySeriesAreRefused(t *testing.T) {
	store := town()
	store.alarms = nil
	for i := range maxGroups + 1 {
		store.alarms = append(store.alarms, event.Alarm{Time: noon, Direction: "d", Item: time.Duration(i).String(), Receivers: []string{""}})
	}
	res := respond(t, serving(t, store), panel(query.TypeAlarms, `{"format": "count", "groupBy": ["monitor"]}`), nil)
	require.ErrorContains(t, res.Error, "10001 groups")
	require.EqualValues(t, 400, res.Status)
}

func TestTooManyCellsAreRefused(t *testing.T) {
	store := town()
	for i := range 200 {
		store.alarms = append(store.alarms, event.Alarm{Time: noon, Direction: "d", Item: time.Duration(i).String(), Receivers: []string{""}})
	}
	res := respond(t, serving(t, store), panel(query.TypeAlarms, `{"format": "count", "groupBy": ["monitor"], "interval": "1s"}`), nil)
	require.ErrorIs(t, res.Error, event.ErrTooLarge)
	require.EqualValues(t, 400, res.Status)
}

func TestIntervalIsTheQuerysOrThePanels(t *testing.T) {
	tests := []struct {
		name   string
		own    string
		panel  time.Duration
		points int64
		length time.Duration
		want   time.Duration
	}{
		{"own", "15m", time.Hour, 0, 12 * time.Hour, 15 * time.Minute},
		{"of the panel, rounded up", "", 37 * time.Second, 0, time.Hour, time.Minute},
		{"auto is of the panel", "auto", time.Hour, 0, 12 * time.Hour, time.Hour},
		{"of its width", "", 0, 60, time.Hour, time.Minute},
		{"of nobody", "", 0, 0, 1000 * time.Second, time.Second},
		{"of an alert rule over a month", "", time.Second, 43_200, 30 * 24 * time.Hour, 5 * time.Minute},
		{"of no range", "", 0, 0, 0, time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := request{
				span: event.Range{From: noon.Add(-tt.length), To: noon}, store: town(),
				panel: backend.DataQuery{Interval: tt.panel, MaxDataPoints: tt.points},
			}
			buckets, step, err := r.buckets(query.Grouping{Interval: tt.own})
			require.NoError(t, err)
			require.Equal(t, tt.want, step)
			require.NotEmpty(t, buckets)
		})
	}
}

func TestSchedulesAreRememberedWithinABound(t *testing.T) {
	s := newSchedules()
	require.True(t, s.parse("every 10 minutes", time.UTC).Known())
	require.False(t, s.parse("now and then", time.UTC).Known())
	require.Len(t, s.byText, 2)
	for i := range maxSchedules {
		s.parse(time.Duration(i).String(), time.UTC)
	}
	require.LessOrEqual(t, len(s.byText), maxSchedules)
	require.True(t, s.parse("every 10 minutes", time.UTC).Known())
}

func TestZerosAreOfMonitorsThatTheFilterMeans(t *testing.T) {
	tests := map[string]struct {
		kind  query.Type
		model string
		want  []string // monitors
	}{
		"beats by the host that only beats tell": {
			query.TypeHeartbeats, `{"format": "count", "instant": true, "groupBy": ["host"], "monitors": ["检查配额"]}`, []string{"run-storage"},
		},
		"beats of a host that is not that of the monitor": {
			query.TypeHeartbeats, `{"format": "count", "instant": true, "groupBy": ["monitor"], "hosts": ["run-nowhere"], "directions": ["LSF"]}`, []string{"check_jobs"},
		},
		"lines with a filter that lines have not": {
			query.TypeLogs, `{"format": "count", "instant": true, "groupBy": ["monitor"], "directions": ["LSF", "license"],
				"filters": [{"key": "receiver", "operator": "=", "value": "nobody"}]}`, []string{"check_jobs", "check_usage"},
		},
		"alarms to somebody whom no monitor names": {
			query.TypeAlarms, `{"format": "count", "instant": true, "groupBy": ["monitor"], "directions": ["LSF"], "receivers": ["former"]}`, []string{"check_jobs"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := ask1(t, serving(t, town()), tt.kind, tt.model)[0]
			column := "monitor"
			if field, _ := f.FieldByName(column); field == nil {
				column = "host"
			}
			require.Equal(t, tt.want, values(t, f, column))
		})
	}
}

func TestMonitorsOfSeveralAdminsAreThoseOfEach(t *testing.T) {
	store := town()
	store.monitors[1].Admin = "sun wang"
	d := serving(t, store)
	counted := ask1(t, d, query.TypeAlarms, `{"format": "count", "instant": true, "groupBy": ["admin"], "receivers": ["nobody"],
		"filters": [{"key": "admin", "operator": "=", "value": "wang"}]}`)[0]
	require.Equal(t, []string{"sun wang"}, values(t, counted, "admin"), "a zero, as of any other admin")
	offered, err := choose(t, d, "values?key=admin")
	require.NoError(t, err)
	require.Equal(t, []string{"lin", "sun", "sun wang", "wang", "zhao"}, offered)
}
