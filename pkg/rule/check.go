package rule

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Check says everything that is wrong with packs that are used together: Problems. It
// finds what a server would refuse, what would never or always be an alert, and what
// would make an alert that nobody can act on. Panels are those of dashboards beside the
// shipped ones.
func Check(packs []Pack, panels ...Panels) error {
	shipped, err := shippedPanels()
	if err != nil {
		return err
	}
	metrics, err := milvusMetrics(packs)
	if err != nil {
		return err
	}
	c := &checker{panels: append(panels, shipped), metrics: metrics, first: map[string]string{}}
	for _, p := range packs {
		c.pack(p)
	}
	return c.problems.err()
}

type checker struct {
	panels   []Panels
	metrics  metrics
	first    map[string]string // where a name, a uid or a label set was seen first
	problems Problems
}

func (c *checker) say(p Pack, at Position, what, remedy string) {
	c.problems = append(c.problems, Problem{File: p.File, Position: at, What: what, Remedy: remedy})
}

// once says where a thing that must be unique is there already.
func (c *checker) once(p Pack, at Position, kind, value, remedy string) {
	key := kind + " " + value
	if other, taken := c.first[key]; taken {
		c.say(p, at, fmt.Sprintf("duplicate %s %q", kind, value), "it is that of "+other+": "+remedy)
		return
	}
	c.first[key] = fmt.Sprintf("%s:%d", p.File, at.Line)
}

func (c *checker) pack(p Pack) {
	c.once(p, Position{1, 1}, "pack", p.Name, "files are written by this name: give the file another one")
	for _, uid := range p.Retired {
		c.uid(p, p.at("heartline.retired"), uid)
	}
	for _, g := range p.Groups {
		c.once(p, g.at("name"), "group", p.Folder+"/"+g.Name, "give it another name")
		if len(g.Rules) == 0 {
			c.say(p, g.at(""), fmt.Sprintf("group %q has no rules", g.Name), "write rules: below it, or take it out")
		}
		if g.Interval%(10*time.Second) != 0 && p.Rendered(Grafana) {
			c.say(p, g.at("interval"), fmt.Sprintf("interval %v", g.Interval), "Grafana takes multiples of 10s only")
		}
		for _, r := range g.Rules {
			c.rule(p, r)
		}
	}
}

func (c *checker) rule(p Pack, r Rule) {
	if (r.Alert == "") == (r.Record == "") {
		c.say(p, r.at(""), "a rule is an alert or records a series", "write alert: with a name, or record: with one")
		return
	}
	if (r.Expr == "") == (len(r.Terms) == 0) {
		c.say(p, r.at(""), fmt.Sprintf("rule %s asks nothing, or two things", r.Name()), "write expr: with PromQL, or heartline.terms")
	}
	c.format(p, r)
	c.metrics.check(c, p, r, r.Expr, r.expr)
	c.metrics.check(c, p, r, r.Raw, r.raw)
	if r.Record != "" {
		c.once(p, r.at("record"), "recorded series", r.Record+labelSet(r.Labels), "record it under another name, or with other labels")
		return
	}
	c.once(p, r.at("alert"), "alert", r.Alert, "give it another name: runbooks, routes and --set know it by its name")
	c.identity(p, r)
	c.texts(p, r)
	c.condition(p, r)
	c.seen(p, r)
}

var uidShape = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func (c *checker) uid(p Pack, at Position, uid string) {
	if len(uid) > maxUID || !uidShape.MatchString(uid) {
		c.say(p, at, fmt.Sprintf("uid %q", uid), fmt.Sprintf("write lower case words with dashes, %d characters at most", maxUID))
	}
	c.once(p, at, "uid", uid, "a uid is never used again for another rule")
}

func (c *checker) identity(p Pack, r Rule) {
	c.uid(p, r.at("heartline.uid"), r.UID)
	if severity := r.Label("severity"); severity == "" {
		c.say(p, r.at("labels"), "alert "+r.Alert+" has no severity", "write the label severity: "+strings.Join(p.Severities, ", "))
	} else if !slices.Contains(p.Severities, severity) {
		c.say(p, r.at("labels.severity"), fmt.Sprintf("unknown severity %q", severity), proposal(severity, p.Severities)+", or list your own below heartline.severities")
	}
	for _, l := range r.Labels {
		if strings.Contains(l.Value, "$value") || strings.Contains(l.Value, ".Value") {
			c.say(p, r.at("labels."+l.Name), "label "+l.Name+" has the value in it", "each change would end the alert and begin another: write it into an annotation")
		}
	}
}

func (c *checker) texts(p Pack, r Rule) {
	if r.Annotation("summary") == "" {
		c.say(p, r.at("annotations"), "alert "+r.Alert+" has no summary", "write the annotation summary: what is wrong, in one sentence")
	}
	if len(r.Terms) > 0 && (!strings.Contains(r.Firing, "{{") || !strings.Contains(r.Resolved, "{{")) {
		c.say(p, r.at("heartline.firing"), "firing and resolved say no more than the summary", "name what the alert is about: {{ $labels.service }} and {{ .Value }}")
	}
	c.runbook(p, r)
}

func (c *checker) runbook(p Pack, r Rule) {
	switch {
	case p.RunbookURL(r) == "":
		c.say(p, r.at("alert"), "alert "+r.Alert+" has no runbook", "write the annotation runbook_url, or heartline.runbooks with the url of a page that has a heading for each alert")
	case p.Runbooks.Text != "" && r.Annotation("runbook_url") == "" && !slices.Contains(headings(p.Runbooks.Text), r.Alert):
		c.say(p, r.at("alert"), fmt.Sprintf("%s has no heading %q", p.Runbooks.File, r.Alert), "write the runbook: what it means, what it does, how to find the cause, what to do")
	}
}

// headings are those of a Markdown page, of any level.
func headings(text string) []string {
	var all []string
	for line := range strings.Lines(text) {
		if bare := strings.TrimLeft(line, "#"); len(bare) < len(line) {
			all = append(all, strings.TrimSpace(bare))
		}
	}
	return all
}

func (c *checker) condition(p Pack, r Rule) {
	known := []NoData{NoDataAlerts, NoDataIsOK, NoDataKeepsLast}
	if !slices.Contains(known, r.NoData) {
		c.say(p, r.at("heartline.nodata"), fmt.Sprintf("nodata is %q", r.NoData), "write OK, Alerting or KeepLast")
	}
	if len(r.Terms) > 0 {
		if problem := r.checkFormula(); problem != "" {
			c.say(p, r.at("heartline.formula"), problem, "use each term once or more: $A is the first, $B the second")
		}
		if r.Limit.Is == "" {
			c.say(p, r.at("heartline.terms"), "a rule with terms has no limit", "write heartline.limit with is, value, unit and reason")
		}
		return
	}
	if r.Formula != "" || r.Limit.Is != "" || r.Firing != "" || r.Resolved != "" {
		c.say(p, r.at("heartline"), "formula, limit, firing and resolved are of rules with terms", "compare with a number in expr, and write annotations")
	}
	expr := r.inGrafana()
	if taken, splits := split(expr); (!splits || taken.silent()) && expr != "" && r.NoData != NoDataIsOK && p.Rendered(Grafana) {
		c.say(p, r.at("heartline.nodata"), fmt.Sprintf("nodata is %q, and the rule has no data where nothing is wrong", r.NoData), "write OK: only a comparison of a number, without absent, and and unless, has data then")
	}
}

var variable = regexp.MustCompile(`\$\{?(\w+)`)

// checkFormula wants every term in the formula, and nothing else.
func (a Asked) checkFormula() string {
	if a.Formula == "" {
		if len(a.Terms) > 1 {
			return "several terms and no formula"
		}
		return ""
	}
	var used []string
	for _, m := range variable.FindAllStringSubmatch(a.Formula, -1) {
		used = append(used, m[1])
	}
	slices.Sort(used)
	var terms []string
	for i := range a.Terms {
		terms = append(terms, refID(i))
	}
	if used = slices.Compact(used); !slices.Equal(used, terms) {
		return fmt.Sprintf("the formula is of %q, the terms are %q", used, terms)
	}
	return ""
}

// seen checks where an alert leads to.
func (c *checker) seen(p Pack, r Rule) {
	if r.Panel == (Panel{}) {
		return
	}
	var uids []string
	for _, panels := range c.panels {
		if ids, known := panels[r.Panel.Dashboard]; known {
			if !slices.Contains(ids, r.Panel.ID) {
				c.say(p, r.at("heartline.panel"), fmt.Sprintf("dashboard %q has no panel %d", r.Panel.Dashboard, r.Panel.ID), fmt.Sprintf("use one of %v", ids))
			}
			return
		}
		for uid := range panels {
			uids = append(uids, uid)
		}
	}
	slices.Sort(uids)
	c.say(p, r.at("heartline.panel"), fmt.Sprintf("there is no dashboard with the uid %q", r.Panel.Dashboard), proposal(r.Panel.Dashboard, uids)+"; your own are read with --dashboards")
}
