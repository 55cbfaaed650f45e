// Package act runs commands that were configured for alerts, when Grafana or
// Alertmanager sends those to its webhook. What an alert says never becomes part of a
// command: the command is fixed, and the alert's labels are variables of its environment.
package act

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
)

// Action is a command for an alert.
type Action struct {
	// Name is that of the action in the audit log.
	Name string `yaml:"name"`
	// Alert is the name of the alert, exactly.
	Alert string `yaml:"alert"`
	// Labels must be those of the alert, exactly; others it may have.
	Labels map[string]string `yaml:"labels"`
	// Command is the program's absolute path and its arguments. No shell reads it.
	Command []string `yaml:"command"`
	// Timeout is how long the command may run.
	Timeout time.Duration `yaml:"timeout"`
	// Limit is how often it may run.
	Limit Limit `yaml:"limit"`
}

// Limit allows a number of runs in any stretch of time of this length.
type Limit struct {
	Runs int           `yaml:"runs"`
	Per  time.Duration `yaml:"per"`
}

const (
	defaultTimeout = time.Minute
	longestTimeout = time.Hour
	mostRuns       = 1000
)

// Load reads an actions file and checks it.
func Load(path string) ([]Action, error) {
	body, err := os.ReadFile(path) //nolint:gosec // the file is the user's to name
	if err != nil {
		return nil, fmt.Errorf("read the actions file: %w", err)
	}
	var file struct {
		Actions []Action `yaml:"actions"`
	}
	if err := yaml.UnmarshalWithOptions(body, &file, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("%s: %s", path, strings.TrimSpace(yaml.FormatError(err, false, true)))
	}
	if len(file.Actions) == 0 {
		return nil, fmt.Errorf("%s: there is no action: give one under actions, with name, alert, command and limit", path)
	}
	var wrong []error
	names := map[string]bool{}
	for i := range file.Actions {
		a := &file.Actions[i]
		if a.Timeout == 0 {
			a.Timeout = defaultTimeout
		}
		if err := a.check(); err != nil {
			wrong = append(wrong, fmt.Errorf("%s: action %d (%s): %w", path, i+1, a.Name, err))
		}
		if names[a.Name] {
			wrong = append(wrong, fmt.Errorf("%s: action %d: another action is named %q", path, i+1, a.Name))
		}
		names[a.Name] = true
	}
	return file.Actions, errors.Join(wrong...)
}

func (a *Action) check() error {
	var wrong []error
	if a.Name == "" {
		wrong = append(wrong, errors.New("name is missing: the audit log needs it"))
	}
	if a.Alert == "" || strings.ContainsAny(a.Alert, "*?") {
		wrong = append(wrong, fmt.Errorf("alert %q must be the name of one alert: an action is for one alone", a.Alert))
	}
	wrong = append(wrong, a.checkCommand())
	if a.Timeout < time.Second || a.Timeout > longestTimeout {
		wrong = append(wrong, fmt.Errorf("timeout %v: give one from 1s to %v", a.Timeout, longestTimeout))
	}
	if a.Limit.Runs < 1 || a.Limit.Runs > mostRuns || a.Limit.Per < time.Second {
		wrong = append(wrong, errors.New("limit is missing or out of bounds: say how often it may run, such as {runs: 1, per: 30m}"))
	}
	return errors.Join(wrong...)
}

func (a *Action) checkCommand() error {
	switch {
	case len(a.Command) == 0:
		return errors.New("command is missing: a list of the program's path and its arguments")
	case !filepath.IsAbs(a.Command[0]):
		return fmt.Errorf("command %q must begin with an absolute path, so that nobody puts another program in its place", a.Command[0])
	case slices.ContainsFunc(a.Command, func(arg string) bool { return strings.ContainsRune(arg, 0) || strings.Contains(arg, "{{") }):
		return errors.New("command holds {{ or a zero byte: arguments are fixed, an alert's labels are in variables such as HEARTLINE_LABEL_SERVICE")
	}
	info, err := os.Stat(a.Command[0])
	if err != nil {
		return fmt.Errorf("command: %w", err)
	}
	if info.IsDir() || info.Mode()&0o111 == 0 {
		return fmt.Errorf("command: %s cannot be executed", a.Command[0])
	}
	return nil
}

// is reports whether the action is for this alert.
func (a *Action) is(alert Alert) bool {
	if alert.Labels["alertname"] != a.Alert {
		return false
	}
	for name, value := range a.Labels {
		if alert.Labels[name] != value {
			return false
		}
	}
	return true
}
