package plugin

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// startPrometheus starts a real Prometheus that scrapes the service each second,
// and returns its address; without one installed that part is left out.
func startPrometheus(t *testing.T, target string) string {
	t.Helper()
	binary, err := exec.LookPath("prometheus")
	if err != nil {
		t.Log("without Prometheus: apt-get install --no-install-recommends prometheus")
		return ""
	}
	address, err := url.Parse(target)
	require.NoError(t, err)
	config := filepath.Join(t.TempDir(), "prometheus.yml")
	require.NoError(t, os.WriteFile(config, []byte("scrape_configs: [{job_name: shop, scrape_interval: 1s, static_configs: [{targets: ['"+address.Host+"']}]}]\n"), 0o600))
	cmd := exec.Command(binary, "--config.file="+config, "--storage.tsdb.path="+t.TempDir(), "--web.listen-address=127.0.0.1:0", "--enable-feature=native-histograms")
	stderr, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	listening := make(chan string, 1)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		pattern := regexp.MustCompile(`Listening on"? .*address=(127\.0\.0\.1:\d+)`)
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			if found := pattern.FindStringSubmatch(lines.Text()); found != nil {
				listening <- found[1]
			}
		}
		_, _ = io.Copy(io.Discard, stderr)
	}()
	t.Cleanup(func() {
		require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
		<-ended
		_ = cmd.Wait() // its exit code tells of the signal
	})
	select {
	case found := <-listening:
		waitForScrape(t, "http://"+found)
		return "http://" + found
	case <-ended:
		require.FailNow(t, "Prometheus ended while it started")
	case <-time.After(time.Minute):
		require.FailNow(t, "Prometheus did not start in time")
	}
	return ""
}

// waitForScrape waits until there is a first sample, which comes seconds after
// the start: a rate over a time in which there was none tells less.
func waitForScrape(t *testing.T, address string) {
	t.Helper()
	require.Eventually(t, func() bool {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+"/api/v1/query?query=up", http.NoBody)
		require.NoError(t, err)
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			return false
		}
		defer func() { _ = resp.Body.Close() }()
		var found struct {
			Data struct{ Result []json.RawMessage }
		}
		return json.NewDecoder(resp.Body).Decode(&found) == nil && len(found.Data.Result) > 0
	}, time.Minute, 100*time.Millisecond)
}
