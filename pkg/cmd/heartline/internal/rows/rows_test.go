package rows

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/golden"
)

var noon = time.Date(2026, 3, 6, 12, 0, 0, 0, time.UTC)

// answers are frames of every shape the plugin gives.
func answers() map[string]data.Frames {
	shanghai := time.FixedZone("", 8*3600)
	return map[string]data.Frames{
		"monitors": {data.NewFrame("",
			data.NewField("direction", nil, []string{"存储", "LSF"}),
			data.NewField("monitor", nil, []string{"用户配额检查", "check_jobs"}),
			data.NewField("lastHeartbeat", nil, []*time.Time{new(noon.In(shanghai)), nil}),
			data.NewField("overdue", nil, []*float64{new(1.5), nil}),
			data.NewField("alive", nil, []bool{true, false}),
		)},
		"series": {
			data.NewFrame("",
				data.NewField("time", nil, []time.Time{noon, noon.Add(time.Minute)}),
				data.NewField("lines", data.Labels{"level": "Error", "direction": "LSF"}, []int64{1, 0})),
			data.NewFrame("",
				data.NewField("time", nil, []time.Time{noon, noon.Add(time.Minute)}),
				data.NewField("lines", data.Labels{"level": "Info", "direction": "LSF"}, []int64{12345678, 2})),
		},
		"wide": {data.NewFrame("",
			data.NewField("Time", nil, []time.Time{noon}),
			data.NewField("value", data.Labels{"monitor": "a"}, []float64{1}),
			data.NewField("value", data.Labels{"monitor": "b"}, []float64{0.1}),
			data.NewField("peak", data.Labels{"monitor": "b"}, []float64{math.Inf(1)}),
		)},
		"logs": {data.NewFrame("",
			data.NewField("timestamp", nil, []time.Time{noon, noon.Add(250 * time.Millisecond)}),
			data.NewField("body", nil, []string{"disk <full> & \"hot\",\nsecond line", "磁盘恢复"}),
			data.NewField("severity", nil, []string{"Error", "Info"}),
			data.NewField("labels", nil, []json.RawMessage{
				json.RawMessage(`{"direction": "storage", "severity": "hidden by the field"}`),
				json.RawMessage(`{"direction": "storage", "monitor": "df"}`),
			}),
		)},
		"odd": {
			data.NewFrame("empty"),
			data.NewFrame("",
				data.NewField("", nil, []float64{math.NaN()}),
				data.NewField("", nil, []float64{2e21}),
				data.NewField("details", nil, []json.RawMessage{json.RawMessage("{\n \"a\": 1 }")}),
				data.NewField("broken", nil, []json.RawMessage{json.RawMessage(`{"a"`)}),
				data.NewField("big", nil, []uint64{math.MaxUint64}),
			),
		},
		"empty": {data.NewFrame("", data.NewField("time", nil, []time.Time{}), data.NewField("lines", nil, []int64{}))},
		"none":  {},
	}
}

func TestAnswersArePrintedInEveryFormat(t *testing.T) {
	for name, frames := range answers() {
		for _, format := range Formats {
			t.Run(name+" as "+format, func(t *testing.T) {
				var out bytes.Buffer
				require.NoError(t, Flatten(frames).Write(&out, format, time.FixedZone("CST", 8*3600)))
				golden.Check(t, name+"."+format, out.Bytes())
			})
		}
	}
}

func TestJSONIsAnArrayOfFlatObjects(t *testing.T) {
	for name, frames := range answers() {
		var out bytes.Buffer
		require.NoError(t, Flatten(frames).Write(&out, "json", time.UTC))
		var rows []map[string]any
		require.NoError(t, json.Unmarshal(out.Bytes(), &rows), name)
		require.NotNil(t, rows, name)
	}
}

func TestColumnsAreTheUnionInOrderOfAppearance(t *testing.T) {
	frames := data.Frames{
		data.NewFrame("", data.NewField("b", nil, []int64{1}), data.NewField("a", nil, []int64{1})),
		data.NewFrame("", data.NewField("c", nil, []int64{1}), data.NewField("b", data.Labels{"d": "x"}, []int64{1})),
	}
	require.Equal(t, []string{"b", "a", "c", "d"}, Flatten(frames).Columns)
}

func TestOnlyTheRowsOwnTimeIsNamedTime(t *testing.T) {
	frame := data.NewFrame("",
		data.NewField("lastHeartbeat", nil, []time.Time{noon}),
		data.NewField("timestamp", nil, []time.Time{noon}))
	require.Equal(t, []string{"lastHeartbeat", "timestamp"}, Flatten(data.Frames{frame}).Columns)
}

func TestUnknownFormatIsAnError(t *testing.T) {
	require.ErrorContains(t, Table{}.Write(&bytes.Buffer{}, "xml", time.UTC), `output "xml" is unknown: use one of [table json csv]`)
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestWriteErrorIsReturned(t *testing.T) {
	for _, format := range Formats {
		err := Flatten(answers()["series"]).Write(brokenPipe{}, format, time.UTC)
		require.ErrorContains(t, err, "broken pipe", format)
	}
}
