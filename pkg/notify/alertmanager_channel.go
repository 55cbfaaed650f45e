package notify

import (
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
)

// integration is the channel as Alertmanager has it, or why it has it not.
func (a *alertmanager) integration(c channel) (key string, settings yaml.MapSlice, why string) {
	switch c.kind {
	case Mail:
		return "email_configs", yaml.MapSlice{
			{Key: "to", Value: strings.Join(c.to, ", ")},
			{Key: "headers", Value: yaml.MapSlice{{Key: "Subject", Value: c.template("title")}}},
			{Key: "html", Value: ""}, {Key: "text", Value: c.template("text")},
		}, ""
	case Slack:
		return "slack_configs", yaml.MapSlice{
			{Key: "api_url_file", Value: a.path(c.secret)}, {Key: "username", Value: "Heartline"},
			{Key: "title", Value: c.template("title")}, {Key: "text", Value: c.template("slack")},
		}, ""
	case Webhook:
		return a.webhook(c)
	case Telegram:
		return a.telegram(c)
	case WeComApp:
		return a.wecomApp(c)
	}
	return a.robot(c)
}

const needsNewer = "a secret is read from a file by Alertmanager 0.%d and newer; set %s itself, not %[2]s_FILE, or say --alertmanager-version"

// secretOf is a setting whose value is read from a file, or stands there in versions
// that cannot do that.
func (a *alertmanager) secretOf(v variable, key, fileKey string, since int) (yaml.MapItem, string) {
	switch {
	case a.minor >= since:
		return yaml.MapItem{Key: fileKey, Value: a.path(v)}, ""
	case v.file != "":
		return yaml.MapItem{}, fmt.Sprintf(needsNewer, since, v.name)
	}
	a.inline = true
	return yaml.MapItem{Key: key, Value: v.value}, ""
}

func (a *alertmanager) webhook(c channel) (string, yaml.MapSlice, string) {
	url, why := a.secretOf(c.secret, "url", "url_file", secretFiles)
	settings := yaml.MapSlice{url}
	if c.optional.set() {
		settings = append(settings, yaml.MapItem{Key: "http_config", Value: yaml.MapSlice{{Key: "authorization", Value: yaml.MapSlice{
			{Key: "credentials_file", Value: a.path(c.optional)},
		}}}})
	}
	return "webhook_configs", settings, why
}

func (a *alertmanager) telegram(c channel) (string, yaml.MapSlice, string) {
	token, why := a.secretOf(c.secret, "bot_token", "bot_token_file", secretFiles)
	chat, _ := strconv.ParseInt(c.plain["TELEGRAM_CHAT"], 10, 64) // checked when it was read
	return "telegram_configs", yaml.MapSlice{
		token, {Key: "chat_id", Value: chat}, {Key: "parse_mode", Value: "HTML"}, {Key: "message", Value: c.template("telegram")},
	}, why
}

func (a *alertmanager) wecomApp(c channel) (string, yaml.MapSlice, string) {
	secret, why := a.secretOf(c.secret, "api_secret", "api_secret_file", appSecrets)
	return "wechat_configs", yaml.MapSlice{
		secret, {Key: "corp_id", Value: c.plain["WECOM_CORP_ID"]}, {Key: "agent_id", Value: c.plain["WECOM_AGENT_ID"]},
		{Key: "to_user", Value: "@all"}, {Key: "message_type", Value: "markdown"},
		{Key: "message", Value: "# " + c.template("title") + "\n" + c.template("markdown")},
	}, why
}

// robot is a webhook with the payload of a group's robot.
func (a *alertmanager) robot(c channel) (string, yaml.MapSlice, string) {
	if a.minor < payloads {
		return "", nil, fmt.Sprintf("robots of groups need a payload of their own, which Alertmanager 0.%d and newer can send: say --alertmanager-version, or let Grafana notify", payloads)
	}
	title, text := c.template("title"), c.template("markdown")
	var payload yaml.MapSlice
	switch c.kind {
	case WeCom:
		payload = yaml.MapSlice{{Key: "msgtype", Value: "markdown"}, {Key: "markdown", Value: yaml.MapSlice{
			{Key: "content", Value: "# " + title + "\n" + text},
		}}}
	case DingTalk:
		payload = yaml.MapSlice{{Key: "msgtype", Value: "markdown"}, {Key: "markdown", Value: yaml.MapSlice{
			{Key: "title", Value: title}, {Key: "text", Value: "### " + title + "\n" + text},
		}}}
	case Feishu:
		payload = yaml.MapSlice{{Key: "msg_type", Value: "interactive"}, {Key: "card", Value: yaml.MapSlice{
			{Key: "header", Value: yaml.MapSlice{
				{Key: "template", Value: `{{ if eq .Status "firing" }}red{{ else }}green{{ end }}`},
				{Key: "title", Value: yaml.MapSlice{{Key: "tag", Value: "plain_text"}, {Key: "content", Value: title}}},
			}},
			{Key: "elements", Value: []yaml.MapSlice{{{Key: "tag", Value: "markdown"}, {Key: "content", Value: text}}}},
		}}}
	}
	return "webhook_configs", yaml.MapSlice{{Key: "url_file", Value: a.path(c.secret)}, {Key: "payload", Value: payload}}, ""
}

// smtp is the mail server, from the variables by which Grafana is told of it.
func (a *alertmanager) smtp(env Environment) (yaml.MapSlice, error) {
	host, from := env.text("GF_SMTP_HOST"), env.text("GF_SMTP_FROM_ADDRESS")
	if host == "" || from == "" {
		return nil, errors.New("alertmanager.yml with mail needs a mail server: set GF_SMTP_HOST and GF_SMTP_FROM_ADDRESS, which Grafana reads too")
	}
	if _, port, err := net.SplitHostPort(host); err != nil || port == "" {
		return nil, fmt.Errorf("GF_SMTP_HOST is %q, without a port: write one such as mail.example.org:587", host)
	}
	out := yaml.MapSlice{{Key: "smtp_smarthost", Value: host}, {Key: "smtp_from", Value: from}}
	if env.text("GF_SMTP_STARTTLS_POLICY") == "NoStartTLS" {
		out = append(out, yaml.MapItem{Key: "smtp_require_tls", Value: false})
	}
	user := env.text("GF_SMTP_USER")
	if user == "" {
		return out, nil
	}
	password := variable{name: "GF_SMTP_PASSWORD", value: env.text("GF_SMTP_PASSWORD"), file: env.text("GF_SMTP_PASSWORD__FILE")}
	if !password.set() {
		return nil, errors.New("GF_SMTP_USER is set, and no password: set GF_SMTP_PASSWORD")
	}
	return append(out, yaml.MapItem{Key: "smtp_auth_username", Value: user},
		yaml.MapItem{Key: "smtp_auth_password_file", Value: a.path(password)}), nil
}

// path is the file of a secret, as Alertmanager finds it: that of the environment, or
// one that is written beside its configuration.
func (a *alertmanager) path(v variable) string {
	if v.file != "" {
		return v.file
	}
	name := filepath.Join(secretsDir, strings.ToLower(v.name))
	a.secrets = append(a.secrets, secretFile{name, v.value})
	return filepath.Join(a.dir, name)
}

const secretsDir = "heartline-secrets"
