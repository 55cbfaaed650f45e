package rule

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/heartline-monitor/heartline/pkg/dashboard"
	"github.com/heartline-monitor/heartline/pkg/query"
)

const header = `# Alert rules for Grafana, generated from pkg/rule by "go tool mage dashboards": change them there.
# What each rule means and what to do about it: docs/runbooks.md.
`

// missingEvaluations is after how many evaluations without it an alert is
// resolved. While a rule cannot be evaluated its alerts are missing, too: with
// Grafana's default of 2, a store that hangs for two minutes resolves them all.
const missingEvaluations = 10

// The structs below are Grafana's file format, mixed case and all.
type provisioned struct {
	APIVersion int                `yaml:"apiVersion"`
	Groups     []provisionedGroup `yaml:"groups"`
}

type provisionedGroup struct {
	OrgID    int               `yaml:"orgId"`
	Name     string            `yaml:"name"`
	Folder   string            `yaml:"folder"`
	Interval string            `yaml:"interval"`
	Rules    []provisionedRule `yaml:"rules"`
}

type provisionedRule struct {
	UID          string             `yaml:"uid"`
	Title        string             `yaml:"title"`
	Condition    string             `yaml:"condition"`
	For          string             `yaml:"for"`
	NoDataState  string             `yaml:"noDataState"`
	ExecErrState string             `yaml:"execErrState"`
	MissingEvals int                `yaml:"missing_series_evals_to_resolve"`
	DashboardUID string             `yaml:"dashboardUid"`
	PanelID      uint32             `yaml:"panelId"`
	Labels       yaml.MapSlice      `yaml:"labels"`
	Annotations  yaml.MapSlice      `yaml:"annotations"`
	Data         []provisionedQuery `yaml:"data"`
}

type provisionedQuery struct {
	RefID         string        `yaml:"refId"`
	QueryType     string        `yaml:"queryType,omitempty"`
	DatasourceUID string        `yaml:"datasourceUid"`
	Range         secondsBack   `yaml:"relativeTimeRange"`
	Model         yaml.MapSlice `yaml:"model"`
}

// secondsBack is a range counted back from the time of evaluation.
type secondsBack struct {
	From int `yaml:"from"`
	To   int `yaml:"to"`
}

// Write checks every group and renders it into its file in dir, which is made
// where it is missing. The same rules always give the same bytes.
func Write(dir string) error {
	groups := Groups()
	if err := Check(groups); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // Grafana reads them as another user
		return fmt.Errorf("write alert rules: %w", err)
	}
	for _, g := range groups {
		body, err := Render(g)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, g.File), body, 0o644); err != nil { //nolint:gosec // see above
			return fmt.Errorf("write alert rules: %w", err)
		}
	}
	return nil
}

// Render gives a group as a file for Grafana's alerting provisioning.
func Render(g Group) ([]byte, error) {
	out := provisionedGroup{
		OrgID: 1, Name: literal(g.Name), Folder: literal(g.Folder), Interval: duration(g.Interval),
	}
	for _, r := range g.Rules {
		rendered, err := r.render()
		if err != nil {
			return nil, fmt.Errorf("rule %s: %w", r.Name, err)
		}
		out.Rules = append(out.Rules, rendered)
	}
	body := bytes.NewBufferString(header)
	enc := yaml.NewEncoder(body, yaml.Indent(2), yaml.IndentSequence(true))
	if err := enc.Encode(provisioned{APIVersion: 1, Groups: []provisionedGroup{out}}); err != nil {
		return nil, fmt.Errorf("render rule group %s: %w", g.Name, err)
	}
	return body.Bytes(), nil
}

func (r Rule) render() (provisionedRule, error) {
	nodes, err := r.nodes()
	if err != nil {
		return provisionedRule{}, err
	}
	panel := strconv.Itoa(int(r.Panel))
	return provisionedRule{
		UID: r.UID, Title: literal(r.Name), Condition: r.condition(), For: duration(r.For.Length),
		NoDataState: string(r.NoData),
		// Grafana's default would alert, with the labels of no monitor, on an error of the query.
		ExecErrState: "Error",
		MissingEvals: missingEvaluations,
		DashboardUID: r.Dashboard, PanelID: r.Panel,
		Labels: yaml.MapSlice{{Key: "severity", Value: literal(string(r.Severity))}},
		Annotations: yaml.MapSlice{
			{Key: "summary", Value: r.Summary},
			{Key: "description", Value: r.Description()},
			{Key: "runbook_url", Value: r.RunbookURL()},
			// The fields of the same meaning reach the database only; links in the
			// user interface and in notifications are made from these.
			{Key: "__dashboardUid__", Value: r.Dashboard},
			{Key: "__panelId__", Value: panel},
		},
		Data: nodes,
	}, nil
}

// nodes are what Grafana evaluates, in this order: the terms, the formula where there
// is one, and the threshold. All have one number for each alert already, so there is
// nothing to reduce.
func (r Rule) nodes() ([]provisionedQuery, error) {
	var nodes []provisionedQuery
	for i, t := range r.Terms {
		made, err := t.nodes(refID(i))
		if err != nil {
			return nil, fmt.Errorf("term %s: %w", refID(i), err)
		}
		nodes = append(nodes, made...)
	}
	if r.Formula != "" {
		nodes = append(nodes, computed(r.judged(), r.span(), "math", yaml.MapItem{Key: "expression", Value: r.Formula}))
	}
	return append(nodes, computed(r.condition(), r.span(), "threshold",
		yaml.MapItem{Key: "expression", Value: r.judged()},
		yaml.MapItem{Key: "conditions", Value: []yaml.MapSlice{{{Key: "evaluator", Value: yaml.MapSlice{
			{Key: "type", Value: string(r.Limit.Is)},
			{Key: "params", Value: r.Limit.params()},
		}}}}},
	)), nil
}

// nodes are the query of a term and, where a missing number has a value, the
// expression that fills it in, which then has the term's name.
func (t Term) nodes(name string) ([]provisionedQuery, error) {
	if t.Else == nil {
		asked, err := t.asked(name)
		return []provisionedQuery{asked}, err
	}
	asked, err := t.asked(name + "0")
	return []provisionedQuery{asked, computed(name, t.span(), "reduce",
		yaml.MapItem{Key: "expression", Value: name + "0"},
		yaml.MapItem{Key: "reducer", Value: "last"},
		yaml.MapItem{Key: "settings", Value: yaml.MapSlice{
			{Key: "mode", Value: "replaceNN"}, {Key: "replaceWithValue", Value: *t.Else},
		}},
	)}, err
}

func (t Term) asked(name string) (provisionedQuery, error) {
	body, err := query.Encode(t.Query)
	if err != nil {
		return provisionedQuery{}, err
	}
	// JSON is YAML, and read as such keeps its whole numbers whole.
	var fields yaml.MapSlice
	if err := yaml.UnmarshalWithOptions(body, &fields, yaml.UseOrderedMap()); err != nil {
		return provisionedQuery{}, fmt.Errorf("read the encoded query again: %w", err)
	}
	model := yaml.MapSlice{
		{Key: "refId", Value: name},
		{Key: "datasource", Value: source(dashboard.PluginID, DatasourceUID)},
	}
	return provisionedQuery{
		RefID: name, QueryType: string(t.Query.Type()), DatasourceUID: DatasourceUID,
		Range: t.span(),
		Model: append(model, fields...),
	}, nil
}

// span is the stretch of time that a term looks at.
func (t Term) span() secondsBack {
	return secondsBack{From: int((t.Window.Length + t.Ended).Seconds()), To: int(t.Ended.Seconds())}
}

// span is the stretch of time of all terms. Grafana wants expressions to have one.
func (r Rule) span() secondsBack {
	var all secondsBack
	for _, t := range r.Terms {
		all.From = max(all.From, t.span().From)
	}
	return all
}

// computed is an expression that Grafana evaluates.
func computed(name string, span secondsBack, kind string, fields ...yaml.MapItem) provisionedQuery {
	return provisionedQuery{
		RefID: name, DatasourceUID: "__expr__", Range: span,
		Model: append(yaml.MapSlice{
			{Key: "refId", Value: name},
			{Key: "datasource", Value: source("__expr__", "__expr__")},
			{Key: "type", Value: kind},
		}, fields...),
	}
}

func source(kind, uid string) yaml.MapSlice {
	return yaml.MapSlice{{Key: "type", Value: kind}, {Key: "uid", Value: uid}}
}

// literal keeps Grafana from reading a $ as the name of an environment variable,
// which it does in titles, folders and labels but not in annotations and models.
func literal(text string) string { return strings.ReplaceAll(text, "$", "$$") }

// duration is a length of time as Grafana reads it.
func duration(d time.Duration) string {
	switch {
	case d == 0:
		return "0s"
	case d%time.Hour == 0:
		return strconv.Itoa(int(d/time.Hour)) + "h"
	case d%time.Minute == 0:
		return strconv.Itoa(int(d/time.Minute)) + "m"
	}
	return strconv.Itoa(int(d/time.Second)) + "s"
}
