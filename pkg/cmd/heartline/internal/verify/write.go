package verify

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/grid"
)

// Formats lists the formats of Write.
var Formats = []string{"table", "json"}

// maxNotices bounds the notices that a table repeats.
const maxNotices = 10

// Write prints the report: as JSON, or as a table of what was asked, followed by
// what was skipped, what the plugin remarked and what failed.
func (r *Report) Write(w io.Writer, format string) error {
	switch format {
	case "json":
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(r)
	case "table":
		return r.writeTable(w)
	}
	return fmt.Errorf("output %q is unknown: use one of %v", format, Formats)
}

func (r *Report) writeTable(w io.Writer) error {
	asked := r.having(func(c Check) bool { return c.Skipped == "" })
	columns := []grid.Column{
		{Heading: "Dashboard"}, {Heading: "Panel"}, {Heading: "Type"}, {Heading: "Series", Right: true},
		{Heading: "Rows", Right: true}, {Heading: "Time", Right: true}, {Heading: "Answer"},
	}
	lines := make([][]string, len(asked))
	for i, c := range asked {
		lines[i] = []string{
			c.Dashboard, c.title(asked), c.Type, strconv.Itoa(c.Series), strconv.Itoa(c.Rows), c.duration(), c.answer(),
		}
	}
	if _, err := fmt.Fprintf(w, "Data source %s: %s\n\n", r.DataSource, r.Health); err != nil {
		return err
	}
	if err := grid.Write(w, columns, lines); err != nil {
		return err
	}
	_, err := io.WriteString(w, r.remarks()+r.summary(len(asked)))
	return err
}

// title adds the refId where a panel has several queries.
func (c Check) title(all []Check) string {
	queries := 0
	for _, other := range all {
		if other.Kind == c.Kind && other.PanelID == c.PanelID && other.name() == c.name() {
			queries++
		}
	}
	if queries > 1 && c.RefID != "" {
		return fmt.Sprintf("%s (%s)", c.Panel, c.RefID)
	}
	return c.Panel
}

func (c Check) duration() string {
	return time.Duration(c.Seconds * float64(time.Second)).Round(time.Millisecond).String()
}

func (c Check) answer() string {
	switch {
	case c.Problem != "":
		return "failed: see below"
	case c.State != "":
		return c.State
	case len(c.points) == 1 && math.IsNaN(c.points[0]):
		return "no value"
	case len(c.points) == 1:
		return strconv.FormatFloat(c.points[0], 'f', -1, 64)
	}
	return sparkline(c.points)
}

func (r *Report) remarks() string {
	var b strings.Builder
	if skipped := r.Skipped(); len(skipped) > 0 {
		fmt.Fprintf(&b, "\nSkipped, %d:\n", len(skipped))
		for _, c := range skipped {
			fmt.Fprintf(&b, "  %s: %s\n", c.full(), c.Skipped)
		}
	}
	if notices := r.notices(); len(notices) > 0 {
		fmt.Fprintf(&b, "\nNotices, %d:\n", len(notices))
		for _, n := range notices[:min(maxNotices, len(notices))] {
			fmt.Fprintf(&b, "  %s\n", n)
		}
		if more := len(notices) - maxNotices; more > 0 {
			fmt.Fprintf(&b, "  and %d more: --output json has them all\n", more)
		}
	}
	if problems := r.Problems(); len(problems) > 0 {
		fmt.Fprintf(&b, "\nFailed, %d:\n", len(problems))
		for _, c := range problems {
			fmt.Fprintf(&b, "  %s: %s\n", c.full(), c.Problem)
		}
	}
	return b.String()
}

// full names a check so that it can be found.
func (c Check) full() string {
	if c.RefID == "" {
		return fmt.Sprintf("%s %s", c.Kind, c.name())
	}
	return fmt.Sprintf("%s %s (%s)", c.Kind, c.name(), c.RefID)
}

// notices are what the answers remarked, each once with where it was said first.
func (r *Report) notices() []string {
	seen := map[string]bool{}
	var all []string
	for _, c := range r.Checks {
		for _, n := range c.Notices {
			if !seen[n] {
				seen[n] = true
				all = append(all, fmt.Sprintf("%s: %s", c.full(), n))
			}
		}
	}
	return all
}

// summary counts what was asked: a panel with two queries counts as two.
func (r *Report) summary(asked int) string {
	counts := map[Kind]int{}
	for _, c := range r.Checks {
		if c.Skipped == "" {
			counts[c.Kind]++
		}
	}
	var parts []string
	for _, k := range []struct {
		kind Kind
		name string
	}{{KindPanel, "panel queries"}, {KindVariable, "variables"}, {KindAnnotation, "annotations"}, {KindRule, "rules"}} {
		if n := counts[k.kind]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", k.name, n))
		}
	}
	failed := len(r.Problems())
	verdict := "all answered"
	if failed > 0 {
		verdict = fmt.Sprintf("%d of %d failed", failed, asked)
	}
	took := time.Duration(r.Seconds * float64(time.Second)).Round(10 * time.Millisecond)
	return fmt.Sprintf("\nAsked %s: %s in %v\n", strings.Join(parts, ", "), verdict, took)
}
