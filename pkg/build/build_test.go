package build

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRootIsTheNearestFolderWithAModule(t *testing.T) {
	root := t.TempDir()
	deep := filepath.Join(root, "a", "b")
	require.NoError(t, os.MkdirAll(deep, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(root, "go.mod"), nil, 0o644))
	found, err := Root(deep)
	require.NoError(t, err)
	require.Equal(t, root, found)

	_, err = Root(string(filepath.Separator))
	require.ErrorContains(t, err, "checkout of Heartline")
}

func TestRunNamesTheCommandThatFailed(t *testing.T) {
	err := Run(t.Context(), nil, "go", "tool", "no-such-tool", "x", "left out")
	require.ErrorContains(t, err, "go tool no-such-tool x: exit status")
	require.NotContains(t, err.Error(), "left out")
}

func TestNeedSaysTheRemedy(t *testing.T) {
	require.NoError(t, need("go", "unused"))
	err := need("no-such-program", "install it like this")
	require.ErrorContains(t, err, "no-such-program is needed and not on the PATH: install it like this")
}

func TestNPMSaysTheRemedyWhereThereIsNone(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	require.ErrorContains(t, NPM(t.Context(), "build"), "install Node.js 20")
}

func TestFieldOfAJSONFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "plugin.json")
	require.NoError(t, os.WriteFile(path, []byte(`{"id": "x", "info": {}}`), 0o644))
	value, err := field(path, "id")
	require.NoError(t, err)
	require.Equal(t, "x", value)
	for _, missing := range []string{"executable", "info"} {
		_, err = field(path, missing)
		require.ErrorContains(t, err, missing)
	}
	require.NoError(t, os.WriteFile(path, []byte(`{`), 0o644))
	_, err = field(path, "id")
	require.ErrorContains(t, err, "read "+path)
}

func TestModulesAreStaleWhereTheyAreNotWhatTheLockFileSays(t *testing.T) {
	const lock = `{"packages": {"": {"version": "0.1.0"},
		"node_modules/a": {"version": "1.0.0", "integrity": "sha512-a"},
		"node_modules/other-platform": {"version": "1.0.0", "optional": true}}}`
	for name, c := range map[string]struct {
		installed string
		stale     bool
	}{
		"what is asked for":    {`{"packages": {"node_modules/a": {"version": "1.0.0", "integrity": "sha512-a"}}}`, false},
		"another version":      {`{"packages": {"node_modules/a": {"version": "1.0.1", "integrity": "sha512-a"}}}`, true},
		"another content":      {`{"packages": {"node_modules/a": {"version": "1.0.0", "integrity": "sha512-b"}}}`, true},
		"a package is missing": {`{"packages": {}}`, true},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			want, got := filepath.Join(dir, "want"), filepath.Join(dir, "got")
			require.NoError(t, os.WriteFile(want, []byte(lock), 0o644))
			stale, err := staleModules(want, got)
			require.NoError(t, err)
			require.True(t, stale, "nothing is installed")
			require.NoError(t, os.WriteFile(got, []byte(c.installed), 0o644))
			stale, err = staleModules(want, got)
			require.NoError(t, err)
			require.Equal(t, c.stale, stale)
			require.NoError(t, os.WriteFile(got, []byte("{"), 0o644))
			_, err = staleModules(want, got)
			require.ErrorContains(t, err, "remove node_modules and try again")
		})
	}
}
