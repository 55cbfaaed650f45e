// Package prometheustest starts a real Prometheus for tests.
package prometheustest

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/program"
)

// listening is what Prometheus prints once it has its port.
var listening = regexp.MustCompile(`Listening on"? .*address=(127\.0\.0\.1:\d+)`)

// Start starts a Prometheus over a folder of data on a free port of the loopback
// interface, and ends it with the test. It returns the address; that the server
// answers has to be waited for.
func Start(t testing.TB, data, config string, flags ...string) (address string) {
	t.Helper()
	server, err := program.Find(t.Context(), "prometheus")
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "prometheus.yml")
	require.NoError(t, os.WriteFile(file, []byte(config), 0o600))
	flags = append(flags, "--config.file="+file, "--storage.tsdb.path="+data, "--storage.tsdb.retention.time=100y", "--web.listen-address=127.0.0.1:0")
	cmd := exec.Command(server, flags...) //nolint:gosec // a test starts what is installed
	stderr, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	log := follow(stderr)
	t.Cleanup(func() { stop(t, cmd, log) })
	return "http://" + log.wait(t, listening)
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
