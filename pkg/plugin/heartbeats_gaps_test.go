package plugin

import (
	"fmt"
	"io/fs"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/query"
)

// beating is a store with one monitor, and beats at these minutes before noon.
func beating(frequency string, minutes ...int) *fakeStore {
	store := town()
	store.monitors = []event.Monitor{{Direction: "LSF", Item: "check_jobs", ExecuteFrequency: frequency}}
	store.beats = nil
	for _, m := range minutes {
		store.beats = append(store.beats, event.Heartbeat{Time: noon.Add(-time.Duration(m) * time.Minute), Direction: "LSF", Item: "check_jobs"})
	}
	return store
}

// regions are the annotations of a frame as "begin to end worst: text".
func regions(t *testing.T, f *data.Frame) []string {
	t.Helper()
	clock := func(name string, i int) string {
		field, _ := f.FieldByName(name)
		return field.At(i).(time.Time).Format(time.TimeOnly)
	}
	var said []string
	for i, text := range values(t, f, "text") {
		said = append(said, fmt.Sprintf("%s to %s: %s", clock("time", i), clock("timeEnd", i), text))
	}
	return said
}

func TestGapsAreRegionsInWhichAMonitorWasLateOrDown(t *testing.T) {
	const often = "every 10 minutes"
	for name, tt := range map[string]struct {
		store   *fakeStore
		more    string // of the query
		minutes int    // the length of the range
		want    []string
	}{
		"late and then down, newest first": {beating(often, 120, 60, 5), "", 720, []string{
			"11:11:00 to 11:55:00: Late for 10m, then down for 34m; execute frequency: every 10 minutes",
			"10:11:00 to 11:00:00: Late for 10m, then down for 39m; execute frequency: every 10 minutes",
		}},
		"late only": {beating(often, 30, 17, 8), "", 720, []string{"11:41:00 to 11:43:00: Late for 2m; execute frequency: every 10 minutes"}},
		"not ended": {beating(often, 30), "", 720, []string{"11:41:00 to 12:00:00: Late for 10m, then down for 9m so far; execute frequency: every 10 minutes"}},
		"begun before the range": {beating(often, 120, 30, 20, 10, 0), "", 60, []string{
			"11:00:00 to 11:30:00: Late for 10m, then down for 1h9m; execute frequency: every 10 minutes",
		}},
		"over the whole range": {beating(often, 120), "", 60, []string{
			"11:00:00 to 12:00:00: Late for 10m, then down for 1h39m so far; execute frequency: every 10 minutes",
		}},
		"ended as the range begins": {beating(often, 120, 60, 50, 40, 30, 20, 10), "", 60, nil},
		"down where only that counts": {beating(often, 30, 17, 8, 150, 60, 50, 40), `, "statuses": ["down"]`, 720, []string{
			"09:51:00 to 11:00:00: Down for 1h9m; execute frequency: every 10 minutes",
		}},
		"late where only that counts": {beating(often, 30), `, "statuses": ["late"]`, 720, []string{
			"11:41:00 to 11:51:00: Late for 10m; execute frequency: every 10 minutes",
		}},
		"of the classic rule":    {beating("", 60*60), "", 24 * 60, []string{"00:00:00 to 12:00:00: Down for 12h so far"}},
		"of nobody who ever ran": {beating(often), "", 720, nil},
	} {
		t.Run(name, func(t *testing.T) {
			q := panel(query.TypeHeartbeats, `{"format": "annotations"`+tt.more+`}`)
			q.TimeRange.From = noon.Add(-time.Duration(tt.minutes) * time.Minute)
			res := respond(t, serving(t, tt.store), q, nil)
			require.NoError(t, res.Error)
			require.Len(t, res.Frames, 1)
			require.Equal(t, data.DataTopicAnnotations, res.Frames[0].Meta.DataTopic)
			require.Equal(t, tt.want, regions(t, res.Frames[0]))
		})
	}
}

func TestGapsEndNowWhereTheRangeDoesNot(t *testing.T) {
	q := panel(query.TypeHeartbeats, `{"format": "annotations"}`)
	q.TimeRange.To = noon.Add(12 * time.Hour)
	res := respond(t, serving(t, beating("every 10 minutes", 13)), q, nil)
	require.NoError(t, res.Error)
	require.Equal(t, []string{"11:58:00 to 12:00:00: Late for 2m so far; execute frequency: every 10 minutes"}, regions(t, res.Frames[0]))
	res = respond(t, serving(t, beating("every 10 minutes", 3)), q, nil)
	require.NoError(t, res.Error)
	require.Empty(t, regions(t, res.Frames[0]), "what lies ahead is nobody's fault")
}

func TestGapsAreOfTheMonitorsThatTheFilterSelects(t *testing.T) {
	d := serving(t, town())
	f := ask1(t, d, query.TypeHeartbeats, `{"format": "annotations", "directions": ["LSF", "storage"]}`)[0]
	require.Equal(t, []string{"storage/check_usage", "LSF/check_jobs"}, values(t, f, "title"))
	f = ask1(t, d, query.TypeHeartbeats, `{"format": "annotations", "limit": 1}`)[0]
	require.Equal(t, []string{"storage/check_usage"}, values(t, f, "title"))
	require.Contains(t, notices(f), "Only the first 1 are shown")
	require.Contains(t, notices(f), `"now and then" of license/check_usage`, "whose gaps nobody can know exactly")
}

func TestGapsOfTooManyMonitorsAreSaidToBeMissing(t *testing.T) {
	store := town()
	store.monitors = nil
	for i := range maxGapMonitors + 5 {
		store.monitors = append(store.monitors, event.Monitor{Direction: "area", Item: fmt.Sprintf("check_%05d", i), ExecuteFrequency: "every hour"})
	}
	f := ask1(t, serving(t, store), query.TypeHeartbeats, `{"format": "annotations"}`)[0]
	require.Equal(t, "Gaps of the first 1000 monitors are shown, of 5 they are not: narrow the filter.\n", notices(f))
}

func TestGapsFailWithTheBeatsOfOneMonitor(t *testing.T) {
	store := town()
	store.pageErr = fs.ErrPermission
	res := respond(t, serving(t, store), panel(query.TypeHeartbeats, `{"format": "annotations"}`), nil)
	require.ErrorIs(t, res.Error, fs.ErrPermission)
}

func TestGapsAreNoMatterForAlertRules(t *testing.T) {
	res := respond(t, serving(t, town()), panel(query.TypeHeartbeats, `{"format": "annotations"}`), alerting)
	require.ErrorContains(t, res.Error, "use format status")
}
