package dashboard

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"testing"

	sdk "github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/band"
	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/frame"
	"github.com/heartline-monitor/heartline/pkg/heartbeat"
	"github.com/heartline-monitor/heartline/pkg/query"
	"github.com/heartline-monitor/heartline/pkg/report"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

// The tests here hold the dashboards against what the other halves of the plugin
// answer and understand: a panel that asks for a field that nobody sends is empty.

func TestTablesNameFieldsThatThePluginAnswersUnderTheirHeadings(t *testing.T) {
	answers := map[string]*data.Frame{
		"monitors": frame.Monitors([]frame.Judged{{}}),
		"alarms":   frame.Alarms([]event.Alarm{{}}),
		"report":   frame.Report([]report.Report{{}}),
	}
	tables := 0
	for _, board := range shipped(t) {
		for _, p := range board.panels() {
			// What PromQL answers with has the labels for columns: those have a test of their own.
			if p.str("type") != "table" || len(includedFields(p)) == 0 || p.list("targets")[0].str("queryType") == "promql" {
				continue
			}
			tables++
			answer := answers[p.list("targets")[0].str("queryType")]
			require.NotNil(t, answer, p.str("title"))
			for _, name := range includedFields(p) {
				field, _ := answer.FieldByName(name)
				require.NotNil(t, field, "table %q has a column for %q, which is not answered", p.str("title"), name)
				require.Equal(t, field.Config.DisplayNameFromDS, headings[name], "the heading of %q", name)
			}
		}
	}
	require.Equal(t, 5, tables)
}

// TestJoinedTablesFindTheirRowsAndNumbers holds the tables that are joined from
// several queries against what each query is answered with: the field to join by, and
// one number that a column is made of.
func TestJoinedTablesFindTheirRowsAndNumbers(t *testing.T) {
	number := regexp.MustCompile(`(?i)^(service|operation|status)$`)
	joined := 0
	for _, board := range shipped(t) {
		for _, p := range board.panels() {
			key := joinedBy(p)
			if key == "" {
				continue
			}
			joined++
			columns := renamed(t, p)
			for _, target := range p.list("targets") {
				require.Contains(t, columns, target.str("refId"), p.str("title"))
				found := answered(t, target)
				field, _ := found.FieldByName(key)
				require.NotNil(t, field, "table %q joins by %q", p.str("title"), key)
				require.Equal(t, headings[key], field.Config.DisplayNameFromDS)
				numbers := slices.DeleteFunc(slices.Clone(found.Fields), func(f *data.Field) bool {
					return number.MatchString(f.Name) && number.MatchString(f.Config.DisplayNameFromDS)
				})
				require.Len(t, numbers, 1, "what %q takes for the number of %q", p.str("title"), target.str("signal"))
				require.True(t, numbers[0].Type().Numeric())
			}
			require.Len(t, slices.Compact(slices.Sorted(maps.Values(columns))), len(p.list("targets")), "two columns of %q have one heading", p.str("title"))
		}
	}
	require.Equal(t, 3, joined)
}

// answered is what a signals query of a panel is answered with.
func answered(t *testing.T, target node) *data.Frame {
	t.Helper()
	body, err := json.Marshal(target)
	require.NoError(t, err)
	decoded, _, err := query.Decode(query.TypeSignals, body)
	require.NoError(t, err)
	q := decoded.(*query.Signals)
	name, _ := q.Asked()
	def, err := signal.Define(name)
	require.NoError(t, err)
	require.Equal(t, query.FormatInstant, q.Shape())
	return frame.SignalInstant(frame.Signal{Definition: def, SplitBy: q.SplitBy},
		[]frame.Reading{{Service: "a", Series: signal.Series{Key: make([]string, len(q.SplitBy)), Values: []float64{1}}}})
}

func joinedBy(p node) string {
	for _, r := range p.list("transformations") {
		if r.str("id") == "joinByField" {
			return r.node("options").str("byField")
		}
	}
	return ""
}

// renamed are the headings of a panel's columns by the query they come from.
func renamed(t *testing.T, p node) map[string]string {
	t.Helper()
	columns := map[string]string{}
	for _, r := range p.list("transformations") {
		if r.str("id") == "renameByRegex" {
			require.Equal(t, "byRefId", r.node("filter").str("id"))
			columns[r.node("filter").str("options")] = r.node("options").str("renamePattern")
		}
	}
	return columns
}

func TestEveryBandHasItsColourAndItsName(t *testing.T) {
	for _, s := range []band.Scale{band.Goroutines, band.Memory, band.Success, band.Latency, band.PeakThroughput} {
		steps, names := ofScale(s).Steps, bandNames(s)
		require.Len(t, steps, len(s.Bands))
		require.Nil(t, steps[0].Value, "the first step has no value in Grafana")
		for i, b := range s.Bands {
			require.Equal(t, b.Name, *names[i].RangeMap.Options.Result.Text)
			require.Equal(t, steps[i].Color, *names[i].RangeMap.Options.Result.Color, "%s %s", s.Name, b.Name)
			if i == 0 {
				require.Nil(t, names[i].RangeMap.Options.From)
				continue
			}
			require.InDelta(t, b.From, *steps[i].Value, 0)
			require.InDelta(t, b.From, *names[i].RangeMap.Options.From, 0)
			require.Less(t, *names[i-1].RangeMap.Options.To, b.From, "ranges include both ends")
		}
	}
	require.Equal(t, []string{green, green, yellow, orange, red, darkRed}, bandColours(band.Goroutines))
}

func TestExpectedGoroutinesAreNamedForEveryRequestRate(t *testing.T) {
	mappings := expectedGoroutines()
	for qps, want := range map[float64]string{0: "100 to 500", 9.9: "100 to 500", 10: "500 to 1500", 50: "1500 to 3000", 100: "1500 to 3000", 100.1: "3000 to 5000"} {
		i := slices.IndexFunc(mappings, func(m sdk.ValueMapping) bool {
			o := m.RangeMap.Options
			return (o.From == nil || qps >= *o.From) && (o.To == nil || qps <= *o.To)
		})
		require.Equal(t, want, *mappings[i].RangeMap.Options.Result.Text, "%v", qps)
	}
}

func TestPanelsOfServicesAskForTheSelectedOnesAndBearOtherKinds(t *testing.T) {
	asked := map[string]int{}
	for _, board := range shipped(t) {
		for _, p := range board.panels() {
			for _, target := range p.list("targets") {
				kind := target.str("queryType")
				if !slices.Contains([]string{"signals", "live", "report"}, kind) {
					continue
				}
				asked[kind]++
				require.Equal(t, []string{"$service"}, target.strings("services"), p.str("title"))
				require.Equal(t, kind == "signals", target["lenient"] == true, "%s: a kind of service that cannot give a signal is no error", p.str("title"))
			}
		}
	}
	require.Equal(t, map[string]int{"signals": 50, "live": 5, "report": 2}, asked)
}

func includedFields(p node) []string {
	for _, r := range p.list("transformations") {
		if r.str("id") == "filterFieldsByName" {
			return r.node("options").node("include").strings("names")
		}
	}
	return nil
}

func TestMonitorsAreCountedByFieldsThatThePluginAnswers(t *testing.T) {
	answer := frame.Monitors([]frame.Judged{{}})
	grouped := 0
	for _, board := range shipped(t) {
		for _, p := range board.panels() {
			for _, r := range p.list("transformations") {
				if r.str("id") != "groupBy" {
					continue
				}
				grouped++
				for name := range r.node("options").node("fields") {
					field, _ := answer.FieldByName(name)
					require.NotNil(t, field, "panel %q groups by %q", p.str("title"), name)
				}
			}
		}
	}
	require.Equal(t, 5, grouped)
}

func TestEveryStatusAndLevelAndSendResultHasAColour(t *testing.T) {
	values := func(meanings []meaning) []string {
		var all []string
		for _, m := range meanings {
			all = append(all, m.value)
		}
		return all
	}
	statuses := make([]string, 0, len(heartbeat.Statuses))
	for _, s := range heartbeat.Statuses {
		statuses = append(statuses, string(s))
	}
	require.ElementsMatch(t, statuses, values(statusColours))
	require.ElementsMatch(t, event.Levels, values(levelColours))
	require.ElementsMatch(t, event.SendResults, values(sendResultColours))
}

func TestVariablesListKindsThatTheVariableEditorKnows(t *testing.T) {
	source, err := os.ReadFile("../../src/types.ts")
	require.NoError(t, err)
	declared := regexp.MustCompile(`type (?:List|Variable)Kind =\s+([^;]+);`).FindAllSubmatch(source, -1)
	require.Len(t, declared, 2, "src/types.ts declares ListKind and VariableKind")
	var kinds []string
	for _, kind := range regexp.MustCompile(`'(\w+)'`).FindAllSubmatch(slices.Concat(declared[0][1], declared[1][1]), -1) {
		kinds = append(kinds, string(kind[1]))
	}
	asked := 0
	for _, board := range shipped(t) {
		for _, v := range board.node("templating").list("list") {
			if v.str("type") != "query" {
				continue
			}
			asked++
			require.True(t, slices.Contains(kinds, v.node("query").str("kind")),
				"variable %q lists %q, the editor knows %q", v.str("name"), v.node("query").str("kind"), kinds)
		}
	}
	require.Equal(t, 29, asked)
}
