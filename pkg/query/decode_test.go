package query_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/heartbeat"
	"github.com/heartline-monitor/heartline/pkg/query"
)

func TestDecodeReadsEachTypeWithItsDefaults(t *testing.T) {
	tests := map[string]struct {
		kind  query.Type
		json  string
		want  query.Query
		shape query.Format
	}{
		"monitors": {
			query.TypeMonitors, `{"directions": ["LSF", "host"], "statuses": ["down"]}`,
			&query.Monitors{Scope: query.Scope{Directions: query.List{"LSF", "host"}}, Statuses: []heartbeat.Status{heartbeat.Down}},
			query.FormatTable,
		},
		"heartbeats": {query.TypeHeartbeats, `{}`, &query.Heartbeats{}, query.FormatRows},
		"heartbeats, their gaps": {
			query.TypeHeartbeats, `{"format": "annotations", "statuses": ["down"]}`,
			&query.Heartbeats{Format: query.FormatAnnotations, Statuses: []heartbeat.Status{heartbeat.Down}}, query.FormatAnnotations,
		},
		"logs, with a string where a list may stand": {
			query.TypeLogs, `{"levels": "Error", "text": "/time ?out/i", "limit": 20}`,
			&query.Logs{Levels: query.List{"Error"}, Text: "/time ?out/i", Limit: 20}, query.FormatLines,
		},
		"alarms, counted": {
			query.TypeAlarms, `{"format": "count", "groupBy": ["monitor"], "instant": true, "top": 10, "receivers": ""}`,
			&query.Alarms{Format: query.FormatCount, Receivers: query.List{}, Grouping: query.Grouping{GroupBy: []event.Dimension{event.Item}, Instant: true, Top: 10}},
			query.FormatCount,
		},
		"empty strings, which are none": {query.TypeLogs, `{"monitors": ["", "a"]}`, &query.Logs{Scope: query.Scope{Monitors: query.List{"a"}}}, query.FormatLines},
		"what Grafana adds": {
			query.TypeLogs, `{"refId": "A", "queryType": "logs", "datasource": {"uid": "x"}, "hide": false, "intervalMs": 1000, "maxDataPoints": 500}`,
			&query.Logs{}, query.FormatLines,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, unknown, err := query.Decode(test.kind, json.RawMessage(test.json))
			require.NoError(t, err)
			require.Empty(t, unknown)
			require.Equal(t, test.want, got)
			require.Equal(t, test.shape, got.Shape())
			require.Equal(t, test.kind, got.Type())
		})
	}
}

func TestDecodeNamesTheFieldThatIsWrong(t *testing.T) {
	tests := map[string]struct {
		kind query.Type
		json string
		want string
	}{
		"no type":                    {"", `{}`, `queryType is missing`},
		"unknown type":               {"metrics", `{}`, `unknown query type "metrics"`},
		"no object":                  {query.TypeLogs, `[1]`, `not a JSON object`},
		"singular":                   {query.TypeLogs, `{"direction": ["LSF"]}`, `did you mean "directions"`},
		"singular of statuses":       {query.TypeMonitors, `{"status": ["down"]}`, `did you mean "statuses"`},
		"other case":                 {query.TypeLogs, `{"groupby": ["level"]}`, `did you mean "groupBy"`},
		"one slip":                   {query.TypeLogs, `{"limt": 3}`, `did you mean "limit"`},
		"field of another type":      {query.TypeMonitors, `{"levels": ["Error"]}`, `"levels" belongs to other query types`},
		"wrong JSON type":            {query.TypeLogs, `{"limit": "many"}`, `field "limit" holds a string: it takes a whole number`},
		"list of numbers":            {query.TypeLogs, `{"levels": [1]}`, `neither a string nor a list of strings`},
		"format of another type":     {query.TypeAlarms, `{"format": "lines"}`, `format "lines" is unknown`},
		"negative limit":             {query.TypeLogs, `{"limit": -1}`, `limit is -1: use 1 to 50000`},
		"absurd limit":               {query.TypeAlarms, `{"limit": 50001}`, `limit is 50001`},
		"bad regular expression":     {query.TypeLogs, `{"text": "/(/"}`, `text filter /(/ is not a regular expression`},
		"bad ad hoc expression":      {query.TypeLogs, `{"filters": [{"key": "level", "operator": "=~", "value": "("}]}`, `filter on level`},
		"unknown ad hoc key":         {query.TypeLogs, `{"filters": [{"key": "colour", "operator": "=", "value": "red"}]}`, `unknown filter key "colour"`},
		"unknown ad hoc operator":    {query.TypeLogs, `{"filters": [{"key": "level", "operator": "<", "value": "3"}]}`, `unknown operator "<"`},
		"grouping by what logs lack": {query.TypeLogs, `{"format": "count", "groupBy": ["receiver"]}`, `logs have no "receiver"`},
		"grouping twice":             {query.TypeLogs, `{"format": "count", "groupBy": ["level", "level"]}`, `"level" is named twice`},
		"grouping of lines":          {query.TypeLogs, `{"format": "lines", "groupBy": ["level"]}`, `belong to format "count"`},
		"top of a series":            {query.TypeLogs, `{"format": "count", "top": 3}`, `top needs instant`},
		"negative top":               {query.TypeLogs, `{"format": "count", "instant": true, "top": -3}`, `top is -3`},
		"bad interval":               {query.TypeLogs, `{"format": "count", "interval": "soon"}`, `interval "soon" is not a duration`},
		"interval below a second":    {query.TypeLogs, `{"format": "count", "interval": "10ms"}`, `interval "10ms"`},
		"unknown status":             {query.TypeMonitors, `{"statuses": ["dead"]}`, `status "dead" is unknown`},
		"statuses of rows":           {query.TypeHeartbeats, `{"statuses": ["down"]}`, `statuses belong to formats "status" and "annotations", not to "rows"`},
		"gaps that are none":         {query.TypeHeartbeats, `{"format": "annotations", "statuses": ["down", "ok"]}`, `status "ok" makes no annotation: use "late", "down" or both`},
		"grouping of gaps":           {query.TypeHeartbeats, `{"format": "annotations", "groupBy": ["host"]}`, `belong to format "count"`},
		"order of a count":           {query.TypeLogs, `{"format": "count", "order": "oldest"}`, `order and live belong to format "lines"`},
		"unknown order":              {query.TypeLogs, `{"order": "random"}`, `order "random" is unknown`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, _, err := query.Decode(test.kind, json.RawMessage(test.json))
			require.ErrorContains(t, err, test.want)
		})
	}
}

func TestDecodeReturnsFieldsItDoesNotKnow(t *testing.T) {
	_, unknown, err := query.Decode(query.TypeLogs, json.RawMessage(`{"legendFormat": "x", "colour": 1}`))
	require.NoError(t, err)
	require.Equal(t, []string{"colour", "legendFormat"}, unknown)
}

func TestEncodeIsReadBackByDecode(t *testing.T) {
	for _, q := range []query.Query{
		&query.Monitors{Limit: 3},
		&query.Heartbeats{Format: query.FormatTimeline, Scope: query.Scope{Monitors: query.List{"a/b"}}},
		&query.Logs{Levels: query.List{"Fatal"}, Order: query.Oldest, Live: true},
		&query.Alarms{Format: query.FormatCount, Grouping: query.Grouping{GroupBy: []event.Dimension{event.Receiver}, Interval: "1d"}},
	} {
		raw, err := query.Encode(q)
		require.NoError(t, err)
		back, unknown, err := query.Decode(q.Type(), raw)
		require.NoError(t, err)
		require.Empty(t, unknown)
		require.Equal(t, q.Shape(), back.Shape())
		again, err := query.Encode(back)
		require.NoError(t, err)
		require.JSONEq(t, string(raw), string(again))
		require.Contains(t, string(raw), `"format"`)
	}
}

func TestAdHocFiltersOnWhatEventsLackAreNamed(t *testing.T) {
	filters := []query.AdHoc{{Key: event.Level, Operator: "=", Value: "Error"}, {Key: event.Host, Operator: "=", Value: "a"}}
	require.Equal(t, []event.Dimension{event.Level}, query.Inapplicable(&query.Alarms{Scope: query.Scope{Filters: filters}}))
	require.Equal(t, []event.Dimension{event.Level}, query.Inapplicable(&query.Monitors{Scope: query.Scope{Filters: filters}}))
	receiver := query.Scope{Filters: []query.AdHoc{{Key: event.Receiver, Operator: "=", Value: "a"}}}
	require.Empty(t, query.Inapplicable(&query.Heartbeats{Format: query.FormatStatus, Scope: receiver}))
	require.Empty(t, query.Inapplicable(&query.Heartbeats{Format: query.FormatAnnotations, Scope: receiver}))
	require.Equal(t, []event.Dimension{event.Receiver}, query.Inapplicable(&query.Heartbeats{Format: query.FormatCount, Scope: receiver}))
	require.Empty(t, query.Inapplicable(&query.Logs{Scope: query.Scope{Filters: filters}}))
}

func TestGroupingByMonitorIsGroupingByDirectionToo(t *testing.T) {
	require.Equal(t, []event.Dimension{event.Level, event.Direction, event.Item},
		query.Grouping{GroupBy: []event.Dimension{event.Level, event.Item}}.Dimensions())
	require.Equal(t, []event.Dimension{event.Item, event.Direction},
		query.Grouping{GroupBy: []event.Dimension{event.Item, event.Direction}}.Dimensions())
	require.Empty(t, query.Grouping{}.Dimensions())
}

func TestFilterGathersListsAndAdHocFilters(t *testing.T) {
	q := &query.Alarms{
		Scope: query.Scope{
			Directions: query.List{"LSF"},
			Filters:    []query.AdHoc{{Key: event.Receiver, Operator: "!=", Value: "bob"}, {Key: event.Item, Operator: "=~", Value: "check_.*"}},
		},
		SendResults: query.List{"FAILED"},
	}
	f, err := q.Filter()
	require.NoError(t, err)
	require.True(t, f.MatchName("LSF", "check_x"))
	require.False(t, f.MatchName("LSF", "x_check_x"), "expressions match as a whole")
	require.False(t, f.MatchName("host", "check_x"))
	require.True(t, f.Match(event.Receiver, "amy"))
	require.False(t, f.Match(event.Receiver, "amy", "bob"))
	require.True(t, f.Match(event.SendResult, "FAILED"))
	require.False(t, f.Match(event.SendResult, "PASSED"))
}

func FuzzDecode(f *testing.F) {
	f.Add("logs", `{"format": "count", "groupBy": ["level"], "interval": "1d"}`)
	f.Add("alarms", `{"filters": [{"key": "receiver", "operator": "=|", "values": ["a"]}]}`)
	f.Add("heartbeats", `{"interval": "d", "format": "count"}`)
	f.Fuzz(func(t *testing.T, kind, raw string) {
		q, _, err := query.Decode(query.Type(kind), json.RawMessage(raw))
		if err != nil {
			return
		}
		require.NoError(t, q.Validate())
		again, err := query.Encode(q)
		require.NoError(t, err)
		_, _, err = query.Decode(q.Type(), again)
		require.NoError(t, err)
	})
}
