package rule

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/query"
)

func TestCheckSaysWhatIsWrong(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(g *Group)
		says  string
	}{
		"group without a folder":         {func(g *Group) { g.Folder = "" }, "folder"},
		"group in a file of no format":   {func(g *Group) { g.File = "rules.txt" }, ".yaml"},
		"interval that Grafana refuses":  {func(g *Group) { g.Interval = 15 * time.Second }, "multiple of 10s"},
		"name without the prefix":        {func(g *Group) { g.Rules[0].Name = "MonitorLate" }, "prefix"},
		"name taken":                     {func(g *Group) { g.Rules[0].Name = g.Rules[1].Name }, "another rule has this name"},
		"uid too long":                   {func(g *Group) { g.Rules[0].UID = "heartline-monitor-late-by-more-than-a-day" }, "at most 40"},
		"uid taken":                      {func(g *Group) { g.Rules[0].UID = g.Rules[1].UID }, "is that of HeartlineMonitorLate already"},
		"unknown severity":               {func(g *Group) { g.Rules[0].Severity = "page" }, "page"},
		"summary that is a template":     {func(g *Group) { g.Rules[0].Summary = "{{ $labels.monitor }} is late" }, "grouped"},
		"description without a value":    {func(g *Group) { g.Rules[0].Firing = "late" }, "no template"},
		"description escaped as a label": {func(g *Group) { g.Rules[0].Resolved = "{{ $$labels.monitor }}" }, "$$"},
		"parameter without a unit":       {func(g *Group) { g.Rules[0].Limit.Unit = "" }, "limit"},
		"parameter without a reason":     {func(g *Group) { g.Rules[0].For.Reason = "" }, "for"},
		"nothing said of no data":        {func(g *Group) { g.Rules[0].NoData = "" }, "without data"},
		"unknown comparison":             {func(g *Group) { g.Rules[0].Limit.Is = ">" }, "none of gt, lt, gte"},
		"window too short":               {func(g *Group) { g.Rules[0].Terms[0].Window.Length = time.Second }, "window"},
		"no query":                       {func(g *Group) { g.Rules[0].Terms[0].Query = nil }, "query is missing"},
		"query that is not valid":        {func(g *Group) { g.Rules[0].Terms[0].Query = &query.Heartbeats{Format: "status", Limit: -1} }, "limit is -1"},
		"query that answers log lines":   {func(g *Group) { g.Rules[0].Terms[0].Query = &query.Logs{} }, "one number for each alert"},
		"query that answers a table":     {func(g *Group) { g.Rules[0].Terms[0].Query = &query.Monitors{} }, "one number for each alert"},
		"query that answers series": {func(g *Group) {
			g.Rules[0].Terms[0].Query = &query.Alarms{Format: query.FormatCount, Grouping: query.Grouping{GroupBy: []event.Dimension{event.Item}}}
		}, "one number for each alert"},
		"no term":                    {func(g *Group) { g.Rules[0].Terms = nil }, "it asks nothing"},
		"term in the future":         {func(g *Group) { g.Rules[0].Terms[0].Ended = -time.Minute }, "in the future"},
		"limit that is no number":    {func(g *Group) { g.Rules[0].Limit.Value = math.NaN() }, "no number"},
		"range without an end":       {func(g *Group) { g.Rules[0].Limit.Is = Between }, "until 0 belongs to a range"},
		"end without a range":        {func(g *Group) { g.Rules[0].Limit.Until = 7 }, "until 7 belongs to a range"},
		"for of the past":            {func(g *Group) { g.Rules[0].For.Length = -time.Minute }, "negative"},
		"terms without a formula":    {func(g *Group) { g.Rules[0].Terms = slices.Repeat(g.Rules[0].Terms, 2) }, "need a formula"},
		"formula of an unknown term": {func(g *Group) { g.Rules[0].Formula = "$A + $B" }, `the formula is of ["A" "B"], the terms are ["A"]`},
		"formula without a term":     {func(g *Group) { g.Rules[0].Formula = "1" }, `the terms are ["A"]`},
		"terms with different windows": {func(g *Group) {
			g.Rules[0].Terms = append(g.Rules[0].Terms, Term{Query: g.Rules[0].Terms[0].Query, Window: Span{time.Minute, "short"}})
		}, "term B: its window is another"},
		"signal over time":              {func(g *Group) { g.Rules[0].Terms[0].Query = &query.Signals{} }, "one number for each alert"},
		"dashboard that does not exist": {func(g *Group) { g.Rules[0].Dashboard = "heartline-none" }, "heartline-none"},
		"panel that does not exist":     {func(g *Group) { g.Rules[0].Panel = 99 }, "no panel 99"},
		"panel that is a row":           {func(g *Group) { g.Rules[0].Panel = 100 }, "no panel 100"},
	} {
		t.Run(name, func(t *testing.T) {
			g := checkScripts()
			c.spoil(&g)
			require.ErrorContains(t, Check([]Group{g}), c.says)
		})
	}
}

func TestCheckSaysAllThatIsWrongAtOnce(t *testing.T) {
	g := checkScripts()
	g.Interval, g.Rules[0].Severity, g.Rules[3].NoData = time.Second, "page", "sometimes"
	err := Check([]Group{g})
	require.ErrorContains(t, err, "multiple of 10s")
	require.ErrorContains(t, err, "rule HeartlineMonitorLate: severity")
	require.ErrorContains(t, err, "rule HeartlineAlarmRaised: what to do without data")
}

func TestCheckFindsAUIDTakenByAnotherGroup(t *testing.T) {
	require.ErrorContains(t, Check([]Group{checkScripts(), checkScripts()}), "is that of HeartlineMonitorLate already")
}
