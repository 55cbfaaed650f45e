package dashboard

import (
	sdk "github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/heartline-monitor/heartline/pkg/query"
)

func datasourceVariable() *sdk.DatasourceVariableBuilder {
	return sdk.NewDatasourceVariableBuilder("datasource").
		Label("Data source").
		Description("The Heartline data source that every panel reads.").
		Type(PluginID)
}

// everything is the value of a variable of which all is selected. It is no list
// of all options: the plugin leaves the filter out, so that nothing is hidden that
// the store holds and the list does not, such as alarms to a former receiver.
const everything = "$__all"

// listVariable offers what the data source knows of a kind, several at once or
// all. It is its own builder.
type listVariable struct {
	name, label string
	// kind is what is listed, as the plugin's variable editor names it.
	kind string
	// directions and monitors restrict the list to what these variables select.
	directions, monitors []string
}

// Build implements cog.Builder.
func (v listVariable) Build() (sdk.VariableModel, error) {
	all := sdk.VariableOption{
		Text:  sdk.StringOrArrayOfString{ArrayOfString: []string{"All"}},
		Value: sdk.StringOrArrayOfString{ArrayOfString: []string{everything}},
	}
	asked := map[string]any{"refId": "variable", "kind": v.kind}
	if len(v.directions) > 0 {
		asked["directions"] = v.directions
	}
	if len(v.monitors) > 0 {
		asked["monitors"] = v.monitors
	}
	return sdk.NewQueryVariableBuilder(v.name).
		Label(v.label).
		Datasource(chosenSource()).
		Query(sdk.StringOrMap{Map: asked}).
		Definition(v.kind).
		Refresh(sdk.VariableRefreshOnDashboardLoad).
		Sort(sdk.VariableSortNaturalAsc).
		Multi(true).
		IncludeAll(true).
		AllValue(everything).
		Current(all).
		Build()
}

// textVariable searches messages.
func textVariable() *sdk.TextBoxVariableBuilder {
	return sdk.NewTextBoxVariableBuilder("text").
		Label("Text").
		Description("A part of the message in any case, or a regular expression in slashes: /disk (sda|sdb)/").
		DefaultValue(sdk.StringOrMap{String: new("")})
}

// filterVariable adds any other filter to every query of the dashboard.
func filterVariable() *sdk.AdHocVariableBuilder {
	return sdk.NewAdHocVariableBuilder("filters").
		Label("Filters").
		Description("More filters, such as host or a regular expression.").
		Datasource(chosenSource())
}

// alarmMarks draws alarms over the panels.
func alarmMarks(enabled bool) *sdk.AnnotationQueryBuilder {
	return sdk.NewAnnotationQueryBuilder().
		Name("Alarms").
		Datasource(chosenSource()).
		Enable(enabled).
		IconColor(orange).
		Target(target{refID: "Alarms", query: &query.Alarms{Format: query.FormatAnnotations, Scope: selected()}})
}

// siblings links the dashboards of Heartline to each other.
func siblings() *sdk.DashboardLinkBuilder {
	return sdk.NewDashboardLinkBuilder("Heartline").
		Type(sdk.DashboardLinkTypeDashboards).
		Icon("dashboard").
		Tooltip("The other Heartline dashboards, with the same selection and time range").
		Tags([]string{tag}).
		KeepTime(true).
		IncludeVars(true)
}
