package dashboard

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/frame"
	"github.com/heartline-monitor/heartline/pkg/heartbeat"
)

// The tests here hold the dashboards against what the other halves of the plugin
// answer and understand: a panel that asks for a field that nobody sends is empty.

func TestTablesNameFieldsThatThePluginAnswersUnderTheirHeadings(t *testing.T) {
	answers := map[string]*data.Frame{
		"monitors": frame.Monitors([]frame.Judged{{}}),
		"alarms":   frame.Alarms([]event.Alarm{{}}),
	}
	tables := 0
	for _, board := range shipped(t) {
		for _, p := range board.panels() {
			if p.str("type") != "table" {
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
	require.Equal(t, 4, tables)
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
	declared := regexp.MustCompile(`type VariableKind = ([^;]+);`).FindSubmatch(source)
	require.NotNil(t, declared, "src/types.ts declares no VariableKind")
	var kinds []string
	for _, kind := range regexp.MustCompile(`'(\w+)'`).FindAllSubmatch(declared[1], -1) {
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
	require.Equal(t, 13, asked)
}
