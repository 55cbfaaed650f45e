package build

import (
	"bytes"
	"debug/buildinfo"
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// inCheckout runs the rest of the test in the root of the checkout.
func inCheckout(t *testing.T) {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	root, err := Root(dir)
	require.NoError(t, err)
	t.Chdir(root)
}

func TestPluginBinaryNeedsNothingOfItsHost(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("static linking is for Grafana's Linux image")
	}
	inCheckout(t)
	binary, err := Plugin(t.Context(), t.TempDir())
	require.NoError(t, err)
	require.Equal(t, "gpx_heartline_linux_"+runtime.GOARCH, filepath.Base(binary))

	t.Run("it asks for no loader and no shared library", func(t *testing.T) { requireStatic(t, binary) })
	t.Run("it carries SQLite itself, not the stub of a build without cgo", func(t *testing.T) { requireSQLite(t, binary) })
	t.Run("it starts where there is no other file", func(t *testing.T) { requireStartsAlone(t, binary) })
}

func requireStatic(t *testing.T, binary string) {
	t.Helper()
	file, err := elf.Open(binary)
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	require.False(t, slices.ContainsFunc(file.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP }), "the binary names a loader")
	libraries, err := file.ImportedLibraries() // the DT_NEEDED entries
	require.NoError(t, err)
	require.Empty(t, libraries)
}

func requireSQLite(t *testing.T, binary string) {
	t.Helper()
	info, err := buildinfo.ReadFile(binary)
	require.NoError(t, err)
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	require.Equal(t, "1", settings["CGO_ENABLED"])
	content, err := os.ReadFile(binary)
	require.NoError(t, err)
	// The first bytes of every SQLite database: only the C code holds them.
	require.True(t, bytes.Contains(content, []byte("SQLite format 3\x00")), "go-sqlite3 is not linked in: is it imported by pkg/main.go?")
}

// requireStartsAlone runs the binary with an empty folder as its whole file
// system, so that neither a loader nor a library could come from anywhere.
func requireStartsAlone(t *testing.T, binary string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root may change the root folder of a process")
	}
	dir := t.TempDir()
	require.NoError(t, os.Link(binary, filepath.Join(dir, "plugin")))
	cmd := exec.CommandContext(t.Context(), "/plugin")
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: dir}
	cmd.Dir = "/"
	cmd.Env = []string{}
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit, "%s", out) // it says that Grafana starts it, and exits with 1
	require.Contains(t, string(out), "This binary is a plugin")
}
