package rule

import (
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/program"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name)
	if *update {
		require.NoError(t, os.WriteFile(path, got, 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run the test with -update")
	require.Equal(t, string(want), string(got))
}

func ours(t *testing.T) Pack {
	t.Helper()
	packs, err := LoadFiles("testdata/ours.yml")
	require.NoError(t, err)
	return packs[0]
}

func TestRenderings(t *testing.T) {
	p := ours(t)
	require.NoError(t, Check([]Pack{p}))
	prometheus, err := RenderPrometheus(p)
	require.NoError(t, err)
	golden(t, "prometheus.yml", prometheus)

	for name, target := range map[string]Target{
		"grafana.yaml":                 {},
		"grafana-other-uid.yaml":       {DatasourceUID: "heartline-2"},
		"grafana-over-prometheus.yaml": {DatasourceType: "prometheus", DatasourceUID: "prom"},
		"grafana-routed.yaml": {Routes: []Route{
			{Receiver: "storage team", Directions: []string{"storage", "backup"}, GroupBy: []string{"monitor"}, GroupWait: 10 * time.Second},
			{Receiver: "pager", Severities: []string{"page"}, RepeatInterval: time.Hour},
			{Receiver: "mail", Rules: []string{"Search*"}, GroupInterval: 10 * time.Second},
		}},
	} {
		grafana, err := RenderGrafana(p, target)
		require.NoError(t, err)
		golden(t, name, grafana)
	}
}

func TestRenderingsAreTheSameEachTime(t *testing.T) {
	for _, p := range shipped(t) {
		for range 3 {
			again, err := Parse(p.File, p.source)
			require.NoError(t, err)
			again.Runbooks = p.Runbooks
			require.Equal(t, rendering(t, p, Grafana), rendering(t, again, Grafana))
			require.Equal(t, rendering(t, p, Prometheus), rendering(t, again, Prometheus))
		}
	}
}

func rendering(t *testing.T, p Pack, r Renderer) string {
	t.Helper()
	render := func() ([]byte, error) { return RenderGrafana(p, Target{}) }
	if r == Prometheus {
		render = func() ([]byte, error) { return RenderPrometheus(p) }
	}
	body, err := render()
	require.NoError(t, err)
	return string(body)
}

func TestPromtoolTakesEveryRendering(t *testing.T) {
	promtool := promtool(t)
	dir := t.TempDir()
	for _, p := range append(shipped(t), ours(t)) {
		if p.Name == "ours" { // promtool 2.42 does not know an offset of groups yet
			p.Groups[0].Offset = 0
		}
		file := filepath.Join(dir, p.Name+".yml")
		require.NoError(t, os.WriteFile(file, []byte(rendering(t, p, Prometheus)), 0o600))
		said, err := exec.CommandContext(t.Context(), promtool, "check", "rules", file).CombinedOutput()
		require.NoError(t, err, "%s: %s", p.Name, said)
	}
}

func promtool(t *testing.T) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	path, err := program.Find(ctx, "promtool")
	require.NoError(t, err)
	return path
}

func TestPrometheusReadsWhatWasMeant(t *testing.T) {
	for _, p := range shipped(t) {
		var read struct {
			Groups []struct {
				Name  string
				Rules []struct {
					Alert, Record, Expr string
					Labels, Annotations map[string]string
				}
			}
		}
		require.NoError(t, yaml.Unmarshal([]byte(rendering(t, p, Prometheus)), &read))
		byName := map[string]Rule{}
		for _, r := range p.Rules() {
			byName[r.Name()+labelSet(r.Labels)] = r
		}
		for _, g := range read.Groups {
			for _, got := range g.Rules {
				var labels []Pair
				for name, value := range got.Labels {
					labels = append(labels, Pair{name, value})
				}
				want, known := byName[got.Alert+got.Record+labelSet(labels)]
				require.True(t, known, "%s%s", got.Alert, got.Record)
				require.Equal(t, want.Expr, got.Expr)
				require.Equal(t, want.Annotation("description"), got.Annotations["description"])
			}
		}
	}
}

func TestDurationsAreWrittenAsGrafanaReadsThem(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 90 * time.Second: "90s", 10 * time.Minute: "10m", 90 * time.Minute: "90m", 2 * time.Hour: "2h", 1500 * time.Millisecond: "1500ms",
	} {
		require.Equal(t, want, grafanaDuration(d))
	}
}
