package cli

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/spf13/cobra"

	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/page"
	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/timerange"
	"github.com/heartline-monitor/heartline/pkg/query"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

const reportHelp = `Print the performance report of a service: its figures, their grades, and advice.

The service is one of the data source's, whatever its kind. The report covers the
days before --to. Markdown is for a ticket or a chat; HTML is one file with charts
that needs nothing else.`

const reportExamples = `  heartline report --datasource heartline.yaml --service checkout --days 7
  heartline report --datasource heartline.yaml --service checkout --days 1 --format html >report.html`

// maxReportDays bounds a report: a year.
const maxReportDays = 366

// chartPoints is how many points a chart of a report has, about.
const chartPoints = 300

// charted are the signals of which a report in HTML has a chart.
var charted = []struct {
	title  string
	signal signal.Signal
	stat   signal.Stat
}{
	{"Requests per second", signal.QPS, ""},
	{"p95 latency", signal.Latency, signal.P95},
	{"Success rate", signal.Success, ""},
	{"CPU", signal.CPU, signal.Avg},
	{"Memory", signal.Memory, signal.Avg},
	{"Memory usage", signal.MemoryUsage, signal.Avg},
	{"Goroutines", signal.Goroutines, signal.Avg},
}

type reportOptions struct {
	source  sourceFlags
	service string
	days    float64
	to      string
	format  string
}

func newReport(io streams) *cobra.Command {
	var o reportOptions
	cmd := &cobra.Command{
		Use:     "report --datasource FILE --service NAME [flags]",
		Short:   "Print the performance report of a service",
		Long:    reportHelp,
		Example: reportExamples,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{fmt.Errorf("report takes flags only, it got %q: name the service with --service", args[0])}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), io) },
	}
	f := cmd.Flags()
	o.source.add(f)
	f.StringVar(&o.service, "service", "", "`NAME` of the service")
	f.Float64Var(&o.days, "days", 7, "how many days the report covers, a `NUMBER` such as 7 or 0.5")
	f.StringVar(&o.to, "to", "now", "end of the report, a time `T`")
	f.StringVar(&o.format, "format", "md", "`FORMAT` of the report: md or html")
	return cmd
}

func (o reportOptions) run(ctx context.Context, io streams) error {
	if err := o.check(); err != nil {
		return err
	}
	source, err := o.source.read(io.err)
	if err != nil {
		return err
	}
	zone, err := source.Location()
	if err != nil {
		return err
	}
	span, err := timerange.Clock{Now: time.Now(), Location: zone}.Range(o.to, o.to)
	if err != nil {
		return usageError{fmt.Errorf("--to: %w", err)}
	}
	span.From = span.To.Add(-time.Duration(o.days * 24 * float64(time.Hour)))
	if o.format == "md" {
		return o.markdown(ctx, source.Settings, span, io)
	}
	return o.html(ctx, source.Settings, span, zone, io)
}

func (o reportOptions) check() error {
	err := errors.Join(o.source.check(), oneOf("--format", o.format, []string{"md", "html"}))
	if o.service == "" {
		err = errors.Join(err, usageError{errors.New("--service is missing: name one of the data source's services")})
	}
	if !(o.days > 0 && o.days <= maxReportDays) {
		err = errors.Join(err, usageError{fmt.Errorf("--days is %v: use a number above 0, at most %d", o.days, maxReportDays)})
	}
	return err
}

func (o reportOptions) markdown(ctx context.Context, settings backend.DataSourceInstanceSettings, span backend.TimeRange, io streams) error {
	asked, err := panelQuery("report", &query.Report{Format: query.FormatMarkdown, Services: query.List{o.service}}, span)
	if err != nil {
		return err
	}
	frames, err := ask(ctx, settings, asked)
	if err != nil {
		return err
	}
	printNotices(io.err, frames)
	for _, f := range frames {
		for _, text := range texts(f, "report") {
			if _, err := fmt.Fprint(io.out, text); err != nil {
				return err
			}
		}
	}
	return nil
}

func (o reportOptions) html(ctx context.Context, settings backend.DataSourceInstanceSettings, span backend.TimeRange, zone *time.Location, io streams) error {
	table, err := panelQuery("report", &query.Report{Services: query.List{o.service}}, span)
	if err != nil {
		return err
	}
	queries := []backend.DataQuery{table}
	span.To = span.To.Add(-time.Second) // an interval that begins with the end is not the report's
	for i, c := range charted {
		q, err := panelQuery(fmt.Sprintf("chart %d", i), &query.Signals{Services: query.List{o.service}, Signal: c.signal, Stat: c.stat}, span)
		if err != nil {
			return err
		}
		queries = append(queries, q)
	}
	answers, err := askAll(ctx, settings, queries...)
	if err != nil {
		return err
	}
	if err := answers[table.RefID].Error; err != nil {
		return err
	}
	p := page.Page{Service: o.service, From: table.TimeRange.From.In(zone), To: table.TimeRange.To.In(zone)}
	for _, f := range answers[table.RefID].Frames {
		fill(&p, f)
	}
	for i, c := range charted {
		answer := answers[fmt.Sprintf("chart %d", i)]
		// A service of this kind may not have the signal: the figures say what is lacking.
		if answer.Status == backend.StatusBadRequest {
			continue
		}
		if answer.Error != nil {
			return answer.Error
		}
		if made, ok := chart(c.title, c.signal, answer.Frames, zone); ok {
			p.Charts = append(p.Charts, made)
		}
	}
	return p.Write(io.out)
}

// fill takes figures, advice and notes from the table of a report.
func fill(p *page.Page, f *data.Frame) {
	names, values, grades := texts(f, "figure"), texts(f, "text"), texts(f, "grade")
	for i := range names {
		p.Figures = append(p.Figures, page.Figure{Name: names[i], Text: values[i], Grade: grades[i]})
	}
	for _, advice := range texts(f, "advice") {
		if advice != "" {
			p.Advice = append(p.Advice, advice)
		}
	}
	if f.Meta != nil {
		for _, n := range f.Meta.Notices {
			p.Notes = append(p.Notes, n.Text)
		}
	}
}

// chart makes one of the first series of an answer; ok is false where it has
// nothing to show.
func chart(title string, s signal.Signal, frames data.Frames, zone *time.Location) (c page.Chart, ok bool) {
	if len(frames) == 0 || len(frames[0].Fields) < 2 {
		return c, false
	}
	d, err := signal.Define(s)
	if err != nil {
		return c, false
	}
	times, values := frames[0].Fields[0], frames[0].Fields[1]
	unit, scale := axis(d.Unit)
	c = page.Chart{Title: title, Unit: unit}
	for i := range times.Len() {
		at, isTime := times.At(i).(time.Time)
		v, err := values.NullableFloatAt(i)
		if !isTime || err != nil {
			return c, false
		}
		c.Times = append(c.Times, at.In(zone))
		if v == nil {
			c.Values = append(c.Values, math.NaN())
			continue
		}
		c.Values = append(c.Values, *v/scale)
		ok = true
	}
	return c, ok
}

// axis is how a chart writes a unit, and how many of it make one of the chart's.
func axis(unit signal.Unit) (text string, scale float64) {
	switch unit {
	case signal.RequestsPerSecond:
		return "req/s", 1
	case signal.Seconds:
		return "s", 1
	case signal.Percent:
		return "%", 1
	case signal.Bytes:
		return "MiB", 1 << 20
	}
	return "", 1
}

// texts are the values of a field of texts; a field that is missing has none.
func texts(f *data.Frame, name string) []string {
	field, i := f.FieldByName(name)
	if i < 0 {
		return nil
	}
	all := make([]string, field.Len())
	for row := range all {
		switch v := field.At(row).(type) {
		case string:
			all[row] = v
		case *string:
			if v != nil {
				all[row] = *v
			}
		}
	}
	return all
}

// panelQuery is a query as a panel over a range sends it.
func panelQuery(refID string, q query.Query, span backend.TimeRange) (backend.DataQuery, error) {
	raw, err := query.Encode(q)
	return backend.DataQuery{
		RefID: refID, QueryType: string(q.Type()), TimeRange: span, JSON: raw,
		// Request logs have a snapshot of the machine each minute.
		Interval: max(timerange.Interval(span, chartPoints, 0), time.Minute), MaxDataPoints: chartPoints,
	}, err
}
