package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const actTokenOfTests = "a token of some length"

// said is what a command writes while it runs.
type said struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

func actionsFile(t *testing.T, command string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "actions.yml")
	require.NoError(t, os.WriteFile(path, []byte("actions:\n- {name: restart, alert: Leak, command: ["+command+"], limit: {runs: 1, per: 30m}}\n"), 0o600))
	return path
}

// fire starts heartline act, sends it an alert, waits for the outcome and ends it.
func fire(t *testing.T, outcome string, args ...string) (audit string) {
	t.Helper()
	t.Setenv("HEARTLINE_ACT_TOKEN", actTokenOfTests)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var out, errs said
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, "", append([]string{"act", "--listen", "127.0.0.1:0"}, args...), streams{in: strings.NewReader(""), out: &out, err: &errs})
	}()
	var url string
	require.Eventually(t, func() bool {
		if m := regexp.MustCompile(`url=(http://127.0.0.1:\d+/alerts)`).FindStringSubmatch(errs.String()); m != nil {
			url = m[1]
		}
		return url != ""
	}, 20*time.Second, 5*time.Millisecond)
	body := `{"alerts": [{"status": "firing", "startsAt": "2026-03-06T18:30:00Z", "labels": {"alertname": "Leak", "service": "orders"}}]}`
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+actTokenOfTests)
	r.Close = true
	res, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, http.StatusOK, res.StatusCode)
	require.Eventually(t, func() bool { return strings.Contains(out.String(), `"outcome":"`+outcome+`"`) }, 20*time.Second, 5*time.Millisecond)
	cancel()
	require.Equal(t, exitOK, <-ended, errs.String())
	return out.String()
}

func TestActDoesNothingUnlessToldToRun(t *testing.T) {
	mark := filepath.Join(t.TempDir(), "mark")
	audit := fire(t, "dry run", "--actions", actionsFile(t, "/usr/bin/touch, "+mark))
	require.NoFileExists(t, mark)
	var entry map[string]any
	require.NoError(t, json.Unmarshal([]byte(audit), &entry))
	require.Equal(t, "Leak", entry["alert"])
	require.Equal(t, []any{"/usr/bin/touch", mark}, entry["command"])
}

func TestActRunsTheCommand(t *testing.T) {
	mark := filepath.Join(t.TempDir(), "mark")
	audit := fire(t, "ran", "--actions", actionsFile(t, "/usr/bin/touch, "+mark), "--run")
	require.FileExists(t, mark)
	require.Contains(t, audit, `"outcome":"begun"`)
}

func TestActAppendsToTheAuditLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	require.NoError(t, os.WriteFile(path, []byte("{}\n"), 0o600))
	o := actOptions{audit: path}
	out, done, err := o.openAudit(nil)
	require.NoError(t, err)
	_, err = out.Write([]byte("{}\n"))
	require.NoError(t, err)
	require.NoError(t, done())
	body, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "{}\n{}\n", string(body))
}

func TestActRefusesWhatItCannotDo(t *testing.T) {
	actions := actionsFile(t, "/bin/true")
	dir := t.TempDir()
	token := filepath.Join(dir, "token")
	require.NoError(t, os.WriteFile(token, []byte("short\n"), 0o600))
	for want, c := range map[string]struct {
		env  map[string]string
		code int
		args []string
	}{
		"--actions is missing":            {nil, exitUsage, nil},
		"no such file":                    {nil, exitFailed, []string{"--actions", filepath.Join(dir, "none.yml")}},
		"HEARTLINE_ACT_TOKEN is missing":  {nil, exitFailed, []string{"--actions", actions}},
		"are both set":                    {map[string]string{"HEARTLINE_ACT_TOKEN": "x", "HEARTLINE_ACT_TOKEN_FILE": token}, exitFailed, []string{"--actions", actions}},
		"the token has 5 characters":      {map[string]string{"HEARTLINE_ACT_TOKEN_FILE": token}, exitFailed, []string{"--actions", actions}},
		"read the token of":               {map[string]string{"HEARTLINE_ACT_TOKEN_FILE": dir + "/none"}, exitFailed, []string{"--actions", actions}},
		"choose another address":          {map[string]string{"HEARTLINE_ACT_TOKEN": actTokenOfTests}, exitFailed, []string{"--actions", actions, "--listen", "256.0.0.1:1"}},
		"open the audit log":              {map[string]string{"HEARTLINE_ACT_TOKEN": actTokenOfTests}, exitFailed, []string{"--actions", actions, "--audit", dir}},
		"unknown flag: --force: see hear": {nil, exitUsage, []string{"--force"}},
	} {
		t.Run(want, func(t *testing.T) {
			for name, value := range c.env {
				t.Setenv(name, value)
			}
			o := heartline(t, append([]string{"act"}, c.args...)...)
			require.Equal(t, c.code, o.code)
			require.Contains(t, o.err, want)
		})
	}
}
