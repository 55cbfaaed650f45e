package template

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func testScope() Scope {
	return Scope{
		"direction":  {Texts: []string{"LSF", "存储"}},
		"monitor":    {Texts: []string{"check.a"}},
		"none":       {},
		"every":      {Texts: []string{"x", "y"}, Verbatim: Everything},
		"pattern":    {Texts: []string{"x", "y"}, Verbatim: ".*"},
		"text":       {Texts: []string{""}},
		"__interval": {Texts: []string{"30s"}},
		"tiny":       {Texts: []string{"20ms"}},
	}
}

func TestReplaceJoinsValuesInTheFormatAskedFor(t *testing.T) {
	for _, c := range []struct{ text, format, want string }{
		{"$monitor", "", "check.a"},
		{"[[monitor]] ${monitor}", "", "check.a check.a"},
		{"$direction", "", "{LSF,存储}"},
		{"$direction", "regex", "(LSF|存储)"},
		{"$monitor", "regex", `check\.a`},
		{"${direction:pipe}", "regex", "LSF|存储"},
		{"${direction:csv} [[direction:raw]]", "", "LSF,存储 LSF,存储"},
		{"${direction:json}", "", `["LSF","存储"]`},
		{"${direction:text}", "", "LSF + 存储"},
		{"${monitor.field:csv}", "", "check.a"},
		{"$pattern", "regex", ".*"},
		{"$__interval $__unknown $__all", "", "30s $__unknown $__all"},
		{"costs $5, ends with $", "", "costs $5, ends with $"},
		{"/error$|fail$/", "regex", "/error$|fail$/"},
	} {
		got, err := testScope().Replace(c.text, c.format)
		require.NoError(t, err, c.text)
		require.Equal(t, c.want, got, c.text)
	}
}

func TestUnknownVariableIsAnErrorThatNamesTheKnown(t *testing.T) {
	for _, text := range []string{"$host", "a ${host:csv}", "[[host]]"} {
		_, err := testScope().Replace(text, "")
		require.ErrorAs(t, err, &UnknownError{})
		require.EqualError(t, err, "unknown variable $host: the dashboard has $direction, $every, $monitor, $none, $pattern, $text, $tiny")
	}
	_, err := Scope{}.Expand("$host")
	require.EqualError(t, err, "unknown variable $host: the dashboard has no variables")
}

func TestEntriesAreExpandedIntoOneForEachValue(t *testing.T) {
	for entry, want := range map[string][]string{
		"plain":                 {"plain"},
		"$direction":            {"LSF", "存储"},
		"$direction/$monitor":   {"LSF/check.a", "存储/check.a"},
		"$direction-$direction": {"LSF-LSF", "LSF-存储", "存储-LSF", "存储-存储"},
		"${direction:csv}":      {"LSF,存储"},
		"$pattern":              {".*"},
	} {
		got, err := testScope().Expand(entry)
		require.NoError(t, err, entry)
		require.Equal(t, want, got, entry)
	}
	for _, entry := range []string{"$none", "", "$text"} {
		got, err := testScope().Expand(entry)
		require.NoError(t, err, entry)
		require.Empty(t, got, entry)
	}
}

func TestAListWithEverythingSelectsAll(t *testing.T) {
	got, err := testScope().ExpandAll([]string{"LSF", "$every"})
	require.NoError(t, err)
	require.Empty(t, got)
	got, err = testScope().ExpandAll([]string{"LSF", "$direction", "$monitor"})
	require.NoError(t, err)
	require.Equal(t, []string{"LSF", "存储", "check.a"}, got)
}

func TestWithSetsOneVariableForAnInnerScope(t *testing.T) {
	outer := testScope()
	got, err := outer.With("direction", "LSF").Replace("$direction", "")
	require.NoError(t, err)
	require.Equal(t, "LSF", got)
	got, err = outer.Replace("$direction", "")
	require.NoError(t, err)
	require.Equal(t, "{LSF,存储}", got)
}

func TestReferencesLeaveOutGrafanasOwn(t *testing.T) {
	require.Equal(t, []string{"a", "b", "c"}, References(`{"x": ["$a", "${b:csv}", "[[c]]", "$__from", "$5", "$a"]}`))
}

func TestQueryIsFilledInAsTheFrontEndDoesIt(t *testing.T) {
	for name, c := range map[string]struct {
		query string
		adHoc []json.RawMessage
		want  string
	}{
		"lists": {
			query: `{"refId": "A", "queryType": "logs", "directions": ["$direction"], "monitors": ["$every"], "levels": []}`,
			want:  `{"refId": "A", "queryType": "logs", "directions": ["LSF", "存储"]}`,
		},
		"text": {query: `{"text": "on $monitor"}`, want: `{"text": "on check.a"}`},
		"expression in a text": {
			query: `{"text": "/$monitor ($direction)$/i"}`, want: `{"text": "/check\\.a ((LSF|存储))$/i"}`,
		},
		"empty text":       {query: `{"text": "$text", "live": false, "limit": 5}`, want: `{"limit": 5}`},
		"interval":         {query: `{"interval": "$__interval"}`, want: `{"interval": "30s"}`},
		"short interval":   {query: `{"interval": "$tiny"}`, want: `{}`},
		"other than texts": {query: `{"top": 3, "instant": true, "x": {"a": "$y"}, "n": [1]}`, want: `{"top": 3, "instant": true, "x": {"a": "$y"}, "n": [1]}`},
		"filters": {
			query: `{"filters": [{"key": "host", "operator": "=~", "value": "$monitor"}, {"key": "direction", "operator": "=|", "values": ["$direction"]}]}`,
			want:  `{"filters": [{"key": "host", "operator": "=~", "value": "check\\.a"}, {"key": "direction", "operator": "=|", "values": ["LSF", "存储"]}]}`,
		},
		"ad hoc filters": {
			query: `{}`,
			adHoc: []json.RawMessage{json.RawMessage(`{"key": "host", "operator": "=", "value": "h", "condition": ""}`)},
			want:  `{"filters": [{"key": "host", "operator": "=", "value": "h"}]}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := testScope().Query(json.RawMessage(c.query), c.adHoc)
			require.NoError(t, err)
			body, err := json.Marshal(got)
			require.NoError(t, err)
			require.JSONEq(t, c.want, string(body))
		})
	}
}

func TestQuerySaysWhichFieldIsWrong(t *testing.T) {
	for query, want := range map[string]string{
		`{"directions": ["$where"]}`: "field directions: unknown variable $where",
		`{"text": "$where"}`:         "field text: unknown variable $where",
		`{"filters": [{"key": "host", "operator": "=", "value": "$who"}]}`: "field filters: unknown variable $who",
		`{"filters": [{"key": "host", "values": ["$who"]}]}`:               "field filters: unknown variable $who",
		`null`:  "not a JSON object",
		`[1,2]`: "not a JSON object",
	} {
		_, err := testScope().Query(json.RawMessage(query), nil)
		require.ErrorContains(t, err, want, query)
	}
	_, err := testScope().Query(json.RawMessage(`{}`), []json.RawMessage{json.RawMessage(`5`)})
	require.ErrorContains(t, err, "ad hoc filter")
}
