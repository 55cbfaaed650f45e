package dashboard

import (
	sdk "github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/heartline-monitor/heartline/pkg/query"
	"github.com/heartline-monitor/heartline/pkg/signal"
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
		Current(allSelected()).
		Build()
}

// serviceVariable offers the services of the settings: several at once or all, or
// exactly one. It is its own builder.
type serviceVariable struct {
	single bool
	// kinds restrict the list to services of these kinds. All of them is then what is
	// listed, and not what the data source has.
	kinds []signal.Kind
}

// Build implements cog.Builder.
func (v serviceVariable) Build() (sdk.VariableModel, error) {
	asked := map[string]any{"refId": "variable", "kind": "services"}
	if len(v.kinds) > 0 {
		asked["kinds"] = v.kinds
	}
	built := sdk.NewQueryVariableBuilder("service").
		Label("Service").
		Datasource(chosenSource()).
		Query(sdk.StringOrMap{Map: asked}).
		Definition("services").
		Refresh(sdk.VariableRefreshOnDashboardLoad).
		Sort(sdk.VariableSortNaturalAsc)
	if v.single {
		return built.Build()
	}
	built.Multi(true).IncludeAll(true).Current(allSelected())
	if len(v.kinds) == 0 {
		built.AllValue(everything)
	}
	return built.Build()
}

// allSelected is the value of a variable of which all is selected.
func allSelected() sdk.VariableOption {
	return sdk.VariableOption{
		Text:  sdk.StringOrArrayOfString{ArrayOfString: []string{"All"}},
		Value: sdk.StringOrArrayOfString{ArrayOfString: []string{everything}},
	}
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

// alarmMarks draws alarms of check scripts over the panels.
func alarmMarks(enabled bool, scope query.Scope) *sdk.AnnotationQueryBuilder {
	return sdk.NewAnnotationQueryBuilder().
		Name("Alarms").
		Datasource(chosenSource()).
		Enable(enabled).
		IconColor(orange).
		Target(target{refID: "Alarms", query: &query.Alarms{Format: query.FormatAnnotations, Scope: scope}})
}

// gapMarks draws the times in which check scripts were late or down over the panels.
func gapMarks() *sdk.AnnotationQueryBuilder {
	return sdk.NewAnnotationQueryBuilder().
		Name("Heartbeat gaps").
		Datasource(chosenSource()).
		Enable(false).
		IconColor(red).
		Target(target{refID: "Gaps", query: &query.Heartbeats{Format: query.FormatAnnotations}})
}

// siblings links the dashboards about the same to each other.
func siblings(about string) *sdk.DashboardLinkBuilder {
	return toTagged(about).
		Tooltip("The other dashboards about " + about + ", with the same selection and time range").
		Tags([]string{tag, about})
}

// allOfHeartline is a menu of every dashboard.
func allOfHeartline() *sdk.DashboardLinkBuilder {
	return toTagged("Heartline").
		AsDropdown(true).
		Tooltip("All dashboards of Heartline, with the same time range").
		Tags([]string{tag})
}

func toTagged(title string) *sdk.DashboardLinkBuilder {
	return sdk.NewDashboardLinkBuilder(title).
		Type(sdk.DashboardLinkTypeDashboards).
		Icon("dashboard").
		KeepTime(true).
		IncludeVars(true)
}

// alertsOfService leads to the alerts that are firing for the service, whoever's rules they are of.
func alertsOfService() *sdk.DashboardLinkBuilder {
	return sdk.NewDashboardLinkBuilder("Alerts of this service").
		Type(sdk.DashboardLinkTypeLink).
		Icon("bell").
		Tooltip("The alerts of Grafana with the label service").
		Url("/alerting/groups?queryString=service%3D%22${service:percentencode}%22")
}
