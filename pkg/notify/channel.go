package notify

import (
	"fmt"
	"strings"
)

// Kind is a way to reach people.
type Kind string

// The kinds of channels.
const (
	Mail     Kind = "mail"
	WeCom    Kind = "wecom"     // a robot of a WeCom group
	WeComApp Kind = "wecom-app" // an app of a WeCom company
	DingTalk Kind = "dingtalk"
	Telegram Kind = "telegram"
	Slack    Kind = "slack"
	Webhook  Kind = "webhook"
	Feishu   Kind = "feishu"
)

// kinds are all, in the order in which they are rendered.
var kinds = []Kind{Mail, WeCom, WeComApp, DingTalk, Telegram, Slack, Webhook, Feishu}

// variables are the ends of the names of variables that a kind reads. The first
// enables it; those that need others name them.
var variables = map[Kind]struct {
	protected string
	needs     []string // beside it, and no secrets
	optional  string   // a further secret
}{
	Mail:     {needs: []string{"MAIL_TO"}},
	WeCom:    {protected: "WECOM_URL"},
	WeComApp: {protected: "WECOM_SECRET", needs: []string{"WECOM_CORP_ID", "WECOM_AGENT_ID"}},
	DingTalk: {protected: "DINGTALK_URL"},
	Telegram: {protected: "TELEGRAM_TOKEN", needs: []string{"TELEGRAM_CHAT"}},
	Slack:    {protected: "SLACK_URL"},
	Webhook:  {protected: "WEBHOOK_URL", optional: "WEBHOOK_TOKEN"},
	Feishu:   {protected: "FEISHU_URL"},
}

// channel is a kind that the environment enables for a receiver.
type channel struct {
	kind     Kind
	receiver string
	language Language
	secret   variable
	optional variable
	plain    map[string]string // by the end of the variable's name
	to       []string          // mail addresses
}

// uid is that of Grafana's contact point.
func (c channel) uid() string { return uid(c.receiver, c.kind) }

func uid(receiver string, kind Kind) string { return receiver + "-" + string(kind) }

// template is the action that writes a message of this style.
func (c channel) template(style string) string {
	return fmt.Sprintf("{{ template \"heartline.%s.%s\" . }}", c.language, style)
}

// channels are those that the environment enables for a receiver.
func (r Receiver) channels(env Environment) ([]channel, error) {
	language, err := env.language(r.Variables)
	if err != nil {
		return nil, err
	}
	var enabled []channel
	for _, kind := range kinds {
		c := channel{kind: kind, receiver: r.Name, language: language, plain: map[string]string{}}
		on, err := c.read(r.Variables, env)
		if err != nil {
			return nil, fmt.Errorf("%s of receiver %s: %w", kind, r.Name, err)
		}
		if on {
			enabled = append(enabled, c)
		}
	}
	return enabled, nil
}

// read fills the channel, and reports whether the environment enables it.
func (c *channel) read(prefix string, env Environment) (on bool, err error) {
	v := variables[c.kind]
	var missing []string
	if v.protected != "" {
		if c.secret, err = env.look(prefix + "_" + v.protected); err != nil {
			return false, err
		}
		if !c.secret.set() {
			missing = append(missing, c.secret.name)
		}
	}
	for _, end := range v.needs {
		name := prefix + "_" + end
		if c.plain[end] = env.text(name); c.plain[end] == "" {
			missing = append(missing, name)
		}
	}
	if v.optional != "" {
		if c.optional, err = env.look(prefix + "_" + v.optional); err != nil {
			return false, err
		}
	}
	switch all := len(v.needs) + min(len(v.protected), 1); {
	case len(missing) == all && !c.optional.set():
		return false, nil
	case len(missing) > 0:
		return false, fmt.Errorf("%s is missing beside the others: set it, or unset the others", strings.Join(missing, ", "))
	}
	return true, c.check(prefix)
}

func (c *channel) check(prefix string) (err error) {
	switch c.kind {
	case Mail:
		c.to, err = addresses(prefix+"_MAIL_TO", c.plain["MAIL_TO"])
		return err
	case WeComApp:
		return whole(prefix+"_WECOM_AGENT_ID", c.plain["WECOM_AGENT_ID"])
	case Telegram:
		return whole(prefix+"_TELEGRAM_CHAT", c.plain["TELEGRAM_CHAT"])
	}
	return c.secret.checkURL()
}
