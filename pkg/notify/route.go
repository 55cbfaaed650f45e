package notify

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/heartline-monitor/heartline/pkg/rule"
)

// taken are the routes whose receiver has a channel, with all of their grouping said,
// and what is to be said of the others.
func (c *Config) taken(env Environment) (routes []Route, notes []string, err error) {
	enabled := map[string]bool{}
	for _, r := range c.Receivers {
		channels, err := r.channels(env)
		if err != nil {
			return nil, nil, err
		}
		enabled[r.Name] = len(channels) > 0
	}
	for i, r := range c.Routes {
		if !enabled[r.Receiver] {
			notes = append(notes, fmt.Sprintf("route %d is passed over: no variable enables a channel of receiver %s (%s_MAIL_TO, %[3]s_SLACK_URL, ...)",
				i+1, r.Receiver, c.receiver(r.Receiver).Variables))
			continue
		}
		r.Grouping = r.Grouping.or(c.Grouping).or(standard)
		routes = append(routes, r)
	}
	return routes, notes, nil
}

// RuleRoutes are those that rules are rendered with for Grafana: only those whose receiver
// the environment gives a channel, because a rule that names a contact point which does
// not exist keeps Grafana from starting. The notes say which were passed over, and why.
func (c *Config) RuleRoutes(env Environment) (routes []rule.Route, notes []string, err error) {
	taken, notes, err := c.taken(env)
	if err != nil {
		return nil, nil, err
	}
	for _, r := range taken {
		if len(r.Teams) > 0 {
			notes = append(notes, fmt.Sprintf("the route of teams %s to %s is in Grafana for rules that set the label team themselves: "+
				"where series have it, name the rules, or add a notification policy", strings.Join(r.Teams, ", "), r.Receiver))
		}
		routes = append(routes, rule.Route{
			Receiver: r.Receiver, Rules: r.Rules, Severities: r.Severities, Teams: r.Teams, Directions: r.Directions, Admins: r.Admins,
			GroupBy: r.Grouping.By, GroupWait: r.Grouping.Wait, GroupInterval: r.Grouping.Every, RepeatInterval: r.Grouping.Repeat,
		})
	}
	return routes, notes, nil
}

// matchers are the route's conditions as Alertmanager reads them.
func (r Route) matchers() []string {
	var out []string
	match := func(label string, values []string, pattern func(string) string) {
		if len(values) == 0 {
			return
		}
		patterns := make([]string, len(values))
		for i, v := range values {
			patterns[i] = pattern(v)
		}
		// Alertmanager anchors the expression itself.
		out = append(out, fmt.Sprintf("%s=~%s", label, quoteMatcher(strings.Join(patterns, "|"))))
	}
	match("alertname", r.Rules, globPattern)
	match("severity", r.Severities, regexp.QuoteMeta)
	match("direction", r.Directions, regexp.QuoteMeta)
	match("admin", r.Admins, amongAdmins)
	match("team", r.Teams, regexp.QuoteMeta)
	return out
}

// amongAdmins finds one admin in the label, which has all of them.
func amongAdmins(admin string) string { return `(.*\s)?` + regexp.QuoteMeta(admin) + `(\s.*)?` }

func globPattern(glob string) string {
	parts := strings.Split(glob, "*")
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	return strings.Join(parts, ".*")
}

// quoteMatcher quotes as Alertmanager unquotes: it knows \\, \" and \n alone.
func quoteMatcher(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(text) + `"`
}
