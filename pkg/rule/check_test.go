package rule

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// fine is a rule file in which nothing is wrong. The tests spoil one line of it.
const fine = `heartline:
  title: Fine
  runbooks: {url: 'https://example.org/runbooks'}
  parameters:
    job: {value: 'milvus.*', unit: regular expression, reason: all of them}
groups:
  - name: fine
    interval: 30s
    rules:
      - alert: SearchSlow
        expr: |
          histogram_quantile(0.95,
            sum by (job, le) (rate(milvus_proxy_sq_latency_bucket{job=~"${job}"}[5m]))
          ) > ${limit}
        for: 5m
        labels: {severity: warning}
        annotations:
          summary: Searches are slow
          description: '{{ $labels.job }} takes {{ $value | humanize }} ms.'
        heartline:
          uid: search-slow
          panel: heartline-services/3
          nodata: OK
          parameters:
            limit: {value: 1000, unit: ms, reason: users wait}
      - record: milvus_searches:rate5m
        expr: sum(rate(milvus_proxy_req_count[5m]))
      - alert: ServiceDown
        labels: {severity: critical}
        annotations: {summary: A service is down}
        heartline:
          terms:
            - query: {queryType: signals, format: instant, signal: up}
              window: 2m
          limit: {is: below, value: 1, unit: up or not, reason: there is nothing between}
          firing: '{{ $labels.service }} is down.'
          resolved: '{{ $labels.service }} is up.'
`

// checked says what is wrong with a rule file.
func checked(content string) string {
	p, err := Parse("rules/fine.yml", []byte(content))
	if err == nil {
		err = Check([]Pack{p})
	}
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestNothingIsWrongWithAFineFile(t *testing.T) {
	require.Empty(t, checked(fine))
}

func TestProblemsSayWhereWhatAndTheRemedy(t *testing.T) {
	for name, c := range map[string]struct{ old, with, says string }{
		"syntax error": {"    interval: 30s\n", "    interval: 30s: 5\n",
			"rules/fine.yml:8:15: not valid YAML: mapping value is not allowed in this context: mend the syntax"},
		"indentation": {"        for: 5m\n", "       for: 5m\n", "rules/fine.yml:15:8: not valid YAML: "},
		"key twice":   {"        for: 5m\n", "        for: 5m\n        for: 6m\n", `rules/fine.yml:16:9: not valid YAML: mapping key "for" already defined`},
		"tab":         {"        for: 5m\n", "\tfor: 5m\n", "rules/fine.yml:15"},
		"two documents": {"groups:\n", "---\ngroups:\n",
			"rules/fine.yml:7:1: a second YAML document: Prometheus reads the first only: write a file for each"},
		"unknown field":          {"        for: 5m\n", "        fro: 5m\n", `rules/fine.yml:15:9: unknown field "fro" of a rule: did you mean "for"?`},
		"unknown field of ours":  {"          panel: ", "          pannel: ", `rules/fine.yml:22:11: unknown field "pannel" of heartline: did you mean "panel"?`},
		"comma without quotes":   {"reason: users wait}", "reason: users wait, and go}", `rules/fine.yml:25:64: unknown field "and go" of parameter limit: put the text before it in quotes`},
		"anchor":                 {"for: 5m", "for: &five 5m", "rules/fine.yml:15:14: for is no text: write one value; anchors are not read"},
		"list for a mapping":     {"labels: {severity: warning}", "labels: [severity]", "rules/fine.yml:16:17: labels is no mapping"},
		"no length of time":      {"for: 5m", "for: five", `rules/fine.yml:15:14: for "five" is no length of time: write one such as 30s, 5m or 1h30m`},
		"group without a name":   {"name: fine", "name: ''", "rules/fine.yml:7:5: a group without a name"},
		"interval":               {"interval: 30s", "interval: 15s", "rules/fine.yml:8:15: interval 15s: Grafana takes multiples of 10s only"},
		"unknown renderer":       {"  title: Fine", "  renders: [loki]", `rules/fine.yml:2:12: nothing renders for "loki"`},
		"neither alert nor rule": {"- alert: SearchSlow", "- alert: ''", "a rule is an alert or records a series"},
		"duplicate alert":        {"- alert: ServiceDown", "- alert: SearchSlow", `rules/fine.yml:28:16: duplicate alert "SearchSlow": it is that of rules/fine.yml:10: give it another name`},
		"duplicate uid":          {"          terms:", "          uid: search-slow\n          terms:", `rules/fine.yml:32:16: duplicate uid "search-slow": it is that of rules/fine.yml:21`},
		"retired uid in use":     {"  title: Fine", "  retired: [service-down]", `duplicate uid "service-down"`},
		"duplicate label set": {"      - record: milvus_searches:rate5m\n", "      - record: milvus_searches:rate5m\n        expr: vector(1)\n      - record: milvus_searches:rate5m\n",
			`rules/fine.yml:28:17: duplicate recorded series "milvus_searches:rate5m"`},
		"uid too long":       {"uid: search-slow", "uid: " + strings.Repeat("long-", 8) + "x", "40 characters at most"},
		"missing runbook":    {"  runbooks: {url: 'https://example.org/runbooks'}", "  folder: F", "rules/fine.yml:10:16: alert SearchSlow has no runbook: write the annotation runbook_url"},
		"unknown dashboard":  {"panel: heartline-services/3", "panel: heartline-service/x", `rules/fine.yml:22:18: panel "heartline-service/x": write the dashboard's uid, a slash and the number`},
		"unknown panel":      {"panel: heartline-services/3", "panel: heartline-services/999", `rules/fine.yml:22:18: dashboard "heartline-services" has no panel 999: use one of [`},
		"misspelt dashboard": {"panel: heartline-services/3", "panel: heartline-servics/3", `there is no dashboard with the uid "heartline-servics": did you mean "heartline-service`},
		"unknown metric": {"milvus_proxy_sq_latency_bucket", "milvus_proxy_sq_latencies_bucket",
			`rules/fine.yml:13:36: unknown metric "milvus_proxy_sq_latencies_bucket": no release of Milvus from 2.5.14 to 2.6.8 has it: did you mean`},
		"unknown metric without a like":  {"milvus_proxy_sq_latency_bucket", "milvus_proxy_search_duration_seconds_bucket", "there are others that begin like it"},
		"unknown label":                  {`{job=~"${job}"}`, `{job=~"${job}", collection="a"}`, `rules/fine.yml:13:36: metric milvus_proxy_sq_latency_bucket has no label "collection": `},
		"unknown label of a sum":         {"sum by (job, le)", "sum by (job, colection_name, le)", `rules/fine.yml:13:13: nothing below this has the label "colection_name": did you mean "collection_name"?`},
		"bad PromQL":                     {"(job, le)", "(job, le", `rules/fine.yml:13:29: bad PromQL: unexpected "(" in grouping opts, expected "," or ")"`},
		"bad PromQL behind a parameter":  {") > ${limit}", ") > ${limit} 5", "rules/fine.yml:14:24: bad PromQL: unexpected number"},
		"PromQL in one line":             {"expr: sum(rate(milvus_proxy_req_count[5m]))", "expr: sum(rate(milvus_proxy_req_count))", "rules/fine.yml:27:24: bad PromQL: expected type range vector in call to function"},
		"comparison with bool":           {") > ${limit}", ") > bool ${limit}", "rules/fine.yml:12:11: a comparison with bool is always an alert"},
		"comparison with bool inside":    {") > ${limit}", ") > bool ${limit} and up", "rules/fine.yml:12:11: a comparison with bool is always an alert"},
		"unknown metric between braces":  {"milvus_proxy_req_count[5m]", `{__name__="milvus_proxy_req_counts"}[5m]`, `rules/fine.yml:27:24: unknown metric "milvus_proxy_req_counts"`},
		"byte order mark":                {"heartline:\n  title: Fine", "\ufeffheartline:\n  title: Fine", ""},
		"parameter that is not used":     {") > ${limit}", ") > 1000", "rules/fine.yml:25:13: parameter limit is not used: write ${limit} where its value belongs, or take it out"},
		"parameter that is not set":      {") > ${limit}", ") > ${limt} + ${limit}", `parameter "limt" is not set: declare it below heartline.parameters; did you mean "limit"?`},
		"parameter of the file not used": {`{job=~"${job}"}`, "", "rules/fine.yml:5:5: parameter job is not used"},
		"parameter without a reason":     {"{value: 1000, unit: ms, reason: users wait}", "{value: 1000, unit: ms}", "rules/fine.yml:25:13: parameter limit has no reason"},
		"parameter without a unit":       {"{value: 1000, unit: ms, reason: users wait}", "{value: 1000, reason: users wait}", "rules/fine.yml:25:13: parameter limit is a number without a unit"},
		"parameter without a value":      {"{value: 1000, unit: ms, reason: users wait}", "{unit: ms, reason: users wait}", "parameter limit has no value"},
		"no severity":                    {"labels: {severity: warning}", "labels: {team: a}", "rules/fine.yml:16:17: alert SearchSlow has no severity"},
		"unknown severity":               {"labels: {severity: warning}", "labels: {severity: warnign}", `rules/fine.yml:16:28: unknown severity "warnign": did you mean "warning"?`},
		"value in a label":               {"labels: {severity: warning}", "labels: {severity: warning, took: '{{ $value }}'}", "label took has the value in it"},
		"label name":                     {"labels: {severity: warning}", "labels: {severity: warning, a-b: c}", `rules/fine.yml:16:42: label name "a-b"`},
		"annotation name":                {"          description:", "          the-description:", `annotation name "the-description"`},
		"template":                       {"{{ $labels.job }} takes", "{{ $labels.job takes", "rules/fine.yml:19:24: the template of description cannot be read"},
		"unknown function":               {"| humanize }}", "| humanise }}", `function "humanise" not defined`},
		"template that Grafana lacks":    {"{{ $labels.job }} takes", "{{ $externalURL }} takes", `"$externalURL" in description: Grafana's templates do not have it`},
		"field that Grafana lacks":       {"{{ $labels.job }} takes", "{{ .ExternalLabels.cluster }} takes", `".ExternalLabels" in description: Grafana's templates do not have it`},
		"template with a definition":     {"{{ $labels.job }} takes", `{{ define "x" }}{{ end }}`, "rules/fine.yml:19:24: the template of description is none that can stand in another"},
		"no summary":                     {"          summary: Searches are slow\n", "", "alert SearchSlow has no summary"},
		"nodata":                         {"nodata: OK", "nodata: ok", `rules/fine.yml:23:19: nodata is "ok": write OK, Alerting or KeepLast`},
		"no data where all is well":      {") > ${limit}", ") > ${limit} or vector(1)", ""},
		"recording rule with a for":      {"      - record: milvus_searches:rate5m\n", "      - record: milvus_searches:rate5m\n        for: 5m\n", "the recording rule milvus_searches:rate5m has for"},
		"name of a series":               {"record: milvus_searches:rate5m", "record: milvus-searches", `"milvus-searches" is no name of a series`},
		"term that answers a table":      {"format: instant, signal: up", "format: series, signal: up", "does not answer one number for each alert"},
		"term that is not valid":         {"signal: up}", "signal: upp}", "rules/fine.yml:33:22: the query cannot be asked: "},
		"term with an unknown field":     {"signal: up}", "signal: up, colour: red}", `unknown field "colour"`},
		"window too short":               {"window: 2m", "window: 5s", "rules/fine.yml:33:15: the window of a term is 5s"},
		"limit without a reason":         {", reason: there is nothing between", "", "the limit has no unit or no reason"},
		"limit of no kind":               {"is: below", "is: beneath", `the limit is "beneath": write is: above, below, from or between`},
		"range without an end":           {"is: below", "is: between", "until belongs to a limit that is between two numbers"},
		"formula of an unknown term":     {"          limit: {is: below", "          formula: $A + $B\n          limit: {is: below", `the formula is of ["A" "B"], the terms are ["A"]`},
		"terms without a formula":        {"              window: 2m\n", "              window: 2m\n            - query: {queryType: signals, format: instant, signal: up}\n              window: 2m\n", "several terms and no formula"},
		"terms and an expression":        {"        labels: {severity: critical}\n", "        labels: {severity: critical}\n        expr: up == 0\n", "rule ServiceDown asks nothing, or two things"},
		"firing that names nothing":      {"firing: '{{ $labels.service }} is down.'", "firing: down", "firing and resolved say no more than the summary"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, fine, c.old)
			said := checked(strings.Replace(fine, c.old, c.with, 1))
			if c.says == "" {
				require.Empty(t, said)
				return
			}
			require.Contains(t, said, c.says)
			for line := range strings.Lines(said) {
				require.Regexp(t, `^rules/fine\.yml:\d+:\d+: .+: .+`, line)
			}
		})
	}
}

func TestAllProblemsAreSaidAtOnceInTheOrderOfTheFile(t *testing.T) {
	spoilt := strings.NewReplacer("interval: 30s", "interval: half", "severity: warning", "severity: page, x-y: z", "unit: ms, ", "").Replace(fine)
	lines := strings.Split(checked(spoilt), "\n")
	require.Len(t, lines, 2, "what cannot be read is said before what is wrong with it")
	require.Contains(t, lines[0], ":8:15: ")
	require.Contains(t, lines[1], ":25:13: ")
	lines = strings.Split(checked(strings.Replace(fine, "severity: warning", "severity: page, x-y: z", 1)), "\n")
	require.Len(t, lines, 2)
}

func TestARuleWithoutDataWhereNothingIsWrongMustBeOK(t *testing.T) {
	require.Contains(t, checked(strings.NewReplacer(") > ${limit}", ") > ${limit} or vector(1)", "nodata: OK", "nodata: KeepLast").Replace(fine)),
		`rules/fine.yml:23:19: nodata is "KeepLast", and the rule has no data where nothing is wrong: write OK`)
	for expr, says := range map[string]string{
		"up < ${limit}": "", "up < ${limit} and on (job) busy > 1": "write OK", "(up < ${limit} unless paused)": "write OK", "absent(up) == ${limit}": "write OK", "count(up == 1) < ${limit}": "",
	} {
		said := checked(strings.NewReplacer("        expr: |\n", "        expr: "+expr+"\n", "          histogram_quantile(0.95,\n", "", "            sum by (job, le) (rate(milvus_proxy_sq_latency_bucket{job=~\"${job}\"}[5m]))\n", "",
			"          ) > ${limit}\n", "", "rate(milvus_proxy_req_count[5m])", "rate(milvus_proxy_req_count{job=~\"${job}\"}[5m])", "nodata: OK", "nodata: Alerting").Replace(fine))
		if says == "" {
			require.Empty(t, said, expr)
		} else {
			require.Contains(t, said, says, expr)
		}
	}
}

func TestPacksAreCheckedTogether(t *testing.T) {
	one, err := Parse("one.yml", []byte(fine))
	require.NoError(t, err)
	two, err := Parse("two.yml", []byte(fine))
	require.NoError(t, err)
	said := Check([]Pack{one, two}).Error()
	require.Contains(t, said, `two.yml:10:16: duplicate alert "SearchSlow": it is that of one.yml:10`)
	require.Contains(t, said, `two.yml:7:11: duplicate group`)
	again, err := Parse("folder/one.yml", []byte("heartline: {retired: [gone]}"))
	require.NoError(t, err)
	require.ErrorContains(t, Check([]Pack{one, again}), `folder/one.yml:1:1: duplicate pack "one"`)
}

func TestRunbooksMustHaveAHeadingForEachAlert(t *testing.T) {
	p := ours(t)
	require.NoError(t, Check([]Pack{p}))
	p.Runbooks.Text = "# Runbooks\n\n## SearchSlow\n"
	require.ErrorContains(t, Check([]Pack{p}), `testdata/ours.yml:55:16: runbooks.md has no heading "ScriptsLate": write the runbook`)
}

func TestOwnDashboardsAndTargetLabelsAreKnown(t *testing.T) {
	theirs := strings.NewReplacer("heartline-services/3", "ours/7", "(job, le)", "(job, namespace, le)", "  title: Fine", "  targetLabels: [namespace]").Replace(fine)
	p, err := Parse("fine.yml", []byte(theirs))
	require.NoError(t, err)
	require.ErrorContains(t, Check([]Pack{p}), `no dashboard with the uid "ours"`)
	require.NoError(t, Check([]Pack{p}, Panels{"ours": {1, 7}}))
}

func TestPlainPrometheusFilesNeedARunbookAndASeverityOnly(t *testing.T) {
	require.Empty(t, checked("groups:\n  - name: g\n    rules:\n      - alert: Down\n        expr: up == 0\n        labels: {severity: critical}\n        annotations: {summary: Down, runbook_url: 'https://example.org'}\n"))
}

func TestFilesWithoutRules(t *testing.T) {
	for content, says := range map[string]string{
		"":                                 "f.yml:1:1: the file has no rules",
		"# nothing\n":                      "f.yml:1:1: the file has no rules",
		"groups: []\n":                     "the file has no rules",
		"- a\n":                            "f.yml:1:1: the file is no mapping",
		"groups: [{name: g, rules: []}]\n": "",
	} {
		_, err := Parse("f.yml", []byte(content))
		if says == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, says, "%q", content)
	}
	_, err := Parse("f.yml", []byte("heartline: {retired: [gone]}\n"))
	require.NoError(t, err, "a pack whose rules are all gone is needed to delete them")
}
