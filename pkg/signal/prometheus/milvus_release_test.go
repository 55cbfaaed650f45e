package prometheus_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/milvus"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

// milvusCluster is a Milvus of the newest release, which a Prometheus scrapes every
// 15 seconds.
func milvusCluster() *fake {
	f := &fake{kind: signal.Milvus, scrape: 15 * time.Second, instances: 3, bounds: []string{"1", "2", "131072", "+Inf"}, metrics: map[string][]string{
		"up": nil, "process_resident_memory_bytes": nil, "milvus_build_info": {"version"}, "milvus_num_node": {"node_id", "role_name"},
		"milvus_proxy_req_count":      {"function_name", "status", "db_name", "collection_name"},
		"milvus_rootcoord_entity_num": {"db_name", "collection_name", "status"},
	}}
	f.process()
	f.histogram("milvus_proxy_sq_latency", "query_type", "db_name", "collection_name")
	f.histogram("milvus_proxy_mutation_latency", "msg_type", "db_name", "collection_name")
	for _, role := range []string{"proxy", "mixcoord", "querynode"} {
		f.series = append(f.series, model.LabelSet{"job": "milvus", "instance": model.LabelValue(role + ":9091"), "role_name": model.LabelValue(role)})
	}
	return f
}

// milvusOf25 runs in one process whose entities are not told apart by database.
func milvusOf25() *fake {
	f := milvusCluster()
	delete(f.metrics, "go_sched_gomaxprocs_threads")
	f.metrics["milvus_rootcoord_entity_num"] = []string{"collection_name", "status"}
	f.series, f.instances = nil, 1
	for _, role := range []string{"proxy", "rootcoord", "datacoord", "querycoord", "querynode"} {
		f.series = append(f.series, model.LabelSet{"job": "milvus", "instance": "milvus:9091", "role_name": model.LabelValue(role)})
	}
	return f
}

// What scrapes and Prometheus itself add to the metrics of a release.
var addedLabels = []string{"job", "instance", "le", model.MetricNameLabel}

func TestMilvusIsAskedForWhatItsReleasesHave(t *testing.T) {
	for file, releases := range map[string][]string{"milvus.txt": {"2.6.7", "2.6.8"}, "milvus-2.5.txt": {"2.5.14"}} {
		text, err := os.ReadFile("testdata/" + file)
		require.NoError(t, err)
		for _, version := range releases {
			release, err := milvus.Load(version)
			require.NoError(t, err)
			series := map[string][]string{"up": nil, "go_gc_duration_seconds_count": nil, "go_gc_duration_seconds_sum": nil}
			for _, family := range release.Families() {
				for _, name := range family.Series() {
					series[name] = family.Labels
				}
			}
			asked := 0
			for line := range strings.Lines(string(text)) {
				if query, found := strings.CutPrefix(line, "  "); found && !strings.ContainsAny(query[:1], "!#") {
					checkExpr(t, version, query, series)
					asked++
				}
			}
			require.Greater(t, asked, 50)
		}
	}
}

// checkExpr holds metrics, labels of matchers and groupings against a release.
func checkExpr(t *testing.T, version, query string, series map[string][]string) {
	t.Helper()
	expr, err := parser.NewParser(parser.Options{}).ParseExpr(query)
	require.NoError(t, err, query)
	var labels, grouped []string
	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		switch n := node.(type) {
		case *parser.VectorSelector:
			for _, m := range n.LabelMatchers {
				if m.Name != model.MetricNameLabel {
					continue
				}
				for name := range strings.SplitSeq(m.Value, "|") {
					require.Contains(t, series, name, "%s: %s", version, query)
					labels = append(labels, series[name]...)
				}
			}
			for _, m := range n.LabelMatchers {
				require.Contains(t, append(slices.Clone(labels), addedLabels...), m.Name, "%s: %s", version, query)
			}
		case *parser.AggregateExpr:
			grouped = append(grouped, n.Grouping...)
		}
		return nil
	})
	require.Subset(t, append(labels, addedLabels...), grouped, "%s: %s", version, query)
}
