package rule

import (
	"errors"
	"math"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/promql/parser/posrange"
)

// promql reads what a Prometheus reads that has no feature flags set.
var promql = parser.NewParser(parser.Options{})

// written tells where in its file an expression is written.
type written struct {
	begin  Position
	raw    string
	shifts []shift
	block  bool // below a | or >, line by line
	folded bool // lines are joined: only the first is known
	indent int  // of a block
}

// at is the place of a byte of the expression.
func (w written) at(offset int) Position {
	if w.folded {
		return w.begin
	}
	before := w.raw[:min(max(origin(w.shifts, offset), 0), len(w.raw))]
	line := strings.Count(before, "\n")
	column := len([]rune(before[strings.LastIndexByte(before, '\n')+1:]))
	if w.block {
		return Position{w.begin.Line + 1 + line, w.indent + column + 1}
	}
	return Position{w.begin.Line, w.begin.Column + column}
}

// expr reads an expression in PromQL. Blank space behind it is no part of it.
func (d *decoder) expr(n ast.Node, what string) (string, written) {
	raw, ok := scalar(n)
	if n == nil || !ok {
		return d.text(n, what, false), written{}
	}
	w := written{begin: positionOf(n), raw: raw}
	expanded, shifts := d.expand(n, raw, false)
	w.shifts = shifts
	d.layout(&w, n)
	expr := strings.TrimRight(expanded, " \n\t")
	if expr == "" {
		return "", w
	}
	_, err := promql.ParseExpr(expr)
	if err == nil {
		return expr, w
	}
	at, why := w.begin, err.Error()
	if all, ok := errors.AsType[parser.ParseErrors](err); ok && len(all) > 0 {
		at, why = w.at(int(all[0].PositionRange.Start)), all[0].Err.Error()
	}
	d.problems = append(d.problems, Problem{File: d.file, Position: at, What: "bad PromQL: " + why, Remedy: "mend " + what + ": " + strings.Join(strings.Fields(expr), " ")})
	return expr, w
}

// layout finds out how the text of a node is written.
func (d *decoder) layout(w *written, n ast.Node) {
	token := n.GetToken()
	switch n := n.(type) {
	case *ast.LiteralNode:
		w.block, w.folded = true, !strings.HasPrefix(token.Value, "|")
		first, _, _ := strings.Cut(n.Value.Value, "\n")
		lines := strings.Split(string(d.content), "\n")
		if line := w.begin.Line; line < len(lines) {
			w.indent = max(0, strings.Index(lines[line], first))
		}
	case *ast.StringNode:
		w.folded = strings.Contains(token.Origin, "\n") && strings.Contains(strings.TrimSpace(token.Origin), "\n")
		if !plain(n) {
			w.begin.Column++
		}
	}
}

// comparison is an alert's expression taken apart: what is measured and the number it
// is compared with, so that the value is known when there is no alert, too.
type comparison struct {
	measured string // PromQL
	evaluator
}

// evaluator is a comparison as Grafana's threshold names it.
type evaluator struct {
	kind   string
	params []float64
}

var evaluators = map[parser.ItemType]string{
	parser.GTR: "gt", parser.LSS: "lt", parser.GTE: "gte", parser.LTE: "lte", parser.EQLC: "eq", parser.NEQ: "ne",
}

var mirrored = map[string]string{"gt": "lt", "lt": "gt", "gte": "lte", "lte": "gte", "eq": "eq", "ne": "ne"}

// split takes an expression apart: a comparison with a number, alone or to the left of
// "and" and "unless", which leave the values as they are. Where it cannot be, ok is false:
// whatever the expression answers is an alert.
func split(expr string) (comparison, bool) {
	root, err := promql.ParseExpr(expr)
	if err != nil {
		return comparison{}, false
	}
	compared := leftmost(&root)
	b, ok := (*compared).(*parser.BinaryExpr)
	if !ok || evaluators[b.Op] == "" || b.ReturnBool {
		return comparison{}, false
	}
	kind, measured, number := evaluators[b.Op], b.LHS, b.RHS
	if b.LHS.Type() == parser.ValueTypeScalar {
		kind, measured, number = mirrored[kind], b.RHS, b.LHS
	}
	limit, ok := constant(number)
	if !ok || measured.Type() != parser.ValueTypeVector {
		return comparison{}, false
	}
	text := expr[:start(b)] + within(expr, measured.PositionRange()) + expr[end(b):]
	*compared = measured
	if again, err := promql.ParseExpr(text); err != nil || again.String() != root.String() {
		text = root.String() // the parser's own spelling means the same
	}
	return comparison{strings.TrimSpace(text), evaluator{kind, []float64{limit}}}, true
}

// silent says whether what is measured has no series where nothing is wrong: it is left
// out by what stands behind "and" or "unless", or is there in trouble only.
func (c comparison) silent() bool {
	root, err := promql.ParseExpr(c.measured)
	if err != nil {
		return false
	}
	for at := root; ; {
		switch e := at.(type) {
		case *parser.ParenExpr:
			at = e.Expr
			continue
		case *parser.BinaryExpr:
			return e.Op == parser.LAND || e.Op == parser.LUNLESS
		case *parser.Call:
			return strings.HasPrefix(e.Func.Name, "absent")
		}
		return false
	}
}

// leftmost goes down the left of "and" and "unless" and through parentheses.
func leftmost(e *parser.Expr) *parser.Expr {
	switch at := (*e).(type) {
	case *parser.ParenExpr:
		return leftmost(&at.Expr)
	case *parser.BinaryExpr:
		if at.Op == parser.LAND || at.Op == parser.LUNLESS {
			return leftmost(&at.LHS)
		}
	}
	return e
}

// constant is the value of a number, or of a calculation with numbers alone.
func constant(e parser.Expr) (float64, bool) {
	switch e := e.(type) {
	case *parser.NumberLiteral:
		return e.Val, !math.IsNaN(e.Val) && !math.IsInf(e.Val, 0)
	case *parser.ParenExpr:
		return constant(e.Expr)
	case *parser.UnaryExpr:
		v, ok := constant(e.Expr)
		if e.Op == parser.SUB {
			v = -v
		}
		return v, ok
	case *parser.BinaryExpr:
		left, ok := constant(e.LHS)
		right, too := constant(e.RHS)
		v := calculated(e.Op, left, right)
		return v, ok && too && !math.IsNaN(v) && !math.IsInf(v, 0)
	}
	return 0, false
}

func calculated(op parser.ItemType, left, right float64) float64 {
	switch op {
	case parser.ADD:
		return left + right
	case parser.SUB:
		return left - right
	case parser.MUL:
		return left * right
	case parser.DIV:
		return left / right
	case parser.POW:
		return math.Pow(left, right)
	case parser.MOD:
		return math.Mod(left, right)
	}
	return math.NaN()
}

func start(e parser.Expr) int { return int(e.PositionRange().Start) }

func end(e parser.Expr) int { return int(e.PositionRange().End) }

func within(text string, p posrange.PositionRange) string {
	return text[min(int(p.Start), len(text)):min(int(p.End), len(text))]
}
