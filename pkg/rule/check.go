package rule

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/heartline-monitor/heartline/pkg/dashboard"
	"github.com/heartline-monitor/heartline/pkg/query"
)

var (
	nameShape = regexp.MustCompile(`^Heartline([A-Z][a-z0-9]+)+$`)
	uidShape  = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
)

// maxUID is the longest uid that Grafana takes.
const maxUID = 40

// Check says everything that is wrong with the groups: what Grafana would refuse
// at its start, and what would make an alert that nobody can act on.
func Check(groups []Group) error {
	panels, err := panelIDs()
	if err != nil {
		return err
	}
	var wrong []error
	uids, names := map[string]string{}, map[string]bool{}
	for _, g := range groups {
		wrong = append(wrong, g.check())
		for _, r := range g.Rules {
			if other, taken := uids[r.UID]; taken {
				wrong = append(wrong, fmt.Errorf("rule %s: uid %q is that of %s already", r.Name, r.UID, other))
			}
			if names[r.Name] {
				wrong = append(wrong, fmt.Errorf("rule %s: another rule has this name", r.Name))
			}
			uids[r.UID], names[r.Name] = r.Name, true
			if err := r.check(panels); err != nil {
				wrong = append(wrong, fmt.Errorf("rule %s: %w", r.Name, err))
			}
		}
	}
	return errors.Join(wrong...)
}

func (g Group) check() error {
	if g.Name == "" || g.Folder == "" || !strings.HasSuffix(g.File, ".yaml") {
		return fmt.Errorf("rule group %q: name, folder and a file ending in .yaml are needed", g.Name)
	}
	if g.Interval <= 0 || g.Interval%(10*time.Second) != 0 {
		return fmt.Errorf("rule group %q: interval %v is not a multiple of 10s", g.Name, g.Interval)
	}
	return nil
}

func (r Rule) check(panels map[string][]uint32) error {
	return errors.Join(r.checkIdentity(), r.checkTexts(), r.checkCondition(), r.checkPanel(panels))
}

func (r Rule) checkIdentity() error {
	var wrong []error
	if !nameShape.MatchString(r.Name) {
		wrong = append(wrong, errors.New("the name is not UpperCamel with the prefix Heartline"))
	}
	if len(r.UID) > maxUID || !uidShape.MatchString(r.UID) {
		wrong = append(wrong, fmt.Errorf("uid %q is not lower case words with dashes, of at most %d characters", r.UID, maxUID))
	}
	if !slices.Contains([]Severity{Critical, Warning, Info}, r.Severity) {
		wrong = append(wrong, fmt.Errorf("severity %q is none of critical, warning and info", r.Severity))
	}
	return errors.Join(wrong...)
}

func (r Rule) checkTexts() error {
	var wrong []error
	if r.Summary == "" || strings.Contains(r.Summary, "{{") {
		wrong = append(wrong, errors.New("the summary is missing, or a template: alerts are grouped by it"))
	}
	for _, text := range []string{r.Firing, r.Resolved} {
		if !strings.Contains(text, "{{") || strings.Contains(text, "$$") {
			wrong = append(wrong, errors.New("the description is no template, or writes $$ for $, which only labels need"))
		}
	}
	if len(r.Terms) == 0 {
		return errors.Join(append(wrong, errors.New("it asks nothing: give it a term"))...)
	}
	for _, p := range r.Parameters() {
		if p.Value == "" || p.Unit == "" || p.Reason == "" {
			wrong = append(wrong, fmt.Errorf("parameter %s lacks a value, a unit or a reason", p.Name))
		}
	}
	return errors.Join(wrong...)
}

func (r Rule) checkCondition() error {
	var wrong []error
	if !slices.Contains([]NoData{NoDataAlerts, NoDataIsOK, NoDataKeepsLast}, r.NoData) {
		wrong = append(wrong, fmt.Errorf("what to do without data, %q, is none of Alerting, OK and KeepLast", r.NoData))
	}
	if r.For.Length < 0 {
		wrong = append(wrong, fmt.Errorf("for %v is negative", r.For.Length))
	}
	for i, t := range r.Terms {
		if err := t.check(r.Terms[0].Window); err != nil {
			wrong = append(wrong, fmt.Errorf("term %s: %w", refID(i), err))
		}
	}
	return errors.Join(append(wrong, r.Limit.check(), r.checkFormula())...)
}

func (l Limit) check() error {
	if !slices.Contains([]Comparison{Above, Below, AtLeast, Between}, l.Is) {
		return fmt.Errorf("comparison %q is none of gt, lt, gte and within_range_included", l.Is)
	}
	if math.IsNaN(l.Value) || math.IsInf(l.Value, 0) {
		return fmt.Errorf("limit %v is no number", l.Value)
	}
	// A NaN is not above anything either.
	if (l.Is == Between) != (l.Until > l.Value) {
		return fmt.Errorf("until %v belongs to a range from %v, and lies above it", l.Until, l.Value)
	}
	return nil
}

func (t Term) check(window Span) error {
	if t.Query == nil {
		return errors.New("the query is missing")
	}
	var wrong []error
	if t.Window.Length < time.Minute || t.Ended < 0 {
		wrong = append(wrong, fmt.Errorf("window %v is shorter than a minute, or ended %v ago, in the future", t.Window.Length, t.Ended))
	}
	if t.Window != window {
		wrong = append(wrong, errors.New("its window is another than that of the first term: the runbook names one"))
	}
	if !oneNumberEach(t.Query) {
		wrong = append(wrong, fmt.Errorf("a %s query of format %q does not answer one number for each alert: use format status, or an instant one",
			t.Query.Type(), t.Query.Shape()))
	}
	return errors.Join(append(wrong, t.Query.Validate())...)
}

var variable = regexp.MustCompile(`\$(\w+)`)

// checkFormula wants every term in the formula, and nothing else.
func (r Rule) checkFormula() error {
	if r.Formula == "" {
		if len(r.Terms) > 1 {
			return errors.New("several terms need a formula")
		}
		return nil
	}
	var used []string
	for _, m := range variable.FindAllStringSubmatch(r.Formula, -1) {
		used = append(used, m[1])
	}
	slices.Sort(used)
	var terms []string
	for i := range r.Terms {
		terms = append(terms, refID(i))
	}
	if used = slices.Compact(used); !slices.Equal(used, terms) {
		return fmt.Errorf("the formula is of %q, the terms are %q", used, terms)
	}
	return nil
}

// oneNumberEach reports whether the query is answered by one number for each
// combination of labels, which alone needs no reduce expression.
func oneNumberEach(q query.Query) bool {
	switch q := q.(type) {
	case *query.Heartbeats:
		return q.Shape() == query.FormatStatus || q.Shape() == query.FormatCount && q.Instant
	case *query.Logs:
		return q.Shape() == query.FormatCount && q.Instant
	case *query.Alarms:
		return q.Shape() == query.FormatCount && q.Instant
	case *query.Signals, *query.PromQL:
		return q.Shape() == query.FormatInstant
	}
	return false
}

func (r Rule) checkPanel(panels map[string][]uint32) error {
	ids, known := panels[r.Dashboard]
	if !known {
		return fmt.Errorf("there is no dashboard with the uid %q", r.Dashboard)
	}
	if !slices.Contains(ids, r.Panel) {
		return fmt.Errorf("dashboard %q has no panel %d", r.Dashboard, r.Panel)
	}
	return nil
}

// panelIDs lists the panels of every dashboard by its uid.
func panelIDs() (map[string][]uint32, error) {
	boards, err := dashboard.All()
	if err != nil {
		return nil, err
	}
	ids := map[string][]uint32{}
	for _, b := range boards {
		for _, p := range b.Panels {
			if p.Panel != nil {
				ids[*b.Uid] = append(ids[*b.Uid], *p.Panel.Id)
			}
		}
	}
	return ids, nil
}
