package dashboard

import (
	"strings"

	sdk "github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/heartline-monitor/heartline/pkg/milvus"
	"github.com/heartline-monitor/heartline/pkg/query"
)

// milvusBoard is a dashboard about Milvus. Its panels are told apart by job and
// instance alone, so that standalone, cluster and Kubernetes work alike.
type milvusBoard struct {
	uid, title, description string
	// collections says whether its panels can be restricted to databases and collections.
	collections bool
	sections    func() []section
}

// milvusBoards are the dashboards about Milvus, in the order of the menu.
func milvusBoards() []milvusBoard {
	return []milvusBoard{milvusOverview, milvusRequests, milvusStorage, milvusStreaming, milvusRuntime}
}

func (m milvusBoard) build() *sdk.DashboardBuilder {
	board := newBoard(m.uid, m.title, m.description, "now-1h", aboutMilvus)
	for _, v := range m.variables() {
		board.WithVariable(v)
	}
	board.Link(alertsOfMilvus()).
		Annotation(alarmMarks(false, query.Scope{})).
		Annotation(gapMarks())
	return lay(board, m.sections()...)
}

func (m milvusBoard) variables() []labelVariable {
	all := []labelVariable{
		{
			name: "job", label: "Job", of: "job", metric: `up{job=~"milvus.*"}`, everything: "milvus.*",
			description: "Prometheus' jobs that scrape Milvus: their names begin with milvus.",
		},
		{
			name: "instance", label: "Instance", of: "instance", metric: `up{job=~"$job"}`, everything: ".*",
			description: "The processes of Milvus, by the address they are scraped at.",
		},
	}
	if !m.collections {
		return all
	}
	return append(all,
		labelVariable{
			name: "database", label: "Database", of: "db_name", metric: `milvus_proxy_req_count{job=~"$job"}`, everything: ".*",
			description: "Databases that had requests.",
		},
		labelVariable{
			name: "collection", label: "Collection", of: "collection_name", metric: `milvus_proxy_req_count{job=~"$job", db_name=~"$database"}`, everything: ".*",
			description: "Collections that had requests. It only offers all where Milvus is told to count them together (collectionLevelMode: aggregate).",
		})
}

// labelVariable offers the values of a label: several at once or all. It is its own builder.
type labelVariable struct {
	name, label, description string
	// of is the label, metric the selector of the series that have it.
	of, metric string
	// everything is the regular expression for all of them. It matches series without
	// the label as well, which older releases have.
	everything string
}

// Build implements cog.Builder.
func (v labelVariable) Build() (sdk.VariableModel, error) {
	return sdk.NewQueryVariableBuilder(v.name).
		Label(v.label).
		Description(v.description).
		Datasource(chosenSource()).
		Query(sdk.StringOrMap{Map: map[string]any{"refId": "variable", "kind": "labelValues", "label": v.of, "metric": v.metric}}).
		Definition("labelValues").
		Refresh(sdk.VariableRefreshOnTimeRangeChanged).
		Sort(sdk.VariableSortNaturalAsc).
		Multi(true).
		IncludeAll(true).
		AllValue(v.everything).
		Current(allSelected()).
		Build()
}

// alertsOfMilvus leads to the alerts of the Milvus pack that are firing.
func alertsOfMilvus() *sdk.DashboardLinkBuilder {
	return sdk.NewDashboardLinkBuilder("Alerts of Milvus").
		Type(sdk.DashboardLinkTypeLink).
		Icon("bell").
		Tooltip("The alerts of Grafana whose names begin with Milvus").
		Url("/alerting/groups?queryString=alertname%3D~%22Milvus.%2A%22")
}

// runbookPage is where the runbooks of the rules are read.
const runbookPage = "https://github.com/heartline-monitor/heartline/blob/main/docs/runbooks.md"

// runbooks link to what to do about alerts: the section whose heading is the alert's name.
func runbooks(alerts []string) []sdk.DashboardLink {
	var links []sdk.DashboardLink
	for _, name := range alerts {
		links = append(links, sdk.DashboardLink{
			Title: "Runbook of " + name, Type: sdk.DashboardLinkTypeLink, TargetBlank: true, Tags: []string{},
			Url: new(runbookPage + "#" + strings.ToLower(name)),
		})
	}
	return links
}

// toMilvus leads to another dashboard about Milvus with the same selection.
func toMilvus(title, uid string, parameters ...string) sdk.DashboardLink {
	keep := []string{"${job:queryparam}", "${instance:queryparam}"}
	return dataLink(title, uid, append(keep, parameters...))
}

// Needs says where a panel can have data at all, when that is not everywhere.
type Needs struct {
	// Since and Before are releases of Milvus, such as 2.6: the first that tells what the
	// panel shows, and the first that does not any more.
	Since, Before string
	// Beside is what must be there as well, in words; empty for nothing.
	Beside string
}

// What panels need.
var (
	since26    = Needs{Since: "2.6"}
	since263   = Needs{Since: "2.6.3"}
	since268   = Needs{Since: "2.6.8"}
	contained  = Needs{Beside: "containers with limits, and their cAdvisor scraped"}
	protected  = Needs{Beside: "quotaAndLimits.limitWriting.ttProtection enabled"}
	replicated = Needs{Since: "2.6", Beside: "replication to another cluster"}
	lagging    = Needs{Since: "2.6.8", Beside: "replication to another cluster"}
)

// Everywhere reports whether nothing special is needed.
func (n Needs) Everywhere() bool { return n == Needs{} }

// Met reports whether a release of Milvus has what is needed of it.
func (n Needs) Met(release string) bool {
	return (n.Since == "" || !milvus.Older(release, n.Since)) && (n.Before == "" || milvus.Older(release, n.Before))
}

// String says what is needed, as it stands in the description of the panel.
func (n Needs) String() string {
	var parts []string
	if n.Since != "" {
		parts = append(parts, "Milvus "+n.Since+" and later")
	}
	if n.Before != "" {
		parts = append(parts, "Milvus before "+n.Before)
	}
	if n.Beside != "" {
		parts = append(parts, n.Beside)
	}
	return strings.Join(parts, ", with ")
}

// mark adds to a text where the panel has data.
func (n Needs) mark(text string) string {
	if n.Everywhere() {
		return text
	}
	return strings.TrimSuffix(text, ".") + ". Needs " + n.String() + "."
}

// Specific is a panel that is empty for good where its needs are not met.
type Specific struct {
	Dashboard string // the uid
	Panel     uint32 // the id
	Title     string
	Needs     Needs
}

// VersionSpecific lists the panels that some releases of Milvus, or some ways to run
// it, leave empty. Whoever looks for empty panels may pass over those whose needs are
// not met.
func VersionSpecific() []Specific {
	var found []Specific
	for _, b := range milvusBoards() {
		for _, s := range b.sections() {
			for _, p := range s.panels {
				if !p.needs.Everywhere() {
					found = append(found, Specific{Dashboard: b.uid, Panel: p.id, Title: p.title, Needs: p.needs})
				}
			}
		}
	}
	return found
}
