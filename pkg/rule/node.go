package rule

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// entry is a key of a mapping with its value.
type entry struct {
	name  string
	key   ast.Node
	value ast.Node
}

// positionOf is where a node begins; a mapping begins at its first key.
func positionOf(n ast.Node) Position {
	if m, ok := n.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		n = m.Values[0].Key
	}
	if n == nil || n.GetToken() == nil {
		return Position{}
	}
	p := n.GetToken().Position
	return Position{Line: p.Line, Column: max(p.Column, 1)}
}

// document parses the one document of a file. The library can be brought to panic by
// what is no YAML at all.
func document(file string, content []byte) (body ast.Node, err error) {
	broken := func(at Position, what string) error {
		return Problems{{File: file, Position: at, What: "not valid YAML: " + what, Remedy: "mend the syntax"}}
	}
	defer func() {
		if recover() != nil {
			body, err = nil, broken(Position{}, "it cannot be read at all")
		}
	}()
	parsed, err := parser.ParseBytes(bytes.TrimPrefix(content, []byte("\ufeff")), 0)
	if err != nil {
		if syntax, ok := errors.AsType[yaml.Error](err); ok {
			at := syntax.GetToken().Position
			return nil, broken(Position{at.Line, max(at.Column, 1)}, strings.TrimSpace(syntax.GetMessage()))
		}
		return nil, broken(Position{}, err.Error())
	}
	var bodies []ast.Node
	for _, d := range parsed.Docs {
		if d.Body != nil && d.Body.Type() != ast.CommentType {
			bodies = append(bodies, d.Body)
		}
	}
	switch len(bodies) {
	case 0:
		return nil, Problems{{File: file, Position: Position{1, 1}, What: "the file has no rules", Remedy: "write groups, or retired uids below heartline"}}
	case 1:
		return bodies[0], nil
	}
	return nil, Problems{{File: file, Position: positionOf(bodies[1]), What: "a second YAML document", Remedy: "Prometheus reads the first only: write a file for each"}}
}

// entries are the keys of a mapping in their order. What is none, is a problem.
func (d *decoder) entries(n ast.Node, what string) []entry {
	var values []*ast.MappingValueNode
	switch n := n.(type) {
	case nil, *ast.NullNode:
		return nil
	case *ast.MappingNode:
		values = n.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{n}
	default:
		d.wrong(n, what+" is no mapping", "write keys with values below it")
		return nil
	}
	var all []entry
	for _, v := range values {
		name, ok := scalar(v.Key)
		if !ok {
			d.wrong(v.Key, "a key of "+what+" that is no plain word", "write it out: anchors and merged keys are not read")
			continue
		}
		all = append(all, entry{name, v.Key, v.Value})
	}
	return all
}

// fields are the values of a mapping that has these keys only.
func (d *decoder) fields(n ast.Node, what string, known ...string) map[string]ast.Node {
	got := map[string]ast.Node{}
	for _, e := range d.entries(n, what) {
		if !slices.Contains(known, e.name) {
			remedy := proposal(e.name, known)
			if _, empty := e.value.(*ast.NullNode); empty && strings.Contains(e.name, " ") {
				remedy = "put the text before it in quotes: between { and } a comma ends a text"
			}
			d.wrong(e.key, fmt.Sprintf("unknown field %q of %s", e.name, what), remedy)
			continue
		}
		got[e.name] = e.value
	}
	return got
}

// proposal says what may have been meant.
func proposal(name string, known []string) string {
	if near := nearest(name, known); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	if len(known) == 0 {
		return "there is none to choose from"
	}
	return "use one of " + strings.Join(known, ", ")
}

// list are the elements of a sequence.
func (d *decoder) list(n ast.Node, what string) []ast.Node {
	switch n := n.(type) {
	case nil, *ast.NullNode:
		return nil
	case *ast.SequenceNode:
		return n.Values
	}
	d.wrong(n, what+" is no list", "write its elements below each other, each after a dash")
	return nil
}

// scalar is the text of a node as it is written, without quotes.
func scalar(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.NullNode:
		return "", true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	}
	return "", false
}

// plain says whether a node is a text without quotes, which YAML reads as a number or
// a truth value where it looks like one.
func plain(n ast.Node) bool {
	s, ok := n.(*ast.StringNode)
	return ok && s.Token.Type == token.StringType
}

// nearest is the word that a misspelt one most likely means: at most two letters are
// wrong, or one in eight.
func nearest(word string, known []string) string {
	best, least := "", max(min(2, (len(word)+1)/2), len(word)/8)+1
	for _, candidate := range slices.Sorted(maps.Keys(set(known))) {
		if d := distance(strings.ToLower(word), strings.ToLower(candidate)); d < least {
			best, least = candidate, d
		}
	}
	return best
}

func set(words []string) map[string]bool {
	all := map[string]bool{}
	for _, w := range words {
		all[w] = true
	}
	return all
}

// distance counts the letters to insert, to leave out or to change (Levenshtein).
func distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i := range from {
		diagonal := row[0]
		row[0] = i + 1
		for j := range to {
			changed := diagonal
			if from[i] != to[j] {
				changed++
			}
			diagonal = row[j+1]
			row[j+1] = min(changed, row[j]+1, diagonal+1)
		}
	}
	return row[len(to)]
}
