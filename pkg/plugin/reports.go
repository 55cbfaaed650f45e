package plugin

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/heartline-monitor/heartline/pkg/frame"
	"github.com/heartline-monitor/heartline/pkg/query"
	"github.com/heartline-monitor/heartline/pkg/report"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

// report answers queries of type report.
func (d *Datasource) report(ctx context.Context, a ask[*query.Report]) (answer, error) {
	chosen, err := d.services.choose(a.query.Services)
	if err != nil {
		return answer{}, err
	}
	span := whole(a.panel.TimeRange, d.now())
	if span.Len() == 0 {
		return answer{}, queryError{fmt.Errorf("there is nothing to report on: the time range is empty or lies in the future")}
	}
	reports := make([]report.Report, len(chosen))
	f := failures{named: len(a.query.Services) > 0}
	f.errs = d.services.each(ctx, chosen, thorough, func(ctx context.Context, i int, source signal.Source) error {
		zone := source.Location()
		var err error
		reports[i], err = report.Build(ctx, chosen[i].Service, source, span.Starts[0].In(zone), span.End.In(zone))
		return err
	})
	if err := f.first(ctx); err != nil {
		return answer{}, err
	}
	var made []report.Report
	for i, err := range f.errs {
		if err == nil {
			made = append(made, reports[i])
		}
	}
	head := frame.Head{Errors: f.said(ctx), Query: strings.Join([]string{
		string(query.TypeReport), "of", strings.Join(serviceNames(chosen), ", "),
		"from", span.Starts[0].Format(time.DateTime), "to", span.End.Format(time.DateTime), "UTC",
	}, " ")}
	if a.query.Shape() == query.FormatMarkdown {
		return answer{frames: data.Frames{frame.ReportText(made)}, head: head}, nil
	}
	for _, r := range made {
		for _, note := range r.Notes {
			head.Remarks = append(head.Remarks, fmt.Sprintf("%s: %s", r.Service, note))
		}
	}
	return answer{frames: data.Frames{frame.Report(made)}, head: head}, nil
}
