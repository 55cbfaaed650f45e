package rule

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"github.com/prometheus/common/model"
)

// format checks what a Prometheus would refuse at its start, or a Grafana evaluate in vain.
func (c *checker) format(p Pack, r Rule) {
	if r.Record != "" {
		c.record(p, r)
	}
	for _, l := range r.Labels {
		if !model.LegacyValidation.IsValidLabelName(l.Name) || l.Name == model.MetricNameLabel {
			c.say(p, r.at("labels."+l.Name), fmt.Sprintf("label name %q", l.Name), "use letters, digits and underscores, no digit first")
		}
		c.template(p, r, "labels.", l)
	}
	for _, a := range r.Annotations {
		if !model.LegacyValidation.IsValidLabelName(a.Name) {
			c.say(p, r.at("annotations."+a.Name), fmt.Sprintf("annotation name %q", a.Name), "use letters, digits and underscores, no digit first")
		}
		c.template(p, r, "annotations.", a)
	}
	for _, text := range []Pair{{"firing", r.Firing}, {"resolved", r.Resolved}} {
		c.template(p, r, "heartline.", text)
	}
}

func (c *checker) record(p Pack, r Rule) {
	if !model.LegacyValidation.IsValidMetricName(r.Record) {
		c.say(p, r.at("record"), fmt.Sprintf("%q is no name of a series", r.Record), "use letters, digits, underscores and colons, no digit first; labels belong below labels")
	}
	for field, written := range map[string]bool{"for": r.For > 0, "keep_firing_for": r.KeepFiringFor > 0, "annotations": len(r.Annotations) > 0, "heartline.terms": len(r.Terms) > 0} {
		if written {
			c.say(p, r.at(field), fmt.Sprintf("the recording rule %s has %s", r.Record, field), "take it out: only alerts have it")
		}
	}
}

// functions are those of Prometheus' template language.
var functions = func() template.FuncMap {
	all := template.FuncMap{}
	for _, name := range []string{
		"args", "externalURL", "first", "graphLink", "humanize", "humanize1024", "humanizeDuration", "humanizePercentage",
		"humanizeTimestamp", "label", "match", "now", "parseDuration", "pathPrefix", "query", "reReplaceAll", "safeHtml",
		"sortByLabel", "stripDomain", "stripPort", "strvalue", "tableLink", "title", "toDuration", "toLower", "toTime",
		"toUpper", "urlQueryEscape", "value",
	} {
		all[name] = func(...any) string { return "" }
	}
	return all
}()

// declared are the variables that a template can use, as Prometheus declares them.
const declared = "{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}{{$externalURL := .ExternalURL}}{{$value := .Value}}"

func (c *checker) template(p Pack, r Rule, below string, text Pair) {
	variables := declared
	if len(r.Terms) > 0 {
		variables += "{{$values := .Values}}" // only Grafana evaluates it
	}
	_, err := template.New(text.Name).Funcs(functions).Parse(variables + text.Value)
	if err != nil {
		what := strings.TrimPrefix(strings.TrimPrefix(err.Error(), "template: "), text.Name+":1: ")
		c.say(p, r.at(below+text.Name), "the template of "+text.Name+" cannot be read: "+what, "write {{ $labels.name }} and {{ $value }}, with functions such as humanize")
	}
	if err == nil && len(r.Terms) == 0 && below == "annotations." && p.Rendered(Grafana) {
		if _, err := template.New(text.Name).Funcs(functions).Parse(declared + "{{$values := .Values}}" + withValue(text.Value)); err != nil {
			c.say(p, r.at(below+text.Name), "the template of "+text.Name+" is none that can stand in another: it defines one, or ends what it did not begin", "write it out, or render for prometheus only")
		}
	}
	if used := foreign.FindString(text.Value); used != "" && p.Rendered(Grafana) {
		c.say(p, r.at(below+text.Name), fmt.Sprintf("%q in %s", used, text.Name), "Grafana's templates do not have it: leave it out, or render for prometheus only")
	}
}

// foreign is what Prometheus knows in templates and Grafana does not.
var foreign = regexp.MustCompile(`\$externalLabels|\$externalURL|\.ExternalLabels|\.ExternalURL|\bquery\s+["` + "`" + `(]`)

func labelSet(labels []Pair) string {
	sorted := slices.Clone(labels)
	slices.SortFunc(sorted, func(a, b Pair) int { return strings.Compare(a.Name, b.Name) })
	var b strings.Builder
	for _, l := range sorted {
		fmt.Fprintf(&b, " %s=%q", l.Name, l.Value)
	}
	return b.String()
}
