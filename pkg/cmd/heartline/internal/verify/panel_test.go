package verify

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/stretchr/testify/require"
)

func file(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

// oneQuery is a dashboard with one panel of one query; extra are further
// fields of the panel.
func oneQuery(query, extra string) string {
	return fmt.Sprintf(`{"title": "D", "time": {"from": "now-1d", "to": "now"}, "panels": [{"id": 1, "title": "P", "type": "timeseries",
		"datasource": {"type": "heartline-monitor-datasource", "uid": "heartline"}, "targets": [%s] %s}]}`, query, extra)
}

const countQuery = `{"refId": "A", "queryType": "logs", "format": "count"}`

func TestPanelQueriesAreSentAsGrafanaSendsThem(t *testing.T) {
	f := newFake()
	r := run(t, f, plan(t, oneQuery(countQuery, "")))
	require.Empty(t, r.Problems())
	require.Len(t, f.asked, 1)
	q := f.asked[0]
	require.Equal(t, "A", q.RefID)
	require.Equal(t, "logs", q.QueryType)
	require.Equal(t, backend.TimeRange{From: now.Add(-24 * time.Hour), To: now}, q.TimeRange)
	require.Equal(t, time.Minute, q.Interval)
	require.EqualValues(t, 1000, q.MaxDataPoints)
	require.InDelta(t, 60_000, q.fields["intervalMs"], 0)
	c := find(t, r, "P")
	require.Equal(t, []any{"logs count", 1, 1, KindPanel}, []any{c.Type, c.Series, c.Rows, c.Kind})
}

func TestPanelsOwnRangeAndResolutionAreUsed(t *testing.T) {
	f := newFake()
	run(t, f, plan(t, oneQuery(countQuery, `, "timeFrom": "2h", "timeShift": "1d", "interval": "5m", "maxDataPoints": 10`)))
	q := f.asked[0]
	require.Equal(t, backend.TimeRange{From: now.Add(-26 * time.Hour), To: now.Add(-24 * time.Hour)}, q.TimeRange)
	require.Equal(t, 10*time.Minute, q.Interval)

	p := plan(t, oneQuery(countQuery, ""))
	p.Range = &backend.TimeRange{From: now.Add(-time.Hour), To: now}
	run(t, f, p)
	require.Equal(t, *p.Range, f.asked[1].TimeRange)
}

func TestPanelFailsWhen(t *testing.T) {
	failing := func(asked) backend.DataResponse { return backend.DataResponse{Error: errors.New("no such level")} }
	empty := func(asked) backend.DataResponse {
		return backend.DataResponse{Frames: data.Frames{data.NewFrame("", data.NewField("time", nil, []time.Time{}))}}
	}
	for name, c := range map[string]struct {
		query, extra string
		answer       func(asked) backend.DataResponse
		want         string
	}{
		"its query fails":          {answer: failing, want: "no such level"},
		"it is empty":              {answer: empty, want: "no rows from 2026-03-05T18:30:00Z to 2026-03-06T18:30:00Z"},
		"a variable is unknown":    {query: `{"refId": "A", "directions": ["$where"]}`, want: "field directions: unknown variable $where"},
		"its source has no uid":    {query: countQuery, extra: `, "datasource": {"type": "heartline-monitor-datasource", "uid": "elsewhere"}`, want: `uid "elsewhere", that of "Heartline" is "heartline"`},
		"its interval is none":     {extra: `, "interval": "soon"`, want: `the panel's interval: "soon" is not an interval`},
		"its relative time is bad": {extra: `, "timeFrom": "now/d"`, want: "the panel's relative time"},
		"its time shift is bad":    {extra: `, "timeShift": "x"`, want: "the panel's time shift"},
		"it is live without news":  {query: `{"refId": "A", "queryType": "logs", "live": true}`, extra: `, "timeFrom": "1h"`, want: ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake()
			if c.answer != nil {
				f.answer = c.answer
			}
			if c.query == "" {
				c.query = countQuery
			}
			r := run(t, f, plan(t, oneQuery(c.query, c.extra)))
			if c.want == "" {
				require.Empty(t, r.Problems())
				return
			}
			require.Len(t, r.Problems(), 1)
			require.Contains(t, find(t, r, "P").Problem, c.want)
		})
	}
}

func TestAnEmptyQueryBesideAnotherIsNoEmptyPanel(t *testing.T) {
	f := newFake()
	f.answer = func(q asked) backend.DataResponse {
		if q.RefID == "A" {
			return backend.DataResponse{}
		}
		return backend.DataResponse{Frames: data.Frames{countFrame(1)}}
	}
	r := run(t, f, plan(t, oneQuery(countQuery+`,{"refId": "B", "queryType": "alarms", "format": "count"}`, "")))
	require.Empty(t, r.Problems())
	require.Len(t, r.Checks, 2)
	require.Equal(t, "P (A)", r.Checks[0].title(r.Checks))
}

func TestPanelThatShowsANumberForNothingIsNotEmpty(t *testing.T) {
	f := newFake()
	f.answer = func(asked) backend.DataResponse { return backend.DataResponse{} }
	noValue := `, "fieldConfig": {"defaults": {"noValue": %q}}`
	require.Empty(t, run(t, f, plan(t, oneQuery(countQuery, fmt.Sprintf(noValue, "0")))).Problems())
	require.Empty(t, run(t, f, plan(t, oneQuery(countQuery, fmt.Sprintf(noValue, "None")))).Problems())
	require.Len(t, run(t, f, plan(t, oneQuery(countQuery, fmt.Sprintf(noValue, "No alarms")))).Problems(), 1)
}

func TestAnEmptyPanelThatSaysWhatItNeedsIsNotGiven(t *testing.T) {
	f := newFake()
	f.answer = func(asked) backend.DataResponse { return backend.DataResponse{} }
	r := run(t, f, plan(t, oneQuery(countQuery, `, "fieldConfig": {"defaults": {"noValue": "Nothing is told of it. Needs Milvus 2.6 and later."}}`)))
	require.Empty(t, r.Problems())
	c := find(t, r, "P")
	require.Equal(t, notGiven, c.State)
	require.Equal(t, []string{"Needs Milvus 2.6 and later."}, c.Notices)
}

func TestAllowedPanelsMayBeEmpty(t *testing.T) {
	f := newFake()
	f.answer = func(asked) backend.DataResponse { return backend.DataResponse{} }
	p := plan(t, oneQuery(countQuery, ""))
	p.AllowEmpty = []string{"D/P"}
	require.Empty(t, run(t, f, p).Problems())

	p.AllowEmpty = []string{"D/P", "D/Misspelt"}
	r, err := Run(t.Context(), f, p)
	require.EqualError(t, err, `--allow-empty "D/Misspelt" names no panel: write the dashboard's title, a slash and the panel's title`)
	require.NotNil(t, r)
}

func TestQueriesOfOtherSourcesAreSkippedAndSaid(t *testing.T) {
	for source, want := range map[string]string{
		`{"type": "prometheus", "uid": "prom"}`:                    "a data source of type prometheus",
		`{"type": "datasource", "uid": "-- Dashboard --"}`:         "it shows what another panel asks for",
		`{"type": "grafana", "uid": "-- Grafana --"}`:              "a query of Grafana itself",
		`{"type": "__expr__", "uid": "__expr__"}`:                  "an expression, which Grafana computes",
		`{"type": "heartline-monitor-datasource", "uid": "other"}`: `data source "Other": verify it with --name`,
		`"Metrics"`:   `data source "Metrics"`,
		`"Heartline"`: "",
		`{"type": "heartline-monitor-datasource"}`: "",
		`null`: "",
	} {
		r := run(t, newFake(), plan(t, oneQuery(countQuery, `, "datasource": `+source)))
		require.Empty(t, r.Problems(), source)
		require.Equal(t, want, find(t, r, "P").Skipped, source)
	}
}

func TestInputsOfAnExportedDashboardAreChosen(t *testing.T) {
	for source, want := range map[string]string{
		`"${DS_HEART}"`: "",
		`{"type": "heartline-monitor-datasource", "uid": "${DS_HEART}"}`: "",
		`"${DS_PROM}"`: `data source "prometheus"`,
		`{"type": "prometheus", "uid": "${DS_PROM}"}`: "a data source of type prometheus",
	} {
		d := oneQuery(countQuery, `, "datasource": `+source)
		d = `{"__inputs": [{"name": "DS_HEART", "pluginId": "heartline-monitor-datasource"}, {"name": "DS_PROM", "pluginId": "prometheus"}],` + d[1:]
		r := run(t, newFake(), plan(t, d))
		require.Empty(t, r.Problems(), source)
		require.Equal(t, want, find(t, r, "P").Skipped, source)
	}
}

func TestPanelWithoutSourceIsSkippedWhereOursIsNotTheDefault(t *testing.T) {
	p := plan(t, oneQuery(countQuery, `, "datasource": null`))
	p.DataSource.IsDefault = false
	require.Equal(t, "the default data source, which is another one", find(t, run(t, newFake(), p), "P").Skipped)
}

func TestSourceOfAQueryCountsInMixedPanels(t *testing.T) {
	mixed := oneQuery(`{"refId": "A", "queryType": "logs", "datasource": {"type": "heartline-monitor-datasource", "uid": "heartline"}},
		{"refId": "B", "expr": "up", "datasource": {"type": "prometheus", "uid": "prom"}},
		{"refId": "C", "datasource": {"type": "__expr__", "uid": "__expr__"}}`,
		`, "datasource": {"type": "datasource", "uid": "-- Mixed --"}`)
	f := newFake()
	r := run(t, f, plan(t, mixed))
	require.Empty(t, r.Problems())
	require.Len(t, r.Skipped(), 2)
	require.Len(t, f.asked, 1)
}

func TestPanelsThatAskNothingAreSkipped(t *testing.T) {
	r := run(t, newFake(), plan(t, `{"title": "D", "panels": [
		{"id": 1, "title": "Library", "type": "stat", "libraryPanel": {"uid": "l", "name": "n"}},
		{"id": 2, "title": "No query", "type": "stat"},
		{"id": 3, "title": "Text", "type": "text"},
		{"id": 4, "type": "stat"},
		{"id": 5, "title": "Hidden", "type": "stat", "datasource": {"uid": "heartline"}, "targets": [{"refId": "A", "hide": true}]}
	]}`))
	require.Empty(t, r.Problems())
	said := map[string]string{}
	for _, c := range r.Checks {
		said[c.Panel] = c.Skipped
	}
	require.Equal(t, map[string]string{
		"Library": "a library panel: it is no part of the dashboard", "No query": "it has no query", "panel 4": "it has no query",
		"Hidden": "the query is hidden",
	}, said)
}

func TestRefIDThatIsUsedTwiceFails(t *testing.T) {
	r := run(t, newFake(), plan(t, oneQuery(countQuery+","+countQuery, "")))
	require.Len(t, r.Problems(), 1)
	require.Contains(t, r.Problems()[0].Problem, `refId "A" is used twice`)
}

func TestAnnotationsAskForAlarms(t *testing.T) {
	f := newFake()
	f.answer = func(asked) backend.DataResponse { return backend.DataResponse{} }
	r := run(t, f, plan(t, `{"title": "D", "panels": [], "annotations": {"list": [
		{"name": "Built in", "builtIn": 1, "datasource": {"type": "grafana", "uid": "-- Grafana --"}},
		{"name": "Ours", "datasource": {"uid": "heartline"}, "target": {"refId": "Alarms", "queryType": "logs", "text": "disk"}},
		{"name": "No query", "datasource": {"uid": "heartline"}},
		{"name": "Theirs", "datasource": {"type": "loki", "uid": "loki"}}
	]}}`))
	require.Len(t, f.asked, 1)
	require.Equal(t, []any{"alarms", "annotations", "disk"}, []any{f.asked[0].fields["queryType"], f.asked[0].fields["format"], f.asked[0].fields["text"]})
	require.Empty(t, find(t, r, "Ours").Problem, "an annotation may have no rows")
	require.Contains(t, find(t, r, "No query").Problem, "it has no query")
	require.Contains(t, find(t, r, "Theirs").Skipped, "type loki")
}

func TestAnnotationsOfHeartbeatsAskForTheirGaps(t *testing.T) {
	f := newFake()
	f.answer = func(asked) backend.DataResponse { return backend.DataResponse{} }
	r := run(t, f, plan(t, `{"title": "D", "panels": [], "annotations": {"list": [
		{"name": "Gaps", "datasource": {"uid": "heartline"}, "target": {"queryType": "heartbeats", "format": "rows", "directions": ["LSF"]}}
	]}}`))
	require.Empty(t, r.Problems())
	require.Equal(t, []any{"heartbeats", "annotations", []any{"LSF"}}, []any{f.asked[0].fields["queryType"], f.asked[0].fields["format"], f.asked[0].fields["directions"]})
	require.Equal(t, "heartbeats annotations", find(t, r, "Gaps").Type)
}

func TestLiveQueriesAreFollowed(t *testing.T) {
	live := func(channel string) func(asked) backend.DataResponse {
		return func(asked) backend.DataResponse {
			f := countFrame(1)
			f.Meta.Channel = channel
			return backend.DataResponse{Frames: data.Frames{f}}
		}
	}
	liveQuery := `{"refId": "A", "queryType": "logs", "live": true}`
	for name, c := range map[string]struct {
		channel  string
		followed error
		want     string
	}{
		"followed":   {channel: "ds/heartline/tail/q/abc"},
		"refused":    {channel: "ds/heartline/tail/q/abc", followed: errors.New("refused"), want: "refused"},
		"no channel": {want: "its answer names no channel"},
		"bad":        {channel: "x", want: `live channel "x"`},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake()
			f.answer = live(c.channel)
			var path string
			f.followed = func(p string) error { path = p; return c.followed }
			p := plan(t, oneQuery(liveQuery, ""))
			p.Clock.Now = time.Now()
			got := find(t, run(t, f, p), "P").Problem
			if c.want != "" {
				require.Contains(t, got, c.want)
				return
			}
			require.Empty(t, got)
			require.Equal(t, "tail/q/abc", path)
		})
	}
}

func TestQueriesOfThePastNeedNoChannel(t *testing.T) {
	r := run(t, newFake(), plan(t, oneQuery(`{"refId": "A", "queryType": "logs", "live": true}`, "")))
	require.Empty(t, r.Problems())
}

func TestUnhealthyDataSourceEndsTheRun(t *testing.T) {
	f := newFake()
	f.health = backend.CheckHealthResult{Status: backend.HealthStatusError, Message: "check scripts: /srv does not exist"}
	_, err := Run(t.Context(), f, plan(t, oneQuery(countQuery, "")))
	require.ErrorAs(t, err, &UnhealthyError{})
	require.EqualError(t, err, "the data source is not healthy: check scripts: /srv does not exist")
	require.Empty(t, f.asked)
}

func TestInterruptionEndsTheRun(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	f := newFake()
	f.answer = func(asked) backend.DataResponse { cancel(); return backend.DataResponse{} }
	_, err := Run(ctx, f, plan(t, oneQuery(countQuery, "")))
	require.ErrorIs(t, err, context.Canceled)
}

func TestDashboardWithABadRangeIsNamed(t *testing.T) {
	_, err := Run(t.Context(), newFake(), plan(t, `{"title": "D", "panels": [], "time": {"from": "soon", "to": "now"}}`))
	require.ErrorContains(t, err, `its time range: from: "soon" is not a time`)
}
