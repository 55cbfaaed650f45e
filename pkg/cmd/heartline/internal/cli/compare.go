package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/heartline-monitor/heartline/pkg/band"
	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/baseline"
	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/grid"
	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/vitals"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

const compareHelp = `Sample goroutines and memory of a running app and compare them with its baseline.

An average above the baseline by more than --limit percent is a WARNING. Steady growth
while the app is sampled is called a leak, and CRITICAL, whatever the baseline says:
growth that chance explains in fewer than 1 of 100 cases (test of Mann and Kendall,
corrected for autocorrelation), by at least 5 percent, and with troughs that rise all
the time; memory must have been collected twice meanwhile, as every heap grows between
two collections. The slope is that of Theil and Sen. Slow leaks need a long --duration.

` + targetHelp + `

` + verdictHelp

const compareExamples = `  heartline compare http://orders:3000
  heartline compare --duration 1h --interval 1m --file orders.json --json http://orders:3000`

type compareOptions struct {
	runOptions

	limit float64
	json  bool
}

func newCompare(io streams, clock timer) *cobra.Command {
	o := compareOptions{runOptions: runOptions{timer: clock}}
	cmd := &cobra.Command{
		Use:         "compare [flags] URL",
		Short:       "Tell whether a running app has grown or leaks",
		Long:        compareHelp,
		Example:     compareExamples,
		Annotations: map[string]string{judging: "true"},
		Args:        oneURL,
		RunE:        func(cmd *cobra.Command, args []string) error { return o.compare(cmd.Context(), args[0], io) },
	}
	f := cmd.Flags()
	o.register(f)
	f.Float64Var(&o.limit, "limit", 100*band.GrowthLimit, "growth that is normal, in `PERCENT`")
	f.BoolVar(&o.json, "json", false, "print JSON")
	return cmd
}

// compared is the outcome of a comparison.
type compared struct {
	Status   string                `json:"status"`
	Code     verdict               `json:"code"`
	URL      string                `json:"url"`
	Baseline *baseline.Baseline    `json:"baseline"`
	Missed   int                   `json:"missed_samples"`
	Figures  []baseline.Comparison `json:"figures"`
	Load     string                `json:"load,omitempty"`
	Error    string                `json:"error,omitempty"`
}

func (o *compareOptions) compare(ctx context.Context, address string, io streams) error {
	if !(o.limit >= 0) {
		return usageError{fmt.Errorf("--limit %v is negative: use one such as 20", o.limit)}
	}
	b, err := baseline.Read(o.file)
	if err != nil {
		return err
	}
	c := compared{URL: address, Baseline: b, Figures: []baseline.Comparison{}}
	run, err := o.take(ctx, address, io.err)
	if fault, ok := errors.AsType[*signal.Fault](err); ok {
		c.Code, c.Error = exitCritical, fault.Error()
	} else if err != nil {
		return err
	} else {
		c.judge(run, o.limit/100)
	}
	c.Status = statusNames[c.Code]
	if err := c.write(io.out, o.json); err != nil {
		return err
	}
	if c.Code == exitOK {
		return nil
	}
	return c.Code
}

func (c *compared) judge(run *baseline.Run, limit float64) {
	c.Missed, c.Figures, c.Load = run.Missed, c.Baseline.Compare(run, limit), c.Baseline.Load(run)
	code := map[string]verdict{baseline.Grown: exitWarning, baseline.Leak: exitCritical}
	known := false
	for _, f := range c.Figures {
		c.Code = max(c.Code, code[f.Verdict])
		known = known || f.Verdict != baseline.Unknown
	}
	if !known {
		c.Code, c.Error = exitUnknown, "the app tells nothing of what the baseline has: record the baseline anew"
	}
}

func (c *compared) write(w io.Writer, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(c)
	}
	if c.Error != "" {
		_, err := fmt.Fprintf(w, "%s - %s\n", c.Status, oneLine(c.Error))
		return err
	}
	sentences := make([]string, len(c.Figures))
	for i, f := range c.Figures {
		sentences[i] = sentence(f)
	}
	if _, err := fmt.Fprintf(w, "%s - %s\n\n", c.Status, strings.Join(sentences, "; ")); err != nil {
		return err
	}
	if err := grid.Write(w, comparisonColumns, comparisonRows(c.Figures)); err != nil {
		return err
	}
	var notes []string
	if c.Load != "" {
		notes = append(notes, "Requests: "+c.Load)
	}
	if c.Missed > 0 {
		notes = append(notes, fmt.Sprintf("%d samples are missing because the app could not be read", c.Missed))
	}
	if len(notes) == 0 {
		return nil
	}
	_, err := fmt.Fprintf(w, "\n%s\n", strings.Join(notes, "\n"))
	return err
}

// sentence says what is thought of a figure.
func sentence(c baseline.Comparison) string {
	text := c.Name
	switch {
	case c.Now == nil:
		return text + " unknown"
	case c.Growth == nil:
		text += " " + c.Figure.Text(c.Now.Average) + ", not in the baseline"
	default:
		text += fmt.Sprintf(" %s, %+.0f %%", c.Figure.Text(c.Now.Average), *c.Growth)
	}
	switch c.Verdict {
	case baseline.Leak:
		return fmt.Sprintf("%s: leak, grows steadily by %s an hour", text, c.Figure.Text(c.Trend.Slope))
	case baseline.Grown:
		return text + ": grown"
	}
	return text
}

// slope is by how much a figure moves in an hour, with its sign.
func slope(c baseline.Comparison) string {
	if c.Trend.Slope < 0 {
		return "-" + c.Figure.Text(-c.Trend.Slope)
	}
	return "+" + c.Figure.Text(c.Trend.Slope)
}

var comparisonColumns = []grid.Column{
	{Heading: "Figure"}, {Heading: "Baseline", Right: true}, {Heading: "Average", Right: true}, {Heading: "Trough", Right: true},
	{Heading: "Peak", Right: true}, {Heading: "Growth", Right: true}, {Heading: "Per hour", Right: true}, {Heading: "Verdict"},
}

func comparisonRows(figures []baseline.Comparison) [][]string {
	var rows [][]string
	for _, c := range figures {
		was, now := summarized(c.Figure, c.Baseline), summarized(c.Figure, c.Now)
		growth, perHour := "-", "-"
		if c.Growth != nil {
			growth = fmt.Sprintf("%+.1f %%", *c.Growth)
		}
		if c.Trend != nil {
			perHour = slope(c)
		}
		rows = append(rows, []string{c.Figure.Label, was[0], now[0], now[1], now[2], growth, perHour, c.Verdict})
	}
	return rows
}

// summarized are average, trough and peak.
func summarized(f vitals.Figure, s *baseline.Summary) [3]string {
	if s == nil {
		return [3]string{"-", "-", "-"}
	}
	return [3]string{f.Text(s.Average), f.Text(s.Trough), f.Text(s.Peak)}
}
