package provisioning

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const rules = `apiVersion: 1
groups:
  - orgId: 1
    name: check scripts
    folder: Heartline
    interval: 1m
    rules:
      - uid: late
        title: Late in ${HEARTLINE_TEST_PLACE}
        condition: B
        noDataState: OK
        labels: {severity: warning}
        data:
          - refId: A
            queryType: heartbeats
            datasourceUid: $HEARTLINE_TEST_UID
            relativeTimeRange: {from: 3600, to: 60}
            model: {refId: A, format: status, text: "$kept", datasource: {type: heartline-monitor-datasource, uid: x}}
          - refId: B
            datasourceUid: __expr__
            model: {refId: B, type: threshold, expression: A}
`

func TestRulesAreReadWithTheirNodes(t *testing.T) {
	t.Setenv("HEARTLINE_TEST_PLACE", "Berlin")
	t.Setenv("HEARTLINE_TEST_UID", "heartline")
	path := write(t, "rules.yaml", rules)
	all, err := ReadRules([]string{path})
	require.NoError(t, err)
	require.Len(t, all, 1)
	r := all[0]
	require.Equal(t, "Late in Berlin", r.Title)
	require.Equal(t, []string{path, "Heartline", "check scripts", "late", "B", "OK"}, []string{r.File, r.Folder, r.Group, r.UID, r.Condition, r.NoDataState})
	require.Len(t, r.Nodes, 2)
	require.Equal(t, Reference{Type: PluginType, UID: "heartline"}, r.Nodes[0].DataSource)
	require.Equal(t, []time.Duration{time.Hour, time.Minute}, []time.Duration{r.Nodes[0].From, r.Nodes[0].To})
	require.JSONEq(t, `{"refId":"A","format":"status","text":"$kept","queryType":"heartbeats","datasource":{"type":"heartline-monitor-datasource","uid":"x"}}`, string(r.Nodes[0].Model))
	require.Equal(t, ExpressionUID, r.Nodes[1].DataSource.UID)
}

func TestFilesWithoutRulesArePassedOverBesideOthers(t *testing.T) {
	contacts := write(t, "contacts.yaml", "apiVersion: 1\ncontactPoints: []\n")
	all, err := ReadRules([]string{contacts, write(t, "rules.yml", rules)})
	require.NoError(t, err)
	require.Len(t, all, 1)
	_, err = ReadRules([]string{contacts})
	require.ErrorContains(t, err, "no alert rules in")
}

func TestReadRulesSaysWhatIsWrong(t *testing.T) {
	for content, want := range map[string]string{
		"groups: [": "[1:9]",
		"groups:\n- {name: g, rules: [{title: $__file{/nowhere}}]}\n":                                      "[2:",
		"groups:\n- {name: g, rules: [{title: '$__file{/nowhere}'}]}\n":                                    `group "g", rule "$__file{/nowhere}"`,
		"groups:\n- {name: g, rules: [{title: r, data: [{refId: A, datasourceUid: '$__file{/x}'}]}]}\n":    "node A: $__file{/x}",
		"groups:\n- {name: g, rules: [{title: r, data: [{refId: A, model: {datasource: [1]}}]}]}\n":        "node A: model",
		"groups:\n- {name: g, rules: [{title: r, data: [{refId: A, relativeTimeRange: {from: soon}}]}]}\n": "[2:",
	} {
		path := write(t, "rules.yaml", content)
		_, err := ReadRules([]string{path})
		require.ErrorContains(t, err, want, content)
		require.ErrorContains(t, err, path)
	}
	_, err := ReadRules([]string{t.TempDir()})
	require.ErrorContains(t, err, "holds no file that ends in [.yaml .yml .json]")
}

func TestNoRulesAreAskedForWithoutPaths(t *testing.T) {
	all, err := ReadRules(nil)
	require.NoError(t, err)
	require.Empty(t, all)
}
