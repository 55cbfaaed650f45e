package rule

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Position is a place in a rule file, counted from 1; 0 is not known.
type Position struct{ Line, Column int }

// Problem is something wrong with a rule file, where it is, and what to do about it.
type Problem struct {
	File string
	Position
	What   string
	Remedy string
}

// Error implements error: file:line:column: what: remedy.
func (p Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Line, p.Column)
	}
	b.WriteString(": " + p.What)
	if p.Remedy != "" {
		b.WriteString(": " + p.Remedy)
	}
	return b.String()
}

// Problems are all that is wrong, each on a line of its own.
type Problems []Problem

// Error implements error.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i := range p {
		lines[i] = p[i].Error()
	}
	return strings.Join(lines, "\n")
}

// err is nil where nothing is wrong, else the problems in the order of the files.
func (p Problems) err() error {
	if len(p) == 0 {
		return nil
	}
	sorted := slices.Clone(p)
	slices.SortStableFunc(sorted, func(a, b Problem) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return sorted
}

// problem is something wrong with a field of the pack.
func (p Pack) problem(field, what, remedy string) Problem {
	return Problem{File: p.File, Position: p.at(field), What: what, Remedy: remedy}
}
