package plugin

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/demo/standin"
	"github.com/heartline-monitor/heartline/pkg/query"
	"github.com/heartline-monitor/heartline/pkg/signal"
	"github.com/heartline-monitor/heartline/pkg/signal/prometheus/prometheustest"
)

// scrapedMilvus is a data source over a real Prometheus that scrapes every process of a
// Milvus stand-in every other second, and has done so for a while.
func scrapedMilvus(t *testing.T, c standin.Config) *Datasource {
	t.Helper()
	world, err := standin.New(c)
	require.NoError(t, err)
	var jobs []string
	for _, p := range world.Processes() {
		srv := httptest.NewServer(p.Handler())
		t.Cleanup(srv.Close)
		jobs = append(jobs, fmt.Sprintf("{job_name: milvus-%s, scrape_interval: 2s, static_configs: [{targets: ['%s']}]}", p.Name(), srv.Listener.Addr()))
	}
	address := prometheustest.Start(t, t.TempDir(), "scrape_configs: ["+strings.Join(jobs, ", ")+"]\n")
	d := openedWith(t, fmt.Sprintf(`{"metrics": {"url": %q}, "services": [{"name": "vectors", "kind": "milvus", "selector": "job=~\"milvus.*\""}]}`, address), nil, nil)
	d.now = time.Now
	require.Eventually(t, func() bool {
		res := respond(t, d, lastMinute(query.TypePromQL, fmt.Sprintf(`{"expr": "count(sum_over_time(up[1m]) >= 6) == %d", "format": "instant"}`, len(jobs))), nil)
		return res.Error == nil && len(res.Frames) > 0 && res.Frames[0].Rows() > 0
	}, time.Minute, 200*time.Millisecond)
	return d
}

func lastMinute(kind query.Type, model string) backend.DataQuery {
	q := panel(kind, model)
	q.TimeRange = backend.TimeRange{From: time.Now().Add(-time.Minute), To: time.Now()}
	return q
}

func TestEverySignalOfAMilvusHasANumberAndStandsInItsReport(t *testing.T) {
	for name, c := range map[string]standin.Config{
		"2.5 standalone": {Release: "2.5.14"}, "2.6 cluster": {Release: "2.6.8", Cluster: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := scrapedMilvus(t, c)
			_, message, parts := health(t, d)
			require.Equal(t, partOK, parts["service vectors"].Status, message)
			require.Contains(t, parts["service vectors"].Message, "Milvus "+c.Release+" (")
			for _, def := range signal.Catalogue {
				if _, never := def.Cannot[signal.Milvus]; never {
					continue
				}
				for _, dim := range append([]signal.Dimension{""}, def.Dimensions(signal.Milvus)...) {
					if def.Signal == signal.Latency && dim == signal.Status || def.Signal == signal.Quota && dim == signal.State {
						continue // which has no status, and no state where no quota is exceeded
					}
					checkNumbers(t, d, def, dim)
				}
			}
			checkReport(t, d)
		})
	}
}

func checkNumbers(t *testing.T, d *Datasource, def signal.Definition, dim signal.Dimension) {
	t.Helper()
	split := ""
	if dim != "" {
		split = fmt.Sprintf(`, "splitBy": [%q]`, dim)
	}
	res := respond(t, d, lastMinute(query.TypeSignals, fmt.Sprintf(`{"format": "instant", "signal": %q%s}`, def.Signal, split)), alerting)
	require.NoError(t, res.Error, "%s %s", def.Signal, dim)
	f := res.Frames[0]
	require.Positive(t, f.Rows(), "%s %s", def.Signal, dim)
	value, at := f.FieldByName(string(def.Signal))
	require.Equal(t, data.FieldTypeNullableFloat64, value.Type())
	require.Equal(t, len(f.Fields)-1, at, "the only number is the last column")
	known := 0
	for i := range f.Rows() {
		if _, ok := value.ConcreteAt(i); ok {
			known++
		}
		if dim == signal.Role {
			role, _ := f.FieldByName(string(dim))
			require.NotContains(t, []string{"", "unknown"}, role.At(i), def.Signal)
		}
	}
	require.Positive(t, known, "%s %s is nowhere known", def.Signal, dim)
}

func checkReport(t *testing.T, d *Datasource) {
	t.Helper()
	res := respond(t, d, lastMinute(query.TypeReport, `{"services": ["vectors"]}`), nil)
	require.NoError(t, res.Error)
	f := res.Frames[0]
	figures := values(t, f, "figure")
	require.Subset(t, figures, []string{"Requests", "Success rate", "p95 latency", "Average CPU", "Most goroutines"})
	require.NotContains(t, figures, "Most in flight")
}

func TestAMilvusIsNotFollowedLive(t *testing.T) {
	d := openedWith(t, `{"metrics": {"url": "http://127.0.0.1:1"}, "services": [{"name": "vectors", "kind": "milvus", "selector": "job=\"milvus\""}]}`, nil, nil)
	res := respond(t, d, panel(query.TypeLive, `{"services": ["vectors"]}`), nil)
	require.ErrorContains(t, res.Error, `service "vectors" is of kind "milvus": only running apps`)
}

func TestAServiceThatIsNoMilvusHasNoSegments(t *testing.T) {
	d := servingSources(t, row())
	for model, says := range map[string]string{
		`{"services": ["checkout"], "signal": "segments"}`:                       `signal "segments" is not available here: only Milvus has it`,
		`{"services": ["checkout"], "signal": "qps", "splitBy": ["collection"]}`: `services of kind "app" have no collection: leave it out of splitBy`,
	} {
		require.ErrorContains(t, respond(t, d, panel(query.TypeSignals, model), nil).Error, says)
		lenient := respond(t, d, panel(query.TypeSignals, strings.Replace(model, "{", `{"lenient": true, `, 1)), nil)
		require.NoError(t, lenient.Error)
		require.Contains(t, notices(lenient.Frames[0]), says)
	}
}
