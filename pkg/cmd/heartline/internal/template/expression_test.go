package template

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func expressionScope() Scope {
	return Scope{
		"job":             {Texts: []string{"milvus.a", `say "b"`}, Multi: true},
		"instance":        {Texts: []string{"10.0.0.1:9091"}, Multi: true},
		"database":        {Texts: []string{"x"}, Multi: true, Verbatim: ".*"},
		"one":             {Texts: []string{`C:\a.b`}},
		"matcher":         {Texts: []string{`job=~"a|b"`}},
		"none":            {Multi: true},
		"__interval":      {Texts: []string{"30s"}},
		"__interval_ms":   {Texts: []string{"30000"}},
		"__range":         {Texts: []string{"3600s"}},
		"__rate_interval": {Texts: []string{"1m"}},
		"__dashboard":     {Texts: []string{"D"}},
	}
}

func TestExpressionHasValuesAsPromQLNeedsThem(t *testing.T) {
	for expr, want := range map[string]string{
		`up{job=~"$job"}`:                       `up{job=~"(milvus\\.a|say \"b\")"}`,
		`up{instance=~"${instance}"}`:           `up{instance=~"10\\.0\\.0\\.1:9091"}`,
		`up{db=~"[[database]]"}`:                `up{db=~".*"}`,
		`up{path="$one"}`:                       `up{path="C:\\a.b"}`,
		`up{$matcher}`:                          `up{job=~"a|b"}`,
		`up{job=~"$none"}`:                      `up{job=~"()"}`,
		`up{job=~"${job:pipe}"}`:                `up{job=~"milvus.a|say "b""}`,
		`rate(a[$__rate_interval])`:             `rate(a[$__rate_interval])`,
		`a[$__interval] * ${__interval_ms}`:     `a[$__interval] * ${__interval_ms}`,
		`a[${__range}:$__interval]`:             `a[${__range}:$__interval]`,
		`a{d="$__dashboard"}`:                   `a{d="D"}`,
		`label_replace(a, "b", "$1", "c", "x")`: `label_replace(a, "b", "$1", "c", "x")`,
	} {
		got, err := expressionScope().Expression(expr)
		require.NoError(t, err, expr)
		require.Equal(t, want, got)
	}
	_, err := expressionScope().Expression(`up{job="$gone"}`)
	require.ErrorAs(t, err, &UnknownError{})
}

func TestExprOfAQueryIsAnExpression(t *testing.T) {
	got, err := expressionScope().Query(json.RawMessage(`{"queryType": "promql", "expr": "up{job=~\"$job\"}", "legend": "$instance {{job}}"}`), nil)
	require.NoError(t, err)
	require.Equal(t, map[string]any{"queryType": "promql", "expr": `up{job=~"(milvus\\.a|say \"b\")"}`, "legend": "10.0.0.1:9091 {{job}}"}, got)
}

func TestRepeatedValueStandsInARegularExpressionAsAllDo(t *testing.T) {
	got, err := expressionScope().With("job", "milvus.a").Expression(`up{job=~"$job"}`)
	require.NoError(t, err)
	require.Equal(t, `up{job=~"milvus\\.a"}`, got)
}
