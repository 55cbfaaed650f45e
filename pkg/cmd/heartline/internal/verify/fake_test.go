package verify

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/provisioning"
	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/timerange"
)

// now is the instant that every test happens at.
var now = time.Date(2026, 3, 6, 18, 30, 0, 0, time.UTC)

// fake is a plugin that answers from memory.
type fake struct {
	health    backend.CheckHealthResult
	resources map[string][]string // values by path and query, "monitors?direction=a"
	answer    func(q asked) backend.DataResponse
	followed  func(path string) error

	headers []map[string]string
	asked   []asked
}

// asked is a query that reached the plugin.
type asked struct {
	backend.DataQuery
	fields map[string]any
}

func (f *fake) CheckHealth(context.Context) (*backend.CheckHealthResult, error) {
	return &f.health, nil
}

func (f *fake) QueryData(ctx context.Context, headers map[string]string, queries ...backend.DataQuery) (backend.Responses, error) {
	responses := backend.Responses{}
	f.headers = append(f.headers, headers)
	for _, q := range queries {
		a := asked{DataQuery: q}
		if err := json.Unmarshal(q.JSON, &a.fields); err != nil {
			return nil, err
		}
		f.asked = append(f.asked, a)
		responses[q.RefID] = f.answer(a)
	}
	return responses, context.Cause(ctx)
}

func (f *fake) Resource(_ context.Context, path, rawQuery string) ([]byte, error) {
	key := path
	if rawQuery != "" {
		unescaped, err := url.QueryUnescape(rawQuery)
		if err != nil {
			return nil, err
		}
		key += "?" + unescaped
	}
	values, ok := f.resources[key]
	if !ok {
		return nil, errors.New("there is no resource " + key)
	}
	choices := []map[string]string{}
	for _, v := range values {
		choices = append(choices, map[string]string{"text": "the " + v, "value": v})
	}
	return json.Marshal(choices)
}

func (f *fake) Follow(_ context.Context, path string, _ time.Duration) error { return f.followed(path) }

func newFake() *fake {
	return &fake{
		health:    backend.CheckHealthResult{Status: backend.HealthStatusOk, Message: "2 monitors"},
		resources: map[string][]string{"directions": {"LSF", "存储"}},
		answer:    func(asked) backend.DataResponse { return backend.DataResponse{Frames: data.Frames{countFrame(3)}} },
		followed:  func(path string) error { return errors.New("nobody follows " + path) },
	}
}

// countFrame is a time series with a point for each value, a minute apart.
func countFrame(values ...int64) *data.Frame {
	times := make([]time.Time, len(values))
	for i := range times {
		times[i] = now.Add(time.Duration(i-len(values)) * time.Minute)
	}
	f := data.NewFrame("", data.NewField("time", nil, times), data.NewField("lines", nil, values))
	f.Meta = &data.FrameMeta{Type: data.FrameTypeTimeSeriesMulti, TypeVersion: data.FrameTypeVersion{0, 1}}
	return f
}

// statusFrame is numeric-long: a row for each value.
func statusFrame(values ...*float64) *data.Frame {
	names := make([]string, len(values))
	for i := range names {
		names[i] = string(rune('a' + i))
	}
	f := data.NewFrame("", data.NewField("monitor", nil, names), data.NewField("overdue", nil, values))
	f.Meta = &data.FrameMeta{Type: data.FrameTypeNumericLong, TypeVersion: data.FrameTypeVersion{0, 1}}
	return f
}

func numbersOf(values ...float64) []*float64 {
	out := make([]*float64, len(values))
	for i := range values {
		out[i] = &values[i]
	}
	return out
}

func plan(t *testing.T, dashboards ...string) Plan {
	t.Helper()
	p := Plan{
		DataSource: &provisioning.DataSource{
			Settings:  backend.DataSourceInstanceSettings{Name: "Heartline", UID: "heartline", Type: provisioning.PluginType},
			IsDefault: true,
			Siblings:  map[string]string{"Other": "other"},
		},
		Clock: timerange.Clock{Now: now, Location: time.UTC},
	}
	for _, d := range dashboards {
		p.Dashboards = append(p.Dashboards, readBoard(t, d))
	}
	return p
}

// readBoard reads one dashboard.
func readBoard(t *testing.T, content string) provisioning.Dashboard {
	t.Helper()
	all, err := provisioning.ReadDashboards([]string{file(t, "d.json", content)})
	require.NoError(t, err)
	return all[0]
}

// run verifies and wants no error but those in the report.
func run(t *testing.T, f *fake, p Plan) *Report {
	t.Helper()
	r, err := Run(t.Context(), f, p)
	require.NoError(t, err)
	return r
}

// find returns the only check of a panel.
func find(t *testing.T, r *Report, panel string) Check {
	t.Helper()
	found := r.having(func(c Check) bool { return c.Panel == panel })
	require.Len(t, found, 1, "checks of %q in %+v", panel, r.Checks)
	return found[0]
}
