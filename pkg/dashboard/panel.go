package dashboard

import (
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	sdk "github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/heartline-monitor/heartline/pkg/query"
)

// pluginVersion is the Grafana whose panel options we write: without it Grafana
// runs its migrations of old panels over ours.
const pluginVersion = "12.4.0"

// panel is what every panel has, whatever draws it.
type panel struct {
	// id is part of links to the panel: never change it or use it again.
	id    uint32
	title string
	// description says what is shown and what good looks like.
	description string
	// noValue is shown where there is nothing to show.
	noValue string
	// width is in columns of 24, height in grid units.
	width, height uint32

	queries    []query.Query
	reshape    []sdk.DataTransformerConfig
	unit       string
	colour     *sdk.FieldColor
	thresholds *sdk.ThresholdsConfig
	mappings   []sdk.ValueMapping
	overrides  []sdk.DashboardFieldConfigSourceOverrides
	links      []sdk.DashboardLink
	// name is what rows are called; it may hold ${__data.fields.x}.
	name string
	// columnFilters lets the columns of a table be filtered.
	columnFilters bool
	// alerts are the rules that lead here: the panel links to their runbooks.
	alerts []string
	// needs says where the panel can have data at all; nothing for everywhere.
	needs Needs
}

// drawn is a panel with what draws it. It is its own builder.
type drawn struct {
	panel
	by cog.Builder[sdk.Panel]
	at sdk.GridPos
}

// Build implements cog.Builder.
func (d drawn) Build() (sdk.Panel, error) {
	built, err := d.by.Build()
	if err != nil {
		return built, cog.MakeBuildErrors(d.title, err)
	}
	for i, q := range d.queries {
		t, err := target{refID: refID(i), query: q}.Build()
		if err != nil {
			return built, cog.MakeBuildErrors(d.title, err)
		}
		built.Targets = append(built.Targets, t)
	}
	built.Id = &d.id
	built.Title = &d.title
	built.Description = new(d.needs.mark(d.description))
	built.Links = runbooks(d.alerts)
	built.PluginVersion = new(pluginVersion)
	built.Datasource = new(chosenSource())
	built.GridPos = &d.at
	built.Transformations = d.reshape
	// Both are the SDK's defaults for what only repeated and borderless panels need.
	built.Transparent, built.RepeatDirection = nil, nil
	d.configure(&built)
	return built, nil
}

// refID names the queries of a panel in their order.
func refID(i int) string { return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[i : i+1] }

func (d drawn) configure(built *sdk.Panel) {
	if built.FieldConfig == nil {
		built.FieldConfig = &sdk.FieldConfigSource{}
	}
	defaults := &built.FieldConfig.Defaults
	defaults.Unit = &d.unit
	defaults.NoValue = &d.noValue
	defaults.Color = d.colour
	defaults.Thresholds = d.thresholds
	defaults.Mappings = d.mappings
	defaults.Links = d.links
	if d.name != "" {
		defaults.DisplayName = &d.name
	}
	built.FieldConfig.Overrides = append([]sdk.DashboardFieldConfigSourceOverrides{}, d.overrides...)
}

// rowName calls a row by what it has in the fields.
func rowName(fields ...string) string {
	for i, f := range fields {
		fields[i] = "${__data.fields." + f + "}"
	}
	return strings.Join(fields, "/")
}

// countRows makes a table one number: how many rows it has.
func countRows() []sdk.DataTransformerConfig {
	return []sdk.DataTransformerConfig{
		reshape("filterFieldsByName", map[string]any{"include": map[string]any{"names": []string{"monitor"}}}),
		reshape("reduce", map[string]any{"mode": "seriesToRows", "reducers": []string{"count"}}),
	}
}

// countBy makes a table of monitors one row for each value of a field, with how
// many monitors have it, the largest first.
func countBy(field string) []sdk.DataTransformerConfig {
	return []sdk.DataTransformerConfig{
		// Grafana groups by headings or by names, depending on what was computed
		// before: only fields with the same of both are safe.
		reshape("organize", map[string]any{"renameByName": map[string]string{
			headings[field]: field, headings["monitor"]: "monitor",
		}}),
		reshape("groupBy", map[string]any{"fields": map[string]any{
			field:     map[string]any{"operation": "groupby", "aggregations": []string{}},
			"monitor": map[string]any{"operation": "aggregate", "aggregations": []string{"count"}},
		}}),
		reshape("sortBy", map[string]any{"fields": map[string]any{}, "sort": []any{
			map[string]any{"field": "monitor (count)", "desc": true},
		}}),
	}
}

// exact shows whole numbers, which the plugin asks to have shortened: 4,652 and not 4.65 K.
func exact() sdk.DashboardFieldConfigSourceOverrides {
	return sdk.DashboardFieldConfigSourceOverrides{
		Matcher:    sdk.MatcherConfig{Id: "byType", Options: "number"},
		Properties: []sdk.DynamicConfigValue{property("unit", "locale")},
	}
}

func reshape(id string, options map[string]any) sdk.DataTransformerConfig {
	return sdk.DataTransformerConfig{Id: id, Options: options}
}
