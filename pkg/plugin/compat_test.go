package plugin

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/query"
)

// truth is what plain line-by-line reading of the sample store gave.
type truth struct {
	Now    string `json:"now"`
	Totals map[string]int64
	Levels map[string]int64 `json:"log_by_level"`
	Sent   map[string]int64 `json:"alarm_by_result"`
	Items  map[string]struct {
		Heartbeat, Log, Alarm int64
		LastHeartbeat         string `json:"last_heartbeat"`
	}
	Windows     map[string]map[string]any
	Interrupted []string
}

// sample serves the store that the existing writer wrote, with its truth.
func sample(t *testing.T) (*Datasource, truth, time.Time) {
	t.Helper()
	folder, err := filepath.Abs("../../../shared/samples")
	require.NoError(t, err)
	raw, err := os.ReadFile(filepath.Join(folder, "monitor_db.truth.json"))
	if os.IsNotExist(err) {
		t.Skip("the sample store is not here")
	}
	require.NoError(t, err)
	var want truth
	require.NoError(t, json.Unmarshal(raw, &want))
	now, err := time.Parse(time.DateTime, want.Now)
	require.NoError(t, err)
	t.Setenv(allowedPathsVariable, folder)
	settings := fmt.Sprintf(`{"events": {"kind": "filetree", "path": %q}}`, filepath.Join(folder, "monitor_db"))
	d := newDatasource(t.Context(), backend.DataSourceInstanceSettings{UID: "uid1", JSONData: []byte(settings)}, openers{store: openStore}, newMemory())
	t.Cleanup(d.Dispose)
	return d, want, now
}

// tally runs an instant count and adds its rows up by one column.
func tally(t *testing.T, d *Datasource, kind query.Type, value, by string, from, to time.Time) map[string]int64 {
	t.Helper()
	q := panel(kind, fmt.Sprintf(`{"format": "count", "instant": true, "groupBy": ["direction", %q]}`, by))
	q.TimeRange = backend.TimeRange{From: from, To: to}
	res := respond(t, d, q, nil)
	require.NoError(t, res.Error)
	sums := map[string]int64{}
	counts, _ := res.Frames[0].FieldByName(value)
	directions := values(t, res.Frames[0], "direction")
	for i, group := range values(t, res.Frames[0], by) {
		if by == "monitor" {
			group = directions[i] + "/" + group
		}
		if n := counts.At(i).(int64); n > 0 {
			sums[group] += n
		}
	}
	return sums
}

func sum(counts map[string]int64) (total int64) {
	for _, n := range counts {
		total += n
	}
	return total
}

func TestSampleStoreGivesItsTruth(t *testing.T) {
	d, want, now := sample(t)
	from := now.AddDate(0, 0, -30)
	require.Equal(t, want.Levels, tally(t, d, query.TypeLogs, "lines", "level", from, now))
	require.Equal(t, want.Sent, tally(t, d, query.TypeAlarms, "alarms", "sendResult", from, now))
	beats, logs, alarms := map[string]int64{}, map[string]int64{}, map[string]int64{}
	for name, item := range want.Items {
		beats[name], logs[name] = item.Heartbeat, item.Log
		if item.Alarm > 0 {
			alarms[name] = item.Alarm
		}
	}
	require.Equal(t, beats, tally(t, d, query.TypeHeartbeats, "beats", "monitor", from, now))
	require.Equal(t, logs, tally(t, d, query.TypeLogs, "lines", "monitor", from, now))
	require.Equal(t, alarms, tally(t, d, query.TypeAlarms, "alarms", "monitor", from, now))
	require.Equal(t, want.Totals["heartbeat"], sum(beats))
}

func TestSampleStoreGivesItsTruthForEachWindow(t *testing.T) {
	d, want, _ := sample(t)
	require.NotEmpty(t, want.Windows)
	for name, window := range want.Windows {
		t.Run(name, func(t *testing.T) {
			from, err := time.Parse(time.DateTime, window["begin"].(string))
			require.NoError(t, err)
			to, err := time.Parse(time.DateTime, window["end"].(string))
			require.NoError(t, err)
			number := func(key string) int64 { return int64(window[key].(float64)) }
			require.Equal(t, number("heartbeat"), sum(tally(t, d, query.TypeHeartbeats, "beats", "monitor", from, to)))
			levels := tally(t, d, query.TypeLogs, "lines", "level", from, to)
			require.Equal(t, number("log"), sum(levels))
			for level, n := range levels {
				require.Equal(t, number("log_"+level), n)
			}
			for result, n := range tally(t, d, query.TypeAlarms, "alarms", "sendResult", from, to) {
				require.Equal(t, number("alarm_"+result), n)
			}
			alarms := tally(t, d, query.TypeAlarms, "alarms", "monitor", from, to)
			require.Equal(t, number("alarm"), sum(alarms))
			require.Equal(t, window["top_alarms"], topAlarms(t, d, from, to))
		})
	}
}

func TestSampleStoreHasItsInterruptedMonitors(t *testing.T) {
	d, want, now := sample(t)
	require.Equal(t, want.Interrupted, interrupted(t, d, want, now))
}

func TestSampleStoreHasItsInterruptedMonitorsByTheClassicRule(t *testing.T) {
	d, want, now := sample(t)
	copied := t.TempDir()
	require.NoError(t, os.CopyFS(copied, os.DirFS(d.events.settings.path)))
	descriptors, err := filepath.Glob(filepath.Join(copied, "*", "*", "monitor_item.yaml"))
	require.NoError(t, err)
	require.Len(t, descriptors, len(want.Items))
	for _, name := range descriptors {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(name, regexp.MustCompile("script_execute_frequency:.*").ReplaceAll(text, nil), 0o600))
	}
	t.Setenv(allowedPathsVariable, copied)
	settings := fmt.Sprintf(`{"events": {"kind": "filetree", "path": %q}}`, copied)
	classic := newDatasource(t.Context(), backend.DataSourceInstanceSettings{UID: "uid2", JSONData: []byte(settings)}, openers{store: openStore}, newMemory())
	t.Cleanup(classic.Dispose)
	require.Equal(t, want.Interrupted, interrupted(t, classic, want, now))
}

// topAlarms are the ten monitors with most alarms, as the truth lists them.
func topAlarms(t *testing.T, d *Datasource, from, to time.Time) []any {
	t.Helper()
	q := panel(query.TypeAlarms, `{"format": "count", "instant": true, "groupBy": ["monitor"], "top": 10}`)
	q.TimeRange = backend.TimeRange{From: from, To: to}
	res := respond(t, d, q, nil)
	require.NoError(t, res.Error)
	counts, _ := res.Frames[0].FieldByName("alarms")
	var top []any
	for i, monitor := range values(t, res.Frames[0], "monitor") {
		top = append(top, []any{monitor, float64(counts.At(i).(int64))})
	}
	return top
}

// interrupted lists the monitors that are down, and holds the last heartbeats
// against the truth.
func interrupted(t *testing.T, d *Datasource, want truth, now time.Time) []string {
	t.Helper()
	q := panel(query.TypeMonitors, `{}`)
	q.TimeRange = backend.TimeRange{From: now.Add(-time.Hour), To: now}
	res := respond(t, d, q, nil)
	require.NoError(t, res.Error)
	f := res.Frames[0]
	require.Equal(t, len(want.Items), f.Rows())
	items, last, status := values(t, f, "monitor"), values(t, f, "lastHeartbeat"), values(t, f, "status")
	var down []string
	for i, direction := range values(t, f, "direction") {
		name := direction + "/" + items[i]
		require.Equal(t, want.Items[name].LastHeartbeat+" +0000 UTC", last[i])
		if status[i] == "down" {
			down = append(down, name)
		}
	}
	return down
}
