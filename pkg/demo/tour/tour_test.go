package tour

import (
	"bytes"
	"context"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/build"
)

// checkout makes a folder with what a tour needs and goes there.
func checkout(t *testing.T) string {
	t.Helper()
	wd, err := os.Getwd()
	require.NoError(t, err)
	root, err := build.Root(wd)
	require.NoError(t, err)
	dir := t.TempDir()
	for _, shipped := range []string{"provisioning", "deploy"} {
		require.NoError(t, os.CopyFS(filepath.Join(dir, shipped), os.DirFS(filepath.Join(root, shipped))))
	}
	require.NoError(t, os.MkdirAll(filepath.Join(dir, build.Dist), 0o755))
	stand(t, filepath.Join(dir, build.Dist, "heartline"))
	stand(t, filepath.Join(dir, build.Dist, "heartline-checkout"))
	stand(t, filepath.Join(dir, build.Dist, "heartline-milvus-standin"))
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	t.Chdir(dir)
	t.Setenv("PATH", t.TempDir())
	t.Setenv("CI", "")
	t.Setenv(passwordVariable, "") // and put back after the test
	return dir
}

func TestTourStaysInTheTerminalWhereThereIsNoGrafana(t *testing.T) {
	dir := checkout(t)
	var out bytes.Buffer
	require.NoError(t, Run(t.Context(), "", &out))

	started := notes(t, filepath.Join(dir, build.Dist, "heartline.json"))
	require.Len(t, started, 1)
	require.Equal(t, []string{"verify", "--datasource", "demo-store/datasource.yaml", "--dashboards", "dashboards", "--rules", "provisioning/alerting"}, started[0].Args)
	require.Equal(t, []string{"-listen", "127.0.0.1:0", "-log", "demo-store/requests/checkout.db", "-seed", "20260306"}, notes(t, filepath.Join(dir, build.Dist, "heartline-checkout.json"))[0].Args)

	source := readDataSource(t, "demo-store/datasource.yaml")
	require.Equal(t, map[string]string{"kind": "filetree", "path": filepath.Join(dir, "demo-store", "monitor_db"), "timezone": "Asia/Shanghai"}, source.JSONData.Events)
	require.Equal(t, []service{
		{Name: "checkout", Kind: "app", URL: "http://127.0.0.1:8080"},
		{Name: "checkout-log", Kind: "requestlog", Path: filepath.Join(dir, "demo-store", "requests", "checkout.db"), Timezone: "Asia/Shanghai"},
	}, source.JSONData.Services, "as the printed commands start it, without a Prometheus")
	require.Contains(t, out.String(), "down  host/check_server_connectivity")
	require.Contains(t, out.String(), "dist/heartline query --datasource demo-store/datasource.yaml")
	require.Contains(t, out.String(), "No prometheus is on the PATH: one is built")
	require.Contains(t, out.String(), "Nothing scrapes it: prometheus is not on the PATH, and cannot be built: install it")
	require.Contains(t, out.String(), "Thu 10:00 CST, 18 minutes: an outage\n")
	require.NotContains(t, out.String(), "errors in bursts", "the service has ended")
	for _, command := range []string{"heartline watch http://127.0.0.1:8080", "heartline check http://127.0.0.1:8080", "heartline report --datasource demo-store/datasource.yaml --service checkout-log", "heartline-checkout -log demo-store/requests/checkout.db"} {
		require.Contains(t, out.String(), "  dist/"+command)
	}
}

func readDataSource(t *testing.T, file string) dataSource {
	t.Helper()
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	var content dataSourceFile
	require.NoError(t, yaml.Unmarshal(raw, &content))
	require.Equal(t, 1, content.APIVersion)
	require.Len(t, content.DataSources, 1)
	require.Equal(t, "heartline", content.DataSources[0].UID)
	return content.DataSources[0]
}

func TestTourLetsAPrometheusScrapeTheService(t *testing.T) {
	dir, home := checkout(t), grafanaHome(t)
	stand(t, filepath.Join(os.Getenv("PATH"), "prometheus"))
	ctx, cancel := context.WithCancel(t.Context())
	out := &watched{until: "Ctrl-C", seen: cancel}
	require.NoError(t, Run(ctx, home, out))

	args := strings.Join(notes(t, filepath.Join(os.Getenv("PATH"), "prometheus.json"))[0].Args, " ")
	require.Regexp(t, `^--config\.file demo-store/prometheus/prometheus\.yml --storage\.tsdb\.path demo-store/prometheus/data --web\.listen-address 127\.0\.0\.1:\d+$`, args)
	source := readDataSource(t, filepath.Join(dir, "demo-store", "grafana", "provisioning", "datasources", "heartline.yaml"))
	require.True(t, strings.HasSuffix(args, strings.TrimPrefix(source.JSONData.Metrics["url"], "http://")))
	require.Len(t, source.JSONData.Services, 4)
	require.Equal(t, service{Name: "checkout-metrics", Kind: "go", Selector: `job="checkout"`}, source.JSONData.Services[2])

	scrapes, err := os.ReadFile("demo-store/prometheus/prometheus.yml")
	require.NoError(t, err)
	jobs := jobsOf(t, scrapes)
	require.Equal(t, []string{"checkout", "milvus", "prometheus"}, slices.Sorted(maps.Keys(jobs)))
	require.Equal(t, strings.TrimPrefix(source.JSONData.Services[0].URL, "http://"), jobs["checkout"])
	require.Contains(t, out.String(), "Milvus is a stand-in at http://"+jobs["milvus"]+": its figures are made up")
	require.Contains(t, string(scrapes), filepath.Join(dir, "deploy/prometheus/rules/*.yml"))
	shipped, err := os.ReadFile("deploy/prometheus/prometheus.yml")
	require.NoError(t, err)
	for job := range jobs {
		require.Contains(t, jobsOf(t, shipped), job, "dashboards and rules know the jobs of the shipped configuration")
	}
	require.Contains(t, out.String(), "dist/heartline watch "+source.JSONData.Services[0].URL)
	require.Contains(t, out.String(), "12:00:00 UTC, 2 minutes: errors in bursts\n")
	require.Contains(t, out.String(), "Prometheus at "+source.JSONData.Metrics["url"]+" scrapes it")
}

func TestTourBuildsAPrometheusBeforeItStartsWhatIsScraped(t *testing.T) {
	root, err := exec.CommandContext(t.Context(), "go", "env", "GOMOD").Output()
	require.NoError(t, err)
	dir := checkout(t)
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	self, err := os.Executable()
	require.NoError(t, err)
	// A go whose builds note whether the service is there already.
	script := "#!/bin/sh\nif [ \"$1\" = env ]; then echo " + strings.TrimSpace(string(root)) + "; exit; fi\n" +
		"if [ -e " + filepath.Join(dir, "demo-store", "checkout.txt") + " ]; then echo late; else echo first; fi > " + filepath.Join(dir, "built") + "\n" +
		"while [ \"$1\" != -o ]; do shift; done\n/bin/ln -s " + self + " \"$2\"\n"
	require.NoError(t, os.WriteFile(filepath.Join(os.Getenv("PATH"), "go"), []byte(script), 0o700))
	var out bytes.Buffer
	require.NoError(t, Run(t.Context(), "", &out))
	built, err := os.ReadFile("built")
	require.NoError(t, err)
	require.Equal(t, "first\n", string(built))
	require.Regexp(t, `Prometheus at http://127\.0\.0\.1:\d+ scrapes it`, out.String())
}

// jobsOf are the jobs of a configuration of Prometheus, with the first target of each.
func jobsOf(t *testing.T, config []byte) map[string]string {
	t.Helper()
	var read struct {
		Jobs []struct {
			Name   string                       `yaml:"job_name"`
			Static []struct{ Targets []string } `yaml:"static_configs"`
		} `yaml:"scrape_configs"`
	}
	require.NoError(t, yaml.Unmarshal(config, &read))
	jobs := map[string]string{}
	for _, j := range read.Jobs {
		jobs[j.Name] = ""
		if len(j.Static) > 0 {
			jobs[j.Name] = j.Static[0].Targets[0]
		}
	}
	return jobs
}

func TestTourEndsWithItsService(t *testing.T) {
	checkout(t)
	t.Setenv("TEST_CHECKOUT_ENDS", "1")
	err := Run(t.Context(), grafanaHome(t), &bytes.Buffer{})
	require.ErrorContains(t, err, "heartline-checkout ended by itself (exit status 0): see demo-store/checkout.log")
}

func TestTourSaysWhereTheLogOfAFailedServiceIs(t *testing.T) {
	checkout(t)
	t.Setenv("TEST_CHECKOUT_FAILS", "1")
	err := Run(t.Context(), "", &bytes.Buffer{})
	require.ErrorContains(t, err, "heartline-checkout ended while it started: exit status 1: see demo-store/checkout.log")
}

func TestTourFailsWhereThePanelsCannotBeAnswered(t *testing.T) {
	checkout(t)
	require.NoError(t, os.Remove("dist/heartline"))
	require.ErrorContains(t, Run(t.Context(), "", &bytes.Buffer{}), "dist/heartline verify")
}

func TestTourShowsTheStoreInAGrafanaHome(t *testing.T) {
	dir, home := checkout(t), grafanaHome(t)
	ctx, cancel := context.WithCancel(t.Context())
	out := &watched{until: "Ctrl-C", seen: cancel}
	require.NoError(t, Run(ctx, home, out))

	started := notes(t, filepath.Join(home, "bin", "grafana.json"))[0]
	require.Equal(t, []string{"server", "--homepath", home, "--config", filepath.Join(dir, "deploy", "grafana", "grafana.ini")}, started.Args)
	env := started.Env
	require.Equal(t, "127.0.0.1", env["GF_SERVER_HTTP_ADDR"])
	require.Equal(t, filepath.Join(dir, "demo-store", "monitor_db"), env["HEARTLINE_EVENTS_PATH"])
	require.Equal(t, "Asia/Shanghai", env["HEARTLINE_TIMEZONE"])
	require.Equal(t, filepath.Join(dir, "demo-store", "requests"), env["HEARTLINE_REQUESTS_PATH"])
	require.Len(t, env[passwordVariable], 26)
	require.Contains(t, out.String(), "admin / "+env[passwordVariable])
	require.Contains(t, out.String(), "http://127.0.0.1:"+env["GF_SERVER_HTTP_PORT"]+"/d/heartline-overview")

	plugin, err := filepath.EvalSymlinks(filepath.Join(env["GF_PATHS_PLUGINS"], "heartline"))
	require.NoError(t, err)
	require.Equal(t, filepath.Join(dir, build.Dist), plugin)
	provider, err := os.ReadFile(filepath.Join(env["GF_PATHS_PROVISIONING"], "dashboards", "heartline.yaml"))
	require.NoError(t, err)
	require.Contains(t, string(provider), "path: "+filepath.Join(dir, "dashboards")+"\n")
}

// grafanaHome makes a folder that looks like a Grafana home.
func grafanaHome(t *testing.T) string {
	t.Helper()
	home := t.TempDir()
	stand(t, filepath.Join(home, "bin", "grafana"))
	require.NoError(t, os.MkdirAll(filepath.Join(home, "conf"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(home, "conf", "defaults.ini"), nil, 0o644))
	return home
}

// watched calls seen once a text was written to it.
type watched struct {
	bytes.Buffer

	until string
	seen  func()
}

func (w *watched) Write(p []byte) (int, error) {
	n, err := w.Buffer.Write(p)
	if strings.Contains(w.String(), w.until) {
		w.seen()
	}
	return n, err
}

func TestTourEndsWithGrafana(t *testing.T) {
	checkout(t)
	t.Setenv("TEST_GRAFANA_ENDS", "1")
	require.NoError(t, Run(t.Context(), grafanaHome(t), &bytes.Buffer{}))
}

func TestTourSaysWhereTheLogOfAFailedGrafanaIs(t *testing.T) {
	checkout(t)
	t.Setenv("TEST_GRAFANA_FAILS", "1")
	err := Run(t.Context(), grafanaHome(t), &bytes.Buffer{})
	require.ErrorContains(t, err, "grafana ended while it started: exit status 1: see ")
	log, err := os.ReadFile("demo-store/grafana/grafana.log")
	require.NoError(t, err)
	require.Equal(t, "bad configuration\n", string(log))
}

func TestTourNamesWhatAGrafanaHomeIsMissing(t *testing.T) {
	checkout(t)
	err := Run(t.Context(), t.TempDir(), &bytes.Buffer{})
	require.ErrorContains(t, err, "is not a Grafana home, which has bin/grafana and conf/defaults.ini")
}

func TestTourShowsTheStoreInDockerWhereAnEngineAnswers(t *testing.T) {
	checkout(t)
	stand(t, filepath.Join(os.Getenv("PATH"), "docker"))
	ctx, cancel := context.WithCancel(t.Context())
	out := &watched{until: "Ctrl-C", seen: cancel}
	require.NoError(t, Run(ctx, "", out))
	var commands []string
	for _, n := range notes(t, "docker.json") {
		commands = append(commands, strings.Join(n.Args, " "))
	}
	require.Equal(t, []string{"compose version", "version --format {{.Server.Version}}"}, commands)
	commands = nil
	for _, n := range notes(t, "dist/heartline.json") {
		commands = append(commands, strings.Join(n.Args, " "))
		require.Len(t, n.Env[passwordVariable], 26)
	}
	require.Equal(t, []string{"stack up", "stack down"}, commands)
	require.Contains(t, out.String(), "http://127.0.0.1:3000/d/heartline-overview")
	require.Contains(t, out.String(), "docker compose logs checkout")
	services := readDataSource(t, "demo-store/datasource.yaml").JSONData
	require.Equal(t, "http://127.0.0.1:9090", services.Metrics["url"])
	require.Equal(t, []service{
		{Name: "checkout", Kind: "app", URL: "http://127.0.0.1:8080"},
		{Name: "checkout-metrics", Kind: "go", Selector: `job="checkout"`}, {Name: "milvus", Kind: "milvus", Selector: `job=~"milvus.*"`},
	}, services.Services)
}

func TestTourLeavesDockerAlone(t *testing.T) {
	for name, variable := range map[string]string{"in CI": "CI", "without an engine": "TEST_NO_ENGINE"} {
		t.Run(name, func(t *testing.T) {
			dir := checkout(t)
			stand(t, filepath.Join(os.Getenv("PATH"), "docker"))
			t.Setenv(variable, "true")
			require.NoError(t, Run(t.Context(), "", &bytes.Buffer{}))
			require.FileExists(t, filepath.Join(dir, build.Dist, "heartline.json"))
		})
	}
}
