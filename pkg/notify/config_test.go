package notify

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/rule"
)

const teams = `
receivers:
  - {name: heartline, variables: HEARTLINE}
  - {name: payments, variables: PAYMENTS}
  - {name: night, variables: NIGHT}
retired: [old]
routes:
  - receiver: payments
    directions: [支付]
    severities: [critical]
    grouping: {by: [alertname, direction], repeat: 30m}
  - {receiver: night, rules: ['Milvus*']}
  - {receiver: payments, teams: [pay.ments]}
  - {receiver: payments, rules: ['Milvus*High', 'SLO(x)"'], admins: [张三]}
  - receiver: heartline
grouping: {wait: 20s}
`

func TestFileOfHeartlineSendsEverythingToOneReceiver(t *testing.T) {
	c := standardConfig(t)
	require.Equal(t, []Receiver{{"heartline", "HEARTLINE"}}, c.Receivers)
	routes, notes, err := c.RuleRoutes(vars{"HEARTLINE_MAIL_TO": "a@example.org"}.look)
	require.NoError(t, err)
	require.Empty(t, notes)
	require.Equal(t, []rule.Route{{
		Receiver: "heartline", GroupBy: []string{"alertname", "instance"},
		GroupWait: 10 * time.Second, GroupInterval: 10 * time.Second, RepeatInterval: time.Hour,
	}}, routes)
}

func TestRoutesToReceiversWithoutAChannelArePassedOver(t *testing.T) {
	routes, notes, err := standardConfig(t).RuleRoutes(vars{}.look)
	require.NoError(t, err)
	require.Empty(t, routes, "a rule that names a contact point that does not exist keeps Grafana from starting")
	require.Equal(t, []string{"route 1 is passed over: no variable enables a channel of receiver heartline (HEARTLINE_MAIL_TO, HEARTLINE_SLACK_URL, ...)"}, notes)
}

func TestRoutesBecomeThoseOfRules(t *testing.T) {
	c, err := read(t, teams)
	require.NoError(t, err)
	routes, notes, err := c.RuleRoutes(vars{"PAYMENTS_SLACK_URL": "https://hooks.slack.com/x", "HEARTLINE_MAIL_TO": "a@example.org"}.look)
	require.NoError(t, err)
	require.Len(t, notes, 2)
	require.Contains(t, notes[0], "route 2 is passed over")
	require.Contains(t, notes[1], "the route of teams pay.ments to payments is in Grafana for rules that set the label team themselves")
	require.Equal(t, []rule.Route{
		{
			Receiver: "payments", Severities: []string{"critical"}, Directions: []string{"支付"}, GroupBy: []string{"alertname", "direction"},
			GroupWait: 20 * time.Second, GroupInterval: 10 * time.Second, RepeatInterval: 30 * time.Minute,
		},
		{
			Receiver: "payments", Teams: []string{"pay.ments"}, GroupBy: []string{"alertname", "instance"},
			GroupWait: 20 * time.Second, GroupInterval: 10 * time.Second, RepeatInterval: time.Hour,
		},
		{
			Receiver: "payments", Rules: []string{"Milvus*High", `SLO(x)"`}, Admins: []string{"张三"}, GroupBy: []string{"alertname", "instance"},
			GroupWait: 20 * time.Second, GroupInterval: 10 * time.Second, RepeatInterval: time.Hour,
		},
		{
			Receiver: "heartline", GroupBy: []string{"alertname", "instance"},
			GroupWait: 20 * time.Second, GroupInterval: 10 * time.Second, RepeatInterval: time.Hour,
		},
	}, routes)
}

func TestNotificationsFileSaysWhatIsWrong(t *testing.T) {
	const one = "receivers: [{name: a, variables: A}]\n"
	for body, want := range map[string]string{
		"":                                       "there is no receiver",
		"receivers: [{name: a, url: x}]":         `unknown field "url"`,
		"receivers: [{name: A b, variables: A}]": "lower case words",
		"receivers: [{name: a-name-that-is-too-long-for-a-uid, variables: A}]": "at most 30 characters",
		"receivers: [{name: a, variables: a-b}]":                               "what names of variables begin with",
		"receivers: [{name: a, variables: A}, {name: a, variables: B}]":        "another receiver has this name",
		one + "retired: [a]":                                    "it is a receiver still",
		one + "routes: [{receiver: b}]":                         `route 1: there is no receiver "b"`,
		one + "routes: [{receiver: a, severities: [page]}]":     `severity "page" is none of`,
		one + "routes: [{receiver: a, directions: ['']}]":       "an entry of a list is empty",
		one + "routes: [{receiver: a, grouping: {wait: 10ms}}]": "wait is 10ms: use at least 1s",
		one + "grouping: {by: ['']}":                            "a label of by is empty",
		one + "grouping: {by: [job, job]}":                      `label "job" of by is there twice`,
		one + "grouping: {by: ['...', job]}":                    "stands for all labels",
		one + "grouping: {by: [a b]}":                           `"a b" of by is no name of a label`,
		one + "grouping: {wait: soon}":                          "soon",
	} {
		_, err := read(t, body)
		require.ErrorContains(t, err, want, body)
		require.ErrorContains(t, err, "notifications.yml")
	}
	_, err := Load(filepath.Join(t.TempDir(), "none.yml"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestEnvironmentSaysWhatIsWrong(t *testing.T) {
	for want, v := range map[string]vars{
		"HEARTLINE_TELEGRAM_CHAT is missing beside":                     {"HEARTLINE_TELEGRAM_TOKEN": "1:x"},
		"HEARTLINE_TELEGRAM_TOKEN is missing beside":                    {"HEARTLINE_TELEGRAM_CHAT": "1"},
		"HEARTLINE_TELEGRAM_CHAT is \"me\", not a whole number":         {"HEARTLINE_TELEGRAM_TOKEN": "1:x", "HEARTLINE_TELEGRAM_CHAT": "me"},
		"HEARTLINE_WECOM_SECRET, HEARTLINE_WECOM_CORP_ID is missing":    {"HEARTLINE_WECOM_AGENT_ID": "1"},
		"HEARTLINE_WECOM_AGENT_ID is \"a\"":                             {"HEARTLINE_WECOM_SECRET": "s", "HEARTLINE_WECOM_CORP_ID": "w", "HEARTLINE_WECOM_AGENT_ID": "a"},
		"HEARTLINE_WEBHOOK_URL is missing beside":                       {"HEARTLINE_WEBHOOK_TOKEN": "x"},
		"HEARTLINE_SLACK_URL is not an address":                         {"HEARTLINE_SLACK_URL": "hooks.slack.com/KEY"},
		"HEARTLINE_FEISHU_URL is not an address":                        {"HEARTLINE_FEISHU_URL": "https://\x7fKEY"},
		"HEARTLINE_SLACK_URL and HEARTLINE_SLACK_URL_FILE are both set": {"HEARTLINE_SLACK_URL": "https://a/KEY", "HEARTLINE_SLACK_URL_FILE": "/x"},
		"HEARTLINE_SLACK_URL begins or ends with blank space":           {"HEARTLINE_SLACK_URL": "https://a/KEY\n"},
		"HEARTLINE_SLACK_URL holds a $":                                 {"HEARTLINE_SLACK_URL": "https://a/KEY$x"},
		"HEARTLINE_SLACK_URL_FILE holds a $ or a }":                     {"HEARTLINE_SLACK_URL_FILE": "/run/$x"},
		"HEARTLINE_WEBHOOK_TOKEN looks like a number":                   {"HEARTLINE_WEBHOOK_URL": "https://a/", "HEARTLINE_WEBHOOK_TOKEN": "12e4"},
		"HEARTLINE_MAIL_TO: \"nobody\" is not a mail address":           {"HEARTLINE_MAIL_TO": "a@example.org, nobody"},
		"HEARTLINE_MAIL_TO holds no address":                            {"HEARTLINE_MAIL_TO": ";"},
		"HEARTLINE_NOTIFY_LANGUAGE is \"de\": use zh or en":             {"HEARTLINE_NOTIFY_LANGUAGE": "de"},
		"HEARTLINE_TIMEZONE: there is no time zone":                     {"HEARTLINE_TIMEZONE": "Mars"},
	} {
		dir := t.TempDir()
		_, err := standardConfig(t).Render(v.look, Output{Grafana: filepath.Join(dir, "grafana")})
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "KEY", "an error goes to logs")
		require.NoDirExists(t, filepath.Join(dir, "grafana"), "nothing is written where anything is wrong")
	}
}
