package tour

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPasswordIsMadeOnceAndKept(t *testing.T) {
	file := filepath.Join(t.TempDir(), ".env")
	require.NoError(t, os.WriteFile(file, []byte("GRAFANA_PORT=3001\n"), 0o600))
	t.Setenv(passwordVariable, "")
	require.NoError(t, ensurePassword(file))
	first := os.Getenv(passwordVariable)
	require.Len(t, first, 26)

	t.Setenv(passwordVariable, "")
	require.NoError(t, ensurePassword(file))
	require.Equal(t, first, os.Getenv(passwordVariable))
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "GRAFANA_PORT=3001\n"+passwordVariable+"="+first+"\n", string(content))
}

func TestPasswordOfTheEnvironmentComesFirst(t *testing.T) {
	file := filepath.Join(t.TempDir(), ".env")
	t.Setenv(passwordVariable, "mine")
	require.NoError(t, ensurePassword(file))
	require.Equal(t, "mine", os.Getenv(passwordVariable))
	require.NoFileExists(t, file)
}

func TestPasswordFileThatCannotBeReadIsNamed(t *testing.T) {
	t.Setenv(passwordVariable, "")
	file := filepath.Join(t.TempDir(), ".env")
	require.NoError(t, os.Mkdir(file, 0o700))
	require.ErrorContains(t, ensurePassword(file), "read "+file)
}
