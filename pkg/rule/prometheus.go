package rule

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/prometheus/common/model"
)

// RenderPrometheus gives a pack as a rule file for Prometheus 2.42 and newer. Rules that
// ask the Heartline data source have no place there and are left out. The same pack
// always gives the same bytes.
func RenderPrometheus(p Pack) ([]byte, error) {
	groups := []yaml.MapSlice{}
	for _, g := range p.Groups {
		var rules []yaml.MapSlice
		for _, r := range g.Rules {
			if len(r.Terms) == 0 {
				rules = append(rules, p.prometheusRule(r))
			}
		}
		if len(rules) > 0 {
			groups = append(groups, g.prometheusGroup(rules))
		}
	}
	return encode(p.header("rules for Prometheus"), yaml.MapSlice{{Key: "groups", Value: groups}})
}

func (g Group) prometheusGroup(rules []yaml.MapSlice) yaml.MapSlice {
	out := yaml.MapSlice{{Key: "name", Value: g.Name}}
	if g.Interval > 0 {
		out = append(out, yaml.MapItem{Key: "interval", Value: prometheusDuration(g.Interval)})
	}
	if g.Offset > 0 {
		out = append(out, yaml.MapItem{Key: "query_offset", Value: prometheusDuration(g.Offset)})
	}
	if g.Limit > 0 {
		out = append(out, yaml.MapItem{Key: "limit", Value: g.Limit})
	}
	return append(out, yaml.MapItem{Key: "rules", Value: rules})
}

func (p Pack) prometheusRule(r Rule) yaml.MapSlice {
	if r.Record != "" {
		return append(yaml.MapSlice{{Key: "record", Value: r.Record}, {Key: "expr", Value: r.Expr}}, mapped("labels", r.Labels)...)
	}
	out := yaml.MapSlice{{Key: "alert", Value: r.Alert}, {Key: "expr", Value: r.Expr}}
	if r.For > 0 {
		out = append(out, yaml.MapItem{Key: "for", Value: prometheusDuration(r.For)})
	}
	if r.KeepFiringFor > 0 {
		out = append(out, yaml.MapItem{Key: "keep_firing_for", Value: prometheusDuration(r.KeepFiringFor)})
	}
	out = append(out, mapped("labels", r.Labels)...)
	annotations := p.annotations(r, func(text string) string { return text })
	if r.Panel.Dashboard != "" {
		link := "/d/" + r.Panel.Dashboard + "?viewPanel=" + strconv.Itoa(int(r.Panel.ID))
		annotations = append(annotations, Pair{"dashboard", link})
	}
	return append(out, mapped("annotations", annotations)...)
}

// annotations are those of the rule and what Heartline adds for both renderings.
func (p Pack) annotations(r Rule, template func(string) string) []Pair {
	var all []Pair
	for _, a := range r.Annotations {
		if a.Name != "runbook_url" {
			all = append(all, Pair{a.Name, template(a.Value)})
		}
	}
	if r.Unit != "" {
		all = append(all, Pair{"unit", r.Unit})
	}
	if url := p.RunbookURL(r); url != "" {
		all = append(all, Pair{"runbook_url", url})
	}
	return all
}

// mapped is a field with these pairs, and nothing where there are none.
func mapped(name string, pairs []Pair) yaml.MapSlice {
	if len(pairs) == 0 {
		return nil
	}
	var out yaml.MapSlice
	for _, p := range pairs {
		out = append(out, yaml.MapItem{Key: p.Name, Value: p.Value})
	}
	return yaml.MapSlice{{Key: name, Value: out}}
}

func prometheusDuration(d time.Duration) string { return model.Duration(d).String() }

// rendered marks the files that may be written anew.
const rendered = `"heartline rules render"`

// header says where a file comes from. It names nothing that differs from one machine
// or day to the next.
func (p Pack) header(what string) string {
	text := fmt.Sprintf("# %s: %s, rendered from %s.yml by %s: change them there.\n", oneLine(p.Title), what, oneLine(p.Name), rendered)
	if p.Runbooks.URL != "" {
		text += "# What each alert means and what to do about it: " + oneLine(p.Runbooks.URL) + "\n"
	}
	return text
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

func encode(header string, content any) ([]byte, error) {
	body := bytes.NewBufferString(header)
	enc := yaml.NewEncoder(body, yaml.Indent(2), yaml.IndentSequence(true), yaml.UseLiteralStyleIfMultiline(true))
	if err := enc.Encode(content); err != nil {
		return nil, fmt.Errorf("write rules as YAML: %w", err)
	}
	return body.Bytes(), nil
}
