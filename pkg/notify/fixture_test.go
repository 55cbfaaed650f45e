package notify

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files, and those in provisioning and deploy, instead of comparing with them")

// golden compares with a file of this package, or writes it.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
		return
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run the test with -update to write the golden file, and look at it")
	require.Equal(t, string(want), got, "run the test with -update when the change is meant")
}

// variables of an environment.
type vars map[string]string

func (v vars) look(name string) (string, bool) {
	value, set := v[name]
	return value, set
}

// all enables every channel.
func all() vars {
	return vars{
		"HEARTLINE_MAIL_TO":      "ops@example.org; Zhang San <zhang@example.org>",
		"HEARTLINE_WECOM_URL":    "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=KEY-1",
		"HEARTLINE_WECOM_SECRET": "SECRET-2", "HEARTLINE_WECOM_CORP_ID": "ww$1", "HEARTLINE_WECOM_AGENT_ID": "1000002",
		"HEARTLINE_DINGTALK_URL":   "https://oapi.dingtalk.com/robot/send?access_token=KEY-3",
		"HEARTLINE_TELEGRAM_TOKEN": "123456:KEY-4", "HEARTLINE_TELEGRAM_CHAT": "-1001234567890",
		"HEARTLINE_SLACK_URL":   "https://hooks.slack.com/services/KEY-5",
		"HEARTLINE_WEBHOOK_URL": "http://127.0.0.1:9095/alerts", "HEARTLINE_WEBHOOK_TOKEN": "KEY-6",
		"HEARTLINE_FEISHU_URL": "https://open.feishu.cn/open-apis/bot/v2/hook/KEY-7",
		"GF_SMTP_HOST":         "mail.example.org:587", "GF_SMTP_FROM_ADDRESS": "grafana@example.org",
		"GF_SMTP_USER": "grafana", "GF_SMTP_PASSWORD": "KEY-8",
		"GF_SERVER_ROOT_URL": "http://grafana.example.org/",
	}
}

// only enables one channel.
func only(kind Kind) vars {
	v := vars{}
	for _, end := range append([]string{variables[kind].protected}, variables[kind].needs...) {
		if end != "" {
			v["HEARTLINE_"+end] = all()["HEARTLINE_"+end]
		}
	}
	return v
}

// standardConfig is the one that comes with Heartline.
func standardConfig(t *testing.T) *Config {
	t.Helper()
	c, err := Load("")
	require.NoError(t, err)
	return c
}

// read writes a notifications file and loads it.
func read(t *testing.T, body string) (*Config, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notifications.yml")
	require.NoError(t, os.WriteFile(path, []byte(body), 0o600))
	return Load(path)
}
