package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/vitals"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

const checkHelp = `Look at a running app once and say how it is, in one line for a monitoring system.

` + targetHelp + `

Figures are those of the last --window, gauges on average. High ones are a WARNING or
CRITICAL above their threshold, the success rate below it. What the app does not know
(latencies while nobody asks it for anything) is not judged.

` + verdictHelp

const checkExamples = `  heartline check http://orders:3000
  heartline check --goroutines-critical 8000 --p95-warning 200ms --json http://orders:3000
  HEARTLINE_TOKEN=... heartline check --qps-warning 50 https://orders.example.org`

type checkOptions struct {
	target

	window time.Duration
	json   bool
	limits []limit
	timer  timer
}

func newCheck(io streams, clock timer) *cobra.Command {
	o := checkOptions{limits: newLimits(), timer: clock}
	cmd := &cobra.Command{
		Use:         "check [flags] URL",
		Short:       "Say in one line how a running app is",
		Long:        checkHelp,
		Example:     checkExamples,
		Annotations: map[string]string{judging: "true"},
		Args:        oneURL,
		RunE:        func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args[0], io.out) },
	}
	f := cmd.Flags()
	o.register(f)
	f.DurationVar(&o.window, "window", time.Minute, "how much of the past is looked at, a `DURATION`")
	f.BoolVar(&o.json, "json", false, "print JSON")
	for i := range o.limits {
		o.limits[i].register(f)
	}
	return cmd
}

// judged is a figure and what is thought of it.
type judged struct {
	Name     string      `json:"name"`
	Value    *float64    `json:"value"` // null where it is not known
	Unit     signal.Unit `json:"unit"`
	Band     string      `json:"band,omitempty"`
	Warning  *float64    `json:"warning,omitempty"`
	Critical *float64    `json:"critical,omitempty"`
	Status   string      `json:"status"`

	limit  *limit
	value  float64
	status verdict
}

// checked is the outcome of a check.
type checked struct {
	Status  string    `json:"status"`
	Code    verdict   `json:"code"`
	URL     string    `json:"url"`
	Time    time.Time `json:"time"`
	Figures []judged  `json:"figures"`
	Error   string    `json:"error,omitempty"`
}

func (o *checkOptions) run(ctx context.Context, address string, out io.Writer) error {
	if o.window < time.Second {
		return usageError{fmt.Errorf("--window %v is less than a second: use one such as 1m", o.window)}
	}
	for i := range o.limits {
		if err := o.limits[i].settle(); err != nil {
			return err
		}
	}
	source, err := o.open(address, o.timer.now)
	if err != nil {
		return err
	}
	defer func() { _ = source.Close() }()
	c := checked{URL: address, Time: o.timer.now().UTC(), Figures: []judged{}}
	err = o.judge(ctx, source, &c)
	if fault, ok := errors.AsType[*signal.Fault](err); ok {
		c.Code, c.Error = exitCritical, fault.Error()
	} else if err != nil {
		return err
	}
	c.Status = statusNames[c.Code]
	if err := c.write(out, o.json); err != nil {
		return err
	}
	if c.Code == exitOK {
		return nil
	}
	return c.Code
}

func (o *checkOptions) judge(ctx context.Context, source signal.Source, c *checked) error {
	known := false
	for i := range o.limits {
		l := &o.limits[i]
		values, absent, err := l.figure.Read(ctx, source, vitals.Until(c.Time, 1, o.window))
		if err != nil {
			return err
		}
		if absent != "" {
			if l.asked() {
				return fmt.Errorf("--%s-warning and --%s-critical cannot be judged: %s", l.figure.Name, l.figure.Name, absent)
			}
			continue
		}
		j := l.judge(values[0])
		known = known || j.Value != nil
		c.Figures = append(c.Figures, j)
		c.Code = max(c.Code, j.status)
	}
	if known {
		return nil
	}
	said, err := source.Check(ctx) // which tells of a clock that differs, too
	if err != nil {
		return err
	}
	return fmt.Errorf("nothing is known of the last %v, check the app again in a few seconds if it has just started: %s", o.window, said)
}

func (c checked) write(w io.Writer, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(c)
	}
	text := c.Error
	if text == "" {
		text = c.figures()
	}
	_, err := fmt.Fprintf(w, "%s - %s\n", c.Status, text)
	return err
}

// figures names the worst first; behind the | stand the same numbers as
// performance data of monitoring plugins.
func (c checked) figures() string {
	worst := slices.Clone(c.Figures)
	slices.SortStableFunc(worst, func(a, b judged) int { return int(b.status) - int(a.status) })
	texts := make([]string, len(worst))
	for i, j := range worst {
		texts[i] = j.text()
	}
	var data []string
	for _, j := range c.Figures {
		if j.Value != nil {
			data = append(data, j.performance())
		}
	}
	return oneLine(strings.Join(texts, ", ")) + " | " + strings.Join(data, " ")
}

func (j judged) text() string {
	text := j.Name + " " + j.limit.figure.Text(j.value)
	if j.status != exitOK {
		beyond, side := j.limit.warning.value, "above"
		if j.status == exitCritical {
			beyond = j.limit.critical.value
		}
		if j.limit.below {
			side = "below"
		}
		text += fmt.Sprintf(" %s %s", side, j.limit.figure.Text(beyond))
	}
	if j.Band != "" {
		text += " (" + j.Band + ")"
	}
	return text
}

// performance is the figure as 'label'=value[unit];[warning];[critical];[min].
func (j judged) performance() string {
	unit := map[signal.Unit]string{signal.Seconds: "s", signal.Percent: "%", signal.Bytes: "B"}[j.Unit]
	edge := func(v float64) string {
		switch {
		case math.IsNaN(v):
			return ""
		case j.limit.below:
			return number(v) + ":"
		}
		return number(v)
	}
	const digits = 1e6 // a microsecond is as fine as latencies go
	return fmt.Sprintf("%s=%s%s;%s;%s;0", j.Name, number(math.Round(j.value*digits)/digits), unit, edge(j.limit.warning.value), edge(j.limit.critical.value))
}
