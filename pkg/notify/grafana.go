package notify

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/heartline-monitor/heartline/pkg/rule"
)

const (
	grafanaHeader = "# Contact points and templates for Grafana, rendered by \"heartline notifications render\".\n" +
		"# Change the notifications file and the environment, and render them again.\n"
	templatesHeader = "# Message templates for Grafana, rendered by \"heartline notifications render\": change\n" +
		"# pkg/notify/messages.tmpl, or write contact points of your own that use templates of your own.\n"
)

type contactPoints struct {
	APIVersion int               `yaml:"apiVersion"`
	Points     []contactPoint    `yaml:"contactPoints,omitempty"`
	Delete     []deletedReceiver `yaml:"deleteContactPoints,omitempty"`
}

type contactPoint struct {
	OrgID     int           `yaml:"orgId"`
	Name      string        `yaml:"name"`
	Receivers []integration `yaml:"receivers"`
}

type integration struct {
	UID      string        `yaml:"uid"`
	Type     string        `yaml:"type"`
	Settings yaml.MapSlice `yaml:"settings"`
}

type deletedReceiver struct {
	OrgID int    `yaml:"orgId"`
	UID   string `yaml:"uid"`
}

// ContactPoints renders Grafana's contact points: those that the environment enables,
// and the deletion of all others, which Grafana would keep.
func (c *Config) ContactPoints(env Environment) ([]byte, error) {
	out := contactPoints{APIVersion: 1}
	for _, r := range c.Receivers {
		channels, err := r.channels(env)
		if err != nil {
			return nil, err
		}
		point := contactPoint{OrgID: 1, Name: r.Name}
		enabled := map[Kind]bool{}
		for _, ch := range channels {
			i, err := ch.integration()
			if err != nil {
				return nil, fmt.Errorf("%s of receiver %s: %w", ch.kind, r.Name, err)
			}
			point.Receivers = append(point.Receivers, i)
			enabled[ch.kind] = true
		}
		if len(point.Receivers) > 0 {
			out.Points = append(out.Points, point)
		}
		out.Delete = append(out.Delete, deletions(r.Name, enabled)...)
	}
	for _, name := range c.Retired {
		out.Delete = append(out.Delete, deletions(name, nil)...)
	}
	return encode(grafanaHeader, out)
}

func deletions(receiver string, enabled map[Kind]bool) []deletedReceiver {
	var out []deletedReceiver
	for _, kind := range kinds {
		if !enabled[kind] {
			out = append(out, deletedReceiver{OrgID: 1, UID: uid(receiver, kind)})
		}
	}
	return out
}

// grafanaTypes are the names of integrations.
var grafanaTypes = map[Kind]string{
	Mail: "email", WeCom: "wecom", WeComApp: "wecom", DingTalk: "dingding", Telegram: "telegram", Slack: "slack",
	Webhook: "webhook", Feishu: "webhook",
}

func (c channel) integration() (integration, error) {
	i := integration{UID: c.uid(), Type: grafanaTypes[c.kind]}
	var secret, optional string
	var err error
	if c.secret.set() {
		if secret, err = c.secret.reference(); err != nil {
			return i, err
		}
	}
	if c.optional.set() {
		if optional, err = c.optional.reference(); err != nil {
			return i, err
		}
	}
	i.Settings = c.settings(secret, optional)
	return i, nil
}

// settings are those of Grafana's integration. Identifiers stand there as texts:
// Grafana makes a number of one that it reads from a variable, and refuses it.
func (c channel) settings(secret, optional string) yaml.MapSlice {
	title := yaml.MapItem{Key: "title", Value: c.template("title")}
	message := func(style string) yaml.MapItem { return yaml.MapItem{Key: "message", Value: c.template(style)} }
	switch c.kind {
	case Mail:
		return yaml.MapSlice{
			{Key: "addresses", Value: rule.Literal(strings.Join(c.to, ";"))},
			{Key: "subject", Value: c.template("title")}, message("text"),
		}
	case WeCom:
		return yaml.MapSlice{{Key: "url", Value: secret}, {Key: "msgtype", Value: "markdown"}, title, message("markdown")}
	case WeComApp:
		return yaml.MapSlice{
			{Key: "secret", Value: secret}, {Key: "corp_id", Value: rule.Literal(c.plain["WECOM_CORP_ID"])},
			{Key: "agent_id", Value: c.plain["WECOM_AGENT_ID"]}, {Key: "msgtype", Value: "markdown"}, title, message("markdown"),
		}
	case DingTalk:
		return yaml.MapSlice{{Key: "url", Value: secret}, {Key: "msgType", Value: "actionCard"}, title, message("markdown")}
	case Telegram:
		return yaml.MapSlice{
			{Key: "bottoken", Value: secret}, {Key: "chatid", Value: c.plain["TELEGRAM_CHAT"]},
			{Key: "parse_mode", Value: "HTML"}, {Key: "disable_web_page_preview", Value: true}, message("telegram"),
		}
	case Slack:
		return yaml.MapSlice{{Key: "url", Value: secret}, {Key: "username", Value: "Heartline"}, title, {Key: "text", Value: c.template("slack")}}
	case Feishu:
		return yaml.MapSlice{{Key: "url", Value: secret}, {Key: "payload", Value: yaml.MapSlice{{Key: "template", Value: c.template("feishu")}}}}
	}
	settings := yaml.MapSlice{{Key: "url", Value: secret}, title, message("text")}
	if optional != "" {
		settings = append(settings, yaml.MapItem{Key: "authorization_scheme", Value: "Bearer"},
			yaml.MapItem{Key: "authorization_credentials", Value: optional})
	}
	return settings
}

type templates struct {
	APIVersion int            `yaml:"apiVersion"`
	Templates  []templateFile `yaml:"templates"`
}

type templateFile struct {
	OrgID    int    `yaml:"orgId"`
	Name     string `yaml:"name"`
	Template string `yaml:"template"`
}

// Templates renders Grafana's message templates, a set for each language, with times
// in this zone.
func Templates(zone *time.Location) ([]byte, error) {
	out := templates{APIVersion: 1}
	for _, language := range []Language{Chinese, English} {
		text, err := messages(language, zone, true, "")
		if err != nil {
			return nil, err
		}
		out.Templates = append(out.Templates, templateFile{OrgID: 1, Name: "heartline-" + string(language), Template: text})
	}
	return encode(templatesHeader, out)
}

func encode(header string, value any) ([]byte, error) {
	body := bytes.NewBufferString(header)
	if err := yaml.NewEncoder(body, yaml.Indent(2), yaml.IndentSequence(true)).Encode(value); err != nil {
		return nil, fmt.Errorf("encode as YAML: %w", err)
	}
	return body.Bytes(), nil
}
