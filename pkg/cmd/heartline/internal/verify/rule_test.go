package verify

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/provisioning"
)

const (
	statusNode    = `{refId: A, datasourceUid: heartline, relativeTimeRange: {from: 600, to: 60}, model: {queryType: heartbeats, format: status}}`
	thresholdNode = `{refId: B, datasourceUid: __expr__, model: {type: threshold, expression: A, conditions: [{evaluator: {type: gt, params: [0]}}]}}`
)

// ruleOf reads a rule with condition B and these nodes; extra are further fields.
func ruleOf(t *testing.T, extra string, nodes ...string) provisioning.Rule {
	t.Helper()
	content := "groups:\n- name: check scripts\n  folder: Heartline\n  rules:\n  - uid: u1\n    title: R\n    condition: B\n"
	if extra != "" {
		content += "    " + extra + "\n"
	}
	content += "    data:\n"
	for _, n := range nodes {
		content += "    - " + n + "\n"
	}
	rules, err := provisioning.ReadRules([]string{file(t, "rules.yaml", content)})
	require.NoError(t, err)
	return rules[0]
}

// judged runs one rule over one answer.
func judged(t *testing.T, rule provisioning.Rule, frames ...*data.Frame) (Check, *fake) {
	t.Helper()
	f := newFake()
	f.answer = func(asked) backend.DataResponse { return backend.DataResponse{Frames: frames} }
	p := plan(t)
	p.Rules = []provisioning.Rule{rule}
	r := run(t, f, p)
	require.Len(t, r.Checks, 1)
	return r.Checks[0], f
}

func TestRulesAreAskedAsGrafanaAsksThem(t *testing.T) {
	c, f := judged(t, ruleOf(t, "", statusNode, thresholdNode), statusFrame(numbersOf(0, 5, 0)...))
	require.Equal(t, map[string]string{"FromAlert": "true", "http_X-Rule-Uid": "u1"}, f.headers[0])
	q := f.asked[0]
	require.Equal(t, backend.TimeRange{From: now.Add(-10 * time.Minute), To: now.Add(-time.Minute)}, q.TimeRange)
	require.Equal(t, []any{time.Second, int64(43_200), "heartbeats"}, []any{q.Interval, q.MaxDataPoints, q.QueryType})
	require.Equal(t, []any{"Heartline / check scripts", "R", KindRule, 3}, []any{c.Dashboard, c.Panel, c.Kind, c.Rows})
	require.Equal(t, "firing 1", c.State)

	own := `{refId: A, datasourceUid: heartline, relativeTimeRange: {from: 600}, model: {queryType: heartbeats, intervalMs: 5000, maxDataPoints: 10}}`
	_, f = judged(t, ruleOf(t, "", own, thresholdNode), statusFrame(numbersOf(0)...))
	require.Equal(t, []any{5 * time.Second, int64(10)}, []any{f.asked[0].Interval, f.asked[0].MaxDataPoints})
}

func threshold(kind, params string) string {
	return fmt.Sprintf(`{refId: B, datasourceUid: __expr__, model: {type: threshold, expression: A, conditions: [{evaluator: {type: %s, params: %s}}]}}`, kind, params)
}

func TestThresholdsJudgeEachRow(t *testing.T) {
	for _, c := range []struct {
		kind, params string
		want         string // over 1, 2, 3 and 4
	}{
		{"gt", "[2]", "firing 2"},
		{"lt", "[2]", "firing 1"},
		{"gte", "[2]", "firing 3"},
		{"lte", "[2]", "firing 2"},
		{"eq", "[2]", "firing 1"},
		{"ne", "[2]", "firing 3"},
		{"gt", "[9]", "normal"},
		{"within_range", "[1, 3]", "firing 1"},
		{"within_range_included", "[1, 3]", "firing 3"},
		{"within_range_included", "[3, 1]", "normal"},
		{"outside_range", "[2, 3]", "firing 2"},
		{"outside_range_included", "[2, 3]", "firing 4"},
		{"sideways", "[2]", `answered, a threshold of type "sideways" is not evaluated here`},
	} {
		got, _ := judged(t, ruleOf(t, "", statusNode, threshold(c.kind, c.params)), statusFrame(numbersOf(1, 2, 3, 4)...))
		require.Empty(t, got.Problem, c.kind)
		require.Equal(t, c.want, got.State, "%s %s", c.kind, c.params)
	}
}

func reduce(reducer, settings string) string {
	return fmt.Sprintf(`{refId: R, datasourceUid: __expr__, model: {type: reduce, expression: A, reducer: %s, settings: %s}}`, reducer, settings)
}

func TestSeriesAreReducedBeforeTheThreshold(t *testing.T) {
	overR := `{refId: B, datasourceUid: __expr__, model: {type: threshold, expression: R, conditions: [{evaluator: {type: eq, params: [%v]}}]}}`
	for reducer, value := range map[string]int{"last": 1, "min": 1, "max": 4, "sum": 8, "mean": 2, "count": 4} {
		rule := ruleOf(t, "", statusNode, reduce(reducer, "{}"), fmt.Sprintf(overR, value))
		got, _ := judged(t, rule, countFrame(1, 4, 2, 1))
		require.Equal(t, "firing 1", got.State, "%s: %s", reducer, got.Problem)
	}
	got, _ := judged(t, ruleOf(t, "", statusNode, reduce("median", "{}"), fmt.Sprintf(overR, 0)), countFrame(1))
	require.Equal(t, `answered, reducer "median" is not evaluated here`, got.State)
	got, _ = judged(t, ruleOf(t, "", statusNode, reduce("last", "{mode: guess}"), fmt.Sprintf(overR, 0)), countFrame(1))
	require.Equal(t, `answered, reduce mode "guess" is not evaluated here`, got.State)
}

func TestMissingValuesAreDroppedWhereTheRuleSaysSo(t *testing.T) {
	one := 1.0
	gaps := data.NewFrame("", data.NewField("time", nil, []time.Time{now, now}), data.NewField("v", nil, []*float64{&one, nil}))
	gaps.Meta = countFrame().Meta
	overR := `{refId: B, datasourceUid: __expr__, model: {type: threshold, expression: R, conditions: [{evaluator: {type: gt, params: [0]}}]}}`
	got, _ := judged(t, ruleOf(t, "", statusNode, reduce("last", "{mode: dropNN}"), overR), gaps)
	require.Equal(t, "firing 1", got.State)
	got, _ = judged(t, ruleOf(t, "", statusNode, reduce("last", "{}"), overR), gaps)
	require.Equal(t, "no data", got.State)
}

func TestRuleWithoutDataFailsUnlessItExpectsThat(t *testing.T) {
	for name, frames := range map[string][]*data.Frame{
		"no rows":   {statusFrame()},
		"no frames": nil,
		"no value":  {statusFrame(nil)},
		"no fields": {data.NewFrame("")},
	} {
		got, _ := judged(t, ruleOf(t, "", statusNode, thresholdNode), frames...)
		require.Equal(t, "no data", got.State, name)
		require.Contains(t, got.Problem, "no data: give every known series a value, or set noDataState", name)
		for _, state := range []string{"OK", "KeepLast", "Alerting"} {
			got, _ = judged(t, ruleOf(t, "noDataState: "+state, statusNode, thresholdNode), frames...)
			require.Empty(t, got.Problem, state)
			require.Equal(t, "no data", got.State, state)
		}
	}
}

func TestConditionMayBeTheQueryItself(t *testing.T) {
	rule := ruleOf(t, "", statusNode)
	rule.Condition = "A"
	got, _ := judged(t, rule, statusFrame(numbersOf(0, 2, 3)...))
	require.Equal(t, "firing 2", got.State)
}

func TestRuleFailsWhen(t *testing.T) {
	untyped := data.NewFrame("", data.NewField("v", nil, []float64{1}))
	twoNumbers := statusFrame(numbersOf(1)...)
	twoNumbers.Fields = append(twoNumbers.Fields, data.NewField("more", nil, []int64{1}))
	table := statusFrame(numbersOf(1)...)
	table.Meta = &data.FrameMeta{Type: data.FrameTypeTable, TypeVersion: data.FrameTypeVersion{0, 1}}
	good := statusFrame(numbersOf(1)...)
	for name, c := range map[string]struct {
		nodes []string
		frame *data.Frame
		want  string
	}{
		"its condition is none of its nodes": {[]string{statusNode}, good, `the condition "B" is none of the rule's nodes`},
		"its condition is a series":          {[]string{statusNode, thresholdNode}, countFrame(1), "the condition B is a time series: reduce it first"},
		"a frame has no type":                {[]string{statusNode, thresholdNode}, untyped, "states no type and version"},
		"a frame has two numbers":            {[]string{statusNode, thresholdNode}, twoNumbers, "2 numeric columns, a rule needs exactly one"},
		"a frame is a table":                 {[]string{statusNode, thresholdNode}, table, "type table cannot be alerted on"},
		"it asks nothing":                    {[]string{thresholdNode}, good, "asks nothing of any data source"},
		"an expression refers to nothing":    {[]string{statusNode, `{refId: B, datasourceUid: __expr__, model: {type: threshold, expression: X}}`}, good, `it refers to "X"`},
		"a threshold has no condition":       {[]string{statusNode, `{refId: B, datasourceUid: __expr__, model: {type: threshold, expression: A}}`}, good, "the threshold has no condition"},
		"a threshold lacks numbers":          {[]string{statusNode, threshold("within_range", "[1]")}, good, "threshold within_range needs 2 numbers, it has 1"},
		"a model is missing":                 {[]string{`{refId: A, datasourceUid: heartline}`, thresholdNode}, good, "query A: its model is missing"},
		"a range is empty":                   {[]string{`{refId: A, datasourceUid: heartline, model: {queryType: logs}}`, thresholdNode}, good, "query A: its relativeTimeRange is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			got, _ := judged(t, ruleOf(t, "", c.nodes...), c.frame)
			require.Contains(t, got.Problem, c.want)
		})
	}
}

func TestQueryErrorOfARuleIsReported(t *testing.T) {
	f := newFake()
	f.answer = func(asked) backend.DataResponse { return backend.DataResponse{Error: errors.New("too many monitors")} }
	p := plan(t)
	p.Rules = []provisioning.Rule{ruleOf(t, "noDataState: OK", statusNode, thresholdNode)}
	require.Equal(t, "query A: too many monitors", run(t, f, p).Checks[0].Problem)
}

func TestRulesOfOtherSourcesAreSkipped(t *testing.T) {
	theirs := `{refId: A, datasourceUid: prom, model: {expr: up, datasource: {type: prometheus, uid: prom}}}`
	got, f := judged(t, ruleOf(t, "", theirs, thresholdNode))
	require.Equal(t, "a data source of type prometheus", got.Skipped)
	require.Empty(t, f.asked)
	elsewhere := `{refId: A, datasourceUid: lost, model: {queryType: logs, datasource: {type: heartline-monitor-datasource, uid: lost}}}`
	got, _ = judged(t, ruleOf(t, "", elsewhere, thresholdNode))
	require.Contains(t, got.Problem, `it asks the data source with uid "lost"`)
}

func TestExpressionsThatAreNotEvaluatedAreSaid(t *testing.T) {
	resample := `{refId: B, datasourceUid: __expr__, model: {type: resample, expression: A}}`
	got, _ := judged(t, ruleOf(t, "", statusNode, resample), statusFrame(numbersOf(1)...))
	require.Empty(t, got.Problem)
	require.Equal(t, `answered, an expression of type "resample" is not evaluated here`, got.State)
	recovery := `{refId: B, datasourceUid: __expr__, model: {type: threshold, expression: A, conditions: [{evaluator: {type: gt, params: [5]}, unloadEvaluator: {type: lt, params: [3]}}]}}`
	got, _ = judged(t, ruleOf(t, "", statusNode, recovery), statusFrame(numbersOf(1)...))
	require.Contains(t, got.State, "a threshold with another one for recovery is not evaluated here")
}

func TestMissingNumbersAreReplacedWhereTheRuleSaysSo(t *testing.T) {
	one := 1.0
	below := `{refId: B, datasourceUid: __expr__, model: {type: threshold, expression: $R, conditions: [{evaluator: {type: lt, params: [95]}}]}}`
	fill := strings.Replace(below, "$R", "R", 1)
	got, _ := judged(t, ruleOf(t, "", statusNode, reduce("last", "{mode: replaceNN, replaceWithValue: 100}"), fill), statusFrame(&one, nil))
	require.Equal(t, "firing 1", got.State, got.Problem)
	got, _ = judged(t, ruleOf(t, "", statusNode, reduce("last", "{mode: replaceNN, replaceWithValue: 0}"), fill), statusFrame(&one, nil))
	require.Equal(t, "firing 2", got.State, got.Problem)
	got, _ = judged(t, ruleOf(t, "", statusNode, reduce("last", "{mode: replaceNN}"), fill), statusFrame(&one, nil))
	require.Contains(t, got.Problem, "replaceNN needs a number")
	got, _ = judged(t, ruleOf(t, "", statusNode, reduce("last", "{mode: dropNN}"), fill), statusFrame(nil, nil))
	require.Contains(t, got.Problem, "no data")
}

func TestRowsWithTheSameLabelsAreNoAlerts(t *testing.T) {
	twice := statusFrame(numbersOf(1, 2)...)
	twice.Fields[0].Set(1, "a")
	got, _ := judged(t, ruleOf(t, "", statusNode, thresholdNode), twice)
	require.Contains(t, got.Problem, "two numbers have the same labels {monitor=a}")
}

func TestAnyQueryWithoutDataMakesTheRuleOneWithoutData(t *testing.T) {
	f := newFake()
	f.answer = func(q asked) backend.DataResponse {
		if q.RefID == "Z" {
			return backend.DataResponse{Frames: data.Frames{data.NewFrame("")}}
		}
		return backend.DataResponse{Frames: data.Frames{statusFrame(numbersOf(1)...)}}
	}
	p := plan(t)
	p.Rules = []provisioning.Rule{ruleOf(t, "noDataState: KeepLast", statusNode, strings.Replace(statusNode, "refId: A", "refId: Z", 1), thresholdNode)}
	require.Equal(t, "no data", run(t, f, p).Checks[0].State)
}
