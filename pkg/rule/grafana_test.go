package rule

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"testing"
	"text/template"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/query"
)

// file is a rendered pack as a stranger to our structs reads it.
type file struct {
	APIVersion int `yaml:"apiVersion"`
	Policies   any `yaml:"policies"`
	Delete     []struct {
		OrgID int    `yaml:"orgId"`
		UID   string `yaml:"uid"`
	} `yaml:"deleteRules"`
	Groups []struct {
		Name, Folder, Interval string
		Rules                  []map[string]any
	}
}

func fileOf(t *testing.T, body []byte) file {
	t.Helper()
	var f file
	require.NoError(t, yaml.Unmarshal(body, &f))
	return f
}

// eachRendered gives every alert of a pack with what it is rendered as.
func eachRendered(t *testing.T, p Pack, see func(want Rule, got map[string]any)) {
	t.Helper()
	f := fileOf(t, []byte(rendering(t, p, Grafana)))
	require.Equal(t, 1, f.APIVersion)
	require.Nil(t, f.Policies, "policies would replace the organisation's own")
	var rendered []map[string]any
	for _, g := range f.Groups {
		require.Equal(t, Literal(p.Folder), g.Folder)
		rendered = append(rendered, g.Rules...)
	}
	i := 0
	for _, r := range p.Rules() {
		if r.Alert != "" {
			see(r, rendered[i])
			i++
		}
	}
	require.Len(t, rendered, i)
}

func TestRenderedRulesAreWhatGrafanaReads(t *testing.T) {
	for _, p := range shipped(t) {
		eachRendered(t, p, func(want Rule, got map[string]any) {
			require.Equal(t, want.UID, got["uid"])
			require.Equal(t, want.Alert, got["title"])
			nodes := got["data"].([]any)
			require.Equal(t, nodes[len(nodes)-1].(map[string]any)["refId"], got["condition"], "the threshold decides")
			require.Equal(t, grafanaDuration(want.For), got["for"])
			require.Equal(t, string(want.NoData), got["noDataState"])
			require.Equal(t, "Error", got["execErrState"])
			require.Equal(t, want.Label("severity"), got["labels"].(map[string]any)["severity"])
			require.Equal(t, want.Panel.Dashboard, got["dashboardUid"])
			require.EqualValues(t, want.Panel.ID, got["panelId"])
			annotations := got["annotations"].(map[string]any)
			require.Equal(t, p.RunbookURL(want), annotations["runbook_url"])
			require.Equal(t, want.Panel.Dashboard, annotations["__dashboardUid__"])
			require.Equal(t, strconv.Itoa(int(want.Panel.ID)), annotations["__panelId__"], "both or neither")
		})
	}
}

// node is a query or an expression of a rendered rule.
type node struct {
	RefID         string `json:"refId"`
	QueryType     string `json:"queryType"`
	DatasourceUID string `json:"datasourceUid"`
	Range         struct {
		From, To int
	} `json:"relativeTimeRange"`
	Model json.RawMessage `json:"model"`
}

// nodesOf are the nodes of a rendered rule by their names.
func nodesOf(t *testing.T, rule map[string]any) map[string]node {
	t.Helper()
	body, err := json.Marshal(rule["data"])
	require.NoError(t, err)
	var nodes []node
	require.NoError(t, json.Unmarshal(body, &nodes))
	named := map[string]node{}
	for _, n := range nodes {
		require.NotContains(t, named, n.RefID)
		require.Contains(t, string(n.Model), `"refId":"`+n.RefID+`"`)
		named[n.RefID] = n
	}
	return named
}

func TestRenderedQueriesAreWhatThePluginDecodes(t *testing.T) {
	for _, p := range shipped(t) {
		eachRendered(t, p, func(want Rule, got map[string]any) {
			nodes := nodesOf(t, got)
			for k, term := range want.Terms {
				name := refID(k)
				if term.Else != nil {
					require.JSONEq(t, fmt.Sprintf(`{"refId": %q, "datasource": {"type": "__expr__", "uid": "__expr__"}, "type": "reduce",
						"expression": "%s0", "reducer": "last", "settings": {"mode": "replaceNN", "replaceWithValue": %v}}`, name, name, *term.Else),
						string(nodes[name].Model))
					name += "0"
				}
				require.Equal(t, term.Query, decoded(t, nodes[name]))
				require.Equal(t, int((term.Window + term.Ended).Seconds()), nodes[name].Range.From)
				require.Equal(t, int(term.Ended.Seconds()), nodes[name].Range.To)
			}
			if len(want.Terms) == 0 {
				asked := decoded(t, nodes["A"]).(*query.PromQL)
				require.Equal(t, query.FormatInstant, asked.Format)
				require.True(t, asked.Lenient, "%s: without a Prometheus it stays quiet", want.Alert)
			}
		})
	}
}

func decoded(t *testing.T, asked node) query.Query {
	t.Helper()
	require.Equal(t, DatasourceUID, asked.DatasourceUID)
	q, unknown, err := query.Decode(query.Type(asked.QueryType), asked.Model)
	require.NoError(t, err)
	require.Empty(t, unknown)
	return q
}

func TestRenderedThresholdsCompareTheNumberThatIsJudged(t *testing.T) {
	for _, name := range []string{"check-scripts", "requests", "go-runtime"} {
		eachRendered(t, pack(t, name), func(want Rule, got map[string]any) {
			nodes := nodesOf(t, got)
			var threshold struct {
				Type, Expression string
				Conditions       []struct {
					Evaluator struct {
						Type   string
						Params []float64
					}
				}
			}
			require.NoError(t, json.Unmarshal(nodes[got["condition"].(string)].Model, &threshold))
			require.Equal(t, "threshold", threshold.Type)
			require.Contains(t, nodes, threshold.Expression)
			e := threshold.Conditions[0].Evaluator
			require.Equal(t, want.Limit.evaluator(), evaluator{e.Type, e.Params})
			if want.Formula != "" {
				require.JSONEq(t, fmt.Sprintf(`{"refId": %q, "datasource": {"type": "__expr__", "uid": "__expr__"}, "type": "math", "expression": %q}`,
					threshold.Expression, want.Formula), string(nodes[threshold.Expression].Model))
			}
		})
	}
}

// expanded expands a text the way Grafana does: variables set up before it, a missing
// key invalid.
func expanded(t *testing.T, text string, labels map[string]string, values map[string]value) string {
	t.Helper()
	expander, err := template.New("text").Option("missingkey=invalid").Funcs(functions).Funcs(template.FuncMap{
		"humanizeDuration": func(seconds float64) string { return time.Duration(seconds * float64(time.Second)).String() },
		"humanize1024":     func(v float64) string { return fmt.Sprintf("%.1fGi", v/(1<<30)) },
		"humanize":         func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) },
	}).Parse("{{- $labels := .Labels -}}{{- $values := .Values -}}{{- $value := .Value -}}" + text)
	require.NoError(t, err, text)
	var out bytes.Buffer
	require.NoError(t, expander.Execute(&out, map[string]any{"Labels": labels, "Values": values, "Value": "[ var='A' ]"}), text)
	require.NotContains(t, out.String(), "<no value>", text)
	return out.String()
}

type value struct{ Value float64 }

func TestDescriptionsOfPromQLRulesHaveTheNumberAsPrometheusDoes(t *testing.T) {
	labels := map[string]string{"job": "milvus"}
	eachRendered(t, ours(t), func(want Rule, got map[string]any) {
		if want.Alert != "SearchSlow" {
			return
		}
		text := got["annotations"].(map[string]any)["description"].(string)
		require.Equal(t, "milvus took 1500 ms for a search in the last 5 minutes. It cost $5.", expanded(t, text, labels, map[string]value{"A": {1500}, "B": {1}}))
		require.Contains(t, expanded(t, text, labels, nil), "could not be evaluated")
	})
}

func TestDescriptionsNameWhatItIsAndTheValue(t *testing.T) {
	labels := map[string]string{"direction": "storage", "monitor": "检查配额", "host": "host-7", "admin": "lee", "service": "订单"}
	firing := map[string]struct {
		value float64
		says  []string
	}{
		"HeartlineMonitorLate":        {90, []string{"storage/检查配额", "host-7", "1m30s", "lee"}},
		"HeartlineMonitorDown":        {7200, []string{"storage/检查配额", "host-7", "2h0m0s", "lee"}},
		"HeartlineNoHeartbeats":       {0, []string{"0 heartbeats", "last 2 hours"}},
		"HeartlineAlarmRaised":        {3, []string{"storage/检查配额", "last 10 minutes: 3"}},
		"HeartlineAlarmSendFailed":    {2, []string{"storage/检查配额", "last 15 minutes: 2"}},
		"HeartlineErrorLogSurge":      {11, []string{"storage/检查配额", "11 error and fatal lines", "last 15 minutes"}},
		"HeartlineServiceUnreachable": {0, []string{"订单 cannot be read"}},
		"HeartlineServiceSilent":      {360, []string{"订单", "6m0s"}},
		"HeartlineSuccessRateLow":     {81.23, []string{"订单", "81.2 %", "last 5 minutes"}},
		"HeartlineLatencyHigh":        {1.5, []string{"订单", "1.50 s", "last 5 minutes"}},
		"HeartlineRequestRateHigh":    {63.21, []string{"订单", "63.2 times", "last 5 minutes"}},
		"HeartlineCpuHigh":            {97, []string{"订单", "97.0 %"}},
		"HeartlineMemoryUsageHigh":    {88, []string{"订单", "88.0 %"}},
		"HeartlineGoroutinesElevated": {2000, []string{"订单", "2000 goroutines"}},
		"HeartlineGoroutinesHigh":     {9999, []string{"订单", "9999 goroutines"}},
		"HeartlineGoroutinesLeak":     {10_000, []string{"订单", "10000 goroutines"}},
		"HeartlineMemoryElevated":     {2 << 30, []string{"订单", "2.0GiB"}},
		"HeartlineMemoryHigh":         {3 << 30, []string{"订单", "3.0GiB"}},
		"HeartlineMemoryDangerous":    {5 << 30, []string{"订单", "5.0GiB"}},
		"HeartlineGoroutinesGrow":     {34.4, []string{"goroutines of 订单", "34 %"}},
		"HeartlineMemoryGrows":        {21, []string{"heap of 订单", "21 %"}},
	}
	for _, p := range shipped(t) {
		for _, r := range p.Rules() {
			if len(r.Terms) == 0 {
				continue
			}
			want, known := firing[r.Alert]
			require.True(t, known, r.Alert)
			said := expanded(t, r.description(), labels, map[string]value{r.judged(): {want.value}, r.condition(): {1}})
			for _, part := range want.says {
				require.Contains(t, said, part, r.Alert)
			}
			healthy := map[Comparison]float64{Above: r.Limit.Value, Below: r.Limit.Value, AtLeast: r.Limit.Value - 1, Between: r.Limit.Until}[r.Limit.Is]
			resolved := expanded(t, r.description(), labels, map[string]value{r.judged(): {healthy}, r.condition(): {0}})
			require.NotEqual(t, said, resolved, "%s says the same when it is resolved", r.Alert)
			require.Contains(t, expanded(t, r.description(), labels, map[string]value{r.judged(): {math.NaN()}}), "no number now", r.Alert)
			require.Contains(t, expanded(t, r.description(), labels, nil), "could not be evaluated", r.Alert)
			delete(firing, r.Alert)
		}
	}
	require.Empty(t, firing)
}

func TestFractionsInLimitsReachTheDescription(t *testing.T) {
	require.Equal(t, "gt .Value 0.05", Limit{Is: Above, Value: 0.05}.test())
	require.Equal(t, "lt .Value 95.0", Limit{Is: Below, Value: 95}.test())
	require.Equal(t, "and (ge .Value 2000.0) (lt .Value 5000.5)", Limit{Is: Between, Value: 2000, Until: 5000.5}.test())
}

func TestLimitsAreNumbersToEveryReaderOfYAML(t *testing.T) {
	require.Equal(t, []any{int64(8e9), 2147483648.0, 0.05, 1000.0, -int64(3e6), 1e300}, plainNumbers([]float64{8e9, 1 << 31, 0.05, 1000, -3e6, 1e300}))
}
