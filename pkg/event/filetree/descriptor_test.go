package filetree_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/event"
)

// inventory lists the monitors of a tree and its problems.
func inventory(t testing.TB, tr tree) ([]event.Monitor, event.Problems) {
	t.Helper()
	got, err := tr.store(nil).Monitors(t.Context(), event.Filter{})
	require.NoError(t, err)
	return got.Monitors, got.Problems
}

func TestDescriptorsInAnyYAMLAreRead(t *testing.T) {
	bare := event.Monitor{Direction: "LSF", Item: "check_disk"}
	with := func(change func(*event.Monitor)) event.Monitor {
		m := bare
		change(&m)
		return m
	}
	host := with(func(m *event.Monitor) { m.Host = "hpc01" })
	for name, tt := range map[string]struct {
		yaml string
		want event.Monitor
	}{
		"plain":              {"script_startup_host: hpc01\n", host},
		"quoted":             {"script_startup_host: \"hpc01\"\n", host},
		"flow":               {"{script_startup_host: hpc01}", host},
		"JSON":               {`{"script_startup_host": "hpc01"}`, host},
		"a comment":          {"# written by hand\nscript_startup_host: hpc01 # the first\n", host},
		"carriage returns":   {"script_startup_host: hpc01\r\nscript_path: \"\"\r\n", host},
		"byte order mark":    {"\xef\xbb\xbfscript_startup_host: hpc01\n", host},
		"document marks":     {"---\nscript_startup_host: hpc01\n...\n", host},
		"unknown keys":       {"script_startup_host: hpc01\nnew: {a: [1, 2]}\n", host},
		"empty values":       {"script_startup_host: hpc01\nscript_path:\ndirection_admin: ''\nalarm_receivers: ~\n", host},
		"another direction":  {"script_startup_host: hpc01\ndirection: storage\nmonitor_item: check_quota\n", host},
		"a number":           {"script_startup_host: 10\n", with(func(m *event.Monitor) { m.Host = "10" })},
		"leading zeros":      {"script_startup_host: 007\n", with(func(m *event.Monitor) { m.Host = "007" })},
		"a truth":            {"script_startup_host: yes\nscript_path: true\n", with(func(m *event.Monitor) { m.Host, m.Script = "yes", "true" })},
		"a date":             {"script_execute_frequency: 2026-03-05\n", with(func(m *event.Monitor) { m.ExecuteFrequency = "2026-03-05" })},
		"an address":         {"script_startup_host: 10.232.158.36\n", with(func(m *event.Monitor) { m.Host = "10.232.158.36" })},
		"cron":               {"script_execute_frequency: '*/10 * * * *'\n", with(func(m *event.Monitor) { m.ExecuteFrequency = "*/10 * * * *" })},
		"Chinese":            {"script_execute_frequency: 每10分钟\n", with(func(m *event.Monitor) { m.ExecuteFrequency = "每10分钟" })},
		"folded text":        {"script_path: >-\n  /a\n  b\n", with(func(m *event.Monitor) { m.Script = "/a b" })},
		"receivers":          {"alarm_receivers: ann  bob\n", with(func(m *event.Monitor) { m.Receivers = []string{"ann", "bob"} })},
		"a list of them":     {"alarm_receivers: [ann, bob]\n", with(func(m *event.Monitor) { m.Receivers = []string{"ann", "bob"} })},
		"a list, one a line": {"alarm_receivers:\n- ann\n- 7\n", with(func(m *event.Monitor) { m.Receivers = []string{"ann", "7"} })},
		"invalid UTF-8":      {"script_startup_host: hpc\xb4\xc5\n", with(func(m *event.Monitor) { m.Host = "hpc\uFFFD" })},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := newTree(t)
			tr.write(t, "LSF/check_disk/monitor_item.yaml", tt.yaml)
			got, problems := inventory(t, tr)
			require.Empty(t, problems)
			require.Len(t, got, 1)
			require.ElementsMatch(t, tt.want.Receivers, got[0].Receivers)
			got[0].Receivers = tt.want.Receivers
			require.Equal(t, tt.want, got[0])
		})
	}
}

func TestAMonitorWithoutAReadableDescriptorIsKnownByItsFolder(t *testing.T) {
	for name, tt := range map[string]struct {
		make func(t *testing.T, tr tree, name string)
		says string
	}{
		"missing":       {func(*testing.T, tree, string) {}, "missing"},
		"empty":         {func(t *testing.T, tr tree, name string) { tr.write(t, name, "") }, "empty"},
		"blank":         {func(t *testing.T, tr tree, name string) { tr.write(t, name, " \n\n") }, "empty"},
		"no mapping":    {func(t *testing.T, tr tree, name string) { tr.write(t, name, "- a\n- b\n") }, "not the YAML of a monitor"},
		"no YAML":       {func(t *testing.T, tr tree, name string) { tr.write(t, name, "a: [b\nc: }\n") }, "not the YAML of a monitor"},
		"NULs":          {func(t *testing.T, tr tree, name string) { tr.write(t, name, strings.Repeat("\x00", 300)) }, "not the YAML of a monitor"},
		"a folder":      {func(t *testing.T, tr tree, name string) { tr.folder(t, name) }, "it is no file"},
		"a broken link": {func(t *testing.T, tr tree, name string) { require.NoError(t, os.Symlink("nowhere", tr.path(name))) }, "missing"},
		"far too large": {func(t *testing.T, tr tree, name string) { tr.write(t, name, strings.Repeat("# x\n", 40_000)) }, "larger than"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := newTree(t)
			tr.write(t, "LSF/check_disk/log/20260305", good("a"))
			tr.write(t, "LSF/other/monitor_item.yaml", "script_startup_host: hpc01\n")
			tt.make(t, tr, "LSF/check_disk/monitor_item.yaml")
			got, problems := inventory(t, tr)
			require.Equal(t, []event.Monitor{{Direction: "LSF", Item: "check_disk"}, {Direction: "LSF", Item: "other", Host: "hpc01"}}, bareReceivers(got))
			require.Len(t, problems, 1)
			require.Equal(t, "LSF/check_disk/monitor_item.yaml", problems[0].Where)
			require.Contains(t, problems[0].What, tt.says)
			require.NotContains(t, problems[0].What, "\n")
			require.Equal(t, []string{"a"}, messages(t, tr.store(nil), march))
		})
	}
}

func bareReceivers(monitors []event.Monitor) []event.Monitor {
	for i := range monitors {
		if len(monitors[i].Receivers) == 0 {
			monitors[i].Receivers = nil
		}
	}
	return monitors
}

func TestAChangedDescriptorIsReadAgain(t *testing.T) {
	tr := newTree(t)
	const name = "LSF/check_disk/monitor_item.yaml"
	tr.write(t, name, "script_startup_host: hpc01\n")
	s := tr.store(nil)
	hosts := func() string {
		got, err := s.Monitors(t.Context(), event.Filter{})
		require.NoError(t, err)
		return got.Monitors[0].Host
	}
	tr.age(t, name)
	require.Equal(t, "hpc01", hosts())
	require.Equal(t, "hpc01", hosts())
	require.NoError(t, os.WriteFile(tr.path(name), []byte("script_startup_host: hpc02\n"), 0o600))
	require.Equal(t, "hpc02", hosts(), "of the same size")
	require.NoError(t, os.WriteFile(tr.path(name), []byte("script_startup_host: hpc03\n"), 0o600))
	require.Equal(t, "hpc03", hosts(), "again within a moment")
}
