//go:build lint

package build

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// arrow is an import, and the depguard rule that forbids it; none allows it.
type arrow struct{ from, to, rule string }

const sdk = "github.com/grafana/grafana-plugin-sdk-go/data"

var arrows = []arrow{
	{"event", sdk, "grafana-free"},
	{"event/filetree", sdk, "grafana-free"},
	{"heartbeat", sdk, "grafana-free"},
	{"signal", sdk, "grafana-free"},
	{"signal/prometheus", sdk, "grafana-free"},
	{"band", sdk, "grafana-free"},
	{"query", sdk, "grafana-free"},
	{"event/filetree", "github.com/grafana/dskit/concurrency", ""},
	{"frame", sdk, ""},

	{"event", "heartbeat", "domain"},
	{"event", "event/filetree", "domain"},
	{"heartbeat", "event", "domain"},
	{"signal", "query", "domain"},
	{"band", "signal", "domain"},
	{"wallclock", "event", "domain"},
	{"milvus", "event", "domain"},
	{"milvus", sdk, "grafana-free"},
	{"program", "query", "domain"},
	{"envfile", "event", "domain"},
	{"event", "wallclock", "domain"},

	{"event/filetree", "event", ""},
	{"event/filetree", "event/storetest", ""},
	{"event/filetree", "event/filetree/dayfile", ""},
	{"event/filetree", "wallclock", ""},
	{"event/filetree", "heartbeat", "stores"},
	{"event/filetree/dayfile", "query", "stores"},
	{"signal/prometheus", "signal", ""},
	{"signal/requestlog", "wallclock", ""},
	{"signal/prometheus/prometheustest", "program", ""},
	{"signal/prometheus", "milvus", ""},
	{"signal/prometheus", "event", "sources"},

	{"query", "event", ""},
	{"query", "heartbeat", ""},
	{"query", "event/filetree", "query"},
	{"query", "frame", "query"},

	{"frame", "event", ""},
	{"frame", "heartbeat", ""},
	{"frame", "query", "frame"},
	{"frame", "event/filetree", "frame"},
	{"report", "signal", ""},
	{"report", "plugin", "frame"},

	{"record", "event", ""},
	{"record", "heartbeat", "libraries"},
	{"instrument", "event/filetree", "libraries"},
	{"record", "github.com/grafana/dskit/concurrency", "libraries"},

	{"plugin", "event/filetree", ""},
	{"frame", "plugin", "frame"},
	{"dashboard", "plugin", "plugin"},
	{"rule", "plugin", "plugin"},
	{"demo", "plugin", "plugin"},
	{"build", "plugin", "plugin"},
	{"cmd/heartline", "plugin", ""},
	{"cmd/heartline/internal/pluginhost", "plugin", ""},
	{"bench", "plugin", ""},
}

// TestArrowsThatTheDesignForbidsAreFound makes a module of empty packages with
// one import each and lints it with the project's own configuration.
func TestArrowsThatTheDesignForbidsAreFound(t *testing.T) {
	inCheckout(t)
	linter := filepath.Join(t.TempDir(), "golangci-lint")
	require.NoError(t, Run(t.Context(), nil, "go", "build", "-modfile=tools/golangci-lint/go.mod", "-o", linter,
		"github.com/golangci/golangci-lint/v2/cmd/golangci-lint"))
	config, err := filepath.Abs(".golangci.yml")
	require.NoError(t, err)
	for round, some := range withoutCycles(arrows) {
		t.Run(fmt.Sprint(round), func(t *testing.T) {
			dir := t.TempDir()
			writeModule(t, dir, some)
			found := lintArrows(t, dir, linter, config)
			for _, a := range some {
				rules := found[a.file()]
				if a.rule == "" {
					require.Empty(t, rules, "%s may import %s", a.from, a.to)
				} else {
					require.Contains(t, rules, "from list '"+a.rule+"'", "%s must not import %s", a.from, a.to)
				}
			}
		})
	}
}

// withoutCycles puts every arrow in a round of its own kind: in one module of
// Go no two packages may import each other.
func withoutCycles(all []arrow) [][]arrow {
	rounds := make([][]arrow, 0, len(all))
next:
	for _, a := range all {
		for i, round := range rounds {
			if !reaches(append(round, a), a.to, a.from) {
				rounds[i] = append(round, a)
				continue next
			}
		}
		rounds = append(rounds, []arrow{a})
	}
	return rounds
}

func reaches(arrows []arrow, from, to string) bool {
	if from == to {
		return true
	}
	for _, a := range arrows {
		if a.from == from && reaches(arrows, a.to, to) {
			return true
		}
	}
	return false
}

func (a arrow) file() string {
	return filepath.Join("pkg", a.from, "imports_"+strings.NewReplacer("/", "_", ".", "_").Replace(a.to)+".go")
}

func (a arrow) target() string {
	if strings.HasPrefix(a.to, "github.com/") {
		return a.to
	}
	return Module + "/pkg/" + a.to
}

func writeModule(t *testing.T, dir string, some []arrow) {
	t.Helper()
	write := func(path, content string) {
		path = filepath.Join(dir, path)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
	}
	modules := "module " + Module + "\n\ngo 1.26\n"
	for _, foreign := range []string{"grafana-plugin-sdk-go", "dskit"} {
		path := "github.com/grafana/" + foreign
		modules += fmt.Sprintf("require %s v0.0.0\nreplace %s => ./stub/%s\n", path, path, foreign)
		write("stub/"+foreign+"/go.mod", "module "+path+"\n")
	}
	write("go.mod", modules)
	write("stub/grafana-plugin-sdk-go/data/data.go", "package data\n")
	write("stub/dskit/concurrency/concurrency.go", "package concurrency\n")
	for _, a := range some {
		for _, name := range []string{a.from, a.to} {
			if !strings.HasPrefix(name, "github.com/") {
				write(filepath.Join("pkg", name, "doc.go"), "package "+filepath.Base(name)+"\n")
			}
		}
		write(a.file(), fmt.Sprintf("package %s\n\nimport _ %q\n", filepath.Base(a.from), a.target()))
	}
}

// lintArrows maps each file to what depguard says of it.
func lintArrows(t *testing.T, dir, linter, config string) map[string]string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), linter, "run", "--config", config, "--path-mode", "abs",
		"--enable-only", "depguard", "--output.json.path", "stdout", "--show-stats=false", "--issues-exit-code", "0", "./...")
	cmd.Dir = dir
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	require.NoError(t, err, "%s", out)
	var report struct {
		Issues []struct {
			FromLinter, Text string
			Pos              struct{ Filename string }
		}
	}
	require.NoError(t, json.Unmarshal(out, &report), "%s", out)
	found := map[string]string{}
	for _, issue := range report.Issues {
		require.Equal(t, "depguard", issue.FromLinter, issue.Text)
		file, err := filepath.Rel(dir, issue.Pos.Filename)
		require.NoError(t, err)
		found[file] += issue.Text + "\n"
	}
	return found
}
