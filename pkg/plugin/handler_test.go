package plugin

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/config"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/query"
)

func TestWrongQueriesAreRefusedWithTheRemedy(t *testing.T) {
	tests := []struct{ name, kind, model, want string }{
		{"unknown type", "metrics", `{}`, `unknown query type "metrics": use one of ["monitors" "heartbeats" "logs" "alarms" "signals" "live" "promql" "report"]`},
		{"no type", "", `{}`, "queryType is missing"},
		{"no object", "logs", `[1]`, "not a JSON object"},
		{"unknown format", "logs", `{"format": "pie"}`, `format "pie" is unknown`},
		{"misspelt field", "logs", `{"level": ["Error"]}`, `did you mean "levels"?`},
		{"bad regexp", "logs", `{"text": "/qu(ota/"}`, "is not a regular expression"},
		{"bad regexp in a filter", "alarms", `{"filters": [{"key": "monitor", "operator": "=~", "value": "["}]}`, "is not a regular expression"},
		{"unknown key", "alarms", `{"filters": [{"key": "colour", "operator": "=", "value": "red"}]}`, `unknown filter key "colour"`},
		{"unknown operator", "alarms", `{"filters": [{"key": "monitor", "operator": "<", "value": "a"}]}`, `unknown operator "<"`},
		{"negative limit", "heartbeats", `{"limit": -1}`, "limit is -1: use 1 to 50000"},
		{"absurd limit", "logs", `{"limit": 100000000}`, "limit is 100000000: use 1 to 50000"},
		{"limit as text", "monitors", `{"limit": "many"}`, `"limit" holds a string`},
		{"absurd interval", "logs", `{"format": "count", "interval": "1s"}`, "more than 50000 pieces"},
		{"unknown interval", "logs", `{"format": "count", "interval": "often"}`, `interval "often" is not a duration`},
		{"unknown status", "monitors", `{"statuses": ["dead"]}`, `status "dead" is unknown`},
		{"grouped by what it lacks", "heartbeats", `{"format": "count", "groupBy": ["level"]}`, `have no "level"`},
	}
	d := serving(t, town())
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			q := panel(query.Type(tt.kind), tt.model)
			q.TimeRange.From = q.TimeRange.To.Add(-30 * 24 * time.Hour)
			res := respond(t, d, q, nil)
			require.ErrorContains(t, res.Error, tt.want)
			require.EqualValues(t, 400, res.Status)
			require.Equal(t, backend.ErrorSourceDownstream, res.ErrorSource)
		})
	}
}

func TestReversedRangeIsRefused(t *testing.T) {
	q := panel(query.TypeLogs, `{}`)
	q.TimeRange.From, q.TimeRange.To = q.TimeRange.To, q.TimeRange.From
	res := respond(t, serving(t, town()), q, nil)
	require.ErrorContains(t, res.Error, "the time range ends (2026-03-06T00:00:00Z) before it begins (2026-03-06T12:00:00Z)")
	require.EqualValues(t, 400, res.Status)
}

func TestEveryQueryIsAnsweredWithTheWrongSetting(t *testing.T) {
	t.Setenv(allowedPathsVariable, "/srv")
	d := configured(t, `{"events": {"kind": "filetree", "path": "/srv/db", "timezone": "Asia/Shangai"}}`, town())
	req := &backend.QueryDataRequest{}
	for i, kind := range query.Types {
		q := panel(kind, `{}`)
		q.RefID = fmt.Sprint("R", i)
		req.Queries = append(req.Queries, q)
	}
	res, err := d.QueryData(t.Context(), req)
	require.NoError(t, err)
	require.Len(t, res.Responses, len(query.Types))
	for _, r := range res.Responses {
		require.ErrorContains(t, r.Error, `setting events.timezone "Asia/Shangai" is no time zone`)
		require.Equal(t, backend.ErrorSourceDownstream, r.ErrorSource)
	}
}

func TestQueryNeedsAConfiguredStore(t *testing.T) {
	res := respond(t, configured(t, `{}`, town()), panel(query.TypeLogs, `{}`), nil)
	require.ErrorContains(t, res.Error, "no store of check scripts is configured: set events.kind and events.path")
	require.EqualValues(t, 400, res.Status)
}

func TestQueryNeedsAnAllowedPath(t *testing.T) {
	t.Setenv(allowedPathsVariable, "")
	d := configured(t, `{"events": {"kind": "filetree", "path": "/srv/monitor_db"}}`, town())
	res := respond(t, d, panel(query.TypeLogs, `{}`), nil)
	require.ErrorContains(t, res.Error, "[plugin.heartline-monitor-datasource] allowed_paths = /srv/monitor_db")
}

func TestErrorOfTheStoreFailsThatQueryAlone(t *testing.T) {
	store := town()
	store.err = fmt.Errorf("read the day: %w", fs.ErrPermission)
	d := serving(t, store)
	for _, tt := range []struct {
		kind  query.Type
		model string
	}{
		{query.TypeMonitors, `{}`},
		{query.TypeHeartbeats, `{}`},
		{query.TypeHeartbeats, `{"format": "status"}`},
		{query.TypeHeartbeats, `{"format": "timeline"}`},
		{query.TypeHeartbeats, `{"format": "count"}`},
		{query.TypeLogs, `{}`},
		{query.TypeLogs, `{"live": true}`},
		{query.TypeLogs, `{"format": "count"}`},
		{query.TypeAlarms, `{}`},
	} {
		res := respond(t, d, panel(tt.kind, tt.model), nil)
		require.ErrorIs(t, res.Error, fs.ErrPermission)
		require.EqualValues(t, 403, res.Status)
	}
}

func TestRangeIsInclusiveInWholeSeconds(t *testing.T) {
	span := wholeSeconds(backend.TimeRange{From: noon.Add(300 * time.Millisecond), To: noon.Add(999 * time.Millisecond)})
	require.Equal(t, event.Range{From: noon, To: noon}, span)

	q := panel(query.TypeLogs, `{}`)
	q.TimeRange = backend.TimeRange{From: noon.Add(-2 * time.Minute), To: noon.Add(-time.Minute)}
	res := respond(t, serving(t, town()), q, nil)
	require.NoError(t, res.Error)
	require.Equal(t, []string{"l4", "l3"}, values(t, res.Frames[0], "id"))
}

func TestAnswerSaysWhatWasAsked(t *testing.T) {
	store := town()
	store.zone = time.FixedZone("CST", 8*3600)
	frames := ask1(t, serving(t, store), query.TypeAlarms, `{"format": "count", "groupBy": ["direction", "monitor"], "instant": true, "top": 5,
		"directions": ["storage", "LSF"], "text": "quota", "colour": "red"}`)
	require.Equal(t, `alarms count by direction, monitor top 5 where direction =| storage|LSF and message contains "quota" from 2026-03-06 08:00:00 to 2026-03-06 20:00:00 CST`,
		frames[0].Meta.ExecutedQueryString)
	require.Contains(t, notices(frames[0]), "fields that are not used: colour")
	require.Equal(t, "A", frames[0].RefID)
}

func TestProblemsOfTheStoreAreSaid(t *testing.T) {
	store := town()
	store.problems.Add(event.Problem{What: "unreadable lines", Where: "LSF/check_jobs/log/20260306", Count: 3})
	d := serving(t, store)
	for kind, models := range map[query.Type][]string{
		query.TypeMonitors:   {`{}`},
		query.TypeHeartbeats: {`{}`, `{"format": "count"}`, `{"format": "status"}`, `{"format": "timeline"}`},
		query.TypeLogs:       {`{}`, `{"live": true}`, `{"format": "count", "instant": true, "groupBy": ["monitor"]}`},
		query.TypeAlarms:     {`{}`, `{"format": "annotations"}`},
	} {
		for _, model := range models {
			require.Contains(t, notices(ask1(t, d, kind, model)[0]), "3 unreadable lines in LSF/check_jobs/log/20260306", "%s %s", kind, model)
		}
	}
}

func TestQueriesOfOneRequestAreAllAnswered(t *testing.T) {
	d := serving(t, town())
	req := &backend.QueryDataRequest{}
	for i := range 30 {
		q := panel([]query.Type{query.TypeMonitors, query.TypeHeartbeats, query.TypeLogs, query.TypeAlarms}[i%4], `{}`)
		q.RefID = fmt.Sprint(i)
		req.Queries = append(req.Queries, q)
	}
	res, err := d.QueryData(t.Context(), req)
	require.NoError(t, err)
	require.Len(t, res.Responses, 30)
	for id, r := range res.Responses {
		require.NoError(t, r.Error)
		require.Equal(t, id, r.Frames[0].RefID)
	}
}

func TestConcurrencyFollowsGrafanaWithinBounds(t *testing.T) {
	for count, want := range map[string]int{"": 10, "3": 3, "0": 1, "-4": 1, "500": 10} {
		values := map[string]string{}
		if count != "" {
			values[config.ConcurrentQueryCount] = count
		}
		ctx := config.WithGrafanaConfig(t.Context(), config.NewGrafanaCfg(values))
		require.Equal(t, want, concurrentQueries(ctx), count)
	}
}

func TestAlertsAreRefusedWhatTheyCannotUse(t *testing.T) {
	tests := []struct {
		name  string
		kind  query.Type
		model string
		want  string
	}{
		{"monitors", query.TypeMonitors, `{}`, "use query type heartbeats with format status"},
		{"beats", query.TypeHeartbeats, `{}`, "use format status (overdue seconds of every monitor) or count"},
		{"timeline", query.TypeHeartbeats, `{"format": "timeline"}`, `heartbeats in format "timeline", it needs numbers`},
		{"lines", query.TypeLogs, `{"live": true}`, `logs in format "lines", it needs numbers: use format count`},
		{"alarms", query.TypeAlarms, `{}`, "use format count"},
		{"annotations", query.TypeAlarms, `{"format": "annotations"}`, "use format count"},
		{"top", query.TypeAlarms, `{"format": "count", "instant": true, "top": 3, "groupBy": ["monitor"]}`, "cannot use top"},
		{"top of beats", query.TypeHeartbeats, `{"format": "count", "instant": true, "top": 3, "groupBy": ["monitor"]}`, "cannot use top"},
		{"top of lines", query.TypeLogs, `{"format": "count", "instant": true, "top": 3, "groupBy": ["level"]}`, "cannot use top"},
		{"variable", query.TypeHeartbeats, `{"format": "status", "directions": ["$direction"]}`, "the filter on direction holds $direction: template variables do not reach alert rules"},
		{"variable in braces", query.TypeLogs, `{"format": "count", "levels": ["Error", "${level:csv}"]}`, "the filter on level holds ${level:csv}"},
		{"variable in an ad hoc filter", query.TypeAlarms, `{"format": "count", "filters": [{"key": "receiver", "operator": "=", "value": "[[who]]"}]}`, "the filter on receiver holds [[who]]"},
		{"variable as text", query.TypeLogs, `{"format": "count", "text": "$search"}`, "the text filter is $search"},
		{"limit", query.TypeHeartbeats, `{"format": "status", "limit": 2}`, "the filter selects 4 monitors, the limit is 2"},
	}
	d := serving(t, town())
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			res := respond(t, d, panel(tt.kind, tt.model), alerting)
			require.ErrorContains(t, res.Error, tt.want)
			require.EqualValues(t, 400, res.Status)
		})
	}
}

func TestTextWithADollarIsNoVariable(t *testing.T) {
	res := respond(t, serving(t, town()), panel(query.TypeLogs, `{"format": "count", "text": "costs $5 or more"}`), alerting)
	require.NoError(t, res.Error)
}

func TestDisposeClosesTheStore(t *testing.T) {
	store := town()
	d := serving(t, store)
	ask1(t, d, query.TypeMonitors, `{}`)
	require.False(t, store.closed)
	d.Dispose()
	require.True(t, store.closed)
	require.Error(t, d.life.Err())
}

func TestMistakesOfThePluginAreItsOwn(t *testing.T) {
	store := town()
	store.err = errors.New("index out of range")
	res := respond(t, serving(t, store), panel(query.TypeLogs, `{}`), nil)
	require.EqualValues(t, 500, res.Status)
	require.Equal(t, backend.ErrorSourcePlugin, res.ErrorSource)
}

func TestFilterOnWhatEventsLackIsSaidToDoNothing(t *testing.T) {
	const byLevel = `{"format": "rows", "filters": [{"key": "level", "operator": "=", "value": "Error"}]}`
	f := ask1(t, serving(t, town()), query.TypeAlarms, byLevel)[0]
	require.Contains(t, notices(f), "The filter on level does nothing here: alarms have none.")
	require.NotZero(t, f.Rows())
}

func TestAlertsAreNotDecidedWhileEventsAreMissing(t *testing.T) {
	models := map[query.Type]string{
		query.TypeHeartbeats: `{"format": "status"}`,
		query.TypeLogs:       `{"format": "count", "instant": true, "groupBy": ["monitor"]}`,
		query.TypeAlarms:     `{"format": "count", "instant": true}`,
	}
	for kind, model := range models {
		store := town()
		store.problems.Add(event.Problem{What: "unreadable lines", Where: "LSF/check_jobs/log/20260306", Count: 3})
		d := serving(t, store)
		require.NoError(t, respond(t, d, panel(kind, model), alerting).Error, "single lines do not silence an alert")

		store.problems.Add(event.Problem{What: "no permission to read it", Where: "LSF/check_jobs/heartbeat", Lost: true})
		res := respond(t, d, panel(kind, model), alerting)
		require.ErrorContains(t, res.Error, "LSF/check_jobs/heartbeat: no permission to read it")
		require.Equal(t, backend.ErrorSourceDownstream, res.ErrorSource)
		require.NoError(t, respond(t, d, panel(kind, model), nil).Error, "panels show the rest")
	}
}

func TestMonitorWhoseBeatsCannotBeReadIsNotCalledNew(t *testing.T) {
	store := town()
	store.beats, store.unknown = store.beats[1:], map[string]bool{"LSF/check_jobs": true}
	d := serving(t, store)
	f := ask1(t, d, query.TypeMonitors, `{}`)[0]
	require.Equal(t, "check_jobs", values(t, f, "monitor")[0])
	require.Empty(t, values(t, f, "status")[0])
	for _, line := range ask1(t, d, query.TypeHeartbeats, `{"format": "timeline"}`) {
		require.NotEqual(t, "check_jobs", line.Fields[1].Labels["monitor"])
	}
}
