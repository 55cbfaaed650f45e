package rule

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestShippedRulesPassTheCheck(t *testing.T) {
	groups := Groups()
	require.NoError(t, Check(groups))
	sizes := map[string]int{}
	for _, g := range groups {
		sizes[g.File] = len(g.Rules)
	}
	require.Equal(t, map[string]int{"check-scripts.yaml": 6, "requests.yaml": 7, "go-runtime.yaml": 8}, sizes)
}

func TestCommittedRulesAreWhatTheCodeWrites(t *testing.T) {
	written, committed := t.TempDir(), "../../provisioning/alerting"
	require.NoError(t, Write(written))
	for _, g := range Groups() {
		want, err := os.ReadFile(filepath.Join(written, g.File))
		require.NoError(t, err)
		got, err := os.ReadFile(filepath.Join(committed, g.File))
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), "%s is not current: run `go tool mage dashboards`", g.File)
	}
}

func TestWriteGivesTheSameBytesAgainAndLetsEverybodyRead(t *testing.T) {
	first, second := t.TempDir(), filepath.Join(t.TempDir(), "made", "on", "the", "way")
	require.NoError(t, Write(first))
	require.NoError(t, Write(second))
	a, err := os.ReadFile(filepath.Join(first, "check-scripts.yaml"))
	require.NoError(t, err)
	b, err := os.ReadFile(filepath.Join(second, "check-scripts.yaml"))
	require.NoError(t, err)
	require.Equal(t, a, b)
	info, err := os.Stat(filepath.Join(second, "check-scripts.yaml"))
	require.NoError(t, err)
	require.EqualValues(t, 0o444, info.Mode().Perm()&0o444, "Grafana runs as another user")
}

func TestWriteNamesTheFolderThatItCannotMake(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	require.ErrorContains(t, Write(filepath.Join(file, "alerting")), file)
}

func TestParametersSayLengthsInTheUnitPeopleUse(t *testing.T) {
	for length, want := range map[time.Duration]string{
		0:                "0 minutes",
		30 * time.Second: "0.5 minutes",
		10 * time.Minute: "10 minutes",
		90 * time.Minute: "90 minutes",
		2 * time.Hour:    "2 hours",
	} {
		require.Equal(t, want, Span{Length: length}.words())
	}
}

// TestEveryRuleHasARunbook holds docs/runbooks.md against the rules: the heading
// that a rule links to, the four questions of somebody who was just woken, and the
// parameters with the values that are in force.
func TestEveryRuleHasARunbook(t *testing.T) {
	text, err := os.ReadFile("../../docs/runbooks.md")
	require.NoError(t, err)
	sections := map[string]string{}
	for _, s := range strings.Split(string(text), "\n## ")[1:] {
		heading, body, _ := strings.Cut(s, "\n")
		sections[anchor(heading)] = body
	}
	for _, g := range Groups() {
		for _, r := range g.Rules {
			page, fragment, _ := strings.Cut(r.RunbookURL(), "#")
			require.True(t, strings.HasSuffix(page, "/heartline-monitor/heartline/blob/main/docs/runbooks.md"), page)
			body, found := sections[fragment]
			require.True(t, found, "docs/runbooks.md has no heading for %s", r.RunbookURL())
			for _, part := range []string{"**Meaning.**", "**Impact.**", "**Diagnosis.**", "**Mitigation.**"} {
				require.Contains(t, body, part, r.Name)
			}
			for _, p := range r.Parameters() {
				require.Contains(t, body, fmt.Sprintf("\n| %s | %s | %s | %s |\n", p.Name, p.Value, p.Unit, p.Reason), "runbook of %s", r.Name)
			}
			require.Regexp(t, `\| \[`+r.Name+`\]\(#`+fragment+`\) \| `+string(r.Severity)+` \|`, string(text), "the table at the top")
		}
	}
}

// anchor is the fragment under which a heading is found on the page.
func anchor(heading string) string {
	kept := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(heading), "")
	return strings.ReplaceAll(kept, " ", "-")
}
