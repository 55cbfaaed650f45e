package prometheus_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"
	"time"

	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/signal/prometheus"
)

// programs finds the Prometheus server and promtool, or skips the test.
func programs(t testing.TB) (server, tool string) {
	t.Helper()
	find := func(name string) string {
		for _, candidate := range []string{name, "/usr/bin/" + name, "/usr/local/bin/" + name, "/opt/prometheus/" + name} {
			if path, err := exec.LookPath(candidate); err == nil {
				return path
			}
		}
		t.Skipf("%s is not installed: apt-get install --no-install-recommends prometheus", name)
		return ""
	}
	return find("prometheus"), find("promtool")
}

// backfill makes a folder of data of what an OpenMetrics text tells of the past.
func backfill(t testing.TB, openMetrics string) (dir string) {
	t.Helper()
	_, tool := programs(t)
	dir = t.TempDir()
	text := filepath.Join(t.TempDir(), "world.txt")
	require.NoError(t, os.WriteFile(text, []byte(openMetrics), 0o600))
	said, err := exec.CommandContext(t.Context(), tool, "tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=48h", text, dir).CombinedOutput()
	require.NoError(t, err, string(said))
	return dir
}

// startServer starts a Prometheus over a folder of data, and ends it with the test.
func startServer(t testing.TB, data, config string, flags ...string) v1.API {
	t.Helper()
	server, _ := programs(t)
	file := filepath.Join(t.TempDir(), "prometheus.yml")
	require.NoError(t, os.WriteFile(file, []byte(config), 0o600))
	flags = append(flags, "--config.file="+file, "--storage.tsdb.path="+data, "--storage.tsdb.retention.time=100y", "--web.listen-address=127.0.0.1:0")
	cmd := exec.Command(server, flags...)
	stderr, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	log := follow(stderr)
	t.Cleanup(func() { stop(t, cmd, log) })
	address := log.wait(t, regexp.MustCompile(`Listening on"? .*address=(127\.0\.0\.1:\d+)`))
	api := connect(t, "http://"+address)
	until(t, api, "vector(1)")
	return api
}

// connect makes an API whose connections end with the test.
func connect(t testing.TB, address string) v1.API {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 16}
	t.Cleanup(transport.CloseIdleConnections)
	api, err := prometheus.NewAPI(address, &http.Client{Transport: transport, Timeout: time.Minute})
	require.NoError(t, err)
	return api
}

// output is what a process prints, line by line.
type output struct{ lines chan string }

func follow(r io.Reader) *output {
	o := &output{make(chan string, 1_000)}
	go func() {
		defer close(o.lines)
		for scanner := bufio.NewScanner(r); scanner.Scan(); {
			select {
			case o.lines <- scanner.Text():
			default: // nobody waits for a line any more
			}
		}
	}()
	return o
}

func (o *output) wait(t testing.TB, pattern *regexp.Regexp) string {
	t.Helper()
	deadline := time.After(time.Minute)
	for {
		select {
		case line, ok := <-o.lines:
			require.True(t, ok, "Prometheus ended before it printed %s", pattern)
			if found := pattern.FindStringSubmatch(line); found != nil {
				return found[1]
			}
		case <-deadline:
			require.FailNow(t, "Prometheus did not start in time", "waiting for %s", pattern)
		}
	}
}

func stop(t testing.TB, cmd *exec.Cmd, log *output) {
	t.Helper()
	require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
	kill := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
	defer kill.Stop()
	for range log.lines { // until it has closed its end
	}
	_ = cmd.Wait() // its exit code tells of the signal
}

// until waits for an expression to have a value.
func until(t testing.TB, api v1.API, expr string) {
	t.Helper()
	t.Helper()
	require.Eventually(t, func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		value, _, err := prometheus.Query(ctx, api, expr, time.Now())
		if err != nil {
			return false
		}
		return len(value.(model.Vector)) > 0
	}, time.Minute, 100*time.Millisecond, expr)
}
