// Package template puts the values of a dashboard's variables into its queries,
// as the plugin's front end does before it sends them.
package template

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Everything is the value that stands for no restriction at all: a list of a
// query that holds it is left out.
const Everything = "$__all"

// reference is $name, [[name:format]] or ${name.field:format}.
var reference = regexp.MustCompile(`\$(\w+)|\[\[(\w+)(?::(\w+))?\]\]|\$\{(\w+)(?:\.[^:}]+)?(?::([^}]+))?\}`)

// Value is what a variable stands for.
type Value struct {
	Texts []string // the selected values; of a variable with all selected, all options
	Multi bool     // whether it can have several values, however many are selected
	// Verbatim, where it is set, takes the place of all options, without
	// formatting: the custom value of a variable with all selected.
	Verbatim string
}

// Scope holds the variables of a dashboard by name.
type Scope map[string]Value

// With is the scope with one variable set to a single text.
func (s Scope) With(name, text string) Scope {
	inner := maps.Clone(s)
	inner[name] = Value{Texts: []string{text}, Multi: s[name].Multi}
	return inner
}

// References lists the names of the variables that a text refers to, without
// Grafana's own, which begin with two underscores.
func References(text string) []string {
	var names []string
	for _, m := range reference.FindAllStringSubmatch(text, -1) {
		if name := m[1] + m[2] + m[4]; isVariable(name) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// isVariable leaves out what only looks like a variable: the $5 in a text.
func isVariable(name string) bool {
	return !strings.HasPrefix(name, "__") && (name[0] < '0' || name[0] > '9')
}

// UnknownError says that a text refers to a variable that does not exist.
type UnknownError struct {
	Name  string
	Known []string
}

func (e UnknownError) Error() string {
	return fmt.Sprintf("unknown variable $%s: the dashboard has %s", e.Name, strings.Join(e.Known, ", "))
}

func (s Scope) unknown(name string) error {
	var known []string
	for _, k := range slices.Sorted(maps.Keys(s)) {
		if isVariable(k) {
			known = append(known, "$"+k)
		}
	}
	if len(known) == 0 {
		known = []string{"no variables"}
	}
	return UnknownError{Name: name, Known: known}
}

// Replace puts values in the place of their variables. Several values are
// joined in the format that the reference asks for, or else in the given one:
// regex, pipe, csv, json or "" for Grafana's own, {a,b}.
func (s Scope) Replace(text, format string) (string, error) {
	return s.each(text, func(v Value, own string) string {
		if v.Verbatim != "" {
			return v.Verbatim
		}
		if own == "" {
			own = format
		}
		return join(v.Texts, own)
	})
}

// each calls value for every reference to a variable that exists. Grafana's own
// variables that are not set stay as they are.
func (s Scope) each(text string, value func(v Value, format string) string) (string, error) {
	var failed error
	out := reference.ReplaceAllStringFunc(text, func(ref string) string {
		m := reference.FindStringSubmatch(ref)
		name, format := m[1]+m[2]+m[4], m[3]+m[5]
		v, ok := s[name]
		if !ok {
			if isVariable(name) {
				failed = s.unknown(name)
			}
			return ref
		}
		return value(v, format)
	})
	return out, failed
}

// Expand makes an entry of a list one entry for each value of its variables:
// "$direction" with two values becomes two entries.
func (s Scope) Expand(entry string) ([]string, error) {
	var found [][]string
	marked, err := s.each(entry, func(v Value, format string) string {
		switch {
		case v.Verbatim != "":
			return v.Verbatim
		case format != "":
			return join(v.Texts, format)
		}
		found = append(found, v.Texts)
		return mark(len(found) - 1)
	})
	if err != nil {
		return nil, err
	}
	entries := []string{marked}
	for i, texts := range found {
		var next []string
		for _, e := range entries {
			for _, text := range texts {
				next = append(next, strings.Replace(e, mark(i), text, 1))
			}
		}
		entries = next
	}
	return slices.DeleteFunc(entries, func(e string) bool { return e == "" }), nil
}

// ExpandAll expands every entry of a list. The list is empty, which selects
// all, when an entry stands for everything.
func (s Scope) ExpandAll(list []string) ([]string, error) {
	var out []string
	for _, entry := range list {
		entries, err := s.Expand(entry)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if e == Everything {
				return nil, nil
			}
			if !slices.Contains(out, e) {
				out = append(out, e)
			}
		}
	}
	return out, nil
}

// mark is a text that no value contains.
func mark(i int) string { return fmt.Sprintf("\x00%d\x00", i) }

func join(texts []string, format string) string {
	switch format {
	case "regex":
		quoted := make([]string, len(texts))
		for i, t := range texts {
			quoted[i] = regexp.QuoteMeta(t)
		}
		if len(quoted) == 1 {
			return quoted[0]
		}
		return "(" + strings.Join(quoted, "|") + ")"
	case "pipe":
		return strings.Join(texts, "|")
	case "csv", "raw":
		return strings.Join(texts, ",")
	case "text":
		return strings.Join(texts, " + ")
	case "json":
		// A list of strings can always be encoded.
		body, _ := json.Marshal(texts)
		return string(body)
	}
	if len(texts) == 1 {
		return texts[0]
	}
	return "{" + strings.Join(texts, ",") + "}"
}
