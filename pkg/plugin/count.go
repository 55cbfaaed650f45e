package plugin

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/frame"
	"github.com/heartline-monitor/heartline/pkg/query"
)

const (
	// maxGroups bounds the series or rows of one count: no panel can show more.
	maxGroups = 10_000
	// maxAutoBuckets bounds the points of a series whose interval follows the
	// panel. Alert rules propose a second whatever the range is.
	maxAutoBuckets = 11_000
	// defaultPoints is how many points a series has when nobody says.
	defaultPoints = 1_000
)

// count answers format count of any kind of event: a series for each group, or
// a row for each with the number over the whole range.
func (d *Datasource) count(ctx context.Context, r request, kind event.Kind, g query.Grouping) (answer, error) {
	buckets, step, err := r.buckets(g)
	if err != nil {
		return answer{}, queryError{err}
	}
	h, err := r.store.Count(ctx, event.CountRequest{Kind: kind, Filter: r.filter, Range: r.span, Buckets: buckets, GroupBy: g.Dimensions()})
	if err != nil {
		return answer{}, err
	}
	z := zeros{request: r, kind: kind, histogram: h, levels: d.events.levels()}
	switch {
	case g.Top > 0 && len(h.GroupBy) > 0:
		h.Top(g.Top)
	case g.Instant || closed(h.GroupBy):
		if err := z.add(ctx); err != nil {
			return answer{}, err
		}
		h.Sort()
	}
	if len(h.Groups) > maxGroups {
		return answer{}, fmt.Errorf("the count has %d groups, more than %d: %w", len(h.Groups), maxGroups, event.ErrTooLarge)
	}
	res := answer{head: frame.Head{Query: cut(g, step), Problems: slices.Concat(h.Problems, z.problems)}}
	if g.Instant {
		res.frames = data.Frames{frame.Instant(h, kind)}
	} else {
		res.frames = frame.Series(h, kind, step)
	}
	return res, nil
}

// buckets cuts the range: into one for an instant count, else by the query's own
// interval or the one that the panel proposes.
func (r request) buckets(g query.Grouping) ([]time.Time, time.Duration, error) {
	if g.Instant {
		return []time.Time{r.span.From}, 0, nil
	}
	step, err := g.Step()
	if err != nil {
		return nil, 0, err
	}
	if step == 0 {
		step = autoStep(r.span.To.Sub(r.span.From), r.panel)
	}
	buckets, err := event.Buckets(r.span, step, r.store.Location())
	return buckets, step, err
}

// autoStep is the interval that a panel proposes, as one that divides minutes,
// hours and days evenly.
func autoStep(length time.Duration, panel backend.DataQuery) time.Duration {
	proposed := panel.Interval
	if proposed <= 0 {
		points := panel.MaxDataPoints
		if points <= 0 {
			points = defaultPoints
		}
		proposed = length / time.Duration(points)
	}
	return query.Round(max(proposed, length/maxAutoBuckets))
}

// cut says what a count was cut by.
func cut(g query.Grouping, step time.Duration) string {
	var said []string
	if by := g.Dimensions(); len(by) > 0 {
		said = append(said, "by "+strings.Join(texts(by), ", "))
	}
	switch {
	case g.Top > 0:
		said = append(said, fmt.Sprintf("top %d", g.Top))
	case g.Instant:
		said = append(said, "instant")
	default:
		said = append(said, "each "+step.String())
	}
	return strings.Join(said, " ")
}

func texts[T ~string](values []T) []string {
	said := make([]string, len(values))
	for i, v := range values {
		said[i] = string(v)
	}
	return said
}
