//go:build unix

package program

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// install puts a program that prints its name into a folder.
func install(t *testing.T, dir, name string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\necho "+name+"\n"), 0o700))
	return path
}

func TestFindTakesWhatIsOnThePathUnderAnyOfItsNames(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	debian := install(t, dir, "prometheus-alertmanager")
	path, err := Find(t.Context(), "alertmanager")
	require.NoError(t, err)
	require.Equal(t, debian, path)
	usual := install(t, dir, "alertmanager")
	path, err = Find(t.Context(), "alertmanager")
	require.NoError(t, err)
	require.Equal(t, usual, path)
}

func TestFindBuildsWhatIsNotInstalledOnce(t *testing.T) {
	tools, cache, module := t.TempDir(), t.TempDir(), checkoutRoot(t)
	t.Setenv("PATH", tools)
	t.Setenv("XDG_CACHE_HOME", cache)
	// A go that says where the module is, and whose builds write a line.
	script := "#!/bin/sh\nif [ \"$1\" = env ]; then echo " + filepath.Join(module, "go.mod") + "; exit; fi\n" +
		"echo built >> " + filepath.Join(tools, "builds") + "\nwhile [ \"$1\" != -o ]; do shift; done\necho program > \"$2\"\n"
	require.NoError(t, os.WriteFile(filepath.Join(tools, "go"), []byte(script), 0o700))
	first, err := Find(t.Context(), "promtool")
	require.NoError(t, err)
	require.FileExists(t, first)
	require.True(t, strings.HasPrefix(first, cache), first)
	second, err := Find(t.Context(), "promtool")
	require.NoError(t, err)
	require.Equal(t, first, second)
	builds, err := os.ReadFile(filepath.Join(tools, "builds"))
	require.NoError(t, err)
	require.Equal(t, "built\n", string(builds))
}

func TestFindSaysHowToInstallWhatCannotBeBuilt(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	t.Setenv("XDG_CACHE_HOME", dir)
	_, err := Find(t.Context(), "amtool")
	require.ErrorContains(t, err, "apt-get install")
	_, err = Find(t.Context(), "grafana")
	require.ErrorContains(t, err, `"promtool"`)
}

// TestTheModulesKnowThePrograms holds the table against the nested modules.
func TestTheModulesKnowThePrograms(t *testing.T) {
	root := checkoutRoot(t)
	for name, s := range sources {
		mod, err := os.ReadFile(filepath.Join(root, s.module.folder, "go.mod"))
		require.NoError(t, err)
		require.Contains(t, string(mod), s.pkg, name)
		// As a library Prometheus 3.15.0 is v0.315.0.
		library := regexp.MustCompile(`^3\.(\d+)\.`).ReplaceAllString(s.module.version, "0.3$1.")
		require.Contains(t, string(mod), strings.Split(s.pkg, "/cmd/")[0]+" v"+library, name)
	}
}

func checkoutRoot(t *testing.T) string {
	t.Helper()
	said, err := exec.CommandContext(t.Context(), "go", "env", "GOMOD").Output()
	require.NoError(t, err)
	return filepath.Dir(strings.TrimSpace(string(said)))
}
