package rule

import (
	"bytes"
	"encoding/json"
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
	g := checkScripts()
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
		require.Equal(t, "B", got["condition"])
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

func TestRenderedQueriesAreWhatThePluginDecodes(t *testing.T) {
	g := checkScripts()
	for i, got := range rendered(t, g).Groups[0].Rules {
		want := g.Rules[i]
		data := got["data"].([]any)
		require.Len(t, data, 2, "a query and a threshold on it: an instant number has nothing to reduce")

		asked := data[0].(map[string]any)
		require.Equal(t, "A", asked["refId"])
		require.Equal(t, DatasourceUID, asked["datasourceUid"])
		require.Equal(t, map[string]any{"from": uint64(want.Window.Length.Seconds()), "to": uint64(0)}, asked["relativeTimeRange"])
		model, err := json.Marshal(asked["model"])
		require.NoError(t, err)
		decoded, unknown, err := query.Decode(query.Type(asked["queryType"].(string)), model)
		require.NoError(t, err)
		require.Empty(t, unknown)
		require.Equal(t, want.Query, decoded)

		compared := data[1].(map[string]any)
		require.Equal(t, "B", compared["refId"])
		require.Equal(t, "__expr__", compared["datasourceUid"])
		expression := compared["model"].(map[string]any)
		require.Equal(t, "threshold", expression["type"])
		require.Equal(t, "A", expression["expression"])
		evaluator := expression["conditions"].([]any)[0].(map[string]any)["evaluator"].(map[string]any)
		require.Equal(t, string(want.Limit.Is), evaluator["type"])
		require.Equal(t, []any{want.Limit.Value}, evaluator["params"])
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

// TestDescriptionsNameTheMonitorAndTheValue expands the descriptions the way
// Grafana does: variables set up before the text, a missing key invalid.
func TestDescriptionsNameTheMonitorAndTheValue(t *testing.T) {
	type value struct{ Value float64 }
	labels := map[string]string{"direction": "storage", "monitor": "检查配额", "host": "host-7", "admin": "lee"}
	expand := func(r Rule, values map[string]value) string {
		expander, err := template.New(r.Name).Option("missingkey=invalid").Funcs(template.FuncMap{
			"humanizeDuration": func(seconds float64) string { return time.Duration(seconds * float64(time.Second)).String() },
		}).Parse("{{- $labels := .Labels -}}{{- $values := .Values -}}" + r.Description)
		require.NoError(t, err, r.Name)
		var out bytes.Buffer
		require.NoError(t, expander.Execute(&out, map[string]any{"Labels": labels, "Values": values}), r.Name)
		require.NotContains(t, out.String(), "no value", r.Name)
		return out.String()
	}
	firing := map[string]struct {
		value float64
		says  []string
	}{
		"HeartlineMonitorLate":     {90, []string{"storage/检查配额", "host-7", "1m30s", "lee"}},
		"HeartlineMonitorDown":     {7200, []string{"storage/检查配额", "host-7", "2h0m0s", "lee"}},
		"HeartlineNoHeartbeats":    {0, []string{"0 heartbeats", "last 2 hours"}},
		"HeartlineAlarmRaised":     {3, []string{"storage/检查配额", "last 10 minutes: 3"}},
		"HeartlineAlarmSendFailed": {2, []string{"storage/检查配额", "last 15 minutes: 2"}},
		"HeartlineErrorLogSurge":   {11, []string{"storage/检查配额", "11 error and fatal lines", "last 15 minutes"}},
	}
	rules := checkScripts().Rules
	require.Len(t, rules, len(firing))
	for _, r := range rules {
		want := firing[r.Name]
		said := expand(r, map[string]value{"A": {want.value}, "B": {1}})
		for _, part := range want.says {
			require.Contains(t, said, part, r.Name)
		}
		healthy := map[Comparison]float64{Above: r.Limit.Value, Below: r.Limit.Value}[r.Limit.Is]
		require.NotEqual(t, said, expand(r, map[string]value{"A": {healthy}, "B": {0}}), "%s says the same when it is resolved", r.Name)
		require.Contains(t, expand(r, nil), "could not be evaluated", r.Name)
	}
}

func TestLateAndDownAreNeverBothTrueOfAMonitor(t *testing.T) {
	asked := map[string]bool{}
	for _, r := range checkScripts().Rules {
		q, ok := r.Query.(*query.Heartbeats)
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
