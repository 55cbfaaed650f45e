// Package notify says where alerts are sent: it renders contact points and message
// templates for Grafana, the same for Alertmanager, and the routes between rules and
// receivers. Which channels there are is for the environment to say.
package notify

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/prometheus/common/model"

	"github.com/heartline-monitor/heartline/deploy"
)

// Config is a notifications file.
type Config struct {
	Receivers []Receiver `yaml:"receivers"`
	// Retired are the names of receivers that are gone: Grafana keeps contact points
	// that are no longer in a file.
	Retired []string `yaml:"retired"`
	Routes  []Route  `yaml:"routes"`
	// Grouping is that of routes without one of their own.
	Grouping Grouping `yaml:"grouping"`
}

// Receiver is a contact point of every channel that the environment enables for it.
type Receiver struct {
	Name string `yaml:"name"`
	// Variables is what the names of its variables begin with: HEARTLINE for
	// HEARTLINE_MAIL_TO, HEARTLINE_SLACK_URL and so on.
	Variables string `yaml:"variables"`
}

// Route sends alerts to a receiver. It is for alerts that match each of its lists; an
// empty list matches all. The first route that matches an alert is taken.
type Route struct {
	Receiver   string   `yaml:"receiver"`
	Rules      []string `yaml:"rules"` // names of alerts, with * for any characters
	Severities []string `yaml:"severities"`
	Directions []string `yaml:"directions"`
	Admins     []string `yaml:"admins"`
	Teams      []string `yaml:"teams"`
	Grouping   Grouping `yaml:"grouping"`
}

// Grouping says which alerts share a message, and when it is sent.
type Grouping struct {
	By     []string      `yaml:"by"`
	Wait   time.Duration `yaml:"wait"`
	Every  time.Duration `yaml:"every"`
	Repeat time.Duration `yaml:"repeat"`
}

const (
	defaultPrefix = "HEARTLINE"
	// everyLabel groups alerts by all of their labels.
	everyLabel = "..."
	// longestName leaves room in the 40 characters of a uid for the longest kind.
	longestName = 40 - len("-") - len(string(WeComApp))
)

var (
	receiverName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	prefixName   = regexp.MustCompile(`^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$`)
)

// Load reads a notifications file, or the one that comes with Heartline where the
// path is empty.
func Load(path string) (*Config, error) {
	name, body := "deploy/notifications.yml", deploy.Notifications
	if path != "" {
		read, err := os.ReadFile(path) //nolint:gosec // the file is the user's to name
		if err != nil {
			return nil, fmt.Errorf("read the notifications file: %w", err)
		}
		name, body = path, read
	}
	var c Config
	if err := yaml.UnmarshalWithOptions(body, &c, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("%s: %s", name, strings.TrimSpace(yaml.FormatError(err, false, true)))
	}
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return &c, nil
}

func (c *Config) check() error {
	if len(c.Receivers) == 0 {
		return errors.New("there is no receiver: give one under receivers, with a name and variables")
	}
	var wrong []error
	names := map[string]bool{}
	for _, r := range c.Receivers {
		if !receiverName.MatchString(r.Name) || len(r.Name) > longestName {
			wrong = append(wrong, fmt.Errorf("receiver %q: the name must be lower case words with dashes, of at most %d characters", r.Name, longestName))
		}
		if !prefixName.MatchString(r.Variables) {
			wrong = append(wrong, fmt.Errorf("receiver %q: variables %q must be what names of variables begin with, such as HEARTLINE", r.Name, r.Variables))
		}
		if names[r.Name] {
			wrong = append(wrong, fmt.Errorf("receiver %q: another receiver has this name", r.Name))
		}
		names[r.Name] = true
	}
	for _, name := range c.Retired {
		if names[name] || !receiverName.MatchString(name) {
			wrong = append(wrong, fmt.Errorf("retired receiver %q: it is a receiver still, or no name of one", name))
		}
	}
	for i, r := range c.Routes {
		if err := r.check(names); err != nil {
			wrong = append(wrong, fmt.Errorf("route %d: %w", i+1, err))
		}
	}
	return errors.Join(append(wrong, c.Grouping.check())...)
}

func (r Route) check(receivers map[string]bool) error {
	var wrong []error
	if !receivers[r.Receiver] {
		wrong = append(wrong, fmt.Errorf("there is no receiver %q: add it under receivers", r.Receiver))
	}
	for _, s := range r.Severities {
		if !slices.Contains([]string{"critical", "warning", "info"}, s) {
			wrong = append(wrong, fmt.Errorf("severity %q is none of critical, warning and info", s))
		}
	}
	for _, list := range [][]string{r.Rules, r.Directions, r.Admins, r.Teams} {
		if slices.Contains(list, "") {
			wrong = append(wrong, errors.New("an entry of a list is empty: write the name, or leave the list out to match all"))
		}
	}
	return errors.Join(append(wrong, r.Grouping.check())...)
}

func (g Grouping) check() error {
	for name, d := range map[string]time.Duration{"wait": g.Wait, "every": g.Every, "repeat": g.Repeat} {
		if d < 0 || d > 0 && d < time.Second {
			return fmt.Errorf("grouping: %s is %v: use at least 1s", name, d)
		}
	}
	for i, label := range g.By {
		switch {
		case label == "":
			return errors.New("grouping: a label of by is empty")
		case slices.Contains(g.By[:i], label):
			return fmt.Errorf("grouping: label %q of by is there twice", label)
		case label == everyLabel && len(g.By) > 1:
			return errors.New("grouping: ... of by stands for all labels: leave the others out")
		case label != everyLabel && !model.LegacyValidation.IsValidLabelName(label):
			return fmt.Errorf("grouping: %q of by is no name of a label: use letters, digits and underscores, no digit first", label)
		}
	}
	return nil
}

// standard is how alerts are grouped where nobody says otherwise: as the existing
// Alertmanager does it.
var standard = Grouping{By: []string{"alertname", "instance"}, Wait: 10 * time.Second, Every: 10 * time.Second, Repeat: time.Hour}

// or fills what is not said from another grouping.
func (g Grouping) or(other Grouping) Grouping {
	if len(g.By) == 0 {
		g.By = other.By
	}
	if g.Wait == 0 {
		g.Wait = other.Wait
	}
	if g.Every == 0 {
		g.Every = other.Every
	}
	if g.Repeat == 0 {
		g.Repeat = other.Repeat
	}
	return g
}

// receiver finds a receiver that the checks have seen.
func (c *Config) receiver(name string) Receiver {
	i := slices.IndexFunc(c.Receivers, func(r Receiver) bool { return r.Name == name })
	return c.Receivers[i]
}
