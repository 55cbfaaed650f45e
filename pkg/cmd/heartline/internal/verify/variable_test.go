package verify

import (
	"fmt"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/stretchr/testify/require"
)

// withVariables is a dashboard with these variables and one panel that filters
// by $v; extra are further fields of the panel.
func withVariables(variables, extra string) string {
	return fmt.Sprintf(`{"title": "D", "templating": {"list": [%s]}, "panels": [{"id": 1, "title": "P of $v", "type": "stat",
		"datasource": {"type": "heartline-monitor-datasource", "uid": "${source}"},
		"targets": [{"refId": "A", "queryType": "monitors", "monitors": ["$v"]}] %s}]}`, variables, extra)
}

const sourceVariable = `{"name": "source", "type": "datasource", "query": "heartline-monitor-datasource"}`

func ofQuery(name, query, extra string) string {
	return fmt.Sprintf(`{"name": %q, "type": "query", "query": %s, "datasource": {"type": "heartline-monitor-datasource", "uid": "${source}"} %s}`, name, query, extra)
}

func TestVariablesSelectWhatGrafanaSelects(t *testing.T) {
	for name, c := range map[string]struct {
		variable string
		want     any
	}{
		"the saved values":        {ofQuery("v", `{"kind": "directions"}`, `, "current": {"value": ["存储"]}`), []any{"存储"}},
		"saved ones that exist":   {ofQuery("v", `{"kind": "directions"}`, `, "current": {"value": ["gone", "LSF"]}`), []any{"LSF"}},
		"the first else":          {ofQuery("v", `{"kind": "directions"}`, `, "current": {"value": "gone"}`), []any{"LSF"}},
		"all if offered":          {ofQuery("v", `{"kind": "directions"}`, `, "includeAll": true`), []any{"LSF", "存储"}},
		"all when saved":          {ofQuery("v", `{"kind": "directions"}`, `, "includeAll": true, "current": {"value": ["$__all"]}`), []any{"LSF", "存储"}},
		"no filter for all":       {ofQuery("v", `{"kind": "directions"}`, `, "includeAll": true, "allValue": "$__all", "current": {"value": ["$__all"]}`), nil},
		"a custom all":            {ofQuery("v", `{"kind": "directions"}`, `, "includeAll": true, "allValue": "any"`), []any{"any"}},
		"those the regexp keeps":  {ofQuery("v", `{"kind": "directions"}`, `, "includeAll": true, "regex": "/^L(.*)$/"`), []any{"SF"}},
		"the first custom value":  {`{"name": "v", "type": "custom", "query": "a, label : b"}`, []any{"a"}},
		"labelled custom values":  {`{"name": "v", "type": "custom", "query": "a, label : b", "current": {"value": ["b"]}}`, []any{"b"}},
		"a text":                  {`{"name": "v", "type": "textbox", "query": "typed"}`, []any{"typed"}},
		"a saved text":            {`{"name": "v", "type": "textbox", "query": "", "current": {"value": "saved"}}`, []any{"saved"}},
		"an empty text":           {`{"name": "v", "type": "textbox", "query": ""}`, nil},
		"a constant":              {`{"name": "v", "type": "constant", "query": "c"}`, []any{"c"}},
		"the first interval":      {`{"name": "v", "type": "interval", "query": ""}`, []any{"1m"}},
		"saved values of another": {`{"name": "v", "type": "query", "query": "label_values(x)", "datasource": {"type": "prometheus", "uid": "p"}, "current": {"value": "x"}}`, []any{"x"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake()
			r := run(t, f, plan(t, withVariables(sourceVariable+","+c.variable, "")))
			require.Empty(t, r.Problems())
			require.Len(t, f.asked, 1)
			require.Equal(t, c.want, f.asked[0].fields["monitors"])
		})
	}
}

func TestDependentVariablesAreResolvedInTheirOrder(t *testing.T) {
	f := newFake()
	f.resources["monitors?direction=LSF&direction=存储"] = []string{"a", "b"}
	dependent := ofQuery("v", `{"kind": "monitors", "directions": ["$direction"]}`, `, "includeAll": true`)
	direction := ofQuery("direction", `{"kind": "directions"}`, `, "includeAll": true`)
	r := run(t, f, plan(t, withVariables(dependent+","+direction+","+sourceVariable, "")))
	require.Empty(t, r.Problems())
	require.Equal(t, []any{"a", "b"}, f.asked[0].fields["monitors"])
	c := find(t, r, "$v")
	require.Equal(t, []any{KindVariable, 2}, []any{c.Kind, c.Rows})
}

func TestVariablesOfLabelsAreAskedWithTheRangeAndOtherVariables(t *testing.T) {
	f := newFake()
	span := "&from=1772800200000&label=%s&match=%s&to=1772821800000"
	f.resources["labelValues?"+fmt.Sprintf(span, "job", `up{job=~"milvus.*"}`)[1:]] = []string{"milvus", "milvus.b"}
	f.resources["labelValues?"+fmt.Sprintf(span, "instance", `up{job=~"(milvus|milvus\\.b)"}`)[1:]] = []string{"a:1", "b:1"}
	job := ofQuery("job", `{"kind": "labelValues", "label": "job", "metric": "up{job=~\"milvus.*\"}"}`, `, "multi": true, "includeAll": true`)
	v := ofQuery("v", `{"kind": "labelValues", "label": "instance", "metric": "up{job=~\"$job\"}"}`, `, "includeAll": true`)
	r := run(t, f, plan(t, withVariables(sourceVariable+","+v+","+job, "")))
	require.Empty(t, r.Problems())
	require.Equal(t, []any{"a:1", "b:1"}, f.asked[0].fields["monitors"])
	require.Equal(t, 2, find(t, r, "$job").Rows)
}

func TestVariablesFailWhen(t *testing.T) {
	for name, c := range map[string]struct{ variable, want, panel string }{
		"the resource fails": {
			variable: ofQuery("v", `{"kind": "hosts"}`, ""), want: "there is no resource hosts",
			panel: "variable $v has no values: it could not be asked for",
		},
		"the query names no kind": {variable: ofQuery("v", `"directions"`, ""), want: "its query names no kind", panel: "variable $v has no values"},
		"the regexp is none":      {variable: ofQuery("v", `{"kind": "directions"}`, `, "regex": "/(/"`), want: "its regular expression", panel: "variable $v has no values"},
		"it needs an unknown one": {
			variable: ofQuery("v", `{"kind": "monitors", "directions": ["$where"]}`, ""), want: "unknown variable $where",
			panel: "variable $v has no values",
		},
		"its metric needs an unknown one": {
			variable: ofQuery("v", `{"kind": "labelValues", "label": "job", "metric": "up{job=~\"$where\"}"}`, ""), want: "unknown variable $where",
			panel: "variable $v has no values",
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := run(t, newFake(), plan(t, withVariables(sourceVariable+","+c.variable, "")))
			require.Len(t, r.Problems(), 2)
			require.Contains(t, find(t, r, "$v").Problem, c.want)
			require.Contains(t, find(t, r, "P of $v").Problem, c.panel)
		})
	}
}

func TestVariablesInACircleFail(t *testing.T) {
	a := ofQuery("v", `{"kind": "monitors", "directions": ["$w"]}`, "")
	b := ofQuery("w", `{"kind": "directions", "monitors": ["$v"]}`, "")
	r := run(t, newFake(), plan(t, withVariables(sourceVariable+","+a+","+b, "")))
	require.Equal(t, "the variables refer to each other in a circle", find(t, r, "$v $w").Problem)
	require.Contains(t, find(t, r, "P of $v").Problem, "variable $v has no values: it refers to itself")
}

func TestVariableOfAnotherSourceWithoutSavedValueIsSaid(t *testing.T) {
	v := `{"name": "v", "type": "query", "query": "label_values(x)", "datasource": {"type": "prometheus", "uid": "p"}}`
	r := run(t, newFake(), plan(t, withVariables(sourceVariable+","+v, "")))
	require.Equal(t, "a data source of type prometheus", find(t, r, "$v").Skipped)
	require.Contains(t, find(t, r, "P of $v").Problem, "its values come from a data source of type prometheus")
}

func TestAdHocFiltersReachEveryQuery(t *testing.T) {
	f := newFake()
	adHoc := `{"name": "f", "type": "adhoc", "datasource": {"uid": "${source}"}, "filters": [{"key": "host", "operator": "=", "value": "h"}]}`
	others := `{"name": "g", "type": "adhoc", "datasource": {"type": "loki", "uid": "l"}, "filters": [{"key": "no", "operator": "=", "value": "n"}]}`
	v := `{"name": "v", "type": "constant", "query": "c"}`
	run(t, f, plan(t, withVariables(sourceVariable+","+adHoc+","+others+","+v, "")))
	require.Equal(t, []any{map[string]any{"key": "host", "operator": "=", "value": "h"}}, f.asked[0].fields["filters"])
}

func TestRepeatedPanelsAreAskedOncePerValue(t *testing.T) {
	for name, all := range map[string]string{"all options": "", "no filter": `, "allValue": "$__all"`} {
		t.Run(name, func(t *testing.T) {
			f := newFake()
			v := ofQuery("v", `{"kind": "directions"}`, `, "includeAll": true`+all)
			r := run(t, f, plan(t, withVariables(sourceVariable+","+v, `, "repeat": "v"`)))
			require.Len(t, f.asked, 2)
			require.Equal(t, []any{"LSF"}, f.asked[0].fields["monitors"])
			require.Equal(t, []any{"存储"}, f.asked[1].fields["monitors"])
			require.Equal(t, 1, find(t, r, "P of 存储").Rows)
		})
	}
}

func TestPanelRepeatedForNothingIsSaid(t *testing.T) {
	f := newFake()
	f.resources["directions"] = nil
	f.answer = func(asked) backend.DataResponse { t.Error("nothing is to be asked"); return backend.DataResponse{} }
	r := run(t, f, plan(t, withVariables(sourceVariable+","+ofQuery("v", `{"kind": "directions"}`, ""), `, "repeat": "v"`)))
	require.Contains(t, r.Skipped()[0].Skipped, "repeated for each $v, of which there is none")
}
