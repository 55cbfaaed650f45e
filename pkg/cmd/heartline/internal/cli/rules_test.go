package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// ownRules is a rule file of a company.
const ownRules = `heartline:
  runbooks: {url: 'https://wiki.example.org/runbooks'}
groups:
  - name: ours
    interval: 30s
    rules:
      - record: job:searches:rate5m
        expr: sum by (job) (rate(milvus_proxy_req_count{status="total"}[5m]))
      - alert: SearchesFew
        expr: sum(rate(milvus_proxy_req_count{status="total"}[5m])) < ${limit}
        for: 5m
        labels: {severity: warning}
        annotations: {summary: Few searches, description: 'Only {{ $value }} per second.'}
        heartline:
          panel: ours/7
          parameters:
            limit: {value: 10, unit: requests per second, reason: nights are quiet}
`

// company makes a folder with its rules, dashboards and parameters, and goes there.
func company(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"ours.yml":       ownRules,
		"board.json":     `{"uid": "ours", "title": "Ours", "panels": [{"id": 7, "type": "stat", "title": "Searches"}]}`,
		"production.yml": "SearchesFew: {limit: 25}\n",
		"routes.yml":     "receivers:\n  - {name: search, variables: SEARCH}\nroutes:\n  - {receiver: search, rules: ['Searches*']}\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
	}
	t.Chdir(dir)
}

func content(t *testing.T, path string) string {
	t.Helper()
	body, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(body)
}

func TestRulesCheckFindsNothingWrongWithTheShippedPacks(t *testing.T) {
	o := heartline(t, "rules", "check")
	require.Zero(t, o.code, o.out+o.err)
	require.Regexp(t, `^nothing is wrong with \d+ packs, \d+ alerts and \d+ recording rules\n$`, o.out)
}

func TestRulesCheckPrintsALineForEachProblem(t *testing.T) {
	company(t)
	require.Equal(t, outcome{out: "nothing is wrong with 1 packs, 1 alerts and 1 recording rules\n"},
		heartline(t, "rules", "check", "ours.yml", "--dashboards", "board.json"))
	o := heartline(t, "rules", "check", "ours.yml")
	require.Equal(t, exitFailed, o.code)
	require.Contains(t, o.out, `ours.yml:15:18: there is no dashboard with the uid "ours": `)
	require.Equal(t, "heartline: the rules have problems: 1 found\n", o.err)

	broken := strings.NewReplacer("severity: warning", "severity: worry", "milvus_proxy_req_count", "milvus_proxy_reqs").Replace(ownRules)
	require.NoError(t, os.Mkdir("own", 0o750))
	require.NoError(t, os.WriteFile("own/ours.yml", []byte(broken), 0o600))
	o = heartline(t, "rules", "check", "own", "--dashboards", "board.json")
	require.Equal(t, exitFailed, o.code)
	require.Contains(t, o.out, `own/ours.yml:12:28: unknown severity "worry"`)
	require.Contains(t, o.out, `own/ours.yml:8:34: unknown metric "milvus_proxy_reqs"`)
}

func TestRulesAreRenderedForBothServersAndStayCurrent(t *testing.T) {
	company(t)
	render := []string{"rules", "render", "--out", "rendered", "ours.yml", "--dashboards", "board.json", "--parameters", "production.yml"}
	o := heartline(t, append(render, "--check")...)
	require.Equal(t, exitFailed, o.code)
	require.Contains(t, o.out, "rendered/grafana/ours.yaml: not current\n")
	require.NoDirExists(t, "rendered")

	o = heartline(t, render...)
	require.Zero(t, o.code, o.err)
	require.Equal(t, "rendered/grafana/ours.yaml: written\nrendered/prometheus/ours.yml: written\n", o.out)
	require.Equal(t, "note: ours: 1 recording rules are for Prometheus only: load its rule file there\n", o.err)
	require.Contains(t, content(t, "rendered/prometheus/ours.yml"), "< 25\n")
	require.Contains(t, content(t, "rendered/grafana/ours.yaml"), "- 25.0\n")

	o = heartline(t, append(render, "--check")...)
	require.Zero(t, o.code)
	require.Equal(t, "rendered/grafana/ours.yaml: current\nrendered/prometheus/ours.yml: current\n", o.out)
	o = heartline(t, append(render, "--check", "--set", "SearchesFew.limit=30")...)
	require.Equal(t, exitFailed, o.code, "--set wins over the file")
	require.Contains(t, o.err, "not current: render them again without --check")
}

func TestRulesAreRenderedIntoTheFolderItselfForOneServer(t *testing.T) {
	company(t)
	o := heartline(t, "rules", "render", "--out", "alerting", "--for", "grafana", "--datasource-type", "prometheus", "--datasource-uid", "prom",
		"ours.yml", "--dashboards", "board.json", "requests")
	require.Zero(t, o.code, o.err)
	require.Equal(t, "alerting/ours.yaml: written\nalerting/requests.yaml: written\n", o.out)
	require.Contains(t, content(t, "alerting/ours.yaml"), "uid: prom\n")
	require.NotContains(t, content(t, "alerting/requests.yaml"), "prom\n", "what Heartline alone can answer it is asked for")
}

func TestRulesAreGivenReceiversThatTheEnvironmentEnables(t *testing.T) {
	company(t)
	render := []string{"rules", "render", "--out", "alerting", "--for", "grafana", "--notifications", "routes.yml", "ours.yml", "--dashboards", "board.json"}
	o := heartline(t, render...)
	require.Zero(t, o.code, o.err)
	require.NotContains(t, content(t, "alerting/ours.yaml"), "notification_settings")
	require.Contains(t, o.err, "note: route 1 is passed over")

	t.Setenv("SEARCH_MAIL_TO", "search@example.org")
	require.Zero(t, heartline(t, render...).code)
	require.Contains(t, content(t, "alerting/ours.yaml"), "receiver: search\n")
}

func TestRulesNameWhatIsWrongOnTheCommandLine(t *testing.T) {
	company(t)
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"rules", "rendr"}, exitUsage, `unknown command "rendr"`},
		{[]string{"rules", "render"}, exitUsage, "--out is missing"},
		{[]string{"rules", "render", "--out", "d", "--for", "loki"}, exitUsage, `--for "loki" is unknown: use one of grafana, prometheus`},
		{[]string{"rules", "render", "--out", "d", "--datasource-type", "prometheus"}, exitUsage, "--datasource-uid is missing"},
		{[]string{"rules", "render", "--out", "d", "milvs"}, exitUsage, `there is no pack "milvs": use one of check-scripts, `},
		{[]string{"rules", "render", "--out", "d", "--set", "limit=5"}, exitUsage, `--set "limit=5" is no setting`},
		{[]string{"rules", "check", "none.yml"}, exitFailed, "none.yml"},
		{[]string{"rules", "check", "--parameters", "none.yml"}, exitFailed, "read --parameters"},
		{[]string{"rules", "check", "ours.yml", "--dashboards", "none"}, exitFailed, "none does not exist"},
		{[]string{"rules", "render", "--out", "d", "requests", "--notifications", "none.yml"}, exitFailed, "none.yml"},
	} {
		o := heartline(t, c.args...)
		require.Equal(t, c.code, o.code, c.args)
		require.Contains(t, o.err, c.says, c.args)
	}
	o := heartline(t, "rules", "check", "requests", "--set", "HeartlineCpuHi.limit=5")
	require.Equal(t, exitFailed, o.code)
	require.Equal(t, "--set: there is no parameter HeartlineCpuHi.limit: did you mean \"HeartlineCpuHigh.limit\"?\n", o.out)
	require.NoError(t, os.Mkdir("empty", 0o750))
	require.Contains(t, heartline(t, "rules", "check", "empty").err, "has no rule files: put *.yml there")
	require.Contains(t, heartline(t, "rules").out, "Packs of Heartline: check-scripts, go-runtime, ")
}
