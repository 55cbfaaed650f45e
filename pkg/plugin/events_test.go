package plugin

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/query"
)

func TestMonitorsAreJudgedAtTheEndOfTheRange(t *testing.T) {
	f := ask1(t, serving(t, town()), query.TypeMonitors, `{}`)[0]
	require.Equal(t, []string{"check_jobs", "check_usage", "check_usage", "检查配额"}, values(t, f, "monitor"))
	require.Equal(t, []string{"down", "ok", "late", "ok"}, values(t, f, "status"))
	require.Equal(t, []string{"6600", "0", "120", "0"}, values(t, f, "overdue"))

	past := panel(query.TypeMonitors, `{}`)
	past.TimeRange.To = noon.Add(-2*time.Hour + time.Minute)
	res := respond(t, serving(t, town()), past, nil)
	require.NoError(t, res.Error)
	require.Equal(t, []string{"ok", "ok", "new", "new"}, values(t, res.Frames[0], "status"))
}

func TestMonitorsAreFiltered(t *testing.T) {
	d := serving(t, town())
	for model, want := range map[string][]string{
		`{"statuses": ["late", "down"]}`:                                            {"LSF/check_jobs", "storage/check_usage"},
		`{"monitors": ["storage/check_usage"]}`:                                     {"storage/check_usage"},
		`{"monitors": "check_usage", "receivers": ["wang", "nobody"]}`:              {"license/check_usage"},
		`{"hosts": ["stor01"]}`:                                                     {"storage/check_usage", "storage/检查配额"},
		`{"filters": [{"key": "direction", "operator": "!~", "value": "s.*|LSF"}]}`: {"license/check_usage"},
		`{"directions": ["nowhere"]}`:                                               nil,
	} {
		f := ask1(t, d, query.TypeMonitors, model)[0]
		var got []string
		items := values(t, f, "monitor")
		for i, direction := range values(t, f, "direction") {
			got = append(got, direction+"/"+items[i])
		}
		require.Equal(t, want, got, model)
	}
}

func TestMonitorsSayWhereTheStatusIsAGuess(t *testing.T) {
	f := ask1(t, serving(t, town()), query.TypeMonitors, `{}`)[0]
	require.Contains(t, notices(f), `Execute frequencies that are not understood: 1 of 4, such as "now and then" of license/check_usage.`)
}

func TestGraceIsASetting(t *testing.T) {
	root := t.TempDir()
	t.Setenv(allowedPathsVariable, root)
	d := configured(t, fmt.Sprintf(`{"events": {"kind": "filetree", "path": %q}, "heartbeat": {"grace": "5m"}}`, root), town())
	require.Equal(t, []string{"down", "ok", "ok", "ok"}, values(t, ask1(t, d, query.TypeMonitors, `{}`)[0], "status"))
}

func TestLimitOfMonitorsIsSaid(t *testing.T) {
	f := ask1(t, serving(t, town()), query.TypeMonitors, `{"limit": 2}`)[0]
	require.Equal(t, 2, f.Rows())
	require.Contains(t, notices(f), "Only the first 2 are shown")
}

func TestHeartbeatRowsAreNewestFirst(t *testing.T) {
	f := ask1(t, serving(t, town()), query.TypeHeartbeats, `{"limit": 3}`)[0]
	require.Equal(t, []string{"检查配额", "check_usage", "check_usage"}, values(t, f, "monitor"))
	require.Equal(t, []string{"run-storage", "run-storage", "run-storage"}, values(t, f, "host"))
	require.Contains(t, notices(f), "Only the first 3 are shown")
}

func TestStatusHasEveryMonitor(t *testing.T) {
	d := serving(t, town())
	f := ask1(t, d, query.TypeHeartbeats, `{"format": "status"}`)[0]
	require.Equal(t, []string{"6600", "0", "120", "0"}, values(t, f, "overdue"))
	require.Equal(t, []string{"down", "ok", "late", "ok"}, values(t, f, "status"))
	require.Equal(t, []string{"6600", "0", "0", "0"}, values(t, ask1(t, d, query.TypeHeartbeats, `{"format": "status", "statuses": ["down"]}`)[0], "overdue"))
}

func TestStatusInAlertsHasNoStatusColumn(t *testing.T) {
	res := respond(t, serving(t, town()), panel(query.TypeHeartbeats, `{"format": "status"}`), alerting)
	require.NoError(t, res.Error)
	var names []string
	for _, field := range res.Frames[0].Fields {
		names = append(names, field.Name)
	}
	require.Equal(t, []string{"direction", "monitor", "host", "admin", "overdue"}, names)
}

func TestStatusFollowsAMonitorToWhereverItRuns(t *testing.T) {
	// The monitor is listed with stor01, its beats are written on run-storage.
	f := ask1(t, serving(t, town()), query.TypeHeartbeats, `{"format": "status", "hosts": ["stor01"], "monitors": ["check_usage"]}`)[0]
	require.Equal(t, []string{"late"}, values(t, f, "status"))
}

func TestStatusOfNobodyIsNoData(t *testing.T) {
	f := ask1(t, serving(t, town()), query.TypeHeartbeats, `{"format": "status", "directions": ["nowhere"]}`)[0]
	require.Empty(t, f.Fields)
	require.Equal(t, data.FrameTypeNumericLong, f.Meta.Type)
}

func TestTimelineShowsHowTheStatusChanged(t *testing.T) {
	frames := ask1(t, serving(t, town()), query.TypeHeartbeats, `{"format": "timeline", "directions": ["LSF", "storage"]}`)
	require.Len(t, frames, 3)
	require.Equal(t, []string{"new", "ok", "late", "down"}, values(t, frames[0], "status"))
	require.Equal(t, []string{
		"2026-03-06 00:00:00 +0000 UTC", "2026-03-06 10:00:00 +0000 UTC", "2026-03-06 10:11:00 +0000 UTC", "2026-03-06 10:21:00 +0000 UTC",
	}, values(t, frames[0], "time"))
	require.Equal(t, data.Labels{"direction": "LSF", "monitor": "check_jobs"}, frames[0].Fields[1].Labels)
	require.Equal(t, "检查配额", frames[2].Fields[1].Config.DisplayNameFromDS)
}

func TestTimelineBeginsWithTheStatusFromBeforeTheRange(t *testing.T) {
	q := panel(query.TypeHeartbeats, `{"format": "timeline", "monitors": ["check_jobs"]}`)
	q.TimeRange.From = noon.Add(-time.Hour)
	res := respond(t, serving(t, town()), q, nil)
	require.NoError(t, res.Error)
	require.Equal(t, []string{"down"}, values(t, res.Frames[0], "status"))
}

func TestTimelineHasNoPointBeforeAPanelsRange(t *testing.T) {
	q := panel(query.TypeHeartbeats, `{"format": "timeline", "monitors": ["check_jobs"]}`)
	q.TimeRange.From = noon.Add(-time.Hour + 345*time.Millisecond)
	res := respond(t, serving(t, town()), q, nil)
	require.NoError(t, res.Error)
	require.Equal(t, []string{"2026-03-06 11:00:00.345 +0000 UTC"}, values(t, res.Frames[0], "time"))
}

func TestTimelineReadsAllBeats(t *testing.T) {
	store := town()
	store.monitors = store.monitors[:1]
	store.beats = nil
	for i := range 3 * timelinePage {
		store.beats = append(store.beats, event.Heartbeat{Time: noon.Add(-time.Duration(i/2) * time.Second), Direction: "LSF", Item: "check_jobs"})
	}
	q := panel(query.TypeHeartbeats, `{"format": "timeline"}`)
	res := respond(t, serving(t, store), q, nil)
	require.NoError(t, res.Error)
	require.Equal(t, []string{"new", "ok"}, values(t, res.Frames[0], "status"))
	require.Equal(t, 3, store.pages)
}

func TestTimelineFailsWithTheBeatsOfOneMonitor(t *testing.T) {
	store := town()
	store.pageErr = fs.ErrPermission
	res := respond(t, serving(t, store), panel(query.TypeHeartbeats, `{"format": "timeline"}`), nil)
	require.ErrorIs(t, res.Error, fs.ErrPermission)
}

func TestLogLinesComeInTheOrderAskedFor(t *testing.T) {
	d := serving(t, town())
	require.Equal(t, []string{"l4", "l3", "l2", "l1"}, values(t, ask1(t, d, query.TypeLogs, `{}`)[0], "id"))
	f := ask1(t, d, query.TypeLogs, `{"order": "oldest", "limit": 2}`)[0]
	require.Equal(t, []string{"l1", "l2"}, values(t, f, "id"))
	require.Contains(t, notices(f), "Only the first 2 are shown")
	require.Equal(t, []string{"l3", "l2"}, values(t, ask1(t, d, query.TypeLogs, `{"levels": ["Error"]}`)[0], "id"))
	require.Equal(t, []string{"l3"}, values(t, ask1(t, d, query.TypeLogs, `{"text": "/QUOTA.*exceeded/i"}`)[0], "id"))
}

func TestAlarmRowsAndAnnotations(t *testing.T) {
	d := serving(t, town())
	f := ask1(t, d, query.TypeAlarms, `{"sendResults": ["PASSED"], "limit": 1}`)[0]
	require.Equal(t, []string{"m2"}, values(t, f, "md5"))
	require.Contains(t, notices(f), "Only the first 1 are shown")
	f = ask1(t, d, query.TypeAlarms, `{"format": "annotations", "receivers": ["zhao"]}`)[0]
	require.Equal(t, []string{"LSF/check_jobs"}, values(t, f, "title"))
}

func TestTenThousandMonitorsAreServed(t *testing.T) {
	store := town()
	store.monitors = nil
	for i := range 10_000 {
		store.monitors = append(store.monitors, event.Monitor{Direction: fmt.Sprintf("area%02d", i%20), Item: fmt.Sprintf("check_%05d", i), ExecuteFrequency: "every 10 minutes", Admin: "lin"})
	}
	d := serving(t, store)
	require.Equal(t, 10_000, ask1(t, d, query.TypeHeartbeats, `{"format": "status"}`)[0].Rows())
	f := ask1(t, d, query.TypeMonitors, `{}`)[0]
	require.Equal(t, query.DefaultLimit, f.Rows())
	require.Contains(t, notices(f), "Only the first 1000 are shown")
	frames := ask1(t, d, query.TypeHeartbeats, `{"format": "timeline"}`)
	require.Len(t, frames, maxTimelines)
	require.Contains(t, notices(frames[0]), "Only the first 200 are shown")

	store.logs, store.beats = nil, nil
	perMonitor := `{"format": "count", "instant": true, "groupBy": ["direction", "monitor"%s]}`
	res := respond(t, d, panel(query.TypeLogs, fmt.Sprintf(perMonitor, "")), alerting)
	require.NoError(t, res.Error)
	require.Equal(t, 10_000, res.Frames[0].Rows())
	res = respond(t, d, panel(query.TypeLogs, fmt.Sprintf(perMonitor, `, "level"`)), alerting)
	require.ErrorContains(t, res.Error, "more than 10000 groups: filter by direction or monitor, group by fewer properties")
	require.EqualValues(t, 400, res.Status)

	_, err := choose(t, d, "monitors?direction="+strings.Repeat("x", 10))
	require.NoError(t, err)
}
