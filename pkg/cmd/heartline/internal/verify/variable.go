package verify

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/pluginhost"
	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/provisioning"
	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/template"
)

// defaultIntervals are those of a new interval variable.
const defaultIntervals = "1m,10m,30m,1h,6h,12h,1d,7d,14d,30d"

// resolve finds the values of the dashboard's variables, those first that
// others refer to.
func (b *board) resolve(ctx context.Context) {
	b.scope, b.options, b.broken = b.builtIn(), map[string][]string{}, map[string]error{}
	pending := slices.Clone(b.Variables)
	for len(pending) > 0 {
		var waiting []provisioning.Variable
		for _, v := range pending {
			if slices.ContainsFunc(pending, func(other provisioning.Variable) bool { return refersTo(v, other.Name) }) {
				waiting = append(waiting, v)
				continue
			}
			b.variable(ctx, v)
		}
		if len(waiting) == len(pending) {
			b.circle(waiting)
			return
		}
		pending = waiting
	}
}

func refersTo(v provisioning.Variable, name string) bool {
	return slices.Contains(template.References(string(v.Query)+" "+v.DataSource.UID), name)
}

func (b *board) circle(waiting []provisioning.Variable) {
	var names []string
	for _, v := range waiting {
		names = append(names, "$"+v.Name)
		b.broken[v.Name] = errors.New("it refers to itself")
	}
	b.add(Check{Kind: KindVariable, Dashboard: b.Title, Panel: strings.Join(names, " "), Problem: "the variables refer to each other in a circle"})
}

// builtIn are the variables that Grafana sets for every dashboard, and the
// inputs of an exported one as they would be chosen at its import.
func (b *board) builtIn() template.Scope {
	length := b.span.Duration()
	texts := map[string]string{
		"__from":      strconv.FormatInt(b.span.From.UnixMilli(), 10),
		"__to":        strconv.FormatInt(b.span.To.UnixMilli(), 10),
		"__range":     fmt.Sprintf("%ds", int64(length.Seconds())),
		"__range_s":   strconv.FormatInt(int64(length.Seconds()), 10),
		"__range_ms":  strconv.FormatInt(length.Milliseconds(), 10),
		"__dashboard": b.Title,
	}
	scope := template.Scope{}
	for _, in := range b.Inputs {
		texts[in.Name] = in.PluginID
		if in.PluginID == b.DataSource.Settings.Type {
			texts[in.Name] = b.DataSource.Settings.UID
		}
	}
	for name, text := range texts {
		scope[name] = template.Value{Texts: []string{text}}
	}
	return scope
}

// variable resolves one variable whose own variables are known.
func (b *board) variable(ctx context.Context, v provisioning.Variable) {
	switch v.Type {
	case "query":
		b.queryVariable(ctx, v)
	case "datasource":
		b.set(v, b.sources(v))
	case "adhoc":
		if b.ours(v.DataSource, b.scope) == nil {
			b.adHoc = append(b.adHoc, v.Filters...)
		}
	case "custom":
		b.set(v, customOptions(text(v.Query)))
	case "interval":
		b.set(v, customOptions(cmp.Or(text(v.Query), defaultIntervals)))
	default: // textbox, constant and what may come: a single text
		b.scope[v.Name] = template.Value{Texts: []string{cmp.Or(strings.Join(v.Current.Values, ","), text(v.Query))}}
	}
}

func text(query json.RawMessage) string {
	var s string
	if json.Unmarshal(query, &s) != nil {
		return ""
	}
	return s
}

// customOptions reads "a, b, label : c".
func customOptions(list string) []string {
	var options []string
	for entry := range strings.SplitSeq(list, ",") {
		if _, value, labelled := strings.Cut(entry, " : "); labelled {
			entry = value
		}
		if entry = strings.TrimSpace(entry); entry != "" {
			options = append(options, entry)
		}
	}
	return options
}

// sources are the options of a variable that chooses a data source: ours, for
// our type; for another one the saved choice is all that is known.
func (b *board) sources(v provisioning.Variable) []string {
	if text(v.Query) == b.DataSource.Settings.Type {
		return []string{b.DataSource.Settings.UID}
	}
	return v.Current.Values
}

// set selects what Grafana selects when a dashboard is opened: the saved
// values that still exist, or else all, or else the first.
func (b *board) set(v provisioning.Variable, options []string) {
	b.options[v.Name] = options
	saved := slices.DeleteFunc(slices.Clone(v.Current.Values), func(s string) bool { return !slices.Contains(options, s) })
	value := template.Value{Texts: options[:min(1, len(options))], Multi: v.Multi || v.IncludeAll}
	switch {
	case slices.Contains(v.Current.Values, template.Everything), len(saved) == 0 && v.IncludeAll:
		value.Texts, value.Verbatim = options, v.AllValue
	case len(saved) > 0:
		value.Texts = saved
	}
	b.scope[v.Name] = value
}

// queryVariable asks the plugin for the values of a variable, with a check of
// its own.
func (b *board) queryVariable(ctx context.Context, v provisioning.Variable) {
	c := Check{Kind: KindVariable, Dashboard: b.Title, Panel: "$" + v.Name, Type: "variable"}
	started := time.Now()
	options, err := b.ask(ctx, v)
	c.Seconds = time.Since(started).Seconds()
	if skip, ok := errors.AsType[skipError](err); ok {
		c.Skipped = skip.reason
		if len(v.Current.Values) == 0 || slices.Contains(v.Current.Values, template.Everything) {
			b.broken[v.Name] = fmt.Errorf("its values come from %w", err)
		} else {
			b.scope[v.Name] = template.Value{Texts: v.Current.Values}
		}
	} else if err != nil {
		b.broken[v.Name] = errors.New("it could not be asked for")
		c.Problem = b.explain(err).Error()
	} else {
		c.Series, c.Rows = 1, len(options)
		b.set(v, options)
	}
	b.add(c)
}

// variableQuery is what a variable of the data source asks for.
type variableQuery struct {
	Kind       string   `json:"kind"`
	Directions []string `json:"directions"`
	Monitors   []string `json:"monitors"`
	Kinds      []string `json:"kinds"`  // of services
	Label      string   `json:"label"`  // in Prometheus
	Metric     string   `json:"metric"` // a series selector
}

// labelValues is the kind of variable that Prometheus answers.
const labelValues = "labelValues"

// parameters are those of the resource that answers the query.
func (b *board) parameters(query variableQuery) (url.Values, error) {
	params := url.Values{}
	if query.Kind == labelValues {
		metric, err := b.scope.Expression(query.Metric)
		if err != nil {
			return nil, err
		}
		for name, value := range map[string]string{
			"label": query.Label, "match": metric,
			"from": strconv.FormatInt(b.span.From.UnixMilli(), 10), "to": strconv.FormatInt(b.span.To.UnixMilli(), 10),
		} {
			params.Set(name, value)
		}
		return params, nil
	}
	for name, list := range map[string][]string{"direction": query.Directions, "monitor": query.Monitors, "kind": query.Kinds} {
		values, err := b.scope.ExpandAll(list)
		if err != nil {
			return nil, err
		}
		params[name] = values
	}
	return params, nil
}

// ask gets the options of a variable from the resource that its kind names.
func (b *board) ask(ctx context.Context, v provisioning.Variable) ([]string, error) {
	if err := b.ours(v.DataSource, b.scope); err != nil {
		return nil, err
	}
	var query variableQuery
	if err := json.Unmarshal(v.Query, &query); err != nil || query.Kind == "" {
		return nil, errors.New(`its query names no kind: write {"kind": "directions"} or the like`)
	}
	params, err := b.parameters(query)
	if err != nil {
		return nil, err
	}
	ctx, stop := pluginhost.Within(ctx, Timeout, errSlow)
	defer stop()
	body, err := b.plugin.Resource(ctx, query.Kind, params.Encode())
	if err != nil {
		return nil, err
	}
	var found []struct {
		Text  string `json:"text"`
		Value string `json:"value"`
	}
	if err := json.Unmarshal(body, &found); err != nil {
		return nil, fmt.Errorf("resource %s: the answer is no list of values: %w", query.Kind, err)
	}
	options := make([]string, 0, len(found))
	for _, f := range found {
		options = append(options, cmp.Or(f.Value, f.Text))
	}
	return matching(options, v.Regex)
}

// matching keeps the options that a variable's regular expression selects; a
// group in it cuts the value out.
func matching(options []string, expr string) ([]string, error) {
	if expr == "" {
		return options, nil
	}
	expr = strings.TrimSuffix(strings.TrimPrefix(expr, "/"), "/")
	re, err := regexp.Compile(expr)
	if err != nil {
		return nil, fmt.Errorf("its regular expression: %w", err)
	}
	var kept []string
	for _, o := range options {
		m := re.FindStringSubmatch(o)
		if m == nil {
			continue
		}
		if value := m[min(1, len(m)-1)]; !slices.Contains(kept, value) {
			kept = append(kept, value)
		}
	}
	return kept, nil
}

// explain says of a variable that is unknown because it could not be resolved
// why that is so.
func (b *board) explain(err error) error {
	unknown, ok := errors.AsType[template.UnknownError](err)
	if !ok {
		return err
	}
	if why, broken := b.broken[unknown.Name]; broken {
		return fmt.Errorf("variable $%s has no values: %w", unknown.Name, why)
	}
	return err
}
