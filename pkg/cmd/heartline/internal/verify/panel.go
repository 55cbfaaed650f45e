package verify

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/live"

	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/pluginhost"
	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/provisioning"
	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/template"
	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/timerange"
	"github.com/heartline-monitor/heartline/pkg/query"
)

// defaultPoints is how many points a panel of medium width asks for.
const defaultPoints = 1_000

// streamPatience is how long a live stream must stay open to count as working.
const streamPatience = 500 * time.Millisecond

// liveSlack is how far the end of a range may lie in the past and still be
// followed live.
const liveSlack = 5 * time.Minute

// static are the panels that never ask for data.
var static = []string{"text", "row", "dashlist", "alertlist", "annolist", "news", "welcome", "gettingstarted"}

// board is a dashboard that is being verified.
type board struct {
	*runner
	provisioning.Dashboard
	span    backend.TimeRange
	scope   template.Scope
	options map[string][]string // of the variables, whichever are selected
	broken  map[string]error    // variables without values, and why
	adHoc   []json.RawMessage
}

// panel verifies a panel, once for each value where it is repeated.
func (b *board) panel(ctx context.Context, p provisioning.Panel) {
	switch {
	case len(p.Library) > 0:
		b.skip(p, "a library panel: it is no part of the dashboard")
		return
	case slices.Contains(static, p.Type):
		return
	case len(p.Targets) == 0:
		b.skip(p, "it has no query")
		return
	}
	selected, known := b.scope[p.Repeat]
	if !known {
		b.add(b.instance(ctx, p, b.scope)...)
		return
	}
	values := selected.Texts
	if selected.Verbatim != "" {
		values = b.options[p.Repeat]
	}
	if len(values) == 0 {
		b.skip(p, fmt.Sprintf("it is repeated for each $%s, of which there is none", p.Repeat))
	}
	for _, value := range values {
		b.add(b.instance(ctx, p, b.scope.With(p.Repeat, value))...)
	}
}

func (b *board) skip(p provisioning.Panel, why string) {
	b.add(Check{Kind: KindPanel, Dashboard: b.Title, Panel: b.title(p, b.scope), PanelID: p.ID, Skipped: why})
}

func (b *board) title(p provisioning.Panel, scope template.Scope) string {
	// A title with an unknown variable is shown as it is.
	if title, err := scope.Replace(p.Title, "text"); err == nil && title != "" {
		return title
	}
	return cmp.Or(p.Title, fmt.Sprintf("panel %d", p.ID))
}

// instance asks the queries of a panel in one request, as Grafana does, and
// checks each answer.
func (b *board) instance(ctx context.Context, p provisioning.Panel, scope template.Scope) []Check {
	title := b.title(p, scope)
	span, err := b.panelSpan(p)
	if err != nil {
		return []Check{{Kind: KindPanel, Dashboard: b.Title, Panel: title, PanelID: p.ID, Problem: err.Error()}}
	}
	checks := make([]Check, len(p.Targets))
	batch := &batch{board: b, span: span, interval: p.Interval, points: p.MaxDataPoints, scope: scope}
	for i, t := range p.Targets {
		checks[i] = Check{Kind: KindPanel, Dashboard: b.Title, Panel: title, PanelID: p.ID, RefID: t.RefID}
		batch.add(&checks[i], t, source(p, t), nil)
	}
	batch.run(ctx)
	if !showsNumber(p) && !slices.Contains(b.AllowEmpty, checks[0].name()) {
		findEmpty(checks, span, needs(p))
	}
	return checks
}

// source is the data source that a query of a panel goes to: the panel's, but
// for expressions and where the panel mixes several.
func source(p provisioning.Panel, t provisioning.Target) provisioning.Reference {
	own := t.DataSource != (provisioning.Reference{})
	mixed := p.DataSource.UID == "" || p.DataSource.UID == mixedSource
	if own && (mixed || t.DataSource.UID == provisioning.ExpressionUID || t.DataSource.Type == provisioning.ExpressionUID) {
		return t.DataSource
	}
	return p.DataSource
}

// panelSpan applies the time range that a panel has of its own.
func (b *board) panelSpan(p provisioning.Panel) (backend.TimeRange, error) {
	span := b.span
	if p.TimeFrom != "" {
		length, err := timerange.ParseInterval(strings.TrimPrefix(p.TimeFrom, "now-"))
		if err != nil {
			return span, fmt.Errorf("the panel's relative time: %w", err)
		}
		span.From = span.To.Add(-length)
	}
	if p.TimeShift != "" {
		shift, err := timerange.ParseInterval(p.TimeShift)
		if err != nil {
			return span, fmt.Errorf("the panel's time shift: %w", err)
		}
		span = backend.TimeRange{From: span.From.Add(-shift), To: span.To.Add(-shift)}
	}
	return span, nil
}

// showsNumber tells whether a panel without rows shows a number all the same:
// one that counts rows shows 0, which is an answer, as is "None".
func showsNumber(p provisioning.Panel) bool {
	_, err := strconv.ParseFloat(p.FieldConfig.Defaults.NoValue, 64)
	return err == nil || p.FieldConfig.Defaults.NoValue == "None"
}

// needs is what a panel says, where there is nothing to show, that it needs: a
// release of what it is about, or something beside it. It is empty for most.
func needs(p provisioning.Panel) string {
	if i := strings.LastIndex(p.FieldConfig.Defaults.NoValue, needsWord); i >= 0 {
		return p.FieldConfig.Defaults.NoValue[i:]
	}
	return ""
}

// needsWord begins the last sentence of such a panel's text for no value.
const needsWord = "Needs "

// findEmpty marks a panel all of whose queries were answered without a row, and
// without the reason why the selected services cannot give what it shows. One that
// needs more than is everywhere is not given.
func findEmpty(checks []Check, span backend.TimeRange, needs string) {
	var empty []*Check
	shown := false
	for i := range checks {
		c := &checks[i]
		switch {
		case c.Problem != "" || c.Rows > 0:
			shown = true
		case c.lenient && len(c.Notices) > 0:
			c.State = notGiven
		case c.Skipped == "":
			empty = append(empty, c)
		}
	}
	if !shown && len(empty) > 0 && needs != "" {
		empty[0].State = notGiven
		empty[0].Notices = append(empty[0].Notices, needs)
		return
	}
	if !shown && len(empty) > 0 {
		empty[0].Problem = fmt.Sprintf("no rows from %s to %s", span.From.Format(time.RFC3339), span.To.Format(time.RFC3339))
	}
}

// annotation verifies an annotation query. It may have no rows.
func (b *board) annotation(ctx context.Context, a provisioning.Annotation) {
	if a.BuiltIn != 0 {
		return
	}
	c := Check{Kind: KindAnnotation, Dashboard: b.Title, Panel: a.Name}
	batch := &batch{board: b, span: b.span, scope: b.scope}
	switch {
	case a.Target == nil && b.ours(a.DataSource, b.scope) == nil:
		c.Problem = "it has no query: open it in the dashboard's settings and save it"
	case a.Target == nil:
		batch.add(&c, provisioning.Target{Query: json.RawMessage("{}")}, a.DataSource, nil)
	default:
		t := *a.Target
		t.RefID, t.Hide = cmp.Or(t.RefID, "Anno"), false
		batch.add(&c, t, a.DataSource, asAnnotation(t))
	}
	ready := c.Problem == ""
	batch.run(ctx)
	if ready && c.Problem != "" && !a.Enable {
		// A data source without check scripts has no alarms to show, and nobody asked.
		c.Skipped, c.Problem = "it is switched off, and would fail: "+c.Problem, ""
	}
	b.add(c)
}

// asAnnotation is what the front end asks for whatever was stored: annotations,
// of heartbeats where the query is about them, of alarms else.
func asAnnotation(t provisioning.Target) map[string]any {
	var stored struct {
		QueryType query.Type `json:"queryType"`
	}
	about := query.TypeAlarms
	if json.Unmarshal(t.Query, &stored) == nil && stored.QueryType == query.TypeHeartbeats {
		about = query.TypeHeartbeats
	}
	return map[string]any{"queryType": string(about), "format": string(query.FormatAnnotations)}
}

// checkStreams checks that what a live query's answer names can be followed.
func (b *board) checkStreams(ctx context.Context, channels []string, span backend.TimeRange) error {
	if len(channels) == 0 && time.Since(span.To) < liveSlack {
		return errors.New("the query is live, but its answer names no channel")
	}
	ctx, stop := pluginhost.Within(ctx, Timeout, errSlow)
	defer stop()
	for _, channel := range channels {
		parsed, err := live.ParseChannel(channel)
		if err != nil {
			return fmt.Errorf("live channel %q: %w", channel, err)
		}
		if err := b.plugin.Follow(ctx, parsed.Path, streamPatience); err != nil {
			return err
		}
	}
	return nil
}
