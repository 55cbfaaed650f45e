package rule

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"testing"
	"text/template"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/query"
)

// file is a rendered group as a stranger to our structs reads it.
type file struct {
	APIVersion int `yaml:"apiVersion"`
	Policies   any `yaml:"policies"`
	Groups     []struct {
		Name, Folder, Interval string
		Rules                  []map[string]any
	}
}

func rendered(t *testing.T, g Group) file {
	t.Helper()
	body, err := Render(g)
	require.NoError(t, err)
	var f file
	require.NoError(t, yaml.Unmarshal(body, &f))
	require.Len(t, f.Groups, 1)
	return f
}

func TestRenderedRulesAreWhatGrafanaReads(t *testing.T) {
	for _, g := range Groups() {
		f := rendered(t, g)
		require.Equal(t, 1, f.APIVersion)
		require.Nil(t, f.Policies, "policies would replace the organisation's own")
		require.Equal(t, "1m", f.Groups[0].Interval)
		require.Equal(t, "Heartline", f.Groups[0].Folder)
		require.Len(t, f.Groups[0].Rules, len(g.Rules))
		for i, got := range f.Groups[0].Rules {
			want := g.Rules[i]
			require.Equal(t, want.UID, got["uid"])
			require.Equal(t, want.Name, got["title"])
			nodes := got["data"].([]any)
			require.Equal(t, nodes[len(nodes)-1].(map[string]any)["refId"], got["condition"], "the threshold decides")
			require.Equal(t, duration(want.For.Length), got["for"])
			require.Equal(t, string(want.NoData), got["noDataState"])
			require.Equal(t, "Error", got["execErrState"])
			require.Equal(t, map[string]any{"severity": string(want.Severity)}, got["labels"])
			require.Equal(t, want.Dashboard, got["dashboardUid"])
			require.EqualValues(t, want.Panel, got["panelId"])
			annotations := got["annotations"].(map[string]any)
			require.Equal(t, want.RunbookURL(), annotations["runbook_url"])
			require.Equal(t, want.Dashboard, annotations["__dashboardUid__"])
			require.Equal(t, strconv.Itoa(int(want.Panel)), annotations["__panelId__"], "both or neither")
		}
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
	for _, g := range Groups() {
		for i, got := range rendered(t, g).Groups[0].Rules {
			want, nodes := g.Rules[i], nodesOf(t, got)
			for k, term := range want.Terms {
				name := refID(k)
				if term.Else != nil {
					require.JSONEq(t, fmt.Sprintf(`{"refId": %q, "datasource": {"type": "__expr__", "uid": "__expr__"}, "type": "reduce",
						"expression": "%s0", "reducer": "last", "settings": {"mode": "replaceNN", "replaceWithValue": %v}}`, name, name, *term.Else),
						string(nodes[name].Model))
					name += "0"
				}
				asked := nodes[name]
				require.Equal(t, DatasourceUID, asked.DatasourceUID)
				require.Equal(t, int((term.Window.Length + term.Ended).Seconds()), asked.Range.From)
				require.Equal(t, int(term.Ended.Seconds()), asked.Range.To)
				decoded, unknown, err := query.Decode(query.Type(asked.QueryType), asked.Model)
				require.NoError(t, err)
				require.Empty(t, unknown)
				require.Equal(t, term.Query, decoded)
			}
		}
	}
}

func TestRenderedThresholdsCompareTheNumberThatIsJudged(t *testing.T) {
	for _, g := range Groups() {
		for i, got := range rendered(t, g).Groups[0].Rules {
			want, nodes := g.Rules[i], nodesOf(t, got)
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
			require.Equal(t, string(want.Limit.Is), threshold.Conditions[0].Evaluator.Type)
			require.Equal(t, want.Limit.params(), threshold.Conditions[0].Evaluator.Params)
			if want.Formula != "" {
				require.JSONEq(t, fmt.Sprintf(`{"refId": %q, "datasource": {"type": "__expr__", "uid": "__expr__"}, "type": "math", "expression": %q}`,
					threshold.Expression, want.Formula), string(nodes[threshold.Expression].Model))
			}
		}
	}
}

func TestRulesAskTheDataSourceThatIsProvisioned(t *testing.T) {
	body, err := os.ReadFile("../../provisioning/datasources/heartline.yaml")
	require.NoError(t, err)
	var f struct {
		Datasources []struct{ UID, Type string }
	}
	require.NoError(t, yaml.Unmarshal(body, &f))
	require.Len(t, f.Datasources, 1)
	require.Equal(t, DatasourceUID, f.Datasources[0].UID)
	require.Equal(t, "heartline-monitor-datasource", f.Datasources[0].Type)
}

func TestDollarsAreEscapedWhereGrafanaReplacesVariablesAndOnlyThere(t *testing.T) {
	g := checkScripts()
	g.Name, g.Folder = "costs $5", "up to $5"
	g.Rules[0].Name = "Heartline$HOME"
	body, err := Render(g)
	require.NoError(t, err)
	text := string(body)
	require.Contains(t, text, "costs $$5")
	require.Contains(t, text, "up to $$5")
	require.Contains(t, text, "Heartline$$HOME")
	require.Contains(t, text, "{{ $labels.monitor }}")
	require.NotContains(t, text, "$$labels", "annotations are not replaced: $$ would stay")
}

// described expands a description the way Grafana does: variables set up before the
// text, a missing key invalid.
func described(t *testing.T, r Rule, labels map[string]string, values map[string]value) string {
	t.Helper()
	expander, err := template.New(r.Name).Option("missingkey=invalid").Funcs(template.FuncMap{
		"humanizeDuration": func(seconds float64) string { return time.Duration(seconds * float64(time.Second)).String() },
		"humanize1024":     func(v float64) string { return fmt.Sprintf("%.1fGi", v/(1<<30)) },
	}).Parse("{{- $labels := .Labels -}}{{- $values := .Values -}}" + r.Description())
	require.NoError(t, err, r.Name)
	var out bytes.Buffer
	require.NoError(t, expander.Execute(&out, map[string]any{"Labels": labels, "Values": values}), r.Name)
	require.NotContains(t, out.String(), "no value", r.Name)
	return out.String()
}

type value struct{ Value float64 }

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
	for _, g := range Groups() {
		for _, r := range g.Rules {
			want, known := firing[r.Name]
			require.True(t, known, r.Name)
			said := described(t, r, labels, map[string]value{r.judged(): {want.value}, r.condition(): {1}})
			for _, part := range want.says {
				require.Contains(t, said, part, r.Name)
			}
			healthy := map[Comparison]float64{Above: r.Limit.Value, Below: r.Limit.Value, AtLeast: r.Limit.Value - 1, Between: r.Limit.Until}[r.Limit.Is]
			resolved := described(t, r, labels, map[string]value{r.judged(): {healthy}, r.condition(): {0}})
			require.NotEqual(t, said, resolved, "%s says the same when it is resolved", r.Name)
			require.Contains(t, described(t, r, labels, map[string]value{r.judged(): {math.NaN()}}), "no number now", r.Name)
			require.Contains(t, described(t, r, labels, nil), "could not be evaluated", r.Name)
			delete(firing, r.Name)
		}
	}
	require.Empty(t, firing)
}

func TestLateAndDownAreNeverBothTrueOfAMonitor(t *testing.T) {
	asked := map[string]bool{}
	for _, r := range checkScripts().Rules {
		q, ok := r.Terms[0].Query.(*query.Heartbeats)
		if !ok || q.Shape() != query.FormatStatus {
			continue
		}
		require.Len(t, q.Statuses, 1, r.Name)
		require.False(t, asked[string(q.Statuses[0])], r.Name)
		asked[string(q.Statuses[0])] = true
		require.Equal(t, query.MaxLimit, q.Limit, "%s: with fewer rows than monitors the rule fails", r.Name)
	}
	require.Equal(t, map[string]bool{"late": true, "down": true}, asked)
}

func TestDurationsAreWrittenAsGrafanaReadsThem(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 90 * time.Second: "90s", 10 * time.Minute: "10m", 90 * time.Minute: "90m", 2 * time.Hour: "2h",
	} {
		require.Equal(t, want, duration(d))
	}
}
