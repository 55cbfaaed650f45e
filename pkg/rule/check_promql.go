package rule

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/heartline-monitor/heartline/pkg/milvus"
)

// milvusPrefix begins the names of what Milvus alone exposes.
const milvusPrefix = "milvus_"

// metrics are the labels of the series of Milvus, in any of its releases, and of those
// that packs record, whose labels are not known.
type metrics map[string]map[string]bool

func milvusMetrics(packs []Pack) (metrics, error) {
	all := metrics{}
	for _, version := range milvus.Versions {
		release, err := milvus.Load(version)
		if err != nil {
			return nil, err
		}
		for _, f := range release.Families() {
			for _, name := range f.Series() {
				all.add(name, f)
			}
		}
	}
	for _, p := range packs {
		for _, r := range p.Rules() {
			if r.Record != "" && all[r.Record] == nil {
				all[r.Record] = map[string]bool{}
			}
		}
	}
	return all, nil
}

func (m metrics) add(name string, f milvus.Family) {
	if m[name] == nil {
		m[name] = map[string]bool{"__name__": true, "job": true, "instance": true, "le": true, "quantile": true}
	}
	for _, label := range f.Labels {
		m[name][label] = true
	}
}

// check holds what an expression asks of Milvus against what Milvus exposes, and finds
// comparisons that are always an alert.
func (m metrics) check(c *checker, p Pack, r Rule, expr string, w written) {
	root, err := promql.ParseExpr(expr)
	if err != nil {
		return // said when the file was read
	}
	if b, ok := (*leftmost(&root)).(*parser.BinaryExpr); ok && b.ReturnBool && r.Alert != "" {
		c.say(p, w.at(start(b)), "a comparison with bool is always an alert", "take out bool: 0 is a value as well as 1")
	}
	parser.Inspect(root, func(n parser.Node, _ []parser.Node) error {
		switch n := n.(type) {
		case *parser.VectorSelector:
			m.selector(c, p, w, n)
		case *parser.AggregateExpr:
			if !n.Without {
				m.grouping(c, p, w, n)
			}
		}
		return nil
	})
}

func (m metrics) selector(c *checker, p Pack, w written, s *parser.VectorSelector) {
	name := metricOf(s)
	if !strings.HasPrefix(name, milvusPrefix) {
		return
	}
	at := w.at(int(s.PosRange.Start))
	labels, known := m[name]
	if !known {
		c.say(p, at, fmt.Sprintf("unknown metric %q: no release of Milvus from %s to %s has it", name, milvus.Versions[0], milvus.Versions[len(milvus.Versions)-1]),
			m.similar(name))
		return
	}
	for _, matcher := range s.LabelMatchers {
		if len(labels) > 0 && !labels[matcher.Name] && !slices.Contains(p.TargetLabels, matcher.Name) {
			c.say(p, at, fmt.Sprintf("metric %s has no label %q", name, matcher.Name), labelRemedy(matcher.Name, labels))
		}
	}
}

// metricOf is the metric that a selector names, before its braces or between them.
func metricOf(s *parser.VectorSelector) string {
	for _, matcher := range s.LabelMatchers {
		if matcher.Name == model.MetricNameLabel && matcher.Type == labels.MatchEqual {
			return matcher.Value
		}
	}
	return s.Name
}

// similar are names that may have been meant.
func (m metrics) similar(name string) string {
	names := slices.Sorted(maps.Keys(m))
	if near := nearest(name, names); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	begin := name[:strings.LastIndexByte(name, '_')]
	for ; len(begin) > len(milvusPrefix); begin = begin[:strings.LastIndexByte(begin, '_')] {
		i, _ := slices.BinarySearch(names, begin)
		if i < len(names) && strings.HasPrefix(names[i], begin) {
			return fmt.Sprintf("there are others that begin like it, such as %q", names[i])
		}
	}
	return "see docs/milvus.md for those that there are"
}

func labelRemedy(name string, labels map[string]bool) string {
	return proposal(name, slices.Sorted(maps.Keys(labels))) + ", or list what your scrape adds below heartline.targetLabels"
}

// grouping finds labels that nothing below an aggregation has: they would be empty.
func (m metrics) grouping(c *checker, p Pack, w written, a *parser.AggregateExpr) {
	has := map[string]bool{}
	sure := true
	parser.Inspect(a.Expr, func(n parser.Node, _ []parser.Node) error {
		switch n := n.(type) {
		case *parser.VectorSelector:
			name := metricOf(n)
			labels := m[name]
			sure = sure && strings.HasPrefix(name, milvusPrefix) && len(labels) > 0
			maps.Copy(has, labels)
		case *parser.Call:
			sure = sure && !strings.HasPrefix(n.Func.Name, "label_")
		case *parser.AggregateExpr:
			if n.Op == parser.COUNT_VALUES {
				sure = false
			}
		}
		return nil
	})
	for _, label := range a.Grouping {
		if sure && !has[label] && !slices.Contains(p.TargetLabels, label) {
			c.say(p, w.at(start(a)), fmt.Sprintf("nothing below this has the label %q", label), labelRemedy(label, has))
		}
	}
}
