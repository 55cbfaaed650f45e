package envfile

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	first  = "TEST_FIRST_PASSWORD"
	second = "TEST_SECOND_PASSWORD"
)

// forget unsets the variables, as a new process has them; the test's end puts them back.
func forget(t *testing.T) {
	t.Helper()
	t.Setenv(first, "")
	t.Setenv(second, "")
}

func TestSecretsAreMadeOnceAndKept(t *testing.T) {
	file := filepath.Join(t.TempDir(), ".env")
	require.NoError(t, os.WriteFile(file, []byte("GRAFANA_PORT=3001"), 0o600)) // without the end of the line
	forget(t)
	made, err := Ensure(file, first)
	require.NoError(t, err)
	require.Equal(t, []string{first}, made)
	password := os.Getenv(first)
	require.Len(t, password, 26)

	forget(t)
	made, err = Ensure(file, first, second)
	require.NoError(t, err)
	require.Equal(t, []string{second}, made)
	require.Equal(t, password, os.Getenv(first))
	require.NotEqual(t, password, os.Getenv(second))
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "GRAFANA_PORT=3001\n"+first+"="+password+"\n"+second+"="+os.Getenv(second)+"\n", string(content))
}

func TestSecretsOfTheEnvironmentComeFirst(t *testing.T) {
	file := filepath.Join(t.TempDir(), ".env")
	t.Setenv(first, "mine")
	made, err := Ensure(file, first)
	require.NoError(t, err)
	require.Empty(t, made)
	require.Equal(t, "mine", os.Getenv(first))
	require.NoFileExists(t, file)
}

func TestNobodyElseReadsAFileThatIsMade(t *testing.T) {
	file := filepath.Join(t.TempDir(), ".env")
	forget(t)
	_, err := Ensure(file, first)
	require.NoError(t, err)
	info, err := os.Stat(file)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	forget(t)
	require.NoError(t, os.WriteFile(file, []byte("GRAFANA_PORT=3001\n"), 0o600))
	require.NoError(t, os.Chmod(file, 0o644))
	_, err = Ensure(file, first)
	require.NoError(t, err)
	info, err = os.Stat(file)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "a file without secrets gets one")
}

func TestFileThatCannotBeReadIsNamed(t *testing.T) {
	forget(t)
	file := filepath.Join(t.TempDir(), ".env")
	require.NoError(t, os.Mkdir(file, 0o700))
	_, err := Ensure(file, first)
	require.ErrorContains(t, err, "read "+file)
}
