package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// binary is heartline as a release has it, built once for all tests.
var binary string

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "heartline")
	if err == nil {
		binary = filepath.Join(folder, "heartline")
		var said []byte
		if said, err = exec.Command("go", "build", "-ldflags", "-X main.version=1.2.3", "-o", binary, ".").CombinedOutput(); err != nil {
			err = fmt.Errorf("%w: %s", err, said)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "build heartline:", err)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(folder)
	os.Exit(code)
}

func TestBinaryStatesItsVersion(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), binary, "--version").Output()
	require.NoError(t, err)
	require.Equal(t, "heartline version 1.2.3\n", string(out))
}

func TestBinaryEndsWithTheExitCode(t *testing.T) {
	var failed *exec.ExitError
	_, err := exec.CommandContext(t.Context(), binary, "nonsense").Output()
	require.ErrorAs(t, err, &failed)
	require.Equal(t, 2, failed.ExitCode())
	require.Equal(t, "heartline: unknown command \"nonsense\": see heartline --help\n", string(failed.Stderr))
}

// hang starts a verification whose plugin is a script that hangs, beside
// heartline, where it is looked for. It returns once the script runs.
func hang(t *testing.T) (cmd *exec.Cmd, said *bytes.Buffer, pid string) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("processes are looked up in /proc")
	}
	folder := t.TempDir()
	write := func(path, content string, mode os.FileMode) string {
		require.NoError(t, os.WriteFile(path, []byte(content), mode))
		return path
	}
	started := filepath.Join(folder, "pid")
	write(filepath.Join(filepath.Dir(binary), "gpx_heartline_linux_"+runtime.GOARCH),
		fmt.Sprintf("#!/bin/sh\necho $$ > %s.new; mv %s.new %s; exec sleep 60\n", started, started, started), 0o700)
	source := write(filepath.Join(folder, "ds.yaml"), "apiVersion: 1\ndatasources:\n- {name: H, type: heartline-monitor-datasource}\n", 0o600)
	dashboard := write(filepath.Join(folder, "d.json"), `{"title": "D", "panels": []}`, 0o600)

	cmd = exec.CommandContext(t.Context(), binary, "verify", "--datasource", source, "--dashboards", dashboard)
	said = &bytes.Buffer{}
	cmd.Stderr = said
	require.NoError(t, cmd.Start())
	require.Eventually(t, func() bool { _, err := os.Stat(started); return err == nil }, 10*time.Second, 10*time.Millisecond)
	content, err := os.ReadFile(started)
	require.NoError(t, err)
	return cmd, said, strings.TrimSpace(string(content))
}

func TestInterruptLeavesNoPluginBehind(t *testing.T) {
	for _, signal := range []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		cmd, said, pid := hang(t)
		require.NoError(t, cmd.Process.Signal(signal))
		var ended *exec.ExitError
		require.ErrorAs(t, cmd.Wait(), &ended)
		require.Equal(t, 130, ended.ExitCode())
		require.Equal(t, "heartline: interrupted\n", said.String())
		require.NoDirExists(t, filepath.Join("/proc", pid), "neither running nor a zombie")
	}
}

func TestPluginDoesNotOutliveAHeartlineThatIsKilled(t *testing.T) {
	cmd, _, pid := hang(t)
	require.NoError(t, cmd.Process.Kill())
	require.Error(t, cmd.Wait())
	require.Eventually(t, func() bool {
		status, err := os.ReadFile(filepath.Join("/proc", pid, "stat"))
		// Whoever inherits it may be slow to collect it.
		return err != nil || strings.Contains(string(status), ") Z ")
	}, 10*time.Second, 10*time.Millisecond)
}
