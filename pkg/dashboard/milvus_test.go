package dashboard

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/milvus"
	"github.com/heartline-monitor/heartline/pkg/query"
)

// everyMilvusPanel calls f for each panel about Milvus.
func everyMilvusPanel(f func(b milvusBoard, p drawn)) {
	for _, b := range milvusBoards() {
		for _, s := range b.sections() {
			for _, p := range s.panels {
				f(b, p)
			}
		}
	}
}

// plain puts something into the place of variables.
func plain(expr string) string {
	expr = strings.NewReplacer("$__rate_interval", "5m", "$__range", "6h").Replace(expr)
	return regexp.MustCompile(`\$\w+`).ReplaceAllString(expr, ".*")
}

// expositions are what each release exposes.
func expositions(t *testing.T) map[string]exposition {
	t.Helper()
	all := map[string]exposition{}
	for _, release := range milvus.Versions {
		all[release] = expose(t, release)
	}
	return all
}

func TestEveryExpressionOfMilvusPanelsHoldsForEveryReleaseThatThePanelIsFor(t *testing.T) {
	known := expositions(t)
	asked := 0
	everyMilvusPanel(func(b milvusBoard, p drawn) {
		for _, release := range milvus.Versions {
			for _, q := range p.queries {
				asked++
				for _, wrong := range lintPanel(known[release], p, q.(*query.PromQL), p.needs.Met(release)) {
					t.Errorf("%s/%d %q with Milvus %s: %s", b.uid, p.id, p.title, release, wrong)
				}
			}
		}
	})
	require.Greater(t, asked, 1000)
}

// lintPanel says what is wrong with a query of a panel; complete says that the release
// has all that the panel needs.
func lintPanel(known exposition, p drawn, q *query.PromQL, complete bool) []string {
	l := &linter{known: known}
	found := l.lint(plain(q.Expr))
	if !complete {
		// Labels and units are held against the releases that have the metrics.
		if len(l.absent) == 0 && len(l.wrong) == 0 {
			return []string{"the release has all of it, so the panel needs less than it says"}
		}
		return nil
	}
	for _, name := range l.absent {
		l.complain("there is no %s", name)
	}
	if !found.unit.fits(p.unit) {
		l.complain("%s is shown as %s and is %v", q.Expr, p.unit, found.unit)
	}
	shown := map[string]bool{}
	for _, m := range regexp.MustCompile(`\{\{(\w+)\}\}`).FindAllStringSubmatch(q.Legend, -1) {
		shown[m[1]] = true
	}
	if q.Format == query.FormatTable {
		for _, name := range p.columnNames() {
			shown[name] = true
		}
	}
	for name := range found.labels {
		if !shown[name] {
			l.complain("%s: series that differ by %s are called the same", q.Expr, name)
		}
	}
	for name := range shown {
		if !found.labels[name] {
			l.complain("%s: the legend shows %s, which series do not have", q.Expr, name)
		}
	}
	return l.wrong
}

// columnNames are the columns that a table keeps.
func (d drawn) columnNames() []string {
	include := d.reshape[0].Options.(map[string]any)["include"].(map[string]any)
	return include["names"].([]string)
}

func TestVariablesOfMilvusListLabelsThatTheirMetricsHave(t *testing.T) {
	for release, known := range expositions(t) {
		for _, b := range milvusBoards() {
			for _, v := range b.variables() {
				l := &linter{known: known}
				found := l.of(mustParse(t, plain(v.metric)))
				require.Empty(t, l.wrong, "%s $%s", release, v.name)
				require.Empty(t, l.absent, "%s $%s", release, v.name)
				require.True(t, found.labels[v.of], "%s has no %s", v.metric, v.of)
			}
		}
	}
}

// TestLinterOfExpressionsComplains proves of each check that it can fail.
func TestLinterOfExpressionsComplains(t *testing.T) {
	known := expose(t, "2.6.8")
	draw := func(unit, legend, expr string) []string {
		q := overTime(legend, expr).(*query.PromQL)
		return lintPanel(known, plot(panel{unit: unit}, q), q, true)
	}
	for name, c := range map[string]struct{ unit, legend, expr, about string }{
		"of a metric that no release has":    {"bytes", "", "sum(milvus_querynode_memory_usage_bytes)", "there is no milvus_querynode_memory_usage_bytes"},
		"of a label that a metric lacks":     {"short", "", `sum(milvus_num_node{pod="a"})`, "has no label pod"},
		"of a value that a label never has":  {"reqps", "", `sum(rate(milvus_proxy_req_count{status="failed"}[5m]))`, "no value of milvus_proxy_req_count{status}"},
		"of one of several values":           {"reqps", "", `sum(rate(milvus_proxy_req_count{status=~"fail|broken"}[5m]))`, "no value of milvus_proxy_req_count{status}"},
		"of a label that is not there":       {"short", "{{pod}}", `sum by (pod) (milvus_num_node)`, "there is no label pod"},
		"of a join by what is not there":     {"short", "{{node_id}}", `sum by (node_id) (milvus_num_node) and on (pod) sum by (node_id) (milvus_num_node)`, "there is no label pod"},
		"of a counter that is shown":         {"short", "", `sum(milvus_proxy_req_count)`, "shows a counter"},
		"of computing with a counter":        {"percentunit", "", `sum(milvus_proxy_req_count) / sum(rate(milvus_proxy_req_count[5m]))`, "computes with a counter"},
		"of the growth of a gauge":           {"ops", "", `sum(rate(milvus_num_node[5m]))`, "growth of a gauge"},
		"of a quantile without le":           {"ms", "", `histogram_quantile(0.9, sum(rate(milvus_proxy_sq_latency_bucket[5m])))`, "no quantile"},
		"of a quantile of no buckets":        {"ms", "", `histogram_quantile(0.9, rate(milvus_proxy_sq_latency_sum[5m]))`, "no quantile"},
		"of milliseconds as seconds":         {"s", "", `histogram_quantile(0.9, sum by (le) (rate(milvus_proxy_sq_latency_bucket[5m])))`, "is shown as s"},
		"of seconds as milliseconds":         {"ms", "", `histogram_quantile(0.9, sum by (le) (rate(milvus_indexnode_build_index_latency_bucket[5m])))`, "is shown as ms"},
		"of microseconds as milliseconds":    {"ms", "", `sum(rate(internal_core_search_latency_sum[5m])) / sum(rate(internal_core_search_latency_count[5m]))`, "is shown as ms"},
		"of operations as bytes":             {"Bps", "", `sum(rate(milvus_storage_kv_size_count[5m]))`, "is shown as Bps"},
		"of a rate as a size":                {"bytes", "", `sum(rate(milvus_storage_kv_size_sum[5m]))`, "is shown as bytes"},
		"of megabytes as bytes":              {"bytes", "", `sum(milvus_querynode_disk_used_size)`, "is shown as bytes"},
		"of nanoseconds as seconds":          {"s", "", `time() - max(milvus_querycoord_last_heartbeat_timestamp)`, "do not go together"},
		"of a share as a percentage":         {"percent", "", `sum(process_open_fds) / sum(process_max_fds)`, "is shown as percent"},
		"of adding what is not alike":        {"bytes", "", `sum(process_resident_memory_bytes) + sum(go_goroutines)`, "do not go together"},
		"MiB as megabytes":                   {"MBs", "", `sum(rate(milvus_proxy_scanned_total_mb[5m]))`, "is shown as MBs"},
		"of a unit that Grafana has not":     {"decMBs", "", `sum(rate(milvus_proxy_scanned_total_mb[5m]))`, "is shown as decMBs"},
		"of series that are called the same": {"short", "{{role_name}}", `sum by (role_name, node_id) (milvus_num_node)`, "are called the same"},
		"of a legend that shows nothing":     {"short", "{{role_name}}", `sum(milvus_num_node)`, "series do not have"},
		"of an expression that is none":      {"short", "", `sum(`, "parse error"},
		"of an unknown function":             {"short", "", `sum(atan(milvus_num_node))`, "does not know the function"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, strings.Join(draw(c.unit, c.legend, c.expr), "\n"), c.about)
		})
	}
	require.Empty(t, draw("s", "", `time() - max(milvus_querycoord_last_heartbeat_timestamp) / 1e9`))
	require.Equal(t, []string{"the release has all of it, so the panel needs less than it says"},
		lintPanel(known, plot(panel{unit: "short"}), overTime("", "sum(milvus_num_node)").(*query.PromQL), false))
}

func TestVersionSpecificPanelsSayWhatTheyNeed(t *testing.T) {
	specific := VersionSpecific()
	require.NotEmpty(t, specific)
	everyMilvusPanel(func(b milvusBoard, p drawn) {
		listed := slices.ContainsFunc(specific, func(s Specific) bool { return s.Dashboard == b.uid && s.Panel == p.id })
		built, err := p.Build()
		require.NoError(t, err)
		require.Equal(t, listed, strings.Contains(*built.Description, " Needs "), "%s/%d", b.uid, p.id)
		require.Equal(t, listed, strings.Contains(p.noValue, "Needs "), "%s/%d", b.uid, p.id)
	})
}

func TestNeedsAreMetFromOneReleaseOn(t *testing.T) {
	for _, c := range []struct {
		needs   Needs
		release string
		met     bool
	}{
		{Needs{}, "2.4.0", true},
		{since26, "2.5.14", false},
		{since26, "2.6.0", true},
		{since263, "2.6.2", false},
		{since263, "2.6.10", true},
		{since263, "3.0", true},
		{Needs{Before: "2.6"}, "2.5.14", true},
		{Needs{Before: "2.6"}, "2.6.0", false},
		{contained, "2.5.14", true},
	} {
		require.Equal(t, c.met, c.needs.Met(c.release), "%v in %s", c.needs, c.release)
	}
	require.Equal(t, "Milvus 2.6.8 and later, with replication to another cluster", lagging.String())
}

// TestFewMetricsOfMilvusAreOnNoDashboard keeps what the dashboards leave out short and
// deliberate.
func TestFewMetricsOfMilvusAreOnNoDashboard(t *testing.T) {
	shown := map[string]bool{}
	everyMilvusPanel(func(_ milvusBoard, p drawn) {
		for _, q := range p.queries {
			for _, name := range names.FindAllString(q.(*query.PromQL).Expr, -1) {
				shown[name] = true
			}
		}
	})
	r, err := milvus.Load("2.6.8")
	require.NoError(t, err)
	missing := map[string]bool{}
	for _, f := range r.Go {
		if !slices.ContainsFunc(f.Series(), func(name string) bool { return shown[name] }) {
			missing[f.Name] = true
		}
	}
	require.ElementsMatch(t, leftOut, slices.Collect(maps.Keys(missing)))
}

// leftOut are the families that no panel shows.
var leftOut = []string{
	// The same is told by others that are shown.
	"milvus_datacoord_collection_num",
	"milvus_logging_pending_write_bytes",
	"milvus_logging_truncated_write_bytes",
	"milvus_proxy_collection_mutation_latency",
	"milvus_proxy_collection_sq_latency",
	"milvus_querynode_disk_cache_evict_duration",
	"milvus_querynode_disk_cache_load_duration",
	"milvus_querynode_segment_access_duration",
	"milvus_querynode_segment_access_wait_cache_duration",
	"milvus_querynode_segment_prune_bias",
	"milvus_streaming_produce_success_bytes",
	"milvus_wal_write_ahead_buffer_entry_total",
	// Numbers that mean nothing by themselves: a hybrid timestamp, versions and ids.
	"milvus_datacoord_task_version",
	"milvus_rootcoord_timestamp",
	"milvus_streamingcoord_assignment_info",
}
