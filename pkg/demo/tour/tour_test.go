package tour

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/heartline-monitor/heartline/pkg/build"
)

// TestMain lets this test binary stand in for the programs that a tour starts:
// it plays the one under whose name it is started.
func TestMain(m *testing.M) {
	switch filepath.Base(os.Args[0]) {
	case "grafana":
		os.Exit(playGrafana())
	case "docker":
		os.Exit(playDocker())
	case "heartline":
		os.Exit(note("heartline.json"))
	}
	goleak.VerifyTestMain(m)
}

// noted is what a program was started with.
type noted struct {
	Args []string
	Env  map[string]string
}

// note appends how this process was started to a file beside the program.
func note(file string) int {
	env := map[string]string{}
	for _, v := range os.Environ() {
		name, value, _ := strings.Cut(v, "=")
		env[name] = value
	}
	f, err := os.OpenFile(filepath.Join(filepath.Dir(os.Args[0]), file), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return 3
	}
	if json.NewEncoder(f).Encode(noted{os.Args[1:], env}) != nil || f.Close() != nil {
		return 3
	}
	return 0
}

func notes(t *testing.T, path string) []noted {
	t.Helper()
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	var all []noted
	for line := range strings.Lines(string(raw)) {
		var n noted
		require.NoError(t, json.Unmarshal([]byte(line), &n))
		all = append(all, n)
	}
	return all
}

// playGrafana answers the health check until it is interrupted.
func playGrafana() int {
	if code := note("grafana.json"); code != 0 {
		return code
	}
	if os.Getenv("TEST_GRAFANA_FAILS") != "" {
		fmt.Println("bad configuration")
		return 1
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/health", func(http.ResponseWriter, *http.Request) {
		if os.Getenv("TEST_GRAFANA_ENDS") != "" {
			time.AfterFunc(100*time.Millisecond, stop)
		}
	})
	listener, err := net.Listen("tcp", net.JoinHostPort(os.Getenv("GF_SERVER_HTTP_ADDR"), os.Getenv("GF_SERVER_HTTP_PORT")))
	if err != nil {
		return 2
	}
	server := &http.Server{Handler: mux, ReadHeaderTimeout: time.Second}
	go func() { _ = server.Serve(listener) }()
	<-ctx.Done()
	return 0
}

// playDocker succeeds, but has no engine where the environment says so.
func playDocker() int {
	if os.Args[1] == "version" && os.Getenv("TEST_NO_ENGINE") != "" {
		return 1
	}
	return note("docker.json")
}

// checkout makes a folder with what a tour needs and goes there.
func checkout(t *testing.T) string {
	t.Helper()
	wd, err := os.Getwd()
	require.NoError(t, err)
	root, err := build.Root(wd)
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(filepath.Join(dir, "provisioning"), os.DirFS(filepath.Join(root, "provisioning"))))
	require.NoError(t, os.MkdirAll(filepath.Join(dir, build.Dist), 0o755))
	stand(t, filepath.Join(dir, build.Dist, "heartline"))
	t.Chdir(dir)
	t.Setenv("PATH", t.TempDir())
	t.Setenv("CI", "")
	t.Setenv(passwordVariable, "") // and put back after the test
	return dir
}

// stand puts this test binary in the place of a program.
func stand(t *testing.T, path string) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.Symlink(self, path))
}

func TestTourStaysInTheTerminalWhereThereIsNoGrafana(t *testing.T) {
	dir := checkout(t)
	var out bytes.Buffer
	require.NoError(t, Run(t.Context(), "", &out))

	started := notes(t, filepath.Join(dir, build.Dist, "heartline.json"))
	require.Len(t, started, 1)
	args := started[0].Args
	require.Equal(t, []string{"verify", "--datasource", "demo-store/datasource.yaml", "--dashboards", "dashboards", "--rules", "provisioning/alerting", "--from"}, args[:8])
	from, err := time.Parse(time.RFC3339, args[8])
	require.NoError(t, err)
	to, err := time.Parse(time.RFC3339, args[10])
	require.NoError(t, err)
	require.Equal(t, 7*24*time.Hour, to.Sub(from))

	source, err := os.ReadFile("demo-store/datasource.yaml")
	require.NoError(t, err)
	require.Contains(t, string(source), "path: "+filepath.Join(dir, "demo-store", "monitor_db")+"\n")
	require.Contains(t, string(source), "timezone: Asia/Shanghai\n")
	require.Contains(t, out.String(), "down  host/check_server_connectivity")
	require.Contains(t, out.String(), "dist/heartline query --datasource demo-store/datasource.yaml")
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
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
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
	require.Equal(t, []string{"compose version", "version --format {{.Server.Version}}", "compose up --wait", "compose down"}, commands)
	require.Contains(t, out.String(), "http://127.0.0.1:3000/d/heartline-overview")
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
