package dashboard

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/milvus"
)

// The rules are written by hand, in PromQL: here they are held against what Milvus
// exposes, and against the panels that they lead to.

type parameters map[string]struct {
	Value any
}

// alertRule is what is read of a rule.
type alertRule struct {
	Alert       string
	Record      string
	Expr        string
	Annotations map[string]string
	Heartline   struct {
		Panel      string
		Unit       string
		Parameters parameters
	}
}

// ruleFile is what is read of a file of rules.
type ruleFile struct {
	Heartline struct{ Parameters parameters }
	Groups    []struct{ Rules []alertRule }
}

// packs are the files of rules by name.
func packs(t *testing.T) map[string]ruleFile {
	t.Helper()
	names, err := filepath.Glob("../../rules/*.yml")
	require.NoError(t, err)
	require.NotEmpty(t, names)
	all := map[string]ruleFile{}
	for _, name := range names {
		body, err := os.ReadFile(name)
		require.NoError(t, err)
		var f ruleFile
		require.NoError(t, yaml.Unmarshal(body, &f), name)
		all[filepath.Base(name)] = f
	}
	return all
}

// filled puts the values of parameters into the place of their names.
func (f ruleFile) filled(r alertRule) string {
	return regexp.MustCompile(`\$\{(\w+)\}`).ReplaceAllStringFunc(r.Expr, func(found string) string {
		name := strings.Trim(found, "${}")
		if own, ok := r.Heartline.Parameters[name]; ok {
			return fmt.Sprint(own.Value)
		}
		return fmt.Sprint(f.Heartline.Parameters[name].Value)
	})
}

func TestExpressionsOfMilvusRulesHoldForTheReleasesThatHaveTheMetrics(t *testing.T) {
	known := expositions(t)
	linted := 0
	for name, f := range packs(t) {
		if !strings.HasPrefix(name, "milvus") {
			continue
		}
		for _, g := range f.Groups {
			for _, r := range g.Rules {
				linted++
				for _, wrong := range lintRule(known, f, r) {
					t.Errorf("%s: %s%s: %s", name, r.Alert, r.Record, wrong)
				}
			}
		}
	}
	require.Greater(t, linted, 40)
}

// lintRule says what is wrong with a rule in any release that has its metrics, and
// with one whose metrics no release has.
func lintRule(known map[string]exposition, f ruleFile, r alertRule) []string {
	held := false
	lacking := map[string]bool{}
	var wrong []string
	for _, release := range milvus.Versions {
		l := &linter{known: known[release]}
		found := l.lintRule(f.filled(r), r.Record != "")
		for _, name := range l.absent {
			lacking[name] = true
		}
		if len(l.absent) > 0 {
			continue
		}
		held = true
		if r.Alert != "" {
			l.lintTexts(r, found)
		}
		wrong = append(wrong, l.wrong...)
	}
	if !held {
		wrong = append(wrong, fmt.Sprintf("no release has all of %q", slices.Sorted(maps.Keys(lacking))))
	}
	slices.Sort(wrong)
	return slices.Compact(wrong)
}

// lintRule is lint for rules: one that records may record a counter.
func (l *linter) lintRule(expr string, records bool) finding {
	parsed, err := parser.NewParser(parser.Options{}).ParseExpr(expr)
	if err != nil {
		l.complain("%s: %v", expr, err)
		return finding{}
	}
	found := l.of(parsed)
	if found.counted && !records {
		l.complain("%s judges a counter, not its growth", expr)
	}
	return found
}

var labelInText = regexp.MustCompile(`\$labels\.(\w+)`)

// lintTexts holds the texts and the unit of an alert against what its expression gives.
func (l *linter) lintTexts(r alertRule, found finding) {
	for _, text := range r.Annotations {
		for _, m := range labelInText.FindAllStringSubmatch(text, -1) {
			if !found.labels[m[1]] {
				l.complain("a text names the label %s, which the alert does not have", m[1])
			}
		}
	}
	if !found.unit.fits(r.Heartline.Unit) {
		l.complain("its unit is %s, and the number is %v", r.Heartline.Unit, found.unit)
	}
}

// TestLinterOfRulesComplains proves of each check that it can fail.
func TestLinterOfRulesComplains(t *testing.T) {
	known := expositions(t)
	for name, c := range map[string]struct{ rule, about string }{
		"of a metric that no release has": {`{alert: A, expr: 'sum(milvus_proxy_search_total) > 1', heartline: {unit: short}}`, "no release has all of"},
		"of a label that is not there":    {`{alert: A, expr: 'sum(milvus_num_node{pod="a"}) > 1', heartline: {unit: short}}`, "has no label pod"},
		"of a text about a lost label":    {`{alert: A, expr: 'sum(milvus_num_node) > 1', annotations: {summary: '{{ $labels.job }}'}, heartline: {unit: short}}`, "a text names the label job"},
		"of a wrong unit":                 {`{alert: A, expr: 'max(milvus_querynode_consume_tt_lag_ms) > 1', heartline: {unit: s}}`, "its unit is s"},
		"of a counter that is judged":     {`{alert: A, expr: 'milvus_proxy_req_count > 1', heartline: {unit: short}}`, "judges a counter"},
		"of an expression that is none":   {`{alert: A, expr: 'sum(', heartline: {unit: short}}`, "parse error"},
	} {
		t.Run(name, func(t *testing.T) {
			var r alertRule
			require.NoError(t, yaml.Unmarshal([]byte(c.rule), &r))
			require.Contains(t, strings.Join(lintRule(known, ruleFile{}, r), "\n"), c.about)
		})
	}
}

// names finds what may be a metric of Milvus.
var names = regexp.MustCompile(`\bmilvus_\w+`)

func TestTutorialNamesAreOnlyInTheRulesThatRecordThem(t *testing.T) {
	recorded, all := map[string]bool{}, packs(t)
	for _, g := range all["milvus-tutorial-names.yml"].Groups {
		for _, r := range g.Rules {
			recorded[r.Record] = true
		}
	}
	require.Contains(t, recorded, "milvus_proxy_search_duration_seconds_bucket")
	known := expositions(t)
	for file, f := range all {
		for _, g := range f.Groups {
			for _, r := range g.Rules {
				for _, name := range names.FindAllString(r.Expr, -1) {
					real := slices.ContainsFunc(milvus.Versions, func(v string) bool { _, ok := known[v][name]; return ok })
					require.True(t, real, "%s: %s%s uses %s", file, r.Alert, r.Record, name)
				}
				_, real := known["2.6.8"][r.Record]
				require.False(t, real, "%s records %s, which Milvus has itself", file, r.Record)
			}
		}
	}
}

// alertsOfMilvusPack are the alerts that an expert runs on Milvus.
var alertsOfMilvusPack = []string{
	"MilvusTargetDown", "MilvusAbsent", "MilvusNodeLost", "MilvusRestartLoop", "MilvusQueryNodeHeartbeatStale",
	"MilvusSearchLatencyHigh", "MilvusRequestErrorRatioHigh", "MilvusRateLimited", "MilvusWriteDenied",
	"MilvusHighMemoryUsage", "MilvusMemoryNearLimit", "MilvusHighCPUUsage", "MilvusProxyQueueSlow",
	"MilvusQueryNodeReadQueueSlow", "MilvusChannelCheckpointLag", "MilvusConsumeLag", "MilvusWaitTSafeHigh",
	"MilvusFlushStuck", "MilvusGrowingSegmentsHigh", "MilvusCompactionBacklog", "MilvusIndexBacklog",
	"MilvusIndexTaskFailed", "MilvusMetaStoreErrors", "MilvusMetaStoreSlow", "MilvusObjectStoreErrors",
	"MilvusWALAppendErrors", "MilvusWALAppendSlow", "MilvusWALTimeTickStalled", "MilvusMQSendSlow",
	"MilvusLoadFailed", "MilvusBalanceStuck", "MilvusPartialResults", "MilvusSlowQueries",
}

// TestAlertsOfMilvusAndTheirPanelsFindEachOther follows each alert to its panel and
// back: the panel links to the runbook, draws the alert's limit, and has its unit.
func TestAlertsOfMilvusAndTheirPanelsFindEachOther(t *testing.T) {
	panels := map[string]drawn{}
	linked := map[string]bool{}
	everyMilvusPanel(func(b milvusBoard, p drawn) {
		panels[b.uid+"/"+strconv.Itoa(int(p.id))] = p
		for _, a := range p.alerts {
			linked[a] = true
		}
	})
	var found []string
	for _, g := range packs(t)["milvus.yml"].Groups {
		for _, r := range g.Rules {
			if r.Alert == "" {
				continue
			}
			found = append(found, r.Alert)
			p, ok := panels[r.Heartline.Panel]
			require.True(t, ok, "%s leads to %s, which does not exist", r.Alert, r.Heartline.Panel)
			require.Contains(t, p.alerts, r.Alert, "%s leads to %s, which does not link back", r.Alert, r.Heartline.Panel)
			if p.thresholds == nil {
				continue
			}
			require.Equal(t, p.unit, r.Heartline.Unit, "the unit of %s", r.Alert)
			require.Contains(t, fmt.Sprint(limitsOf(p)), fmt.Sprint(number64(t, r.Heartline.Parameters["limit"].Value)), "%s draws another limit than %s", r.Heartline.Panel, r.Alert)
		}
	}
	require.ElementsMatch(t, alertsOfMilvusPack, found)
	require.ElementsMatch(t, alertsOfMilvusPack, slices.Collect(maps.Keys(linked)), "panels link to runbooks of alerts that exist")
}

func limitsOf(p drawn) []float64 {
	var limits []float64
	for _, s := range p.thresholds.Steps[1:] {
		limits = append(limits, *s.Value)
	}
	return limits
}

func number64(t *testing.T, value any) float64 {
	t.Helper()
	n, err := strconv.ParseFloat(fmt.Sprint(value), 64)
	require.NoError(t, err)
	return n
}

// TestRunbooksThatPanelsLinkToExist finds their headings.
func TestRunbooksThatPanelsLinkToExist(t *testing.T) {
	body, err := os.ReadFile("../../docs/runbooks.md")
	require.NoError(t, err)
	for _, alert := range alertsOfMilvusPack {
		require.True(t, regexp.MustCompile(`(?m)^#+ `+alert+`$`).Match(body), "docs/runbooks.md has no section %s", alert)
	}
}
