package dashboard

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/milvus"
)

// stored is a series as a Prometheus has it.
type stored struct {
	family milvus.Family
	labels []string
	// counted says that it only grows, so that only its growth means something.
	counted bool
	unit    quantity
}

// exposition is all that a release of Milvus has, by the name of the series.
type exposition map[string]stored

// ofScrape are the labels that a scrape adds.
var ofScrape = []string{"job", "instance"}

// besides are metrics that are not Milvus' own.
var besides = exposition{
	"up":                                 {labels: ofScrape, unit: quantity{is: "count"}},
	"container_memory_working_set_bytes": {labels: []string{"namespace", "pod", "container", "name", "id"}, unit: quantity{is: "bytes"}},
	"container_spec_memory_limit_bytes":  {labels: []string{"namespace", "pod", "container", "name", "id"}, unit: quantity{is: "bytes"}},
}

// expose is what a release has, and what is read beside it.
func expose(t *testing.T, release string) exposition {
	t.Helper()
	r, err := milvus.Load(release)
	require.NoError(t, err)
	all := maps.Clone(besides)
	for _, f := range r.Families() {
		if dormant(release, f) {
			continue
		}
		for _, name := range f.Series() {
			s := stored{family: f, labels: slices.Concat(f.Labels, ofScrape), counted: f.Type == milvus.Counter, unit: unitOf(f)}
			switch {
			case strings.HasSuffix(name, "_bucket") && f.Type == milvus.Histogram:
				s.labels = append(s.labels, "le")
				s.counted = true
			case name != f.Name && strings.HasSuffix(name, "_count"):
				s.counted, s.unit = true, quantity{is: "count"}
			case name != f.Name:
				s.counted = true
			}
			if name != f.Name { // quantiles belong to the summary alone
				s.labels = slices.DeleteFunc(s.labels, func(l string) bool { return l == "quantile" })
			}
			all[name] = s
		}
	}
	return all
}

// ofStreaming are the families of the streaming service, which 2.5 defines and does not use.
var ofStreaming = regexp.MustCompile(`^milvus_(wal|streaming|streamingcoord|streamingnode)_`)

// dormant reports whether a release defines a family and never fills it.
func dormant(release string, f milvus.Family) bool {
	early := milvus.Older(release, "2.6")
	return early && ofStreaming.MatchString(f.Name) || early && strings.Contains(f.Note, "2.6") || strings.HasPrefix(f.Note, "master only")
}

// finding is what an expression gives: the labels of its series and the unit of its numbers.
type finding struct {
	labels  map[string]bool
	unit    quantity
	counted bool // a counter, or its buckets, whose growth nobody has taken yet
	buckets bool
}

// linter holds an expression against a release. What it complains about is in wrong,
// metrics that the release lacks are in absent.
type linter struct {
	known  exposition
	wrong  []string
	absent []string
}

func (l *linter) complain(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(l.wrong, text) {
		l.wrong = append(l.wrong, text)
	}
}

// lint says what a whole expression gives.
func (l *linter) lint(expr string) finding {
	parsed, err := parser.NewParser(parser.Options{}).ParseExpr(expr)
	if err != nil {
		l.complain("%s: %v", expr, err)
		return finding{}
	}
	found := l.of(parsed)
	if found.counted {
		l.complain("%s shows a counter, not its growth", expr)
	}
	return found
}

func (l *linter) of(e parser.Expr) finding {
	switch e := e.(type) {
	case *parser.VectorSelector:
		return l.selected(e)
	case *parser.MatrixSelector:
		return l.of(e.VectorSelector)
	case *parser.SubqueryExpr:
		return l.of(e.Expr)
	case *parser.ParenExpr:
		return l.of(e.Expr)
	case *parser.StepInvariantExpr:
		return l.of(e.Expr)
	case *parser.UnaryExpr:
		return l.of(e.Expr)
	case *parser.NumberLiteral:
		return finding{unit: quantity{is: "number", of: e.Val}}
	case *parser.StringLiteral:
		return finding{}
	case *parser.AggregateExpr:
		return l.aggregated(e)
	case *parser.Call:
		return l.called(e)
	case *parser.BinaryExpr:
		return l.joined(e)
	}
	l.complain("%s: the linter does not know %T", e, e)
	return finding{}
}

func (l *linter) selected(v *parser.VectorSelector) finding {
	s, ok := l.known[v.Name]
	if !ok {
		l.absent = append(l.absent, v.Name)
		return finding{labels: map[string]bool{}, unit: quantity{is: "unknown"}}
	}
	for _, m := range v.LabelMatchers {
		switch {
		case m.Name == model.MetricNameLabel:
		case !slices.Contains(s.labels, m.Name) && !m.Matches(""):
			l.complain("%s has no label %s", v.Name, m.Name)
		case !l.matchesSome(s, m):
			l.complain("no value of %s{%s} is matched by %s", v.Name, m.Name, m)
		}
	}
	found := finding{labels: map[string]bool{}, unit: s.unit, counted: s.counted}
	for _, name := range s.labels {
		found.labels[name] = true
		found.buckets = found.buckets || name == "le"
	}
	return found
}

// later are values that releases have which are not known here: 3.x.
var later = map[string][]string{"status": {"fail_input", "fail_system", "rejected_user", "rejected_system"}}

// alternatives finds the single values in a regular expression such as a|b.
var alternatives = regexp.MustCompile(`^[\w|-]+$`)

// matchesSome reports whether a matcher can mean something: every value that it names
// exists, and one that it describes.
func (l *linter) matchesSome(s stored, m *labels.Matcher) bool {
	values := s.family.Values(m.Name)
	if values == nil {
		return true
	}
	if m.Type == labels.MatchEqual || m.Type == labels.MatchNotEqual || alternatives.MatchString(m.Value) {
		for value := range strings.SplitSeq(m.Value, "|") {
			if !slices.Contains(values, value) && !slices.Contains(later[m.Name], value) {
				return false
			}
		}
		return true
	}
	return slices.ContainsFunc(values, m.Matches)
}

func (l *linter) aggregated(a *parser.AggregateExpr) finding {
	of := l.of(a.Expr)
	if slices.Contains([]parser.ItemType{parser.TOPK, parser.BOTTOMK}, a.Op) {
		return of
	}
	kept := map[string]bool{}
	for _, name := range a.Grouping {
		if !of.labels[name] && of.unit.is != "unknown" {
			l.complain("%s: there is no label %s", a, name)
		}
		kept[name] = true
	}
	if a.Without {
		kept = maps.Clone(of.labels)
		for _, name := range a.Grouping {
			delete(kept, name)
		}
	}
	of.labels = kept
	if a.Op == parser.COUNT || a.Op == parser.GROUP {
		of.unit, of.counted = quantity{is: "count"}, false
	}
	return of
}

func (l *linter) joined(b *parser.BinaryExpr) finding {
	left, right := l.of(b.LHS), l.of(b.RHS)
	scaled := b.Op == parser.MUL || b.Op == parser.DIV && right.unit.is == "number"
	if !b.Op.IsSetOperator() && !(scaled && (left.unit.is == "number" || right.unit.is == "number")) && (left.counted || right.counted) {
		l.complain("%s computes with a counter, not with its growth", b)
	}
	found := finding{labels: left.labels, unit: l.combined(b, left.unit, right.unit), counted: left.counted, buckets: left.buckets}
	if left.labels == nil { // a number
		found.labels = right.labels
	}
	m := b.VectorMatching
	if m == nil {
		return found
	}
	for _, name := range slices.Concat(m.MatchingLabels, m.Include) {
		if !left.labels[name] && !right.labels[name] && left.unit.is != "unknown" && right.unit.is != "unknown" {
			l.complain("%s: there is no label %s", b, name)
		}
	}
	found.labels = maps.Clone(found.labels)
	switch {
	case b.Op == parser.LOR:
		maps.Copy(found.labels, right.labels)
	case m.Card == parser.CardOneToOne && m.On:
		maps.DeleteFunc(found.labels, func(name string, _ bool) bool { return !slices.Contains(m.MatchingLabels, name) })
	case m.Card == parser.CardOneToMany:
		found.labels = maps.Clone(right.labels)
	}
	for _, name := range m.Include {
		found.labels[name] = true
	}
	return found
}

func mustParse(t *testing.T, expr string) parser.Expr {
	t.Helper()
	parsed, err := parser.NewParser(parser.Options{}).ParseExpr(expr)
	require.NoError(t, err)
	return parsed
}
