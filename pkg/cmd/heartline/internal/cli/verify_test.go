package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/pluginhost"
	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/verify"
)

// report runs verify with JSON output over the real plugin.
func report(t *testing.T, args ...string) (verify.Report, outcome) {
	t.Helper()
	o := heartline(t, append([]string{"verify", "--plugin", pluginBinary, "--output", "json"}, args...)...)
	var r verify.Report
	require.NoError(t, json.Unmarshal([]byte(o.out), &r), o.err)
	return r, o
}

func TestShippedDashboardsAndRulesAreAnswered(t *testing.T) {
	// Now, because an app tells little of other times, and is followed live.
	source := complete(t, newStore(t, time.Now().UTC()))
	r, o := report(t, "--datasource", source, "--dashboards", filepath.Join(module, "dashboards"),
		"--rules", filepath.Join(module, "provisioning", "alerting"))
	require.Empty(t, r.Problems())
	require.Zero(t, o.code, o.err)
	require.Contains(t, r.Health, "check scripts: 2 monitors in 2 directions")
	kinds := map[verify.Kind]int{}
	states := map[string]string{}
	for _, c := range r.Checks {
		kinds[c.Kind]++
		if c.Kind == verify.KindRule {
			states[c.Panel] = c.State
		}
	}
	for _, kind := range []verify.Kind{verify.KindPanel, verify.KindVariable, verify.KindAnnotation, verify.KindRule} {
		require.NotZero(t, kinds[kind], kind)
	}
	require.Equal(t, "firing 1", states["HeartlineMonitorDown"])
	require.Equal(t, "normal", states["HeartlineNoHeartbeats"])
	require.Equal(t, "normal", states["HeartlineServiceUnreachable"])
	require.Equal(t, "firing 2", states["HeartlineSuccessRateLow"], "a tenth of the requests failed, as both services tell")
	require.Equal(t, "no data", states["HeartlineGoroutinesGrow"], "nobody has known the app for an hour")
}

func TestVerifyPrintsATable(t *testing.T) {
	source := dataSource(t, newStore(t, end), "")
	o := heartline(t, "verify", "--plugin", pluginBinary, "--datasource", source, "--dashboards", board(t, panelOf("P", `"queryType": "alarms"`)), "--to", to)
	require.Zero(t, o.code, o.err)
	require.Contains(t, o.out, "Dashboard  Panel       Type         Series  Rows")
	require.Regexp(t, `D +P +alarms rows +1 +2 +\d+m?s`, o.out)
	require.Contains(t, o.out, "Asked panel queries 1, variables 2: all answered")
}

// panelOf is a panel of our data source with one query.
func panelOf(title, query string) string {
	return fmt.Sprintf(`{"title": %q, "type": "table", "datasource": {"type": "heartline-monitor-datasource", "uid": "heartline"}, "targets": [{"refId": "A", %s}]}`, title, query)
}

// board writes a dashboard named D with these panels, and variables $direction
// and $monitor.
func board(t *testing.T, panels ...string) string {
	t.Helper()
	variable := `{"name": %q, "type": "query", "includeAll": true, "multi": true, "query": %s, "datasource": {"type": "heartline-monitor-datasource", "uid": "heartline"}}`
	return file(t, "board.json", fmt.Sprintf(`{"title": "D", "panels": [%s], "templating": {"list": [%s, %s]}}`, strings.Join(panels, ","),
		fmt.Sprintf(variable, "direction", `{"kind": "directions"}`), fmt.Sprintf(variable, "monitor", `{"kind": "monitors", "directions": ["$direction"]}`)))
}

func TestPanelsThatFailAreListed(t *testing.T) {
	source := dataSource(t, newStore(t, end), "")
	dashboard := board(t,
		panelOf("Good", `"queryType": "logs", "directions": ["$direction"], "monitors": ["$monitor"]`),
		panelOf("Empty", `"queryType": "logs", "text": "nobody says this"`),
		panelOf("Wrong", `"queryType": "logs", "limit": -1`),
		panelOf("Unknown", `"queryType": "logs", "hosts": ["$host"]`),
		`{"title": "Other", "type": "stat", "datasource": {"type": "prometheus", "uid": "p"}, "targets": [{"refId": "A", "expr": "up"}]}`,
		`{"title": "Row", "type": "row", "panels": [`+panelOf("Nested", `"queryType": "heartbeats"`)+`]}`)
	args := []string{"--datasource", source, "--dashboards", dashboard, "--to", to}
	r, o := report(t, args...)
	require.Equal(t, exitFailed, o.code)
	problems := map[string]string{}
	for _, c := range r.Problems() {
		problems[c.Panel] = c.Problem
	}
	require.Len(t, problems, 3)
	require.Contains(t, problems["Empty"], "no rows from 2026-03-06T12:30:00Z to 2026-03-06T18:30:00Z")
	require.Contains(t, problems["Wrong"], "limit is -1")
	require.Contains(t, problems["Unknown"], "unknown variable $host: the dashboard has $direction, $monitor")
	require.Contains(t, o.err, "verification failed: 3 of 7 queries failed or were empty")
	require.Len(t, r.Skipped(), 1)

	o = heartline(t, append([]string{"verify", "--plugin", pluginBinary, "--allow-empty", "D/Empty"}, args...)...)
	require.Equal(t, exitFailed, o.code)
	require.Contains(t, o.out, "panel D/Other (A): a data source of type prometheus")
	require.Contains(t, o.out, "panel D/Wrong (A): ")
	require.NotContains(t, o.out, "panel D/Empty")
}

func TestRangeOfTheCommandLineIsAskedOfEveryDashboard(t *testing.T) {
	source := dataSource(t, newStore(t, end), "")
	r, o := report(t, "--datasource", source, "--dashboards", board(t, panelOf("P", `"queryType": "heartbeats"`)),
		"--from", "2026-03-06 18:20:00", "--to", to)
	require.Zero(t, o.code, o.err)
	require.Equal(t, 2, r.Checks[len(r.Checks)-1].Rows)
}

func TestSeveralFilesMayFollowOneFlag(t *testing.T) {
	source := dataSource(t, newStore(t, end), "")
	one, other := board(t, panelOf("One", `"queryType": "monitors"`)), board(t, panelOf("Other", `"queryType": "monitors"`))
	r, o := report(t, "--dashboards", one, other, "--datasource", source, "--to", to)
	require.Zero(t, o.code, o.err)
	require.Len(t, r.Checks, 6)
}

func TestLiveQueriesAreFollowedOverTheRealPlugin(t *testing.T) {
	now := time.Now().UTC()
	root := newStore(t, now)
	r, o := report(t, "--datasource", dataSource(t, root, ""), "--dashboards", board(t, panelOf("Live", `"queryType": "logs", "live": true`)))
	require.Zero(t, o.code, o.out)
	require.Equal(t, "logs lines", r.Checks[len(r.Checks)-1].Type)
}

func TestVerifyFails(t *testing.T) {
	source := dataSource(t, newStore(t, end), "")
	dashboard := board(t, panelOf("P", `"queryType": "monitors"`))
	for name, c := range map[string]struct {
		args []string
		code int
		want string
	}{
		"without a file":         {[]string{"--dashboards", dashboard}, exitUsage, "--datasource is missing"},
		"without anything":       {[]string{"--datasource", source}, exitUsage, "nothing to verify: name --dashboards, --rules or both"},
		"with a stray argument":  {[]string{"stray", "--datasource", source}, exitUsage, `unexpected argument "stray"`},
		"with a bad format":      {[]string{"--datasource", source, "--rules", ".", "--output", "csv"}, exitUsage, "use one of table, json"},
		"with a bad end":         {[]string{"--datasource", source, "--dashboards", dashboard, "--to", "later"}, exitUsage, `--to: "later" is not a time`},
		"with a bad begin":       {[]string{"--datasource", source, "--dashboards", dashboard, "--from", "later"}, exitUsage, `from: "later" is not a time`},
		"with a lost dashboard":  {[]string{"--datasource", source, "--dashboards", "none.json"}, exitFailed, "none.json does not exist"},
		"with a bad dashboard":   {[]string{"--datasource", source, "--dashboards", source}, exitFailed, "it is not a dashboard's JSON"},
		"with a lost rule file":  {[]string{"--datasource", source, "--rules", "none.yaml"}, exitFailed, "none.yaml does not exist"},
		"with an unknown name":   {[]string{"--datasource", source, "--name", "Tokyo", "--dashboards", dashboard}, exitFailed, `no data source is named "Tokyo"`},
		"with a lost plugin":     {[]string{"--datasource", source, "--dashboards", dashboard, "--plugin", "/none"}, exitFailed, "plugin binary /none does not exist"},
		"with a crashing plugin": {[]string{"--datasource", source, "--dashboards", dashboard, "--plugin", program(t, "echo out of luck >&2; exit 3")}, exitFailed, "out of luck"},
		"with a lost store":      {[]string{"--datasource", dataSource(t, "/nowhere/db", ""), "--dashboards", dashboard, "--plugin", pluginBinary}, exitFailed, "the data source is not healthy: check scripts: setting events.path /nowhere/db does not exist"},
		"with a lost panel":      {[]string{"--datasource", source, "--dashboards", dashboard, "--plugin", pluginBinary, "--to", to, "--allow-empty", "D/None"}, exitFailed, `--allow-empty "D/None" names no panel`},
	} {
		t.Run(name, func(t *testing.T) {
			o := heartline(t, append([]string{"verify"}, c.args...)...)
			require.Equal(t, c.code, o.code, o.err)
			require.Contains(t, o.err, c.want)
		})
	}
}

// program writes a shell script that can be started in the place of the plugin.
func program(t *testing.T, commands string) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("needs a shell")
	}
	path := file(t, pluginhost.Executable(), "#!/bin/sh\n"+commands+"\n")
	require.NoError(t, os.Chmod(path, 0o700))
	return path
}

func TestInterruptionEndsThePluginToo(t *testing.T) {
	folder := t.TempDir()
	started := filepath.Join(folder, "pid")
	hanging := program(t, fmt.Sprintf("echo $$ > %s.new; mv %s.new %s; exec sleep 60", started, started, started))
	source := dataSource(t, newStore(t, end), "")
	dashboard := board(t, panelOf("P", `"queryType": "monitors"`))
	ctx, interrupt := context.WithCancel(t.Context())
	done := make(chan outcome, 1)
	go func() {
		done <- heartlineIn(ctx, "", "verify", "--plugin", hanging, "--datasource", source, "--dashboards", dashboard)
	}()
	require.Eventually(t, func() bool { _, err := os.Stat(started); return err == nil }, 10*time.Second, 10*time.Millisecond)
	interrupt()
	o := <-done
	require.Equal(t, exitInterrupted, o.code)
	require.Contains(t, o.err, "heartline: interrupted")
	pid, err := os.ReadFile(started)
	require.NoError(t, err)
	if runtime.GOOS == "linux" {
		require.NoDirExists(t, filepath.Join("/proc", strings.TrimSpace(string(pid))))
	}
}
