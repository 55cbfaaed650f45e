// Package doctor examines an installation: the parts of a data source, a Milvus,
// the Prometheus that scrapes it, the metrics that dashboards need, and Grafana.
// Each finding has the remedy beside it.
package doctor

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/grafana/dskit/concurrency"

	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/grid"
)

// Status is how serious a finding is.
type Status string

// The states, from good to bad; what was not asked for is skipped.
const (
	OK      Status = "ok"
	Skipped Status = "skipped"
	Warning Status = "warning"
	Error   Status = "error"
)

// Finding is what one look found.
type Finding struct {
	Part   string `json:"part"` // what was looked at, such as "prometheus target checkout"
	Status Status `json:"status"`
	What   string `json:"what"`
	Remedy string `json:"remedy,omitempty"` // never empty for a warning or an error
}

// Check examines one part. It gives findings, not errors: that a part cannot be
// reached is a finding.
type Check func(ctx context.Context) []Finding

// timeout bounds each check: somebody waits.
const timeout = 15 * time.Second

// Examine runs the checks side by side and returns their findings in the order of
// the checks. It fails when the context ends.
func Examine(ctx context.Context, checks []Check) ([]Finding, error) {
	found := make([][]Finding, len(checks))
	err := concurrency.ForEachJob(ctx, len(checks), len(checks), func(ctx context.Context, i int) error {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		found[i] = checks[i](ctx)
		return nil
	})
	if err != nil || ctx.Err() != nil {
		return nil, fmt.Errorf("the examination was given up: %w", context.Cause(ctx))
	}
	var all []Finding
	for _, f := range found {
		all = append(all, f...)
	}
	return all, nil
}

// Sick reports whether a finding is an error.
func Sick(all []Finding) bool {
	for _, f := range all {
		if f.Status == Error {
			return true
		}
	}
	return false
}

// Write prints the findings for people, or as JSON.
func Write(w io.Writer, all []Finding, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(struct {
			Healthy  bool      `json:"healthy"`
			Findings []Finding `json:"findings"`
		}{!Sick(all), all})
	}
	lines := make([][]string, len(all))
	for i, f := range all {
		lines[i] = []string{string(f.Status), f.Part, f.What}
	}
	if err := grid.Write(w, []grid.Column{{Heading: "STATUS"}, {Heading: "PART"}, {Heading: "FOUND"}}, lines); err != nil {
		return err
	}
	return writeRemedies(w, all)
}

// writeRemedies says below the table what to do: remedies are too long for a cell.
func writeRemedies(w io.Writer, all []Finding) error {
	first := true
	for _, f := range all {
		if f.Remedy == "" {
			continue
		}
		heading := ""
		if first {
			heading, first = "\nWhat to do\n", false
		}
		if _, err := fmt.Fprintf(w, "%s  %s: %s\n", heading, f.Part, f.Remedy); err != nil {
			return err
		}
	}
	return nil
}

// client asks what is examined. It follows no redirect: a login page is a finding.
var client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
