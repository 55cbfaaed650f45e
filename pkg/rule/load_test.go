package rule

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"
)

func TestLoadReadsWhatIsNamedOrAllFilesByName(t *testing.T) {
	fsys := fstest.MapFS{
		"b.yml": {Data: []byte(fine)}, "a.yaml": {Data: []byte("heartline: {retired: [gone]}")}, "c.txt": {Data: []byte("no rules")},
	}
	packs, err := Load(fsys)
	require.NoError(t, err)
	require.Len(t, packs, 2)
	require.Equal(t, "a", packs[0].Name)
	require.Equal(t, "b", packs[1].Name)
	packs, err = Load(fsys, "b.yml")
	require.NoError(t, err)
	require.Len(t, packs, 1)
	_, err = Load(fsys, "d.yml")
	require.ErrorContains(t, err, "d.yml")
}

func TestLoadSaysWhatIsWrongWithEveryFile(t *testing.T) {
	fsys := fstest.MapFS{"a.yml": {Data: []byte("groups: 5")}, "b.yml": {Data: []byte("rules: []")}}
	_, err := Load(fsys)
	problems, ok := errors.AsType[Problems](err)
	require.True(t, ok)
	require.Len(t, problems, 2)
	require.Equal(t, "a.yml", problems[0].File)
	require.Equal(t, "b.yml", problems[1].File)
}

func TestLoadFilesNamesRunbooksThatCannotBeRead(t *testing.T) {
	path := t.TempDir() + "/ours.yml"
	write(t, path, strings.Replace(fine, "{url: 'https://example.org/runbooks'}", "{url: 'https://example.org', file: none.md}", 1))
	_, err := LoadFiles(path)
	require.ErrorContains(t, err, path+":3:")
	require.ErrorContains(t, err, "none.md")
}

func TestRulesOfAFileAreRead(t *testing.T) {
	p := ours(t)
	require.Equal(t, "ours", p.Name)
	require.Equal(t, "Team $5", p.Folder)
	require.Equal(t, Renderers, p.Renders)
	require.Equal(t, []string{"old-rule"}, p.Retired)
	slow := ruleOf(t, p, "SearchSlow")
	require.Equal(t, "page", slow.Label("severity"))
	require.Equal(t, "vectors", slow.Label("team"), "a rule's own label wins over its group's")
	require.Equal(t, "search", ruleOf(t, p, "ScriptsLate").Label("team"))
	require.Equal(t, 90*time.Second, slow.KeepFiringFor)
	require.Equal(t, Panel{"heartline-milvus-requests", 6}, slow.Panel)
	require.Contains(t, slow.Expr, `job=~"milvus.*"}[5m]`)
	require.Contains(t, slow.Annotation("description"), "the last 5 minutes", "lengths of time are words in texts")
	late := ruleOf(t, p, "ScriptsLate")
	require.Equal(t, "scripts-late", late.UID)
	require.Equal(t, time.Hour, late.Terms[0].Ended, "one window ago")
	require.Zero(t, *late.Terms[0].Else)
	require.Equal(t, "https://wiki.example.org/runbooks#scriptslate", p.RunbookURL(late))
	require.Equal(t, "https://wiki.example.org/search", p.RunbookURL(ruleOf(t, p, "SearchesStopped")))
}

func TestUIDsAreMadeOfNames(t *testing.T) {
	for name, want := range map[string]string{
		"MilvusWALAppendErrors": "milvus-wal-append-errors", "HTTP5xxHigh": "http5xx-high", "Down": "down", "node_disk_full": "node-disk-full",
		"GoGCPressure": "go-gc-pressure", "A": "a", "": "", "磁盘Full": "full", "MilvusP95": "milvus-p95",
	} {
		require.Equal(t, want, kebab(name), name)
	}
}

func settings(t *testing.T, texts ...string) Settings {
	t.Helper()
	all := Settings{}
	for _, text := range texts {
		key, s, err := ParseSetting(text, "--set")
		require.NoError(t, err)
		all[key] = s
	}
	return all
}

func TestSetReplacesParametersOfRulesAndPacks(t *testing.T) {
	packs, err := Set([]Pack{ours(t)}, settings(t, "SearchSlow.limit=2000", "SearchSlow.window=15m", "SearchSlow.for=1m", "ours.job=prod", "ScriptsLate.until=9"))
	require.NoError(t, err)
	slow := ruleOf(t, packs[0], "SearchSlow")
	require.Contains(t, slow.Expr, `rate(milvus_proxy_sq_latency_bucket{job=~"prod"}[15m])`)
	require.Contains(t, slow.Expr, "> 2000")
	require.Contains(t, slow.Annotation("description"), "the last 15 minutes")
	require.Equal(t, time.Minute, slow.For)
	require.InDelta(t, 9, ruleOf(t, packs[0], "ScriptsLate").Limit.Until, 0)
	require.Contains(t, ruleOf(t, packs[0], "SearchesStopped").Raw, `job=~"prod"`)
	require.NotEmpty(t, packs[0].Runbooks.Text, "what was read beside the file stays")

	again, err := Set(packs, nil)
	require.NoError(t, err)
	require.Contains(t, ruleOf(t, again[0], "SearchSlow").Expr, "> 1000", "settings are not kept")
}

func TestSetNamesWhatCannotBeSet(t *testing.T) {
	for text, says := range map[string]string{
		"SearchSlow.limt=5":         `--set: there is no parameter SearchSlow.limt: did you mean "SearchSlow.limit"?`,
		"SearchSlow.limit=high":     `--set: parameter SearchSlow.limit: "high" is no number: write one such as 1000`,
		"SearchSlow.window=5":       `--set: parameter SearchSlow.window: "5" is no length of time: write one such as 5m`,
		"ScriptsLate.limit=often":   `"often" is no number`,
		"ours.job=a\"}) or vector(": "bad PromQL",
	} {
		_, err := Set([]Pack{ours(t)}, settings(t, text))
		require.ErrorContains(t, err, says)
	}
	for _, text := range []string{"", "limit=5", "SearchSlow.limit", ".limit=5", "SearchSlow.=5"} {
		_, _, err := ParseSetting(text, "--set")
		require.ErrorContains(t, err, "write RULE.PARAMETER=VALUE", text)
	}
}

func TestSettingsAreReadFromAFile(t *testing.T) {
	s, err := ParseSettings("prod.yml", []byte("SearchSlow:\n  limit: 2000\n  window: 15m\nours: {job: 'prod-.*'}\n"))
	require.NoError(t, err)
	require.Equal(t, Setting{"2000", "prod.yml", Position{2, 3}}, s["SearchSlow.limit"])
	require.Equal(t, "prod-.*", s["ours.job"].Value)
	_, err = Set([]Pack{ours(t)}, s)
	require.NoError(t, err)

	for content, says := range map[string]string{
		"SearchSlow: 5":            "prod.yml:1:13: SearchSlow is no mapping",
		"SearchSlow: {limit: [5]}": "prod.yml:1:14: SearchSlow.limit has no value",
		"SearchSlow: {limit: }":    "SearchSlow.limit has no value",
		"SearchSlow: [":            "prod.yml:1:13: not valid YAML",
	} {
		_, err := ParseSettings("prod.yml", []byte(content))
		require.ErrorContains(t, err, says)
	}
	s, err = ParseSettings("prod.yml", []byte("Searchslow:\n  limit: 2000\n"))
	require.NoError(t, err)
	_, err = Set([]Pack{ours(t)}, s)
	require.ErrorContains(t, err, "prod.yml:2:3: there is no parameter Searchslow.limit")
}

func TestDocumentedParametersAreInTheUnitPeopleUse(t *testing.T) {
	require.Equal(t, []Parameter{
		{"limit", "from 0.5 to below 7", "heartbeats", "fewer are none"}, {"window", "1", "hours", "scripts run that often"},
	}, ruleOf(t, ours(t), "ScriptsLate").Documented())
	for value, want := range map[string]string{"0": "0 minutes", "30s": "0.5 minutes", "10m": "10 minutes", "90m": "90 minutes", "1h": "1 hour", "2h": "2 hours", "1d": "24 hours", "abc": "abc"} {
		require.Equal(t, want, Parameter{Value: value}.in(true))
		require.Equal(t, value, Parameter{Value: value}.in(false))
	}
}

// FuzzParse feeds rule files that may be anything: problems lie within the file, and
// what is read without one is rendered as YAML.
func FuzzParse(f *testing.F) {
	f.Add([]byte(fine))
	f.Add([]byte("groups:\n  - name: &a g\n    rules: [*a]\n"))
	f.Add([]byte("heartline: {parameters: {a: {value: '${a}', reason: x}}}\ngroups: [{name: '${a}', rules: [{record: a, expr: |\n up}]}]"))
	f.Fuzz(func(t *testing.T, content []byte) {
		p, err := Parse("f.yml", content)
		if problems, ok := errors.AsType[Problems](err); ok {
			for _, problem := range problems {
				require.LessOrEqual(t, problem.Line, strings.Count(string(content), "\n")+strings.Count(string(content), "\r")+1)
				require.NotEmpty(t, problem.What)
				require.NotEmpty(t, problem.Remedy)
			}
			return
		}
		require.NoError(t, err)
		if Check([]Pack{p}) != nil {
			return
		}
		for _, r := range Renderers {
			require.NoError(t, yaml.Unmarshal([]byte(rendering(t, p, r)), &map[string]any{}))
		}
	})
}
