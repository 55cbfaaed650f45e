package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNotificationsRenderWritesWhatTheEnvironmentEnables(t *testing.T) {
	t.Setenv("HEARTLINE_SLACK_URL", "https://hooks.slack.com/services/KEY")
	t.Setenv("HEARTLINE_NOTIFY_LANGUAGE", "zh")
	dir := t.TempDir()
	grafana, alertmanager := filepath.Join(dir, "alerting"), filepath.Join(dir, "alertmanager")
	o := heartline(t, "notifications", "render", "--out", grafana, "--alertmanager", alertmanager, "--alertmanager-sees", "/etc/alertmanager")
	require.Zero(t, o.code, o.err)
	require.Empty(t, o.err)
	require.Equal(t, "written: "+grafana+"\nwritten: "+alertmanager+"\n", o.out)
	points, err := os.ReadFile(filepath.Join(grafana, "contact-points.yaml"))
	require.NoError(t, err)
	require.Contains(t, string(points), "url: $__env{HEARTLINE_SLACK_URL}")
	require.Contains(t, string(points), "heartline.zh.slack")
	require.FileExists(t, filepath.Join(grafana, "templates.yaml"))
	config, err := os.ReadFile(filepath.Join(alertmanager, "alertmanager.yml"))
	require.NoError(t, err)
	require.Contains(t, string(config), "api_url_file: /etc/alertmanager/heartline-secrets/heartline_slack_url")
	require.FileExists(t, filepath.Join(alertmanager, "heartline-secrets", "heartline_slack_url"))
}

func TestNotificationsRenderSaysWhatIsLeftOut(t *testing.T) {
	o := heartline(t, "notifications", "render", "--out", t.TempDir())
	require.Zero(t, o.code)
	require.Contains(t, o.err, "note: route 1 is passed over: no variable enables a channel of receiver heartline")
}

func TestNotificationsRenderRefusesWhatItCannotDo(t *testing.T) {
	dir := t.TempDir()
	for want, c := range map[string]struct {
		code int
		args []string
	}{
		"--out is missing":                  {exitUsage, nil},
		"are the same folder":               {exitUsage, []string{"--out", dir, "--alertmanager", dir}},
		`--owner "nobody" is not two`:       {exitUsage, []string{"--out", dir, "--owner", "nobody"}},
		`--owner "1:-1" is not two`:         {exitUsage, []string{"--out", dir, "--owner", "1:-1"}},
		`unexpected argument "x"`:           {exitUsage, []string{"--out", dir, "x"}},
		"no such file":                      {exitFailed, []string{"--out", dir, "--config", filepath.Join(dir, "none.yml")}},
		`version "1" of Alertmanager`:       {exitFailed, []string{"--alertmanager", dir, "--alertmanager-version", "1"}},
		"unknown flag: --output: see heart": {exitUsage, []string{"--output", dir}},
	} {
		o := heartline(t, append([]string{"notifications", "render"}, c.args...)...)
		require.Equal(t, c.code, o.code, want)
		require.Contains(t, o.err, want)
	}
	require.Equal(t, exitUsage, heartline(t, "notifications", "send").code)
}
