package rule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
)

// pluginID is the plugin that answers what a rule asks.
const pluginID = "heartline-monitor-datasource"

// DatasourceUID is the uid of the provisioned data source that rules query.
const DatasourceUID = "heartline"

// The numbers of evaluations without it after which an alert is resolved. While a rule
// cannot be evaluated its alerts are missing, too: with Grafana's default of 2, a store
// that hangs for two minutes resolves them all. Where a missing series is how an alert
// ends, four are as long as an Alertmanager waits for news of an alert of Prometheus.
const (
	missingEvaluations       = 10
	missingEvaluationsIsOver = 4
)

// usualInterval is that of groups that name none, as it is in Prometheus.
const usualInterval = time.Minute

// Target says in which Grafana rules are to work, and who is told.
type Target struct {
	// DatasourceType is that of the data source that answers PromQL: empty, or Heartline's
	// plugin id, for Heartline with its promql queries; else a data source with the queries
	// of Grafana's own for Prometheus.
	DatasourceType string
	// DatasourceUID is of that data source; empty is "heartline".
	DatasourceUID string
	Routes        []Route
	// Retired are uids of rules that Grafana may have from an earlier rendering.
	Retired []string
	// elsewhere are uids of rules in the files of other packs, where a rule may have moved to.
	elsewhere []string
}

func (t Target) overHeartline() bool {
	return t.DatasourceType == "" || t.DatasourceType == pluginID
}

// heartline is the uid of the Heartline data source.
func (t Target) heartline() string {
	if t.overHeartline() && t.DatasourceUID != "" {
		return t.DatasourceUID
	}
	return DatasourceUID
}

// The structs below are Grafana's file format, mixed case and all.
type provisioned struct {
	APIVersion int                `yaml:"apiVersion"`
	Delete     []provisionedGone  `yaml:"deleteRules,omitempty"`
	Groups     []provisionedGroup `yaml:"groups,omitempty"`
}

type provisionedGone struct {
	OrgID int    `yaml:"orgId"`
	UID   string `yaml:"uid"`
}

type provisionedGroup struct {
	OrgID    int               `yaml:"orgId"`
	Name     string            `yaml:"name"`
	Folder   string            `yaml:"folder"`
	Interval string            `yaml:"interval"`
	Rules    []provisionedRule `yaml:"rules"`
}

type provisionedRule struct {
	UID           string             `yaml:"uid"`
	Title         string             `yaml:"title"`
	Condition     string             `yaml:"condition"`
	For           string             `yaml:"for"`
	KeepFiringFor string             `yaml:"keepFiringFor,omitempty"`
	NoDataState   string             `yaml:"noDataState"`
	ExecErrState  string             `yaml:"execErrState"`
	MissingEvals  int                `yaml:"missing_series_evals_to_resolve"`
	DashboardUID  string             `yaml:"dashboardUid,omitempty"`
	PanelID       uint32             `yaml:"panelId,omitempty"`
	Notify        *provisionedNotify `yaml:"notification_settings,omitempty"`
	Labels        yaml.MapSlice      `yaml:"labels,omitempty"`
	Annotations   yaml.MapSlice      `yaml:"annotations,omitempty"`
	Data          []provisionedQuery `yaml:"data"`
}

// RenderGrafana gives the alerts of a pack as a file for Grafana's alerting
// provisioning. Recording rules have no place there: what they record is what a
// Prometheus keeps. The same pack and target always give the same bytes.
func RenderGrafana(p Pack, t Target) ([]byte, error) {
	out := provisioned{APIVersion: 1}
	kept := set(t.elsewhere)
	for _, g := range p.Groups {
		rendered, err := p.grafanaGroup(g, t)
		if err != nil {
			return nil, err
		}
		for _, r := range rendered.Rules {
			kept[r.UID] = true
		}
		if len(rendered.Rules) > 0 {
			out.Groups = append(out.Groups, rendered)
		}
	}
	for _, uid := range gone(slices.Concat(p.Retired, t.Retired), kept) {
		out.Delete = append(out.Delete, provisionedGone{OrgID: 1, UID: uid})
	}
	return encode(p.header("alert rules for Grafana"), out)
}

// grafanaUIDs are those of the rules that the pack has in Grafana, copies for receivers
// among them.
func (p Pack) grafanaUIDs(t Target) ([]string, error) {
	var all []string
	for _, r := range p.Rules() {
		if r.Alert == "" {
			continue
		}
		ways, err := routed(r, t.Routes)
		if err != nil {
			return nil, fmt.Errorf("rule %s: %w", r.Alert, err)
		}
		for _, w := range ways {
			all = append(all, w.rule.UID)
		}
	}
	return all, nil
}

// gone are the uids that are not in use, each once and sorted.
func gone(uids []string, kept map[string]bool) []string {
	uids = slices.DeleteFunc(slices.Clone(uids), func(uid string) bool { return kept[uid] })
	slices.Sort(uids)
	return slices.Compact(uids)
}

func (p Pack) grafanaGroup(g Group, t Target) (provisionedGroup, error) {
	interval := g.Interval
	if interval == 0 {
		interval = usualInterval
	}
	out := provisionedGroup{OrgID: 1, Name: Literal(g.Name), Folder: Literal(p.Folder), Interval: grafanaDuration(interval)}
	for _, r := range g.Rules {
		if r.Alert == "" {
			continue
		}
		ways, err := routed(r, t.Routes)
		if err != nil {
			return out, fmt.Errorf("rule %s: %w", r.Alert, err)
		}
		for _, w := range ways {
			rendered, err := p.grafanaRule(w, g.Offset, t)
			if err != nil {
				return out, fmt.Errorf("rule %s: %w", r.Alert, err)
			}
			out.Rules = append(out.Rules, rendered)
		}
	}
	return out, nil
}

func (p Pack) grafanaRule(w way, offset time.Duration, t Target) (provisionedRule, error) {
	r := w.rule
	c, err := r.conditions(offset, t)
	if err != nil {
		return provisionedRule{}, err
	}
	out := provisionedRule{
		UID: r.UID, Title: Literal(r.Alert), Condition: c.condition, For: grafanaDuration(r.For),
		NoDataState: string(r.NoData),
		// Grafana's default would alert, with the labels of no monitor, on an error of the query.
		ExecErrState: "Error",
		MissingEvals: c.missing,
		DashboardUID: r.Panel.Dashboard, PanelID: r.Panel.ID,
		Notify: w.settings,
		Data:   c.nodes,
	}
	if r.Missing > 0 {
		out.MissingEvals = r.Missing
	}
	if r.KeepFiringFor > 0 {
		out.KeepFiringFor = grafanaDuration(r.KeepFiringFor)
	}
	for _, l := range r.Labels {
		out.Labels = append(out.Labels, yaml.MapItem{Key: l.Name, Value: Literal(l.Value)})
	}
	for _, a := range p.grafanaAnnotations(r, c) {
		out.Annotations = append(out.Annotations, yaml.MapItem{Key: a.Name, Value: a.Value})
	}
	return out, nil
}

func (p Pack) grafanaAnnotations(r Rule, c conditions) []Pair {
	if len(r.Terms) > 0 {
		r.Annotations = append(slices.Clone(r.Annotations), Pair{"description", r.description()})
	}
	all := p.annotations(r, func(text string) string {
		if len(r.Terms) > 0 || !strings.Contains(text, "{{") {
			return text
		}
		return c.template(text)
	})
	if r.Panel.Dashboard != "" {
		// The fields of the same meaning reach the database only; links in the
		// user interface and in notifications are made from these.
		all = append(all, Pair{"__dashboardUid__", r.Panel.Dashboard}, Pair{"__panelId__", strconv.Itoa(int(r.Panel.ID))})
	}
	return all
}

// Literal keeps Grafana from reading a $ as the name of an environment variable, which
// it does in titles, folders, labels and settings of contact points, but not in
// annotations and models.
func Literal(text string) string { return strings.ReplaceAll(text, "$", "$$") }

// grafanaDuration is a length of time as Grafana reads it.
func grafanaDuration(d time.Duration) string {
	switch {
	case d == 0:
		return "0s"
	case d%time.Hour == 0:
		return strconv.Itoa(int(d/time.Hour)) + "h"
	case d%time.Minute == 0:
		return strconv.Itoa(int(d/time.Minute)) + "m"
	case d%time.Second == 0:
		return strconv.Itoa(int(d/time.Second)) + "s"
	}
	return strconv.FormatInt(d.Milliseconds(), 10) + "ms"
}
