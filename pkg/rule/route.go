package rule

import "time"

// Route says who is told of the alerts of which rules. It becomes the notification
// settings of the rules that it matches, so that the policies of an organisation stay
// as they are. The first route that matches a rule is taken; empty lists match all.
type Route struct {
	Receiver string // the name of a contact point
	// Rules are names of alerts, in which * stands for any characters.
	Rules      []string
	Severities []string
	// Teams are values of the label team that the rule itself sets. What its series have
	// for one is not known before it is evaluated.
	Teams []string
	// Directions and Admins are of check scripts. As Grafana takes one receiver for each
	// rule, a rule is split by them: into a copy that asks for these monitors alone, and
	// the rule itself, which asks for the others.
	Directions []string
	Admins     []string

	// GroupBy are names of labels; grafana_folder and alertname are added by Grafana.
	GroupBy []string
	// The waits are whole seconds; 0 leaves what the organisation's policies say.
	GroupWait, GroupInterval, RepeatInterval time.Duration
}
