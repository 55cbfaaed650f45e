package rule

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// defaultFolder is where rules are found in Grafana whose file names no other.
const defaultFolder = "Heartline"

// pack reads what Heartline adds to a rule file as a whole, and opens its scope.
func (d *decoder) pack(p *Pack, n ast.Node) {
	f := d.fields(n, "heartline", "title", "folder", "renders", "runbooks", "severities", "targetLabels", "parameters", "retired")
	p.note("", n)
	for name, value := range f {
		p.note("heartline."+name, value)
	}
	p.Parameters = d.parameters(f["parameters"], p.Name)
	p.Title, p.Folder = d.orElse(f["title"], "title", p.Name), d.orElse(f["folder"], "folder", defaultFolder)
	p.Renders = Renderers
	if f["renders"] != nil {
		p.Renders = nil
		for _, name := range d.words(f["renders"], "renders") {
			if !slices.Contains(Renderers, Renderer(name)) {
				d.wrong(f["renders"], fmt.Sprintf("nothing renders for %q", name), "use grafana, prometheus or both")
			}
			p.Renders = append(p.Renders, Renderer(name))
		}
	}
	books := d.fields(f["runbooks"], "runbooks", "url", "file")
	p.note("heartline.runbooks.file", books["file"])
	p.Runbooks = Runbooks{URL: d.text(books["url"], "url", false), File: d.text(books["file"], "file", false)}
	p.Severities = []string{string(Critical), string(Warning), string(Info)}
	if f["severities"] != nil {
		p.Severities = d.words(f["severities"], "severities")
	}
	p.TargetLabels = d.words(f["targetLabels"], "targetLabels")
	p.Retired = d.words(f["retired"], "retired")
}

// note remembers where a field is.
func (p places) note(field string, n ast.Node) {
	if n != nil {
		p[field] = positionOf(n)
	}
}

func (d *decoder) orElse(n ast.Node, what, other string) string {
	if text := d.text(n, what, true); text != "" {
		return text
	}
	return other
}

func (d *decoder) words(n ast.Node, what string) []string {
	var all []string
	for _, element := range d.list(n, what) {
		all = append(all, d.text(element, "an element of "+what, false))
	}
	return all
}

func (d *decoder) group(n ast.Node) Group {
	f := d.fields(n, "a group", "name", "interval", "query_offset", "limit", "labels", "rules")
	g := Group{Name: d.text(f["name"], "the group's name", false), places: places{}}
	g.note("", n)
	for name, value := range f {
		g.note(name, value)
	}
	if g.Name == "" {
		d.wrong(n, "a group without a name", "write name: below it, once in the file")
	}
	g.Interval = d.duration(f["interval"], "interval")
	g.Offset = d.duration(f["query_offset"], "query_offset")
	g.Limit = int(d.number(f["limit"], "limit"))
	common := d.pairs(f["labels"], "labels", false)
	for _, element := range d.list(f["rules"], "rules") {
		r := d.rule(element)
		for _, p := range common {
			if r.Label(p.Name) == "" {
				r.Labels = append(r.Labels, p)
			}
		}
		g.Rules = append(g.Rules, r)
	}
	return g
}

func (d *decoder) duration(n ast.Node, what string) time.Duration {
	text := d.text(n, what, false)
	if text == "" {
		return 0
	}
	length, err := parseDuration(text)
	if err != nil {
		d.wrong(n, fmt.Sprintf("%s %q is no length of time", what, text), "write one such as 30s, 5m or 1h30m")
	}
	return length
}

func (d *decoder) number(n ast.Node, what string) float64 {
	text := d.text(n, what, false)
	if text == "" {
		return 0
	}
	v, err := strconv.ParseFloat(strings.ReplaceAll(text, "_", ""), 64)
	if err != nil {
		d.wrong(n, fmt.Sprintf("%s %q is no number", what, text), "write one such as 0.5")
	}
	return v
}

// pairs are labels or annotations in the order in which they are written.
func (d *decoder) pairs(n ast.Node, what string, prose bool) []Pair {
	var all []Pair
	for _, e := range d.entries(n, what) {
		all = append(all, Pair{e.name, strings.TrimSpace(d.text(e.value, e.name, prose))})
	}
	return all
}

func (d *decoder) rule(n ast.Node) Rule {
	f := d.fields(n, "a rule", "alert", "record", "expr", "for", "keep_firing_for", "labels", "annotations", "heartline")
	r := Rule{places: places{}}
	r.note("", n)
	raw := map[string]string{}
	for name, value := range f {
		r.note(name, value)
		raw[name], _ = scalar(value)
	}
	r.Alert, r.Record = raw["alert"], raw["record"]
	h := d.fields(f["heartline"], "heartline", "uid", "panel", "unit", "nodata", "missing", "raw", "parameters", "terms", "formula", "limit", "firing", "resolved")
	for name, value := range h {
		r.note("heartline."+name, value)
	}
	r.Parameters = d.parameters(h["parameters"], r.Name())
	r.Limit = d.limit(h["limit"], r.Name())
	r.Expr, r.expr = d.expr(f["expr"], "expr")
	r.Raw, r.raw = d.expr(h["raw"], "raw")
	r.For, r.KeepFiringFor = d.duration(f["for"], "for"), d.duration(f["keep_firing_for"], "keep_firing_for")
	r.Labels, r.Annotations = d.pairs(f["labels"], "labels", false), d.pairs(f["annotations"], "annotations", true)
	for _, name := range []string{"labels", "annotations"} {
		for _, e := range d.entries(f[name], name) {
			r.note(name+"."+e.name, e.value)
		}
	}
	d.alerting(&r, h)
	d.close()
	return r
}

// alerting reads what Heartline adds to a rule.
func (d *decoder) alerting(r *Rule, h map[string]ast.Node) {
	r.UID = d.orElse(h["uid"], "uid", kebab(r.Alert))
	r.Unit = d.text(h["unit"], "unit", true)
	r.NoData = NoData(d.orElse(h["nodata"], "nodata", string(NoDataIsOK)))
	r.Missing = int(d.number(h["missing"], "missing"))
	r.Panel = d.panel(h["panel"])
	r.Formula = d.text(h["formula"], "formula", false)
	r.Firing, r.Resolved = d.text(h["firing"], "firing", true), d.text(h["resolved"], "resolved", true)
	terms := d.list(h["terms"], "terms")
	if len(terms) > maxTerms {
		d.wrong(terms[maxTerms], fmt.Sprintf("a rule of %d terms", len(terms)), fmt.Sprintf("use at most %d", maxTerms))
		terms = terms[:maxTerms]
	}
	for _, n := range terms {
		r.Terms = append(r.Terms, d.term(n))
	}
}

func (d *decoder) panel(n ast.Node) Panel {
	text := d.text(n, "panel", false)
	if text == "" {
		return Panel{}
	}
	uid, id, _ := strings.Cut(text, "/")
	number, err := strconv.ParseUint(id, 10, 32)
	if err != nil || uid == "" {
		d.wrong(n, fmt.Sprintf("panel %q", text), "write the dashboard's uid, a slash and the number of the panel, such as heartline-services/7")
	}
	return Panel{Dashboard: uid, ID: uint32(number)}
}

// kebab makes a uid of a name: MilvusWALAppendErrors is milvus-wal-append-errors.
func kebab(name string) string {
	for _, border := range wordBorders {
		name = border.ReplaceAllString(name, "$1-$2")
	}
	return strings.Trim(notInUID.ReplaceAllString(strings.ToLower(name), "-"), "-")
}

var (
	wordBorders = []*regexp.Regexp{regexp.MustCompile(`([a-z0-9])([A-Z])`), regexp.MustCompile(`([A-Z])([A-Z][a-z])`)}
	notInUID    = regexp.MustCompile(`[^a-z0-9]+`)
)
