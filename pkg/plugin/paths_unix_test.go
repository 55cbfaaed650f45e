//go:build unix

package plugin

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPipeIsNotWaitedFor(t *testing.T) {
	root := t.TempDir()
	pipe := filepath.Join(root, "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	_, err := parseAllowList(root).resolve(pipe, target{setting: "path", remedy: "name the SQLite file"})
	require.ErrorContains(t, err, "is no file: name the SQLite file")
}
