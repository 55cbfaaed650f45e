package event

import (
	"fmt"
	"slices"
	"strings"
)

// Problem is something a store could not serve while it served the rest: a
// caller passes it on to the user instead of failing.
type Problem struct {
	What  string // e.g. "unreadable lines", "permission denied"
	Where string // e.g. "LSF/check_jobs/log/20260305"
	Count int    // how many, 0 where counting makes no sense
	Lost  bool   // whole files or folders were not read: what stands in them is missing
}

func (p Problem) String() string {
	if p.Count == 0 {
		return fmt.Sprintf("%s: %s", p.Where, p.What)
	}
	return fmt.Sprintf("%d %s in %s", p.Count, p.What, p.Where)
}

// Problems collects the problems of one request. It is not safe for
// concurrent use.
type Problems []Problem

// Add notes a problem once: the same one in the same place is not repeated.
func (ps *Problems) Add(p Problem) {
	same := func(q Problem) bool { return q.What == p.What && q.Where == p.Where }
	if !slices.ContainsFunc(*ps, same) {
		*ps = append(*ps, p)
	}
}

// Lost returns the first problem because of which events are missing, nil where
// there is none. Single lines that are unreadable do not count.
func (ps Problems) Lost() *Problem {
	if i := slices.IndexFunc(ps, func(p Problem) bool { return p.Lost }); i >= 0 {
		return &ps[i]
	}
	return nil
}

// Summary says the problems in at most limit sentences, those of the same sort
// gathered into one when there are more.
func (ps Problems) Summary(limit int) []string {
	sorted := slices.Clone(ps)
	slices.SortFunc(sorted, func(a, b Problem) int { return strings.Compare(a.Where, b.Where) })
	var said []string
	for _, p := range sorted[:min(limit, len(sorted))] {
		said = append(said, p.String())
	}
	if more := len(sorted) - len(said); more > 0 {
		said = append(said, fmt.Sprintf("and %d more places with unreadable lines or files", more))
	}
	return said
}
