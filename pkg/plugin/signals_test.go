package plugin

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/query"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

// lines are the names of the series of an answer.
func lines(frames data.Frames) []string {
	var names []string
	for _, f := range frames {
		if len(f.Fields) > 1 && f.Name == "" {
			names = append(names, f.Fields[1].Config.DisplayNameFromDS)
		}
	}
	return names
}

func TestSignalsOfAllServicesAreAskedSideBySide(t *testing.T) {
	frames := ask1(t, servingSources(t, row()), query.TypeSignals, `{}`)
	require.Equal(t, []string{"checkout", "basket", "orders"}, lines(frames), "in the order of the settings")
	f := frames[0]
	require.Equal(t, "qps", f.Fields[1].Name)
	require.Equal(t, data.Labels{"service": "checkout"}, f.Fields[1].Labels)
	require.Equal(t, "reqps", f.Fields[1].Config.Unit)
	require.Equal(t, 12, f.Rows(), "midnight to noon by the hour: of the hour that begins now nothing is known")
	require.Equal(t, "660", values(t, f, "qps")[11])
	require.Equal(t, "signals series qps each 1h0m0s from 2026-03-06 00:00:00 to 2026-03-06 12:00:00 UTC\ncheckout: what qps is\nbasket: what qps is\norders: what qps is",
		f.Meta.ExecutedQueryString)
}

func TestSignalsAreAskedOfNamedServices(t *testing.T) {
	d := servingSources(t, row())
	frames := ask1(t, d, query.TypeSignals, `{"services": ["orders", "checkout"], "signal": "latency", "stat": "p99", "interval": "6h"}`)
	require.Equal(t, []string{"checkout", "orders"}, lines(frames))
	require.Equal(t, []string{"0", "36000"}, values(t, frames[1], "latency"))

	res := respond(t, d, panel(query.TypeSignals, `{"services": ["checkout", "chekout"]}`), nil)
	require.ErrorContains(t, res.Error, `service "chekout" is unknown: the settings have "checkout", "basket", "orders"`)
	require.EqualValues(t, 400, res.Status)
}

func TestDefaultStatIsAskedForByName(t *testing.T) {
	all := row()
	ask1(t, servingSources(t, all), query.TypeSignals, `{"signal": "latency", "format": "instant"}`)
	require.Equal(t, signal.P95, all["checkout"].requests()[0].Stat)
}

func TestSplitSignalHasASeriesForEachKey(t *testing.T) {
	d := servingSources(t, row())
	frames := ask1(t, d, query.TypeSignals, `{"splitBy": ["operation"], "services": ["checkout", "basket"]}`)
	require.Equal(t, []string{"checkout / GET /a", "checkout / POST /b", "basket / GET /c"}, lines(frames))
	require.Equal(t, data.Labels{"service": "checkout", "operation": "POST /b"}, frames[1].Fields[1].Labels)

	f := ask1(t, d, query.TypeSignals, `{"splitBy": ["operation"], "services": ["checkout"], "format": "instant"}`)[0]
	require.Equal(t, data.FrameTypeNumericLong, f.Meta.Type)
	require.Equal(t, []string{"checkout", "checkout"}, values(t, f, "service"))
	require.Equal(t, []string{"GET /a", "POST /b"}, values(t, f, "operation"))
	require.Equal(t, []string{"0", "1"}, values(t, f, "qps"))
}

func TestInstantIsOneWindowOverTheRange(t *testing.T) {
	all := row()
	d := servingSources(t, all)
	q := panel(query.TypeSignals, `{"format": "instant", "services": ["checkout"]}`)
	q.TimeRange = backend.TimeRange{From: noon.Add(-time.Hour - 300*time.Millisecond), To: noon.Add(-time.Millisecond)}
	require.NoError(t, respond(t, d, q, nil).Error)
	require.Equal(t, signal.Windows{Starts: []time.Time{noon.Add(-time.Hour - time.Second)}, End: noon}, all["checkout"].requests()[0].Windows)
}

func TestDaysAreThoseOfTheServicesZone(t *testing.T) {
	all := row()
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	all["basket"].zone = shanghai
	d := servingSources(t, all)
	q := panel(query.TypeSignals, `{"interval": "1d", "services": ["checkout", "basket"]}`)
	q.TimeRange.From = noon.AddDate(0, 0, -1)
	res := respond(t, d, q, nil)
	require.NoError(t, res.Error)
	require.Equal(t, []string{"2026-03-05 00:00:00 +0000 UTC", "2026-03-06 00:00:00 +0000 UTC"}, values(t, res.Frames[0], "time"))
	require.Equal(t, []string{"2026-03-04 16:00:00 +0000 UTC", "2026-03-05 16:00:00 +0000 UTC"}, values(t, res.Frames[1], "time"))
}

func TestServiceThatFailsLeavesTheOthersAlone(t *testing.T) {
	all := row()
	all["basket"].fail(signal.Faultf("http://basket:3000 cannot be reached"))
	d := servingSources(t, all)
	frames := ask1(t, d, query.TypeSignals, `{}`)
	require.Equal(t, []string{"checkout", "orders"}, lines(frames))
	require.Equal(t, data.NoticeSeverityError, frames[0].Meta.Notices[0].Severity)
	require.Equal(t, "Missing here: service \"basket\": http://basket:3000 cannot be reached.\n", notices(frames[0]))

	f := ask1(t, d, query.TypeSignals, `{"format": "instant"}`)[0]
	require.Equal(t, []string{"checkout", "basket", "orders"}, values(t, f, "service"))
	field, _ := f.FieldByName("qps")
	require.True(t, field.NilAt(1))
	require.False(t, field.NilAt(2))
}

func TestQueryFailsWhereAllServicesDo(t *testing.T) {
	tests := []struct {
		name   string
		err    error
		status int
	}{
		{"gone", signal.Faultf("gone"), 502},
		{"too slow", signal.Faultf("slow: %w", context.DeadlineExceeded), 504},
		{"wrong setting", settingsError{errors.New("no such thing")}, 400},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			all := row()
			for _, s := range all {
				s.fail(tt.err)
			}
			for _, model := range []string{`{}`, `{"format": "instant"}`, `{"format": "heatmap"}`} {
				res := respond(t, servingSources(t, all), panel(query.TypeSignals, model), nil)
				require.ErrorIs(t, res.Error, tt.err, model)
				require.ErrorContains(t, res.Error, `service "checkout": `)
				require.EqualValues(t, tt.status, res.Status)
				require.Equal(t, backend.ErrorSourceDownstream, res.ErrorSource)
			}
		})
	}
}

func TestServicesWithoutTheSignalAreLeftOutUnlessNamed(t *testing.T) {
	all := row()
	all["basket"].lacks = map[signal.Signal]string{signal.QPS: "it serves its health only"}
	d := servingSources(t, all)
	for _, model := range []string{`{}`, `{"format": "instant"}`} {
		require.NotContains(t, respond(t, d, panel(query.TypeSignals, model), alerting).Frames[0].Meta.Notices, "basket")
	}
	require.Equal(t, []string{"checkout", "orders"}, lines(ask1(t, d, query.TypeSignals, `{}`)))

	res := respond(t, d, panel(query.TypeSignals, `{"services": ["checkout", "basket"]}`), nil)
	require.ErrorContains(t, res.Error, `service "basket": signal "qps" is not available here: it serves its health only`)
	require.EqualValues(t, 400, res.Status)

	res = respond(t, d, panel(query.TypeSignals, `{"signal": "memoryUsage"}`), nil)
	require.ErrorContains(t, res.Error, "only the snapshots of a request log tell", "nobody has it")
	require.EqualValues(t, 400, res.Status)
	require.Len(t, all["orders"].requests(), 3, "a kind that never has a signal is not asked")
}

func TestServiceThatHangsDoesNotTakeTheOthersWithIt(t *testing.T) {
	all := row()
	all["basket"].hangs = true
	d := servingSources(t, all)
	errs := d.services.each(t.Context(), d.services.settings, asking{50 * time.Millisecond, 3}, func(ctx context.Context, _ int, s signal.Source) error {
		_, err := s.Check(ctx)
		return err
	})
	require.NoError(t, errs[0])
	require.True(t, isFault(errs[1]))
	require.ErrorIs(t, errs[1], context.DeadlineExceeded)
	require.ErrorContains(t, errs[1], `service "basket": it did not answer within 50ms`)
	require.NoError(t, errs[2])
}

func TestQueryThatIsGivenUpIsNoFaultOfTheServices(t *testing.T) {
	all := row()
	for _, s := range all {
		s.hangs = true
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	d := servingSources(t, all)
	res, err := d.QueryData(ctx, &backend.QueryDataRequest{Queries: []backend.DataQuery{panel(query.TypeSignals, `{}`)}})
	require.NoError(t, err)
	require.EqualValues(t, statusGivenUp, res.Responses["A"].Status)
}

func TestHeatmapAddsTheServices(t *testing.T) {
	all := row()
	all["checkout"].bounds = []float64{0.1, 1.0000000000000002, inf}
	all["basket"].bounds = []float64{0.5, 1, inf}
	all["orders"].fail(signal.Faultf("gone"))
	f := ask1(t, servingSources(t, all), query.TypeSignals, `{"format": "heatmap", "interval": "6h"}`)[0]
	var names []string
	for _, field := range f.Fields {
		names = append(names, field.Name)
	}
	require.Equal(t, []string{"time", "0.1", "0.5", "1", "+Inf"}, names)
	require.True(t, f.Fields[1].NilAt(0), "nobody knows anything of the first window")
	for i, want := range []string{"1", "10", "11", "11"} {
		require.Equal(t, want, values(t, f, names[i+1])[1])
	}
	require.Contains(t, notices(f), `service "orders": gone`)
	require.Equal(t, data.FrameType("heatmap-rows"), f.Meta.Type)
}

func TestNotesOfSourcesAreSaidOnceWithTheirServices(t *testing.T) {
	all := row()
	all["checkout"].notes = []string{"percentiles are estimates"}
	all["orders"].notes = []string{"percentiles are estimates", "one instance restarted"}
	f := ask1(t, servingSources(t, all), query.TypeSignals, `{}`)[0]
	require.Equal(t, "checkout, orders: percentiles are estimates\norders: one instance restarted\n", notices(f))
}

func TestRangeOfTheFutureHasNoData(t *testing.T) {
	d := servingSources(t, row())
	for _, model := range []string{`{}`, `{"format": "instant"}`, `{"format": "heatmap"}`} {
		q := panel(query.TypeSignals, model)
		q.TimeRange = backend.TimeRange{From: noon.Add(time.Hour), To: noon.Add(2 * time.Hour)}
		res := respond(t, d, q, nil)
		require.NoError(t, res.Error)
		require.Len(t, res.Frames, 1)
		require.Empty(t, res.Frames[0].Fields)
		require.Contains(t, notices(res.Frames[0]), "Nothing is known of this time range")
	}
}

func TestTooManyPointsAreRefused(t *testing.T) {
	all := sources{}
	for i := range 60 {
		all[fmt.Sprintf("s%02d", i)] = &fakeSource{kind: signal.App, factor: 1}
	}
	all["s00"].keys = make([][]string, maxGroups+1)
	d := servingSources(t, all)
	res := respond(t, d, panel(query.TypeSignals, `{"interval": "1s"}`), nil)
	require.ErrorIs(t, res.Error, errTooManyPoints)
	require.EqualValues(t, 400, res.Status)
	require.Empty(t, all["s00"].requests(), "before anything is read")

	for i := range all["s00"].keys {
		all["s00"].keys[i] = []string{fmt.Sprint(i)}
	}
	res = respond(t, d, panel(query.TypeSignals, `{"services": ["s00"], "splitBy": ["operation"]}`), nil)
	require.ErrorContains(t, res.Error, "10001 series over 12 intervals each: ask for fewer services")
}

func TestSignalsNeedServices(t *testing.T) {
	d := configured(t, `{}`, town())
	for kind, model := range map[query.Type]string{query.TypeSignals: `{}`, query.TypeLive: `{}`, query.TypeReport: `{}`} {
		res := respond(t, d, panel(kind, model), nil)
		require.ErrorContains(t, res.Error, "no services are configured: add them to services")
		require.EqualValues(t, 400, res.Status)
	}
}

func TestServiceThatCannotBeReadIsNotMissedWhereItsKindNeverHasTheSignal(t *testing.T) {
	t.Setenv(allowedPathsVariable, t.TempDir())
	const settings = `{"services": [{"name": "app", "kind": "app", "url": "http://a"}, {"name": "log", "kind": "requestlog", "path": "/nowhere/x.db"}]}`
	d := openedWith(t, settings, nil, func(serviceSettings, string) (signal.Source, error) {
		return &fakeSource{kind: signal.App, factor: 1}, nil
	})
	f := ask1(t, d, query.TypeSignals, `{"signal": "goroutines", "format": "instant"}`)[0]
	require.Equal(t, []string{"app"}, values(t, f, "service"))
	require.Empty(t, f.Meta.Notices)
	f = ask1(t, d, query.TypeSignals, `{"signal": "qps", "format": "instant"}`)[0]
	require.Equal(t, []string{"app", "log"}, values(t, f, "service"))
	res := respond(t, d, panel(query.TypeSignals, `{"signal": "goroutines", "services": ["log"]}`), nil)
	require.ErrorContains(t, res.Error, `service "log": signal "goroutines" is not available here: a request log has no figures of the process`)
}
