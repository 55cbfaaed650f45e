package act

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func write(t *testing.T, body string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "actions.yml")
	require.NoError(t, os.WriteFile(path, []byte(body), 0o600))
	return path
}

func TestActionsFileIsRead(t *testing.T) {
	actions, err := Load(write(t, `
actions:
  - name: restart-orders
    alert: HeartlineGoroutinesLeak
    labels: {service: orders}
    command: [/bin/sh, -c, 'systemctl restart orders']
    limit: {runs: 1, per: 30m}
  - name: note
    alert: MilvusAbsent
    command: [/bin/true]
    timeout: 5s
    limit: {runs: 3, per: 1h}
`))
	require.NoError(t, err)
	require.Equal(t, []Action{
		{
			Name: "restart-orders", Alert: "HeartlineGoroutinesLeak", Labels: map[string]string{"service": "orders"},
			Command: []string{"/bin/sh", "-c", "systemctl restart orders"}, Timeout: time.Minute, Limit: Limit{1, 30 * time.Minute},
		},
		{Name: "note", Alert: "MilvusAbsent", Command: []string{"/bin/true"}, Timeout: 5 * time.Second, Limit: Limit{3, time.Hour}},
	}, actions)
}

func TestActionsFileSaysWhatIsWrong(t *testing.T) {
	const good = "name: a, alert: A, command: [/bin/true], limit: {runs: 1, per: 1m}"
	for body, want := range map[string]string{
		"":                                    "there is no action",
		"actions: [{" + good + ", shell: x}]": `unknown field "shell"`,
		"actions: [{" + good + "}, {" + good + "}]":                                                  `another action is named "a"`,
		"actions: [{alert: A, command: [/bin/true], limit: {runs: 1, per: 1m}}]":                     "name is missing",
		"actions: [{name: a, command: [/bin/true], limit: {runs: 1, per: 1m}}]":                      "must be the name of one alert",
		"actions: [{name: a, alert: 'Milvus*', command: [/bin/true], limit: {runs: 1, per: 1m}}]":    "must be the name of one alert",
		"actions: [{name: a, alert: A, limit: {runs: 1, per: 1m}}]":                                  "command is missing",
		"actions: [{name: a, alert: A, command: [true], limit: {runs: 1, per: 1m}}]":                 "absolute path",
		"actions: [{name: a, alert: A, command: [/nowhere/x], limit: {runs: 1, per: 1m}}]":           "no such file",
		"actions: [{name: a, alert: A, command: [/etc/passwd], limit: {runs: 1, per: 1m}}]":          "cannot be executed",
		"actions: [{name: a, alert: A, command: [/bin], limit: {runs: 1, per: 1m}}]":                 "cannot be executed",
		"actions: [{name: a, alert: A, command: [/bin/true, '{{ x }}'], limit: {runs: 1, per: 1m}}]": "arguments are fixed",
		"actions: [{name: a, alert: A, command: [/bin/true]}]":                                       "limit is missing",
		"actions: [{name: a, alert: A, command: [/bin/true], limit: {runs: 1}}]":                     "limit is missing",
		"actions: [{" + good + ", timeout: 2h}]":                                                     "timeout 2h0m0s",
	} {
		_, err := Load(write(t, body))
		require.ErrorContains(t, err, want, body)
		require.ErrorContains(t, err, "actions.yml")
	}
	_, err := Load(filepath.Join(t.TempDir(), "none.yml"))
	require.ErrorIs(t, err, os.ErrNotExist)
}
