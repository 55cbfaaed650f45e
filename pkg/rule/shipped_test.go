package rule

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/dashboard"
	"github.com/heartline-monitor/heartline/rules"
)

// root is the checkout, seen from this package.
const root = "../.."

// shipped are all packs, without their runbooks.
func shipped(t *testing.T) []Pack {
	t.Helper()
	packs, err := Load(rules.Files)
	require.NoError(t, err)
	return packs
}

// pack is one of the shipped ones.
func pack(t *testing.T, name string) Pack {
	t.Helper()
	packs, err := Load(rules.Files, name+".yml")
	require.NoError(t, err)
	return packs[0]
}

// ruleOf is a rule of a pack by its name.
func ruleOf(t *testing.T, p Pack, name string) Rule {
	t.Helper()
	for _, r := range p.Rules() {
		if r.Name() == name {
			return r
		}
	}
	require.FailNow(t, "no such rule", name)
	return Rule{}
}

func TestShippedRulesPassTheCheck(t *testing.T) {
	packs, err := Shipped(root)
	require.NoError(t, err)
	sizes := map[string]int{}
	for _, p := range packs {
		sizes[p.Name], _ = p.Count()
		require.NotEmpty(t, p.Runbooks.Text, "the runbooks of %s are checked, too", p.Name)
	}
	for name, least := range map[string]int{"check-scripts": 6, "requests": 7, "go-runtime": 8, "milvus": 33, "go-services": 8, "slo": 4} {
		require.GreaterOrEqual(t, sizes[name], least, name)
	}
}

// TestShippedRulesKeepTheHouseRules holds them to what is no fault in a user's own rules.
func TestShippedRulesKeepTheHouseRules(t *testing.T) {
	for _, p := range shipped(t) {
		for _, r := range p.Rules() {
			if r.Alert == "" {
				continue
			}
			require.Regexp(t, `^[A-Z][A-Za-z0-9]+$`, r.Alert)
			require.NotContains(t, r.Annotation("summary"), "{{", "%s: alerts are grouped by their summary", r.Alert)
			require.NotZero(t, r.Panel, "%s has no panel", r.Alert)
			require.Contains(t, []string{"critical", "warning", "info"}, r.Label("severity"))
			if len(r.Terms) == 0 {
				require.Contains(t, r.Annotation("description"), "{{", "%s: the description says what it is about", r.Alert)
			}
		}
	}
}

func TestCommittedRulesAreWhatTheSourcesRender(t *testing.T) {
	files, err := WriteShipped(root, true)
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, f := range files {
		require.False(t, f.Changed, "%s is not current: run `go tool mage dashboards`", f.Path)
	}
}

// TestCommittedRulesDependOnTheSourcesAlone renders where nothing was before.
func TestCommittedRulesDependOnTheSourcesAlone(t *testing.T) {
	empty := t.TempDir()
	files, _, err := Write(shipped(t), Output{For: Grafana, Dir: empty})
	require.NoError(t, err)
	for _, f := range files {
		want, err := os.ReadFile(f.Path)
		require.NoError(t, err)
		got, err := os.ReadFile(filepath.Join(root, shippedGrafana, filepath.Base(f.Path)))
		require.NoError(t, err)
		require.Equal(t, string(want), string(got))
	}
}

func TestRulesAskTheDataSourceThatIsProvisioned(t *testing.T) {
	body, err := os.ReadFile(root + "/provisioning/datasources/heartline.yaml")
	require.NoError(t, err)
	var f struct {
		Datasources []struct{ UID, Type string }
	}
	require.NoError(t, yaml.Unmarshal(body, &f))
	require.Len(t, f.Datasources, 1)
	require.Equal(t, DatasourceUID, f.Datasources[0].UID)
	require.Equal(t, pluginID, f.Datasources[0].Type)
	require.Equal(t, pluginID, dashboard.PluginID)
}

// TestEveryRuleHasARunbook holds docs/runbooks.md against the rules: the heading
// that a rule links to, the four questions of somebody who was just woken, and the
// parameters with the values that are in force.
func TestEveryRuleHasARunbook(t *testing.T) {
	text, err := os.ReadFile(root + "/docs/runbooks.md")
	require.NoError(t, err)
	sections := map[string]string{}
	for _, s := range strings.Split(string(text), "\n## ")[1:] {
		heading, body, _ := strings.Cut(s, "\n")
		sections[anchor(heading)] = body
	}
	for _, p := range shipped(t) {
		for _, r := range p.Rules() {
			if r.Alert == "" {
				continue
			}
			page, fragment, _ := strings.Cut(p.RunbookURL(r), "#")
			require.True(t, strings.HasSuffix(page, "/heartline-monitor/heartline/blob/main/docs/runbooks.md"), page)
			body, found := sections[fragment]
			require.True(t, found, "docs/runbooks.md has no heading for %s", p.RunbookURL(r))
			for _, part := range []string{"**Meaning.**", "**Impact.**", "**Diagnosis.**", "**Mitigation.**"} {
				require.Contains(t, body, part, r.Alert)
			}
			for _, d := range r.Documented() {
				require.Contains(t, body, fmt.Sprintf("\n| %s | %s | %s | %s |\n", d.Name, d.Value, d.Unit, d.Reason), "runbook of %s", r.Alert)
			}
			require.Regexp(t, `\| \[`+r.Alert+`\]\(#`+fragment+`\) \| `+r.Label("severity")+` \|`, string(text), "the table at the top")
		}
	}
}

// anchor is the fragment under which a heading is found on the page.
func anchor(heading string) string {
	kept := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(heading), "")
	return strings.ReplaceAll(kept, " ", "-")
}

func TestExamplesOfTheDocumentationAreRight(t *testing.T) {
	text, err := os.ReadFile(root + "/docs/rules.md")
	require.NoError(t, err)
	examples := 0
	for _, block := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		content := block[1]
		switch {
		case strings.HasPrefix(content, "      - alert:"):
			content = "heartline: {runbooks: {url: 'https://example.org'}}\ngroups:\n  - name: g\n    rules:\n" + content
		case strings.HasPrefix(content, "# production.yml"):
			settings, err := ParseSettings("production.yml", []byte(content))
			require.NoError(t, err)
			_, err = Set(shipped(t), settings)
			require.NoError(t, err)
			continue
		}
		p, err := Parse("docs.yml", []byte(content))
		require.NoError(t, err)
		require.NoError(t, Check([]Pack{p}))
		examples++
	}
	require.Equal(t, 3, examples)
}
