package rule

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// scope are the parameters that may stand in the texts below the place where they are
// declared. Those of a rule hide those of its file.
type scope struct {
	parameters []Parameter
	places     map[string]ast.Node
	used       map[string]bool
	outer      *scope
}

func (s *scope) find(name string) (Parameter, *scope) {
	for ; s != nil; s = s.outer {
		if i := slices.IndexFunc(s.parameters, func(p Parameter) bool { return p.Name == name }); i >= 0 {
			return s.parameters[i], s
		}
	}
	return Parameter{}, nil
}

func (s *scope) names() []string {
	var all []string
	for ; s != nil; s = s.outer {
		for _, p := range s.parameters {
			all = append(all, p.Name)
		}
	}
	return all
}

var placeholder = regexp.MustCompile(`\$\{([^{}]*)\}`)

// text is a scalar with the parameters put in. Prose has lengths of time in words.
func (d *decoder) text(n ast.Node, what string, prose bool) string {
	raw, ok := scalar(n)
	if !ok {
		if n != nil {
			d.wrong(n, what+" is no text", "write one value; anchors are not read")
		}
		return ""
	}
	put, _ := d.expand(n, raw, prose)
	return put
}

// shift is a place in an expanded text and that in the raw one where it comes from.
type shift struct{ out, in int }

// expand puts the parameters into a text, and remembers what moved where.
func (d *decoder) expand(n ast.Node, raw string, prose bool) (string, []shift) {
	var b strings.Builder
	var shifts []shift
	end := 0
	for _, m := range placeholder.FindAllStringSubmatchIndex(raw, -1) {
		b.WriteString(raw[end:m[0]])
		end = m[1]
		name := raw[m[2]:m[3]]
		p, owner := d.scope.find(name)
		if owner == nil {
			d.wrong(n, fmt.Sprintf("parameter %q is not set", name), "declare it below heartline.parameters; "+proposal(name, d.scope.names()))
			continue
		}
		owner.used[name] = true
		shifts = append(shifts, shift{b.Len(), m[0]})
		b.WriteString(p.in(prose))
		shifts = append(shifts, shift{b.Len(), m[1]})
	}
	b.WriteString(raw[end:])
	return b.String(), shifts
}

// origin is the place in the raw text of one in the expanded text.
func origin(shifts []shift, out int) int {
	at := shift{}
	for i, s := range shifts {
		if s.out > out {
			break
		}
		if at = s; i%2 == 0 && i+1 < len(shifts) && shifts[i+1].out > out {
			return s.in // inside a parameter
		}
	}
	return at.in + out - at.out
}

// parameters opens the scope of a file or of a rule, with the values that were set.
func (d *decoder) parameters(n ast.Node, owner string) []Parameter {
	s := &scope{places: map[string]ast.Node{}, used: map[string]bool{}, outer: d.scope}
	for _, e := range d.entries(n, "parameters") {
		p := d.parameter(e)
		p.Value = d.setting(owner, p)
		s.parameters, s.places[e.name] = append(s.parameters, p), e.key
	}
	d.scope = s
	return s.parameters
}

var parameterShape = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)

func (d *decoder) parameter(e entry) Parameter {
	f := d.fields(e.value, "parameter "+e.name, "value", "unit", "reason")
	if !parameterShape.MatchString(e.name) {
		d.wrong(e.key, fmt.Sprintf("parameter name %q", e.name), "use letters, digits and underscores, a letter first")
	}
	read := func(name string) string {
		text, ok := scalar(f[name])
		if f[name] != nil && !ok {
			d.wrong(f[name], "the "+name+" of parameter "+e.name+" is no text", "write one value")
		}
		return strings.TrimSpace(text)
	}
	p := Parameter{Name: e.name, Value: read("value"), Unit: read("unit"), Reason: read("reason")}
	if p.Value == "" {
		d.wrong(e.key, "parameter "+e.name+" has no value", "write value: below it")
	}
	if p.Reason == "" {
		d.wrong(e.key, "parameter "+e.name+" has no reason", "write reason: why this value, so that others know when to change it")
	}
	if _, err := parseDuration(p.Value); isNumber(p.Value) && p.Unit == "" && err != nil {
		d.wrong(e.key, "parameter "+e.name+" is a number without a unit", "write unit: below it, such as ms, percent or requests")
	}
	return p
}

// close ends the innermost scope. A parameter that nobody uses is a problem: changing
// it would do nothing.
func (d *decoder) close() {
	for _, p := range d.scope.parameters {
		if !d.scope.used[p.Name] {
			d.wrong(d.scope.places[p.Name], "parameter "+p.Name+" is not used", "write ${"+p.Name+"} where its value belongs, or take it out")
		}
	}
	d.scope = d.scope.outer
}

// setting is the value of a parameter, where it was set from outside that one.
func (d *decoder) setting(owner string, p Parameter) string {
	key := owner + "." + p.Name
	s, given := d.settings[key]
	if !given {
		return p.Value
	}
	d.applied[key] = true
	if err := p.takes(s.Value); err != nil {
		d.problems = append(d.problems, Problem{File: s.From, Position: s.Position, What: "parameter " + key, Remedy: err.Error()})
		return p.Value
	}
	return s.Value
}
