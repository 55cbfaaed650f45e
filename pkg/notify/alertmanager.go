package notify

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/prometheus/common/model"
)

const alertmanagerHeader = "# Alertmanager, rendered by \"heartline notifications render\": change the notifications file and\n" +
	"# the environment, and render it again.\n"

// Alertmanager says for which Alertmanager is rendered.
type Alertmanager struct {
	// Version is the lowest one that has to read the file, such as 0.28.
	Version string
	// Dir is the folder that is written.
	Dir string
	// Sees is where Alertmanager has the folder, as an absolute path.
	Sees string
}

// The versions, of the form 0.minor, from which on Alertmanager can do something.
const (
	oldest      = 25 // the lowest that is rendered for
	secretFiles = 26 // url_file of webhooks, bot_token_file
	appSecrets  = 31 // api_secret_file of WeCom
	payloads    = 34 // sends the payload of a webhook as it is written
)

// minor is the second part of the version.
func (a Alertmanager) minor() (int, error) {
	major, rest, _ := strings.Cut(a.Version, ".")
	digits, _, _ := strings.Cut(rest, ".")
	n, err := strconv.Atoi(digits)
	if err != nil || major != "0" || n < oldest {
		return 0, fmt.Errorf("version %q of Alertmanager: give one such as 0.28, from 0.%d on", a.Version, oldest)
	}
	return n, nil
}

type alertmanagerFile struct {
	Global    yaml.MapSlice   `yaml:"global,omitempty"`
	Templates []string        `yaml:"templates"`
	Route     yaml.MapSlice   `yaml:"route"`
	Inhibit   []inhibition    `yaml:"inhibit_rules"`
	Receivers []yaml.MapSlice `yaml:"receivers"`
}

type inhibition struct {
	Source []string `yaml:"source_matchers"`
	Target []string `yaml:"target_matchers"`
	Equal  []string `yaml:"equal"`
}

// Topic is the label that rules share which judge one thing under different names.
const Topic = "topic"

// inhibitions mute what a critical alert says already. The first is the classic one. The
// others are for rules that have names of their own for each severity, and a topic in
// common; a critical alert that names no instance, or not even a job, speaks for all of
// them. Without the condition on the topic, alerts that both lack it would be equal.
var inhibitions = []inhibition{
	{
		Source: []string{critical}, Target: []string{milder},
		Equal: []string{"alertname", "instance"},
	},
	{
		Source: []string{critical, anyTopic}, Target: []string{milder, anyTopic},
		Equal: []string{Topic, "job", "instance", "service"},
	},
	{
		Source: []string{critical, anyTopic, `instance=""`}, Target: []string{milder, anyTopic},
		Equal: []string{Topic, "job", "service"},
	},
	{
		Source: []string{critical, anyTopic, `instance=""`, `job=""`}, Target: []string{milder, anyTopic},
		Equal: []string{Topic, "service"},
	},
}

const (
	critical = `severity="critical"`
	milder   = `severity=~"warning|info"`
	anyTopic = Topic + `=~".+"`
)

// secretFile is a file that Alertmanager reads a secret from.
type secretFile struct{ name, value string }

// alertmanager is what is rendered for Alertmanager.
type alertmanager struct {
	dir               string
	minor             int
	mails             bool
	inline            bool // a secret stands in the configuration itself
	config, templates []byte
	secrets           []secretFile
	notes             []string
}

// alertmanager renders alertmanager.yml and what it refers to.
func (c *Config) alertmanager(env Environment, to Alertmanager, zone *time.Location) (alertmanager, error) {
	minor, err := to.minor()
	if err != nil {
		return alertmanager{}, err
	}
	out := alertmanager{dir: to.Sees, minor: minor}
	file := alertmanagerFile{Templates: []string{"heartline.tmpl"}, Inhibit: inhibitions}
	for _, r := range c.Receivers {
		rendered, err := out.receiver(r, env)
		if err != nil {
			return out, err
		}
		file.Receivers = append(file.Receivers, rendered)
	}
	if out.mails {
		if file.Global, err = out.smtp(env); err != nil {
			return out, err
		}
	}
	if file.Route, err = c.route(env); err != nil {
		return out, err
	}
	if out.config, err = encode(alertmanagerHeader, file); err != nil {
		return out, err
	}
	out.templates, err = alertmanagerTemplates(zone, env.text("GF_SERVER_ROOT_URL"))
	return out, err
}

func (a *alertmanager) receiver(r Receiver, env Environment) (yaml.MapSlice, error) {
	channels, err := r.channels(env)
	if err != nil {
		return nil, err
	}
	rendered := yaml.MapSlice{{Key: "name", Value: r.Name}}
	for _, c := range channels {
		a.mails = a.mails || c.kind == Mail
		key, settings, why := a.integration(c)
		if why != "" {
			a.notes = append(a.notes, fmt.Sprintf("%s of receiver %s is not in alertmanager.yml: %s", c.kind, r.Name, why))
			continue
		}
		rendered = appendTo(rendered, key, append(yaml.MapSlice{{Key: "send_resolved", Value: true}}, settings...))
	}
	return rendered, nil
}

// appendTo adds an integration to a receiver's list of its kind.
func appendTo(receiver yaml.MapSlice, key string, settings yaml.MapSlice) yaml.MapSlice {
	for i := range receiver {
		if receiver[i].Key == key {
			receiver[i].Value = append(receiver[i].Value.([]yaml.MapSlice), settings)
			return receiver
		}
	}
	return append(receiver, yaml.MapItem{Key: key, Value: []yaml.MapSlice{settings}})
}

// route is the tree: what no route takes goes to the first receiver, as Alertmanager
// wants a receiver for everything.
func (c *Config) route(env Environment) (yaml.MapSlice, error) {
	taken, _, err := c.taken(env)
	if err != nil {
		return nil, err
	}
	root := Route{Receiver: c.Receivers[0].Name, Grouping: c.Grouping.or(standard)}
	if n := len(taken); n > 0 && len(taken[n-1].matchers()) == 0 {
		root, taken = taken[n-1], taken[:n-1]
	}
	out := root.settings()
	var routes []yaml.MapSlice
	for _, r := range taken {
		routes = append(routes, r.settings())
	}
	if len(routes) > 0 {
		out = append(out, yaml.MapItem{Key: "routes", Value: routes})
	}
	return out, nil
}

func (r Route) settings() yaml.MapSlice {
	out := yaml.MapSlice{{Key: "receiver", Value: r.Receiver}}
	if m := r.matchers(); len(m) > 0 {
		out = append(out, yaml.MapItem{Key: "matchers", Value: m})
	}
	return append(out,
		yaml.MapItem{Key: "group_by", Value: r.Grouping.By},
		yaml.MapItem{Key: "group_wait", Value: model.Duration(r.Grouping.Wait).String()},
		yaml.MapItem{Key: "group_interval", Value: model.Duration(r.Grouping.Every).String()},
		yaml.MapItem{Key: "repeat_interval", Value: model.Duration(r.Grouping.Repeat).String()},
	)
}

func alertmanagerTemplates(zone *time.Location, root string) ([]byte, error) {
	var out strings.Builder
	for _, language := range []Language{Chinese, English} {
		text, err := messages(language, zone, false, root)
		if err != nil {
			return nil, err
		}
		out.WriteString(text)
	}
	return []byte(out.String()), nil
}
