package plugin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/gtime"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/frame"
	"github.com/heartline-monitor/heartline/pkg/query"
	"github.com/heartline-monitor/heartline/pkg/signal/prometheus"
)

// promql answers queries of type promql.
func (d *Datasource) promql(ctx context.Context, a ask[*query.PromQL]) (answer, error) {
	api, err := d.metrics.API()
	if errors.Is(err, errNoMetrics) && a.query.Lenient {
		return withoutPrometheus(a), nil
	}
	if err != nil {
		return answer{}, err
	}
	scrape, err := a.query.Step()
	if err != nil {
		return answer{}, queryError{err}
	}
	span := a.panel.TimeRange
	e := expression{ask: a, api: api, step: promStep(a, scrape)}
	e.expr = prometheus.Expand(a.query.Expr, e.step, span.To.Sub(span.From), scrape)
	e.legend = frame.Legend{Format: a.query.Legend, Expr: e.expr}
	var res answer
	if a.query.Shape() == query.FormatSeries {
		res, err = e.series(ctx)
	} else {
		res, err = e.instant(ctx)
	}
	// What is not the way to Prometheus, nor given up, is wrong with the expression.
	if err != nil && ctx.Err() == nil && !isFault(err) {
		err = queryError{err}
	}
	return res, err
}

// withoutPrometheus is the answer to a lenient query where there is nothing to ask.
func withoutPrometheus(a ask[*query.PromQL]) answer {
	res := answer{head: frame.Head{Query: a.query.Expr, Remarks: []string{errNoMetrics.Error()}}}
	switch a.query.Shape() {
	case query.FormatInstant:
		res.frames = frame.Vector(nil, frame.Legend{})
	case query.FormatTable:
		res.frames = data.Frames{frame.VectorTable(nil)}
	default:
		res.frames = frame.Matrix(nil, frame.Legend{}, 0)
	}
	return res
}

// promStep is the distance of two points as Grafana's own Prometheus data source
// has it: that of the panel, never shorter than the query's interval or, without
// one, the usual scrape interval, and never so short that a series has more
// points than Prometheus answers with.
func promStep(a ask[*query.PromQL], least time.Duration) time.Duration {
	const pointsOfNobody = 1_500
	length := a.panel.TimeRange.To.Sub(a.panel.TimeRange.From)
	points := a.panel.MaxDataPoints
	if points <= 0 {
		points = pointsOfNobody
	}
	if least <= 0 {
		least = prometheus.DefaultScrapeInterval
	}
	step := length / time.Duration(points)
	if step < least {
		step = least
	} else {
		step = gtime.RoundInterval(step)
	}
	return max(step, gtime.RoundInterval(length/maxAutoBuckets))
}

// expression is a PromQL expression that was expanded.
type expression struct {
	ask[*query.PromQL]
	api    v1.API
	expr   string
	step   time.Duration
	legend frame.Legend
}

func (e expression) series(ctx context.Context) (answer, error) {
	// At multiples of the step, so that points stay where they are when a panel is
	// refreshed.
	from, to := e.panel.TimeRange.From.UTC().Truncate(e.step), e.panel.TimeRange.To.UTC().Truncate(e.step)
	value, warnings, err := prometheus.QueryRange(ctx, e.api, e.expr, from, to, e.step)
	if err != nil {
		return answer{}, err
	}
	matrix, ok := value.(model.Matrix)
	if !ok {
		return answer{}, fmt.Errorf("the expression answers with a %s, not with series", value.Type())
	}
	points, histograms := 0, 0
	for _, s := range matrix {
		points += len(s.Values)
		if len(s.Histograms) > 0 {
			histograms++
		}
	}
	if err := e.fits(len(matrix), points); err != nil {
		return answer{}, err
	}
	res := answer{frames: frame.Matrix(matrix, e.legend, e.step), head: e.head(warnings, histograms)}
	if len(matrix) == 0 {
		res.head.Remarks = append(res.head.Remarks, e.unknownMetrics(ctx)...)
	}
	return res, nil
}

func (e expression) instant(ctx context.Context) (answer, error) {
	value, warnings, err := prometheus.Query(ctx, e.api, e.expr, e.panel.TimeRange.To)
	if err != nil {
		return answer{}, err
	}
	vector, histograms, err := numbers(value)
	if err != nil {
		return answer{}, err
	}
	if err := e.fits(len(vector), len(vector)); err != nil {
		return answer{}, err
	}
	res := answer{head: e.head(warnings, histograms)}
	if len(vector) == 0 && histograms == 0 {
		res.head.Remarks = e.unknownMetrics(ctx)
	}
	switch {
	case e.query.Shape() == query.FormatTable:
		res.frames = data.Frames{frame.VectorTable(vector)}
	case e.alert:
		res.frames = frame.AlertVector(vector, e.legend)
	default:
		res.frames = frame.Vector(vector, e.legend)
	}
	return res, nil
}

// unknownMetrics says of an expression without an answer which of its metrics do
// not exist. Alert rules are asked often, and show no notices.
func (e expression) unknownMetrics(ctx context.Context) []string {
	if e.alert {
		return nil
	}
	ctx, stop := context.WithTimeout(ctx, offerTimeout)
	defer stop()
	unknown, err := prometheus.UnknownMetrics(ctx, e.api, e.expr)
	if err != nil {
		backend.Logger.FromContext(ctx).Debug("Metrics of an expression could not be looked up", "refId", e.panel.RefID, "error", err)
	}
	said := make([]string, len(unknown))
	for i, name := range unknown {
		said[i] = fmt.Sprintf("This Prometheus has no metric %q: see that the name is right, also for the version of what exposes it, and that it is scraped.", name)
	}
	return said
}

// numbers makes a vector of what an expression gave at one instant, without its
// native histograms, which it counts.
func numbers(value model.Value) (model.Vector, int, error) {
	switch v := value.(type) {
	case *model.Scalar:
		return model.Vector{{Metric: model.Metric{}, Value: v.Value, Timestamp: v.Timestamp}}, 0, nil
	case model.Vector:
		var kept model.Vector
		for _, s := range v {
			if s.Histogram == nil {
				kept = append(kept, s)
			}
		}
		return kept, len(v) - len(kept), nil
	case model.Matrix:
		return nil, 0, errors.New("the expression selects a range, not one instant: put rate(), increase() or another function around it")
	}
	return nil, 0, fmt.Errorf("the expression answers with a %s: it must give numbers", value.Type())
}

func (e expression) fits(series, points int) error {
	if series > maxGroups || points > event.MaxCells {
		return fmt.Errorf("the expression answers with %d series and %d points: aggregate it, such as with sum by (job), select fewer labels, or choose a longer interval", series, points)
	}
	return nil
}

func (e expression) head(warnings v1.Warnings, histograms int) frame.Head {
	head := frame.Head{Query: fmt.Sprintf("%s\nstep %s", e.expr, e.step)}
	for _, w := range warnings {
		head.Warnings = append(head.Warnings, "Prometheus says: "+w)
	}
	if histograms > 0 {
		head.Warnings = append(head.Warnings, fmt.Sprintf("%d native histograms are not shown: put histogram_quantile() or histogram_avg() around them.", histograms))
	}
	return head
}
