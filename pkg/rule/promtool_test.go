package rule

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/stretchr/testify/require"
)

// unitTest is one scenario of a file for `promtool test rules`: series over time, and
// which alerts fire when.
type unitTest struct {
	InputSeries []inputSeries `yaml:"input_series"`
	Alerts      []struct {
		At       string `yaml:"eval_time"`
		Name     string `yaml:"alertname"`
		Expected []any  `yaml:"exp_alerts"`
	} `yaml:"alert_rule_test"`
	Expressions []struct {
		Expr     string `yaml:"expr"`
		Expected []any  `yaml:"exp_samples"`
	} `yaml:"promql_expr_test"`
}

type inputSeries struct {
	Series string `yaml:"series"`
}

// unitTests are the scenarios of a pack, of all its files.
func unitTests(t *testing.T, p Pack) (files []string, tests []unitTest) {
	t.Helper()
	for _, pattern := range []string{"_test.yml", "_recorded_test.yml"} {
		file := filepath.Join(root, "rules", "tests", p.Name+pattern)
		body, err := os.ReadFile(file)
		if os.IsNotExist(err) && len(files) > 0 {
			continue // only some packs have what nothing but recording rules can answer
		}
		require.NoError(t, err, "every pack in PromQL has unit tests")
		var content struct {
			Tests []unitTest `yaml:"tests"`
		}
		require.NoError(t, yaml.Unmarshal(body, &content), file)
		files, tests = append(files, file), append(tests, content.Tests...)
	}
	return files, tests
}

// inPromQL are the shipped packs that a Prometheus can evaluate.
func inPromQL(t *testing.T) []Pack {
	t.Helper()
	packs := slices.DeleteFunc(shipped(t), func(p Pack) bool {
		return slices.ContainsFunc(p.Rules(), func(r Rule) bool { return len(r.Terms) > 0 })
	})
	require.NotEmpty(t, packs)
	return packs
}

// untested says what no unit test shows of an alert.
func (p Pack) untested(r Rule, tests []unitTest) []string {
	inputs := p.inputs(r.Expr, map[string]bool{})
	shown := map[string]bool{}
	for _, test := range tests {
		fired, resolved, asked := test.story(r.Alert)
		has := slices.ContainsFunc(test.InputSeries, func(s inputSeries) bool {
			name, _, _ := strings.Cut(s.Series, "{")
			return inputs[name]
		})
		shown["fires"] = shown["fires"] || fired && has
		shown["resolves"] = shown["resolves"] || resolved && has
		shown["does not fire"] = shown["does not fire"] || asked && !fired && has
		shown["no data"] = shown["no data"] || asked && !fired && len(test.InputSeries) == 0
	}
	return slices.DeleteFunc([]string{"fires", "does not fire", "resolves", "no data"}, func(what string) bool { return shown[what] })
}

// story says what a scenario tells of an alert: whether it is asked for, whether it
// fires, and whether it is over after that.
func (u unitTest) story(alert string) (fired, resolved, asked bool) {
	var last time.Duration
	for _, a := range u.Alerts {
		if a.Name != alert {
			continue
		}
		asked = true
		at, err := parseDuration(a.At)
		if len(a.Expected) > 0 {
			fired, last = true, at
		} else if fired && err == nil && at > last {
			resolved = true
		}
	}
	return fired, resolved, asked
}

// inputs adds the metrics that an expression reads to those in found: what the pack
// records stands for what it is recorded from.
func (p Pack) inputs(expr string, found map[string]bool) map[string]bool {
	root, err := promql.ParseExpr(expr)
	if err != nil {
		panic(err) // Load has parsed it
	}
	parser.Inspect(root, func(n parser.Node, _ []parser.Node) error {
		if s, ok := n.(*parser.VectorSelector); ok && !found[s.Name] {
			found[s.Name] = true
			for _, r := range p.Rules() {
				if r.Record == s.Name {
					p.inputs(r.Expr, found)
				}
			}
		}
		return nil
	})
	return found
}

func TestEveryAlertHasUnitTests(t *testing.T) {
	for _, p := range inPromQL(t) {
		_, tests := unitTests(t, p)
		for _, r := range p.Rules() {
			if r.Alert != "" {
				require.Empty(t, p.untested(r, tests), "write unit tests of %s into rules/tests/%s_test.yml", r.Alert, p.Name)
			}
		}
	}
}

// TestEveryRecordedSeriesHasAUnitTest leaves out series that alerts read: the tests of
// the alerts are theirs.
func TestEveryRecordedSeriesHasAUnitTest(t *testing.T) {
	for _, p := range inPromQL(t) {
		_, tests := unitTests(t, p)
		asked := map[string]bool{}
		for _, r := range p.Rules() {
			if r.Alert != "" {
				p.inputs(r.Expr, asked)
			}
		}
		for _, test := range tests {
			for _, e := range test.Expressions {
				if len(e.Expected) > 0 {
					p.inputs(e.Expr, asked)
				}
			}
		}
		for _, r := range p.Rules() {
			require.True(t, r.Record == "" || asked[r.Record], "no unit test asks for %s", r.Record)
		}
	}
}

func TestAMissingUnitTestIsNoticed(t *testing.T) {
	const fires = `
- input_series: [{series: 'up{job="a"}', values: '0x9'}]
  alert_rule_test: [{eval_time: 2m, alertname: Down, exp_alerts: [{exp_labels: {job: a}}]}]`
	const resolves = `
- input_series: [{series: 'up{job="a"}', values: '0x5 1x5'}]
  alert_rule_test:
    - {eval_time: 2m, alertname: Down, exp_alerts: [{exp_labels: {job: a}}]}
    - {eval_time: 8m, alertname: Down, exp_alerts: []}`
	const isOverTooEarly = `
- input_series: [{series: 'up{job="a"}', values: '0x5 1x5'}]
  alert_rule_test:
    - {eval_time: 1m, alertname: Down, exp_alerts: []}
    - {eval_time: 2m, alertname: Down, exp_alerts: [{exp_labels: {job: a}}]}`
	const silent = `
- input_series: [{series: 'up{job="a"}', values: '1x9'}]
  alert_rule_test: [{eval_time: 8m, alertname: Down, exp_alerts: []}]`
	const elsewhere = `
- input_series: [{series: 'down{job="a"}', values: '1x9'}]
  alert_rule_test: [{eval_time: 8m, alertname: Down, exp_alerts: []}]`
	const nothing = `
- input_series: []
  alert_rule_test: [{eval_time: 8m, alertname: Down, exp_alerts: []}]`
	alert := Rule{Alert: "Down", Expr: "job:up < 1"}
	p := Pack{Groups: []Group{{Rules: []Rule{{Record: "job:up", Expr: "max by (job) (up)"}, alert}}}}
	for name, c := range map[string]struct {
		tests string
		want  []string
	}{
		"all are there":          {resolves + silent + nothing, nil},
		"nothing fires":          {silent + nothing, []string{"fires", "resolves"}},
		"nothing stays silent":   {resolves + elsewhere + nothing, []string{"does not fire"}},
		"nothing resolves":       {fires + silent + nothing, []string{"resolves"}},
		"it is over too early":   {isOverTooEarly + silent + nothing, []string{"resolves"}},
		"data is always there":   {resolves + silent, []string{"no data"}},
		"of another alert alone": {strings.ReplaceAll(resolves+silent+nothing, "Down", "Up"), []string{"fires", "does not fire", "resolves", "no data"}},
	} {
		var tests []unitTest
		require.NoError(t, yaml.Unmarshal([]byte(c.tests), &tests), name)
		require.ElementsMatch(t, c.want, p.untested(alert, tests), name)
	}
}

func TestUnitTestsOfRulesPass(t *testing.T) {
	for _, p := range inPromQL(t) {
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			files, _ := unitTests(t, p)
			testRules(t, p, files...)
		})
	}
}

// TestUnitTestsPassAsGrafanaAsks puts together again what Grafana gets in parts, a query
// and a threshold: the same alerts fire with the same values.
func TestUnitTestsPassAsGrafanaAsks(t *testing.T) {
	for _, p := range inPromQL(t) {
		if !p.Rendered(Grafana) {
			continue
		}
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			files, _ := unitTests(t, p)
			testRules(t, p.asGrafanaAsks(), files[0])
		})
	}
}

// asGrafanaAsks is the pack without what Grafana does not have: recording rules, and
// alerts that read them.
func (p Pack) asGrafanaAsks() Pack {
	groups := p.Groups
	p.Groups = nil
	for _, g := range groups {
		rules := g.Rules
		g.Rules = nil
		for _, r := range rules {
			if r.Record != "" {
				continue
			}
			if r.Raw != "" {
				r.Expr = r.Raw
			}
			if c, ok := split(r.Expr); ok {
				sign := map[string]string{"gt": ">", "lt": "<", "gte": ">=", "lte": "<=", "eq": "==", "ne": "!="}[c.kind]
				r.Expr = fmt.Sprintf("(%s) %s %v", c.measured, sign, c.params[0])
			}
			g.Rules = append(g.Rules, r)
		}
		p.Groups = append(p.Groups, g)
	}
	return p
}

// testRules renders a pack and runs files with unit tests over it.
func testRules(t *testing.T, p Pack, files ...string) {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, p.Name+".yml"), []byte(rendering(t, p, Prometheus)), 0o600))
	for _, file := range files {
		body, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, filepath.Base(file)), body, 0o600))
		for _, args := range [][]string{{"check", "rules", p.Name + ".yml"}, {"test", "rules", filepath.Base(file)}} {
			run := exec.CommandContext(t.Context(), promtool(t), args...)
			run.Dir = dir
			said, err := run.CombinedOutput()
			require.NoError(t, err, "%s: %s", filepath.Base(file), said)
		}
	}
}

// TestCPURuleTakesTheProcessorsThatAreSet is for releases of Milvus that do not say how
// many they may use.
func TestCPURuleTakesTheProcessorsThatAreSet(t *testing.T) {
	const tests = `
rule_files: [milvus.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - {series: 'process_cpu_seconds_total{job="milvus", instance="busy:9091"}', values: '0+216x30'}
      - {series: 'process_start_time_seconds{job="milvus", instance="busy:9091"}', values: '1x30'}
      - {series: 'process_cpu_seconds_total{job="milvus", instance="idle:9091"}', values: '0+180x30'}
      - {series: 'process_start_time_seconds{job="milvus", instance="idle:9091"}', values: '1x30'}
      - {series: 'process_cpu_seconds_total{job="milvus", instance="new:9091"}', values: '0+216x30'}
      - {series: 'process_start_time_seconds{job="milvus", instance="new:9091"}', values: '1x30'}
      - {series: 'go_sched_gomaxprocs_threads{job="milvus", instance="new:9091"}', values: '16x30'}
    promql_expr_test:
      - expr: count by (instance) (ALERTS{alertname="MilvusHighCPUUsage", alertstate="firing"})
        eval_time: 20m
        exp_samples: [{labels: '{instance="busy:9091"}', value: 1}]
`
	file := filepath.Join(t.TempDir(), "cores_test.yml")
	require.NoError(t, os.WriteFile(file, []byte(tests), 0o600))
	packs, err := Set([]Pack{pack(t, "milvus")}, Settings{"MilvusHighCPUUsage.cores": {Value: "4"}})
	require.NoError(t, err)
	testRules(t, packs[0], file)
}
