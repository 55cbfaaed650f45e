package verify

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"regexp"
	"strconv"

	"github.com/grafana/grafana-plugin-sdk-go/data"
)

// Grafana's math expressions have the operators of Go with the same precedence, but
// for **, which is refused. So Go's own parser reads them.

// reference is a node in a math expression: $A or ${A}.
var reference = regexp.MustCompile(`\$(\w+)|\$\{([^}]+)\}`)

// formula is a math expression over the results of other nodes.
type formula struct {
	results map[string]result
	names   map[string]string // of nodes, by the identifiers that stand for them
}

// evaluate computes a math expression.
func evaluate(text string, results map[string]result) (result, error) {
	f := formula{results: results, names: map[string]string{}}
	plain := reference.ReplaceAllStringFunc(text, func(ref string) string {
		m := reference.FindStringSubmatch(ref)
		name := fmt.Sprintf("node%d", len(f.names))
		f.names[name] = m[1] + m[2]
		return name
	})
	parsed, err := parser.ParseExpr(plain)
	if err != nil {
		return result{}, fmt.Errorf("math expression %q cannot be read: it takes $A, numbers, + - * / %%, comparisons, && || ! and parentheses", text)
	}
	return f.compute(parsed)
}

func (f formula) compute(node ast.Expr) (result, error) {
	switch node := node.(type) {
	case *ast.ParenExpr:
		return f.compute(node.X)
	case *ast.BasicLit:
		value, err := strconv.ParseFloat(node.Value, 64)
		if err != nil {
			return result{}, fmt.Errorf("%q is no number", node.Value)
		}
		return result{samples: []sample{{values: []*float64{&value}}}}, nil
	case *ast.Ident:
		name, ok := f.names[node.Name]
		if !ok {
			return result{}, fmt.Errorf("%q means nothing: write $%s for a node", node.Name, node.Name)
		}
		return lookUp(f.results, name)
	case *ast.UnaryExpr:
		return f.unary(node)
	case *ast.BinaryExpr:
		return f.binary(node)
	case *ast.CallExpr:
		return f.call(node)
	}
	return result{}, unsupportedError{fmt.Sprintf("a part of a math expression (%T)", node)}
}

func (f formula) unary(node *ast.UnaryExpr) (result, error) {
	x, err := f.compute(node.X)
	if err != nil {
		return result{}, err
	}
	switch node.Op {
	case token.SUB:
		return x.each(func(v float64) float64 { return -v }), nil
	case token.NOT:
		return x.each(func(v float64) float64 {
			if math.IsNaN(v) {
				return v
			}
			return truth(v == 0)
		}), nil
	}
	return result{}, unsupportedError{"the operator " + node.Op.String()}
}

func (f formula) call(node *ast.CallExpr) (result, error) {
	name, _ := node.Fun.(*ast.Ident)
	if name == nil || len(node.Args) != 1 {
		return result{}, unsupportedError{"a function of a math expression"}
	}
	function, known := map[string]func(float64) float64{
		"abs": math.Abs, "ceil": math.Ceil, "floor": math.Floor, "round": math.Round, "log": math.Log,
	}[name.Name]
	if !known {
		return result{}, unsupportedError{fmt.Sprintf("the function %s()", name.Name)}
	}
	x, err := f.compute(node.Args[0])
	if err != nil {
		return result{}, err
	}
	return x.each(function), nil
}

func (f formula) binary(node *ast.BinaryExpr) (result, error) {
	operate, err := operator(node.Op)
	if err != nil {
		return result{}, err
	}
	x, err := f.compute(node.X)
	if err != nil {
		return result{}, err
	}
	y, err := f.compute(node.Y)
	if err != nil {
		return result{}, err
	}
	if x.series && y.series {
		return result{}, unsupportedError{"math with two time series"}
	}
	out := result{series: x.series || y.series}
	for _, a := range x.samples {
		for _, b := range y.samples {
			if labels, match := union(a.labels, b.labels); match {
				out.samples = append(out.samples, sample{labels, pairwise(a.values, b.values, operate)})
			}
		}
	}
	if len(out.samples) == 0 && len(x.samples) == 1 && len(y.samples) == 1 {
		// As Grafana does it: of one on each side it does not look at the labels.
		out.samples = []sample{{values: pairwise(x.samples[0].values, y.samples[0].values, operate)}}
	}
	if len(out.samples) == 0 {
		return result{}, errors.New("the labels of the two sides of " + node.Op.String() + " never match")
	}
	return out, nil
}

// union says whether two samples belong together, and what their labels are then:
// those of one are all among those of the other.
func union(a, b data.Labels) (data.Labels, bool) {
	switch {
	case len(a) == 0:
		return b, true
	case len(b) == 0 || a.Contains(b):
		return a, true
	case b.Contains(a):
		return b, true
	}
	return nil, false
}

// pairwise applies an operator; one side may be a single number for all of the
// other. What is missing on one side is missing in the result.
func pairwise(a, b []*float64, operate func(a, b float64) float64) []*float64 {
	if len(a) == 0 || len(b) == 0 {
		return nil
	}
	out := make([]*float64, max(len(a), len(b)))
	for i := range out {
		x, y := a[min(i, len(a)-1)], b[min(i, len(b)-1)]
		if x != nil && y != nil {
			out[i] = new(operate(*x, *y))
		}
	}
	return out
}

// operator is what an operator does with numbers. But for a decided "and" or "or",
// nothing is known of what is computed from NaN.
func operator(op token.Token) (func(a, b float64) float64, error) {
	compute, known := map[token.Token]func(a, b float64) float64{
		token.ADD:  func(a, b float64) float64 { return a + b },
		token.SUB:  func(a, b float64) float64 { return a - b },
		token.MUL:  func(a, b float64) float64 { return a * b },
		token.QUO:  func(a, b float64) float64 { return a / b },
		token.REM:  math.Mod,
		token.EQL:  func(a, b float64) float64 { return truth(a == b) },
		token.NEQ:  func(a, b float64) float64 { return truth(a != b) },
		token.LSS:  func(a, b float64) float64 { return truth(a < b) },
		token.LEQ:  func(a, b float64) float64 { return truth(a <= b) },
		token.GTR:  func(a, b float64) float64 { return truth(a > b) },
		token.GEQ:  func(a, b float64) float64 { return truth(a >= b) },
		token.LAND: func(a, b float64) float64 { return truth(a != 0 && b != 0) },
		token.LOR:  func(a, b float64) float64 { return truth(a != 0 || b != 0) },
	}[op]
	if !known {
		return nil, unsupportedError{"the operator " + op.String()}
	}
	return func(a, b float64) float64 {
		decided := op == token.LOR && a != 0 || op == token.LAND && a == 0
		if !decided && (math.IsNaN(a) || math.IsNaN(b)) {
			return math.NaN()
		}
		return compute(a, b)
	}, nil
}
