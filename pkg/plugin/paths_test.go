package plugin

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// tree makes allowed/db, allowed/file, outside/db and links between them.
func tree(t *testing.T) string {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	for _, folder := range []string{"allowed/db/..data", "allowed-not/db", "outside/db"} {
		require.NoError(t, os.MkdirAll(filepath.Join(root, folder), 0o750))
	}
	require.NoError(t, os.WriteFile(filepath.Join(root, "allowed/file"), nil, 0o600))
	for link, target := range map[string]string{
		"allowed/inside": "db", "allowed/escape": "../outside", "allowed/loop": "loop", "entry": "allowed", "allowed/dangling": "nowhere",
	} {
		require.NoError(t, os.Symlink(target, filepath.Join(root, link)))
	}
	return root
}

func TestFolderUnderAllowedPathsIsServed(t *testing.T) {
	root := tree(t)
	tests := []struct{ name, allowed, path, want string }{
		{"the entry itself", "allowed", "/allowed", "allowed"},
		{"below it", "allowed", "/allowed/db", "allowed/db"},
		{"not cleaned", "allowed", "/allowed/../allowed//db/.", "allowed/db"},
		{"a link within", "allowed", "/allowed/inside", "allowed/db"},
		{"a link to another entry", "allowed,outside", "/allowed/escape/db", "outside/db"},
		{"an entry that is a link", "entry", "/entry/db", "allowed/db"},
		{"an entry that is a link, by its target", "entry", "/allowed/db", "allowed/db"},
		{"a name that begins with dots", "allowed", "/allowed/db/..data", "allowed/db/..data"},
		{"spaces and slashes in the list", " allowed/ , outside ", "/outside/db", "outside/db"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := allowed(root, tt.allowed).resolve(root+tt.path, eventsFolder)
			require.NoError(t, err)
			require.Equal(t, filepath.Join(root, tt.want), got)
		})
	}
}

// allowed makes the list of entries below a root.
func allowed(root, entries string) allowList {
	var absolute []string
	for entry := range strings.SplitSeq(entries, ",") {
		absolute = append(absolute, " "+root+"/"+strings.TrimSpace(entry)+" ")
	}
	return parseAllowList(strings.Join(absolute, ","))
}

func TestFolderOutsideAllowedPathsIsRefused(t *testing.T) {
	root := tree(t)
	for name, path := range map[string]string{
		"elsewhere":             "/outside/db",
		"through ..":            "/allowed/../outside/db",
		"through a link":        "/allowed/escape/db",
		"a longer name":         "/allowed-not/db",
		"the folder above":      "/",
		"missing and elsewhere": "/outside/missing",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := allowed(root, "allowed").resolve(root+path, eventsFolder)
			require.ErrorContains(t, err, "lies outside of allowed_paths")
			require.ErrorContains(t, err, "[plugin.heartline-monitor-datasource] allowed_paths = "+filepath.Clean(root+path))
			var wrong settingsError
			require.ErrorAs(t, err, &wrong)
		})
	}
}

func TestFolderThatCannotBeReadIsExplained(t *testing.T) {
	root := tree(t)
	tests := []struct {
		name, path, want string
		is               error
	}{
		{"missing", "/allowed/missing", "does not exist where Grafana runs", fs.ErrNotExist},
		{"a dangling link", "/allowed/dangling", "does not exist where Grafana runs", fs.ErrNotExist},
		{"a file for a folder", "/allowed/file", "is a file: name the folder", nil},
		{"below a file", "/allowed/file/db", "cannot be read", nil},
		{"a link to itself", "/allowed/loop", "cannot be read", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := allowed(root, "allowed").resolve(root+tt.path, eventsFolder)
			require.ErrorContains(t, err, tt.want)
			if tt.is != nil {
				require.ErrorIs(t, err, tt.is)
			}
			_, source, _ := classify(err)
			require.EqualValues(t, "downstream", source)
		})
	}
}

func TestRelativePathIsRefused(t *testing.T) {
	_, err := parseAllowList("/srv").resolve("srv/monitor_db", eventsFolder)
	require.ErrorContains(t, err, `events.path "srv/monitor_db" is not absolute`)
}

func TestFolderWithoutPermissionNamesTheUser(t *testing.T) {
	root := tree(t)
	db := filepath.Join(root, "allowed/db")
	err := eventsFolder.explain(db, &fs.PathError{Op: "open", Path: db, Err: fs.ErrPermission})
	if os.Getuid() != 0 {
		require.NoError(t, os.Chmod(db, 0))
		t.Cleanup(func() { require.NoError(t, os.Chmod(db, 0o700)) })
		_, err = allowed(root, "allowed").resolve(db, eventsFolder)
	}
	require.ErrorIs(t, err, fs.ErrPermission)
	require.ErrorContains(t, err, "may not be read: give the user Grafana runs as (uid ")
	status, source, _ := classify(err)
	require.EqualValues(t, 403, status)
	require.EqualValues(t, "downstream", source)
}

func TestLocalPathsAreRefusedUnlessAllowed(t *testing.T) {
	for _, list := range []string{"", " , "} {
		_, err := parseAllowList(list).resolve("/srv/monitor_db", eventsFolder)
		require.ErrorContains(t, err, "reading local folders is not allowed")
		require.ErrorContains(t, err, "[plugin.heartline-monitor-datasource] allowed_paths = /srv/monitor_db")
	}
}

func TestAllowedPathsMustBeAbsolute(t *testing.T) {
	_, err := parseAllowList("/srv,var/lib").resolve("/srv", eventsFolder)
	require.ErrorContains(t, err, `allowed_paths names "var/lib", which is not absolute`)
	require.False(t, errors.Is(err, fs.ErrNotExist))
}
