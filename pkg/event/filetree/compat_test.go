package filetree_test

import (
	"context"
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/event/filetree"
)

const samples = "../../../../shared/samples/"

type truth struct {
	Totals        map[string]uint64 `json:"totals"`
	LogByLevel    map[string]uint64 `json:"log_by_level"`
	AlarmByResult map[string]uint64 `json:"alarm_by_result"`
	Items         map[string]struct {
		Heartbeat     uint64 `json:"heartbeat"`
		Log           uint64 `json:"log"`
		Alarm         uint64 `json:"alarm"`
		LastHeartbeat string `json:"last_heartbeat"`
	} `json:"items"`
	Windows map[string]struct {
		Begin     string  `json:"begin"`
		End       string  `json:"end"`
		Heartbeat uint64  `json:"heartbeat"`
		Log       uint64  `json:"log"`
		Debug     uint64  `json:"log_Debug"`
		Info      uint64  `json:"log_Info"`
		Warning   uint64  `json:"log_Warning"`
		Error     uint64  `json:"log_Error"`
		Fatal     uint64  `json:"log_Fatal"`
		Alarm     uint64  `json:"alarm"`
		Passed    uint64  `json:"alarm_PASSED"`
		Failed    uint64  `json:"alarm_FAILED"`
		TopAlarms [][]any `json:"top_alarms"`
	} `json:"windows"`
}

func readTruth(t *testing.T) truth {
	t.Helper()
	data, err := os.ReadFile(samples + "monitor_db.truth.json")
	if os.IsNotExist(err) {
		t.Skip("the sample store is not beside this checkout")
	}
	require.NoError(t, err)
	var want truth
	require.NoError(t, json.Unmarshal(data, &want))
	return want
}

func clock(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.DateTime, text)
	require.NoError(t, err)
	return at
}

func totals(t *testing.T, s event.Store, kind event.Kind, r event.Range, by ...event.Dimension) map[string]uint64 {
	t.Helper()
	h, err := s.Count(context.Background(), event.CountRequest{Kind: kind, Range: r, Buckets: []time.Time{r.From}, GroupBy: by})
	require.NoError(t, err)
	require.Empty(t, h.Problems)
	sums := map[string]uint64{}
	for _, g := range h.Groups {
		name := ""
		for _, k := range g.Key {
			name += "/" + k
		}
		sums[name] += g.Total()
	}
	return sums
}

func TestSampleStoreGivesTheNumbersOfItsTruth(t *testing.T) {
	want := readTruth(t)
	s := filetree.New(filetree.Config{Root: samples + "monitor_db"})
	ever := event.Range{From: clock(t, "2026-01-01 00:00:00"), To: clock(t, "2026-03-06 18:30:00")}
	for kind, total := range map[event.Kind]uint64{event.Heartbeats: want.Totals["heartbeat"], event.Logs: want.Totals["log"], event.Alarms: want.Totals["alarm"]} {
		require.Equal(t, total, totals(t, s, kind, ever)[""], kind)
	}
	for level, n := range want.LogByLevel {
		require.Equal(t, n, totals(t, s, event.Logs, ever, event.Level)["/"+level], level)
	}
	for result, n := range want.AlarmByResult {
		require.Equal(t, n, totals(t, s, event.Alarms, ever, event.SendResult)["/"+result], result)
	}
	beats, err := s.LastHeartbeats(t.Context(), event.Filter{}, ever.To)
	require.NoError(t, err)
	require.Len(t, beats.Last, len(want.Items))
	for name, item := range want.Items {
		require.Equal(t, clock(t, item.LastHeartbeat), beats.Last[name], name)
		for kind, n := range map[event.Kind]uint64{event.Heartbeats: item.Heartbeat, event.Logs: item.Log, event.Alarms: item.Alarm} {
			require.Equal(t, n, totals(t, s, kind, ever, event.Direction, event.Item)["/"+name], "%s of %s", kind, name)
		}
	}
}

func TestSampleStoreCountsWindowsWithBothEnds(t *testing.T) {
	want := readTruth(t)
	s := filetree.New(filetree.Config{Root: samples + "monitor_db"})
	for name, w := range want.Windows {
		r := event.Range{From: clock(t, w.Begin), To: clock(t, w.End)}
		require.Equal(t, w.Heartbeat, totals(t, s, event.Heartbeats, r)[""], name)
		require.Equal(t, w.Alarm, totals(t, s, event.Alarms, r)[""], name)
		require.Equal(t, map[string]uint64{"/PASSED": w.Passed, "/FAILED": w.Failed}, totals(t, s, event.Alarms, r, event.SendResult), name)
		require.Equal(t, map[string]uint64{"/Debug": w.Debug, "/Info": w.Info, "/Warning": w.Warning, "/Error": w.Error, "/Fatal": w.Fatal},
			totals(t, s, event.Logs, r, event.Level), name)
		byItem := totals(t, s, event.Alarms, r, event.Item)
		for _, pair := range w.TopAlarms {
			require.EqualValues(t, pair[1], byItem["/"+pair[0].(string)], name)
		}
		page, err := s.Logs(t.Context(), event.PageRequest{Range: r, Limit: event.MaxPage})
		require.NoError(t, err)
		require.Len(t, page.Items, int(w.Log), name)
		require.False(t, page.More)
	}
}
