package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/pluginhost"
)

// module is the root of the checkout, seen from this package.
const module = "../../../../.."

// pluginBinary is the real plugin, built once for all tests.
var pluginBinary string

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "heartline")
	if err == nil {
		pluginBinary = filepath.Join(folder, pluginhost.Executable())
		var said []byte
		build := exec.Command("go", "build", "-o", pluginBinary, "./pkg")
		build.Dir = module
		if said, err = build.CombinedOutput(); err != nil {
			err = fmt.Errorf("%w: %s", err, said)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "build the plugin:", err)
		os.Exit(1)
	}
	code := m.Run()
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	_ = os.RemoveAll(folder)
	os.Exit(code)
}

// end is the instant at which the store of the tests ends; to is how it is
// written on the command line, in the store's zone.
var end = time.Date(2026, 3, 6, 18, 30, 0, 0, time.UTC)

const to = "2026-03-06 18:30:00"

// script is a check script that leaves its traces in a store.
type script struct {
	root, direction, item string
}

// describe writes the monitor's description.
func (s script) describe(t *testing.T, frequency string) script {
	t.Helper()
	s.write(t, "monitor_item.yaml", strings.Join([]string{
		"alarm_frequency: max 3 times", "alarm_receivers: ann bob", "direction: " + s.direction, "direction_admin: ann",
		"monitor_item: " + s.item, "script_auther: ann", "script_execute_frequency: " + frequency,
		"script_path: /srv/checks/" + s.item + ".py", "script_startup_host: host1", "script_startup_method: crontab",
	}, "\n")+"\n")
	return s
}

func (s script) write(t *testing.T, name, content string) {
	t.Helper()
	path := filepath.Join(s.root, s.direction, s.item, name)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o750))
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	_, err = file.WriteString(content)
	require.NoError(t, err)
	require.NoError(t, file.Close())
}

func (s script) line(t *testing.T, kind string, at time.Time, fields string) {
	t.Helper()
	s.write(t, filepath.Join(kind, at.Format("20060102")), fmt.Sprintf("{\"time\": %q, %s}\n", at.Format(time.DateTime), fields))
}

func (s script) beat(t *testing.T, at time.Time) {
	t.Helper()
	s.line(t, "heartbeat", at, `"user": "root", "host": "host1", "script": "/srv/checks/x.py"`)
}

func (s script) log(t *testing.T, at time.Time, level, message string) {
	t.Helper()
	s.line(t, "log", at, fmt.Sprintf(`"message_level": %q, "message": %q`, level, message))
}

func (s script) alarm(t *testing.T, at time.Time, result, message string) {
	t.Helper()
	s.line(t, "alarm", at, fmt.Sprintf(`"md5": "d41d8cd98f00b204e9800998ecf8427e", "receivers": "ann bob", "send_alarm_result": %q, "message": %q`, result, message))
}

// newStore makes a store of two monitors over three hours before the end: one
// that runs, and one that stopped two hours ago.
func newStore(t *testing.T, end time.Time) string {
	t.Helper()
	root := t.TempDir()
	running := script{root, "LSF", "check_jobs"}.describe(t, "every 10 minutes")
	stopped := script{root, "存储", "用户配额检查"}.describe(t, "每10分钟")
	for at := end.Add(-3 * time.Hour); !at.After(end); at = at.Add(10 * time.Minute) {
		running.beat(t, at)
		running.log(t, at, "Info", "all is well")
		if at.Before(end.Add(-2 * time.Hour)) {
			stopped.beat(t, at)
			stopped.log(t, at, "Error", "磁盘已满 98%")
		}
	}
	stopped.alarm(t, end.Add(-time.Hour), "PASSED", "磁盘已满")
	stopped.alarm(t, end.Add(-30*time.Minute), "FAILED", "磁盘已满")
	return root
}

// dataSource writes a provisioning file for the store.
func dataSource(t *testing.T, root, zone string) string {
	t.Helper()
	return file(t, "datasource.yaml", fmt.Sprintf(`apiVersion: 1
datasources:
  - name: Checks
    uid: heartline
    type: heartline-monitor-datasource
    jsonData:
      events: {kind: filetree, path: %q, timezone: %q}
  - name: Metrics
    type: prometheus
`, root, zone))
}

func file(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

// outcome is what a run of heartline printed, and its exit code.
type outcome struct {
	out, err string
	code     int
}

func heartline(t *testing.T, args ...string) outcome {
	t.Helper()
	return heartlineIn(t.Context(), "", args...)
}

func heartlineIn(ctx context.Context, stdin string, args ...string) outcome {
	var out, err bytes.Buffer
	code := run(ctx, "1.2.3", args, streams{in: strings.NewReader(stdin), out: &out, err: &err})
	return outcome{out.String(), err.String(), code}
}

// rowsOf runs a query with JSON output and reads its rows.
func rowsOf(t *testing.T, args ...string) []map[string]any {
	t.Helper()
	o := heartline(t, append([]string{"query", "--output", "json"}, args...)...)
	require.Zero(t, o.code, o.err)
	var rows []map[string]any
	require.NoError(t, json.Unmarshal([]byte(o.out), &rows), o.out)
	return rows
}
