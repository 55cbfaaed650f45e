package notify

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/program"
)

// minors are versions that are rendered differently.
var minors = []string{"0.25", "0.28.1", "0.31", "0.34.0"}

// rendered renders for Alertmanager into a folder, which it returns.
func renderedFor(t *testing.T, c *Config, v vars, version string) (dir string, notes []string) {
	t.Helper()
	dir = t.TempDir()
	notes, err := c.Render(v.look, Output{Alertmanager: Alertmanager{Version: version, Dir: dir, Sees: dir}})
	require.NoError(t, err)
	return dir, notes
}

func content(t *testing.T, elements ...string) string {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(elements...))
	require.NoError(t, err)
	return string(body)
}

func TestAlertmanagerGetsWhatItsVersionCanDo(t *testing.T) {
	for _, version := range minors {
		dir, notes := renderedFor(t, standardConfig(t), all(), version)
		golden(t, "testdata/alertmanager-"+version+".yml", strings.ReplaceAll(content(t, dir, "alertmanager.yml"), dir, "DIR"))
		left := []string{"wecom of receiver heartline is not in alertmanager.yml", "dingtalk of", "feishu of"}
		if version == "0.34.0" {
			left = nil
		}
		require.Len(t, notes, len(left), version)
		for i, start := range left {
			require.Contains(t, notes[i], start)
		}
	}
}

func TestSecretsOfAlertmanagerAreFilesOfTheirOwnerAlone(t *testing.T) {
	dir, _ := renderedFor(t, standardConfig(t), all(), "0.34")
	config := content(t, dir, "alertmanager.yml") + content(t, dir, "heartline.tmpl")
	require.NotContains(t, config, "KEY")
	require.NotContains(t, config, "SECRET-2")
	require.Equal(t, "https://hooks.slack.com/services/KEY-5", content(t, dir, secretsDir, "heartline_slack_url"))
	files, err := os.ReadDir(filepath.Join(dir, secretsDir))
	require.NoError(t, err)
	require.Len(t, files, 9)
	for _, f := range files {
		info, err := f.Info()
		require.NoError(t, err)
		require.Equal(t, ownerOnly, info.Mode().Perm(), f.Name())
	}
	dir, _ = renderedFor(t, standardConfig(t), all(), "0.25")
	info, err := os.Stat(filepath.Join(dir, "alertmanager.yml"))
	require.NoError(t, err)
	require.Equal(t, ownerOnly, info.Mode().Perm(), "secrets of channels without files stand in it")
}

func TestSecretsOfChannelsThatAreGoneAreRemoved(t *testing.T) {
	dir := t.TempDir()
	render := func(v vars) {
		_, err := standardConfig(t).Render(v.look, Output{Alertmanager: Alertmanager{Version: "0.28", Dir: dir, Sees: dir}})
		require.NoError(t, err)
	}
	render(vars{"HEARTLINE_SLACK_URL": "https://a/b"})
	require.FileExists(t, filepath.Join(dir, secretsDir, "heartline_slack_url"))
	render(vars{})
	require.NoFileExists(t, filepath.Join(dir, secretsDir, "heartline_slack_url"))
	require.FileExists(t, filepath.Join(dir, "alertmanager.yml"))
}

func TestAlertmanagerReadsSecretsFromFilesOfTheEnvironment(t *testing.T) {
	v := vars{"HEARTLINE_SLACK_URL_FILE": "/run/secrets/slack", "HEARTLINE_TELEGRAM_TOKEN_FILE": "/run/secrets/telegram", "HEARTLINE_TELEGRAM_CHAT": "-1"}
	dir, notes := renderedFor(t, standardConfig(t), v, "0.28")
	require.Empty(t, notes)
	require.Contains(t, content(t, dir, "alertmanager.yml"), "api_url_file: /run/secrets/slack")
	require.NoDirExists(t, filepath.Join(dir, secretsDir))
	_, notes = renderedFor(t, standardConfig(t), v, "0.25")
	require.Len(t, notes, 1)
	require.Contains(t, notes[0], "telegram of receiver heartline is not in alertmanager.yml: a secret is read from a file by Alertmanager 0.26 and newer")
}

func TestAlertmanagerSaysWhatIsMissing(t *testing.T) {
	for want, c := range map[string]struct {
		version string
		vars    vars
	}{
		"needs a mail server: set GF_SMTP_HOST": {"0.28", vars{"HEARTLINE_MAIL_TO": "a@example.org"}},
		`GF_SMTP_HOST is "m", without a port`:   {"0.28", vars{"HEARTLINE_MAIL_TO": "a@example.org", "GF_SMTP_HOST": "m", "GF_SMTP_FROM_ADDRESS": "b@example.org"}},
		"GF_SMTP_USER is set, and no password":  {"0.28", vars{"HEARTLINE_MAIL_TO": "a@example.org", "GF_SMTP_HOST": "m:25", "GF_SMTP_FROM_ADDRESS": "b@example.org", "GF_SMTP_USER": "x"}},
		`version "new" of Alertmanager`:         {"new", nil},
		`version "0.24" of Alertmanager`:        {"0.24", nil},
		`version "v0.28" of Alertmanager`:       {"v0.28", nil},
	} {
		dir := t.TempDir()
		_, err := standardConfig(t).Render(c.vars.look, Output{Alertmanager: Alertmanager{Version: c.version, Dir: filepath.Join(dir, "a"), Sees: dir}})
		require.ErrorContains(t, err, want)
		require.NoDirExists(t, filepath.Join(dir, "a"))
	}
}

// The committed files are those without any variable.
func TestAlertmanagerFilesAreThoseThatAreShipped(t *testing.T) {
	dir, _ := renderedFor(t, standardConfig(t), vars{}, "0.28")
	for _, name := range []string{"alertmanager.yml", "heartline.tmpl"} {
		golden(t, filepath.Join("../../deploy/alertmanager", name), content(t, dir, name))
	}
}

func TestRoutesOfAlertmanagerAreThoseOfTheFile(t *testing.T) {
	c, err := read(t, teams)
	require.NoError(t, err)
	dir, _ := renderedFor(t, c, vars{"PAYMENTS_SLACK_URL": "https://a/1", "HEARTLINE_SLACK_URL": "https://a/2"}, "0.28")
	golden(t, "testdata/alertmanager-routes.yml", strings.ReplaceAll(content(t, dir, "alertmanager.yml"), dir, "DIR"))
	amtool := find(t, "amtool")
	for want, labels := range map[string][]string{
		"payments":  {"alertname=HeartlineMonitorDown", "direction=支付", "severity=critical"},
		"heartline": {"alertname=HeartlineMonitorDown", "direction=支付", "severity=warning"},
	} {
		require.Equal(t, want, routed(t, amtool, dir, labels...))
	}
	require.Equal(t, "payments", routed(t, amtool, dir, "alertname=X", "team=pay.ments"))
	require.Equal(t, "heartline", routed(t, amtool, dir, "alertname=X", "team=payxments"), "a dot is a dot")
	require.Equal(t, "payments", routed(t, amtool, dir, "alertname=MilvusLatencyHigh", "admin=张三"))
	require.Equal(t, "payments", routed(t, amtool, dir, "alertname=MilvusLatencyHigh", "admin=李四 张三"), "one of several admins")
	require.Equal(t, "heartline", routed(t, amtool, dir, "alertname=MilvusLatencyHigh", "admin=张三丰"))
	require.Equal(t, "heartline", routed(t, amtool, dir, "alertname=NotMilvusLatencyHigh", "admin=张三"))
	require.Equal(t, "heartline", routed(t, amtool, dir, "alertname=Anything"))
}

func find(t *testing.T, name string) string {
	t.Helper()
	path, err := program.Find(t.Context(), name)
	require.NoError(t, err)
	return path
}

func routed(t *testing.T, amtool, dir string, labels ...string) string {
	t.Helper()
	args := append([]string{"config", "routes", "test", "--config.file=" + filepath.Join(dir, "alertmanager.yml")}, labels...)
	out, err := exec.CommandContext(t.Context(), amtool, args...).Output()
	require.NoError(t, err)
	return strings.TrimSpace(string(out))
}

// release is the version of the Alertmanager at hand.
func release(t *testing.T) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), find(t, "alertmanager"), "--version").CombinedOutput()
	require.NoError(t, err, "%s", out)
	_, rest, found := strings.Cut(string(out), "version ")
	if !found || !strings.HasPrefix(rest, "0.") {
		return "0.28" // it was built without a version, from the module in tools
	}
	version, _, _ := strings.Cut(rest, " ")
	return version
}

func TestAlertmanagerAcceptsEveryChannel(t *testing.T) {
	amtool, version := find(t, "amtool"), release(t)
	check := func(t *testing.T, v vars) {
		dir, _ := renderedFor(t, standardConfig(t), v, version)
		out, err := exec.CommandContext(t.Context(), amtool, "check-config", filepath.Join(dir, "alertmanager.yml")).CombinedOutput()
		require.NoError(t, err, "%s", out)
		require.Contains(t, string(out), fmt.Sprintf("%d inhibit rules", len(inhibitions)))
		require.Contains(t, string(out), "1 templates")
	}
	t.Run("none", func(t *testing.T) { check(t, vars{}) })
	t.Run("all", func(t *testing.T) { check(t, all()) })
	for _, kind := range kinds {
		t.Run(string(kind), func(t *testing.T) {
			v := only(kind)
			for _, name := range []string{"GF_SMTP_HOST", "GF_SMTP_FROM_ADDRESS"} {
				v[name] = all()[name]
			}
			check(t, v)
		})
	}
}
