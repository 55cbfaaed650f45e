package plugin

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/query"
)

// minuteOf is how the truth writes a minute; hourOf, an hour.
const (
	minuteOf = "2006-01-02T15:04"
	hourOf   = "2006-01-02T15"
)

// requestTruth is what plain reading of the sample request log gave.
type requestTruth struct {
	All       map[string]float64            `json:"all"`
	Hours     map[string]map[string]float64 `json:"by_hour"`
	PerMinute struct {
		QPS map[string]float64 `json:"qps (count of rows whose timestamp is in the minute / 60)"`
	} `json:"qps_per_minute_window"`
	Minutes   map[string]float64 `json:"count_per_minute_all"`
	Succeeded map[string]float64 `json:"success_only"`
	Failed    map[string]float64 `json:"error_only"`

	// Their names hold commas, which tags cannot.
	Burst, Traffic, Lull map[string]float64 `json:"-"`
}

func sampleLog(t *testing.T) (*Datasource, requestTruth) {
	t.Helper()
	folder, err := filepath.Abs("../../../shared/samples")
	require.NoError(t, err)
	raw, err := os.ReadFile(filepath.Join(folder, "performance.truth.json"))
	if os.IsNotExist(err) {
		t.Skip("the sample request log is not here")
	}
	require.NoError(t, err)
	var want requestTruth
	require.NoError(t, json.Unmarshal(raw, &want))
	var parts map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(raw, &parts))
	for name, into := range map[string]*map[string]float64{
		"error_burst_window [2026-03-06T11:30,11:38)": &want.Burst, "traffic_burst_qps [13:18,13:24)": &want.Traffic, "lull_qps [10:38,10:52)": &want.Lull,
	} {
		require.NoError(t, json.Unmarshal(parts[name], into))
		require.NotEmpty(t, *into)
	}
	t.Setenv(allowedPathsVariable, folder)
	settings := fmt.Sprintf(`{"services": [{"name": "detect", "kind": "requestlog", "path": %q, "timezone": "UTC"}]}`, filepath.Join(folder, "performance.db"))
	d := newDatasource(t.Context(), backend.DataSourceInstanceSettings{UID: "uid1", JSONData: []byte(settings)}, openers{store: openStore}, newMemory())
	t.Cleanup(d.Dispose)
	return d, want
}

func between(t *testing.T, from, to string) backend.TimeRange {
	t.Helper()
	begin, err := time.Parse(minuteOf, from)
	require.NoError(t, err)
	end, err := time.Parse(minuteOf, to)
	require.NoError(t, err)
	return backend.TimeRange{From: begin, To: end}
}

func signalsOver(t *testing.T, d *Datasource, model string, r backend.TimeRange) data.Frames {
	t.Helper()
	q := panel(query.TypeSignals, model)
	q.TimeRange = r
	res := respond(t, d, q, nil)
	require.NoError(t, res.Error)
	return res.Frames
}

// over is one number over a range.
func over(t *testing.T, d *Datasource, sig, stat string, r backend.TimeRange) float64 {
	t.Helper()
	f := signalsOver(t, d, fmt.Sprintf(`{"format": "instant", "signal": %q, "stat": %q}`, sig, stat), r)[0]
	field, _ := f.FieldByName(sig)
	require.Equal(t, 1, field.Len())
	v, err := field.FloatAt(0)
	require.NoError(t, err)
	return v
}

// statistics holds the figures over a range against the truth's.
func statistics(t *testing.T, d *Datasource, want map[string]float64, r backend.TimeRange) {
	t.Helper()
	seconds := r.To.Sub(r.From).Seconds()
	require.InDelta(t, want["count"], over(t, d, "requests", "", r), 0)
	require.InDelta(t, want["count"]/seconds, over(t, d, "qps", "", r), 1e-12)
	require.InDelta(t, want["success_rate_pct"], over(t, d, "success", "", r), 1e-9)
	require.InDelta(t, 100-want["success_rate_pct"], over(t, d, "errors", "", r), 1e-9)
	for stat, key := range map[string]string{"avg": "avg_s", "min": "min_s", "max": "max_s", "p50": "p50_linear_s", "p95": "p95_linear_s", "p99": "p99_linear_s"} {
		require.InEpsilon(t, want[key], over(t, d, "latency", stat, r), 1e-6, stat)
	}
}

func TestSampleRequestLogGivesItsTruth(t *testing.T) {
	d, want := sampleLog(t)
	statistics(t, d, want.All, between(t, "2026-03-06T09:00", "2026-03-06T13:00"))
	statistics(t, d, want.Burst, between(t, "2026-03-06T11:30", "2026-03-06T11:38"))
	require.Len(t, want.Hours, 4)
	for hour, figures := range want.Hours {
		from, err := time.Parse(hourOf, hour)
		require.NoError(t, err)
		statistics(t, d, figures, backend.TimeRange{From: from, To: from.Add(time.Hour)})
	}
}

func TestSampleRequestLogGivesItsTruthByStatus(t *testing.T) {
	d, want := sampleLog(t)
	r := between(t, "2026-03-06T09:00", "2026-03-06T13:00")
	for model, keys := range map[string]string{
		`{"format": "instant", "signal": "requests", "splitBy": ["status"]}`:               "count",
		`{"format": "instant", "signal": "latency", "stat": "p95", "splitBy": ["status"]}`: "p95_linear_s",
	} {
		f := signalsOver(t, d, model, r)[0]
		got := map[string]float64{}
		for i, status := range values(t, f, "status") {
			v, err := f.Fields[2].FloatAt(i)
			require.NoError(t, err)
			got[status] = v
		}
		require.Len(t, got, 2)
		require.InEpsilon(t, want.Succeeded[keys], got["success"], 1e-6)
		require.InEpsilon(t, want.Failed[keys], got["error"], 1e-6)
	}
}

func TestSampleRequestLogGivesItsTruthForEachMinute(t *testing.T) {
	d, want := sampleLog(t)
	for name, minutes := range map[string]map[string]float64{"window": want.PerMinute.QPS, "traffic": want.Traffic, "lull": want.Lull, "all": want.Minutes} {
		t.Run(name, func(t *testing.T) {
			sig := "qps"
			if name == "all" {
				sig = "requests"
			}
			order := slices.Sorted(maps.Keys(minutes))
			r := between(t, order[0], order[len(order)-1])
			f := signalsOver(t, d, fmt.Sprintf(`{"signal": %q, "interval": "1m"}`, sig), r)[0]
			got := map[string]float64{}
			for i := range f.Rows() {
				require.False(t, f.Fields[1].NilAt(i), "a minute without requests is a zero, not a gap")
				v, err := f.Fields[1].FloatAt(i)
				require.NoError(t, err)
				at, _ := f.Fields[0].ConcreteAt(i)
				got[at.(time.Time).Format(minuteOf)] = v
			}
			require.Len(t, got, int(r.To.Sub(r.From).Minutes())+1)
			for minute, v := range got {
				require.InDelta(t, minutes[minute], v, 1e-9, minute)
			}
		})
	}
}

func TestSampleRequestLogHasAReport(t *testing.T) {
	d, want := sampleLog(t)
	q := panel(query.TypeReport, `{}`)
	q.TimeRange = between(t, "2026-03-06T09:00", "2026-03-06T12:30")
	res := respond(t, d, q, nil)
	require.NoError(t, res.Error)
	value, _ := res.Frames[0].FieldByName("value")
	figures, grades := map[string]float64{}, map[string]string{}
	for i, name := range values(t, res.Frames[0], "figure") {
		grades[name] = values(t, res.Frames[0], "grade")[i]
		var err error
		figures[name], err = value.FloatAt(i)
		require.NoError(t, err)
	}
	require.InDelta(t, want.All["count"], figures["Requests"], 0)
	require.InEpsilon(t, want.All["p99_linear_s"], figures["p99 latency"], 1e-6)
	require.Equal(t, "good", grades["Success rate"])
	require.Equal(t, "good", grades["Average latency"])
	require.Equal(t, "low", grades["Average QPS"])
}
