package demo

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/heartbeat"
)

func TestScenesHaveTheStatusTheyAreSaidToHave(t *testing.T) {
	for end, zone := range map[string]string{
		"2026-03-06 18:30:12": "Asia/Shanghai",
		"2026-01-01 00:00:00": "UTC",
		"2026-03-08 23:59:59": "America/New_York", // the day summer time begins
		"2026-06-15 06:10:03": "Asia/Kathmandu",
	} {
		t.Run(zone, func(t *testing.T) {
			t.Parallel()
			loc, err := time.LoadLocation(zone)
			require.NoError(t, err)
			at, err := time.ParseInLocation(time.DateTime, end, loc)
			require.NoError(t, err)
			requireStatuses(t, Options{End: at, Seed: 1, Location: loc})
		})
	}
}

func requireStatuses(t *testing.T, o Options) {
	t.Helper()
	dir := t.TempDir()
	summary, err := Write(dir, o)
	require.NoError(t, err)
	want := map[string]string{}
	for _, s := range o.stage().scripts {
		want[s.Name()] = "ok"
	}
	for _, scene := range summary.Scenes {
		want[scene.Monitor] = scene.Status
	}
	require.Len(t, want, summary.Monitors)
	files := tree(t, dir)
	got := map[string]string{}
	for name := range want {
		var d description
		require.NoError(t, yaml.Unmarshal([]byte(files[name+"/monitor_item.yaml"]), &d))
		schedule, err := heartbeat.Parse(d.ExecuteFrequency, o.Location)
		require.Equal(t, name == "storage/check_restore", err != nil, "%s: %v", name, err)
		verdict := heartbeat.Rule{Location: o.Location}.Judge(schedule, lastBeat(t, files, name, o.Location), o.End)
		got[name] = string(verdict.Status)
	}
	require.Equal(t, want, got, "%s in %s", o.End, o.Location)
}

func lastBeat(t *testing.T, files map[string]string, name string, loc *time.Location) time.Time {
	t.Helper()
	var last time.Time
	for path, content := range files {
		if !strings.HasPrefix(path, name+"/heartbeat/") {
			continue
		}
		for _, l := range lines(t, content) {
			at, err := time.ParseInLocation(time.DateTime, l.Time, loc)
			require.NoError(t, err)
			if at.After(last) {
				last = at
			}
		}
	}
	return last
}

func TestStormRaisesManyAlarmsAndSomeAreNotSent(t *testing.T) {
	o, dir := options(t), t.TempDir()
	_, err := Write(dir, o)
	require.NoError(t, err)
	results := map[string]int{}
	for path, content := range tree(t, dir) {
		if strings.HasPrefix(path, stormMonitor+"/alarm/") {
			for _, l := range lines(t, content) {
				results[l.Result]++
			}
		}
	}
	require.Greater(t, results["PASSED"], 60)
	require.Greater(t, results["FAILED"], 20)
}

func TestSurgeLogsMoreErrorsInItsLastHourThanInTheDaysBefore(t *testing.T) {
	o, dir := options(t), t.TempDir()
	_, err := Write(dir, o)
	require.NoError(t, err)
	before, during := 0, 0
	for path, content := range tree(t, dir) {
		if !strings.HasPrefix(path, surgeMonitor+"/log/") {
			continue
		}
		for _, l := range lines(t, content) {
			switch at, _ := time.ParseInLocation(time.DateTime, l.Time, o.Location); {
			case l.Level != "Error":
			case at.After(o.End.Add(-surgeStart)):
				during++
			default:
				before++
			}
		}
	}
	require.Greater(t, during, 100)
	require.Less(t, before, during)
}

func TestAlarmsKeepTheFrequencyOfTheirMonitor(t *testing.T) {
	o := options(t)
	for seed := range uint64(2) {
		dir := t.TempDir()
		o.Seed = seed
		_, err := Write(dir, o)
		require.NoError(t, err)
		most := map[string]int{"max 1 times": 1, "max 3 times": 3, "max 10 times": 10}
		frequencies := map[string]string{}
		for _, s := range o.stage().scripts {
			frequencies[s.Name()] = s.AlarmFrequency
		}
		for path, content := range tree(t, dir) {
			name, _, isAlarm := strings.Cut(path, "/alarm/")
			limit := most[frequencies[name]]
			if !isAlarm || limit == 0 {
				continue
			}
			same := map[string]int{}
			for _, l := range lines(t, content) {
				same[l.MD5]++
			}
			require.LessOrEqual(t, slices.Max(slices.Collect(maps.Values(same))), limit, path)
		}
	}
}

func TestSummaryNamesEveryScene(t *testing.T) {
	summary, err := Write(t.TempDir(), options(t))
	require.NoError(t, err)
	text := summary.String()
	for _, monitor := range []string{downMonitor, lateMonitor, newMonitor, stormMonitor, surgeMonitor} {
		require.Contains(t, text, monitor)
	}
	require.Contains(t, text, "alarm storm, a third of it not sent, 2026-03-05 16:30 to 2026-03-05 18:30")
	t.Log(text)
}
