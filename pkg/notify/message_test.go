package notify

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/template"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// What follows is the documented data and the functions of Grafana's and of
// Alertmanager's templates, as far as ours use them.

type labels map[string]string

type pair struct{ Name, Value string }

func (l labels) Remove(names []string) labels {
	out := maps.Clone(l)
	for _, n := range names {
		delete(out, n)
	}
	return out
}

func (l labels) SortedPairs() (out []pair) {
	for _, name := range slices.Sorted(maps.Keys(l)) {
		out = append(out, pair{name, l[name]})
	}
	return out
}

type alert struct {
	Status               string
	Labels, Annotations  labels
	StartsAt, EndsAt     time.Time
	PanelURL, SilenceURL string
	Values               map[string]float64
}

type alerts []alert

func (a alerts) of(status string) (out alerts) {
	for _, x := range a {
		if x.Status == status {
			out = append(out, x)
		}
	}
	return out
}

func (a alerts) Firing() alerts   { return a.of("firing") }
func (a alerts) Resolved() alerts { return a.of("resolved") }

type data struct {
	Status                    string
	Alerts                    alerts
	GroupLabels, CommonLabels labels
}

type collections struct{}

func (collections) Slice(items ...any) []any { return items }

func (collections) Dict(items ...any) map[string]any {
	out := map[string]any{}
	for i := 0; i < len(items); i += 2 {
		out[fmt.Sprint(items[i])] = items[i+1]
	}
	return out
}

type converter struct{}

func (converter) ToJSON(value any) (string, error) {
	body, err := json.Marshal(value)
	return string(body), err
}

type executor struct{ root *template.Template }

func (e executor) Exec(name string, dot any) (string, error) {
	var out strings.Builder
	err := e.root.ExecuteTemplate(&out, name, dot)
	return out.String(), err
}

// parsed are messages as Grafana, or the oldest Alertmanager, has them: that knows less.
func parsed(t *testing.T, language Language, zone string, grafana bool, root string) *template.Template {
	t.Helper()
	location, err := time.LoadLocation(zone)
	require.NoError(t, err)
	text, err := messages(language, location, grafana, root)
	require.NoError(t, err)
	tmpl := template.New("").Option("missingkey=zero").Funcs(template.FuncMap{
		"stringSlice": func(s ...string) []string { return s },
		"reReplaceAll": func(pattern, repl, text string) string {
			return regexp.MustCompile(pattern).ReplaceAllString(text, repl)
		},
	})
	if grafana {
		tmpl.Funcs(template.FuncMap{
			"tz": func(name string, at time.Time) (time.Time, error) {
				zone, err := time.LoadLocation(name)
				return at.In(zone), err
			},
			"date": func(form string, at time.Time) string { return at.Format(form) },
			"coll": func() any { return collections{} },
			"data": func() any { return converter{} },
			"tmpl": func() any { return executor{tmpl} },
		})
	}
	_, err = tmpl.Parse(text)
	require.NoError(t, err)
	return tmpl
}

func rendering(t *testing.T, tmpl *template.Template, name string, d data) string {
	t.Helper()
	var out strings.Builder
	require.NoError(t, tmpl.ExecuteTemplate(&out, name, d))
	return out.String()
}

// spoken are two monitors that are down, one that runs again, with names that try to be markup.
func spoken() data {
	at := time.Date(2026, 3, 6, 10, 30, 5, 0, time.UTC)
	one := func(monitor, status string, value float64) alert {
		return alert{
			Status: status, StartsAt: at, EndsAt: at.Add(90 * time.Minute),
			Labels: labels{
				"alertname": "HeartlineMonitorDown", "grafana_folder": "Heartline", "severity": "critical", "topic": "x",
				"direction": "支付", "monitor": monitor, "host": "prod-01",
			},
			Annotations: labels{
				"summary": "A check script has stopped", "description": "支付/" + monitor + " should have run 1h 10m ago.",
				"runbook_url": "https://example.org/runbooks.md#down", "dashboard": "/d/heartline-heartbeats?viewPanel=4", "value": "4210 s",
			},
			PanelURL:   "http://grafana:3000/d/heartline-heartbeats?from=1&viewPanel=4",
			SilenceURL: "http://grafana:3000/alerting/silence/new?a=1&b=2",
			Values:     map[string]float64{"A": value, "B": 1},
		}
	}
	return data{
		Status: "firing", GroupLabels: labels{"alertname": "HeartlineMonitorDown"},
		CommonLabels: labels{"alertname": "HeartlineMonitorDown", "severity": "critical"},
		Alerts:       alerts{one("对账<@all> [x](http://evil) & co", "firing", 4210.5), one("orders", "firing", 0), one("退款", "resolved", 0)},
	}
}

func TestMessagesNameWhatWhereValueSinceRunbookAndPanel(t *testing.T) {
	for _, grafana := range []bool{true, false} {
		engine := map[bool]string{true: "grafana", false: "alertmanager"}[grafana]
		for _, language := range []Language{Chinese, English} {
			tmpl := parsed(t, language, "Asia/Shanghai", grafana, "http://grafana:3000/")
			set := "heartline." + string(language) + "."
			var out strings.Builder
			for _, name := range []string{"title", "text", "markdown", "telegram", "slack"} {
				fmt.Fprintf(&out, "=== %s\n%s\n", name, rendering(t, tmpl, set+name, spoken()))
			}
			golden(t, "testdata/messages/"+engine+"."+string(language)+".txt", out.String())
			for _, part := range []string{
				"HeartlineMonitorDown", "A check script has stopped", "direction=支付", "monitor=orders", "2026-03-06 18:30:05 +08:00", "2026-03-06 20:00:05 +08:00",
				"https://example.org/runbooks.md#down", "http://grafana:3000/d/heartline-heartbeats", "421",
			} {
				require.Contains(t, rendering(t, tmpl, set+"text", spoken()), part, "%s %s", engine, language)
			}
		}
	}
}

func TestNamesAndValuesAreNotMarkup(t *testing.T) {
	tmpl := parsed(t, English, "UTC", true, "")
	require.NotContains(t, rendering(t, tmpl, "heartline.en.markdown", spoken()), "<@all>")
	require.NotContains(t, rendering(t, tmpl, "heartline.en.markdown", spoken()), "[x](")
	require.NotContains(t, rendering(t, tmpl, "heartline.en.slack", spoken()), "<@all>")
	d := spoken()
	d.CommonLabels["alertname"] = "p95 < 1s"
	telegram := rendering(t, tmpl, "heartline.en.telegram", d)
	require.Contains(t, telegram, "&lt;@all&gt;")
	require.Contains(t, telegram, "p95 &lt; 1s")
	require.Contains(t, telegram, "from=1&amp;viewPanel=4")
}

func TestTitleSaysTheWorstAndHowMany(t *testing.T) {
	tmpl := parsed(t, English, "UTC", true, "")
	title := func(d data) string { return rendering(t, tmpl, "heartline.en.title", d) }
	d := spoken()
	require.Equal(t, "🔴 Heartline: HeartlineMonitorDown, 2 firing, 1 resolved", title(d))
	for i := range d.Alerts {
		d.Alerts[i].Labels["severity"] = "warning"
	}
	require.Equal(t, "🟠 Heartline: HeartlineMonitorDown, 2 firing, 1 resolved", title(d))
	d.Alerts = d.Alerts.Resolved()
	require.Equal(t, "🟢 Heartline: HeartlineMonitorDown, 1 resolved", title(d))
	d.CommonLabels = labels{"alertname": "DatasourceNoData", "rulename": "MilvusAbsent"}
	require.Equal(t, "🟢 Heartline: MilvusAbsent, 1 resolved", title(d), "of a rule without data")
	d.CommonLabels, d.GroupLabels = labels{}, labels{}
	require.Equal(t, "🟢 Heartline: several alerts, 1 resolved", title(d))
}

func TestAlertWithoutAnyTextIsStillAMessage(t *testing.T) {
	for _, grafana := range []bool{true, false} {
		tmpl := parsed(t, English, "UTC", grafana, "http://grafana:3000")
		got := rendering(t, tmpl, "heartline.en.text", data{Status: "firing", Alerts: alerts{{Status: "firing", Labels: labels{"alertname": "X", "job": "a"}}}})
		require.Equal(t, "🟠 X\nWhat: X\nWhere: job=a \nSince: 0001-01-01 00:00:00 +00:00\n\n", got)
	}
}

// Robots refuse messages that are too long, and answer 200 all the same.
func TestLongestMessagesFitTheirChannels(t *testing.T) {
	d := spoken()
	for i := range d.Alerts {
		d.Alerts[i].Annotations["summary"] = strings.Repeat("检", 40)
		d.Alerts[i].Annotations["description"] = strings.Repeat("述", 5000)
		d.Alerts[i].Annotations["runbook_url"] = "https://github.com/heartline-monitor/heartline/blob/main/docs/runbooks.md#milvusquerynodeheartbeatstale"
		d.Alerts[i].PanelURL = "https://grafana.example.org/d/heartline-milvus-overview?from=1772789405000&orgId=1&to=1795355733801&viewPanel=34"
	}
	d.Alerts = slices.Concat(slices.Repeat(d.Alerts.Firing(), 500), slices.Repeat(d.Alerts.Resolved(), 500))
	for _, language := range []Language{Chinese, English} {
		tmpl := parsed(t, language, "Asia/Shanghai", true, "")
		set := "heartline." + string(language) + "."
		wecom := "# " + rendering(t, tmpl, set+"title", d) + "\n" + rendering(t, tmpl, set+"markdown", d) + "\n"
		require.LessOrEqual(t, len(wecom), 4096, "bytes, at WeCom")
		require.LessOrEqual(t, utf8.RuneCountInString(rendering(t, tmpl, set+"telegram", d)), 4096, "characters, at Telegram")
		require.LessOrEqual(t, len(rendering(t, tmpl, set+"slack", d)), 10000)
		require.LessOrEqual(t, len(rendering(t, tmpl, set+"feishu", d)), 20<<10, "bytes, at Feishu")
		require.Contains(t, rendering(t, tmpl, set+"markdown", d), map[Language]string{Chinese: "共 1000 条触发", English: "Shown: 3 of 1000 that fire."}[language])
	}
}

func TestFeishuGetsACard(t *testing.T) {
	tmpl := parsed(t, Chinese, "UTC", true, "")
	card := func(d data) (out struct {
		Type string `json:"msg_type"`
		Card struct {
			Header struct {
				Template string
				Title    struct{ Tag, Content string }
			}
			Elements []struct{ Tag, Content string }
		}
	}) {
		require.NoError(t, json.Unmarshal([]byte(rendering(t, tmpl, "heartline.zh.feishu", d)), &out))
		return out
	}
	d := spoken()
	firing := card(d)
	require.Equal(t, "interactive", firing.Type)
	require.Equal(t, "red", firing.Card.Header.Template)
	require.Equal(t, "plain_text", firing.Card.Header.Title.Tag)
	require.Equal(t, rendering(t, tmpl, "heartline.zh.title", d), firing.Card.Header.Title.Content)
	require.Equal(t, "markdown", firing.Card.Elements[0].Tag)
	require.Equal(t, rendering(t, tmpl, "heartline.zh.markdown", d), firing.Card.Elements[0].Content)
	d.Status, d.Alerts = "resolved", d.Alerts.Resolved()
	require.Equal(t, "green", card(d).Card.Header.Template)
}

func TestTimesAreInTheZone(t *testing.T) {
	for zone, want := range map[string]string{"UTC": "10:30:05 +00:00", "Asia/Shanghai": "18:30:05 +08:00", "Asia/Kolkata": "16:00:05 +05:30"} {
		for _, grafana := range []bool{true, false} {
			require.Contains(t, rendering(t, parsed(t, English, zone, grafana, ""), "heartline.en.text", spoken()), "Since: 2026-03-06 "+want)
		}
	}
	berlin := parsed(t, English, "Europe/Berlin", true, "")
	require.Contains(t, rendering(t, berlin, "heartline.en.text", spoken()), "11:30:05 +01:00")
	berlin = parsed(t, English, "Europe/Berlin", false, "")
	require.Contains(t, rendering(t, berlin, "heartline.en.text", spoken()), "10:30:05 +00:00", "the oldest Alertmanager has no zones, and this offset changes")
}

func TestEveryLanguageHasEveryWord(t *testing.T) {
	for language, w := range languages {
		body, err := json.Marshal(w)
		require.NoError(t, err)
		require.NotContains(t, string(body), `""`, language)
	}
}
