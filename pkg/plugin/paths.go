package plugin

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
)

// allowedPathsVariable is how allowed_paths in the section of this plugin in
// grafana.ini reaches it.
const allowedPathsVariable = "GF_PLUGIN_ALLOWED_PATHS"

// allowList says which folders of the server the administrator lets data
// sources read. Whoever may edit data sources must not be able to read any
// file that Grafana can.
type allowList struct {
	entries []string // absolute and cleaned
	err     error    // what is wrong with the setting
}

// parseAllowList reads absolute paths with commas between them.
func parseAllowList(text string) allowList {
	var list allowList
	for entry := range strings.SplitSeq(text, ",") {
		entry = strings.TrimSpace(entry)
		switch {
		case entry == "":
		case !filepath.IsAbs(entry):
			list.err = fmt.Errorf("allowed_paths names %q, which is not absolute: %s", entry, allowedPathsRemedy("/srv/monitor_db"))
		default:
			list.entries = append(list.entries, filepath.Clean(entry))
		}
	}
	if len(list.entries) == 0 && list.err == nil {
		list.err = fmt.Errorf("reading local folders is not allowed: %s", allowedPathsRemedy("/srv/monitor_db"))
	}
	return list
}

func allowedPathsRemedy(example string) string {
	return fmt.Sprintf("let the administrator of Grafana set, in grafana.ini, [plugin.%s] allowed_paths = %s (with commas between several) and restart it", ID, example)
}

// folder checks that a path may be read and is a folder, and returns it with
// all links resolved.
func (a allowList) folder(path string) (string, error) {
	if a.err != nil {
		return "", settingsError{a.err}
	}
	if !filepath.IsAbs(path) {
		return "", settingsError{fmt.Errorf("setting events.path %q is not absolute: begin it with /", path)}
	}
	path = filepath.Clean(path)
	// Before anything is looked at, so that nobody learns from the error what
	// exists outside.
	if !a.contains(path) {
		return "", a.outside(path)
	}
	resolved, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", explainPath(path, err)
	}
	if !a.contains(resolved) {
		return "", a.outside(path)
	}
	return resolved, readableFolder(resolved)
}

func (a allowList) outside(path string) error {
	return settingsError{fmt.Errorf("setting events.path %s lies outside of allowed_paths, or a link in it leads there: %s", path, allowedPathsRemedy(path))}
}

// contains compares whole path elements. An entry counts both as it is written
// and with its links resolved.
func (a allowList) contains(path string) bool {
	for _, entry := range a.entries {
		if under(entry, path) {
			return true
		}
		// An entry that cannot be resolved holds nothing that could be read.
		if resolved, err := filepath.EvalSymlinks(entry); err == nil && under(resolved, path) {
			return true
		}
	}
	return false
}

func under(folder, path string) bool {
	rel, err := filepath.Rel(folder, path)
	return err == nil && filepath.IsLocal(rel)
}

func readableFolder(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return explainPath(path, err)
	}
	if !info.IsDir() {
		return settingsError{fmt.Errorf("setting events.path %s is a file: name the folder that holds the directions", path)}
	}
	folder, err := os.Open(path) //nolint:gosec // a folder, checked against the allow list
	if err != nil {
		return explainPath(path, err)
	}
	return folder.Close()
}

// explainPath adds the remedy to an error of the file system.
func explainPath(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("setting events.path %s does not exist where Grafana runs, check its spelling and that it is mounted: %w", path, err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("setting events.path %s may not be read: give the user Grafana runs as (uid %d) read and search permission on it and search permission on the folders above, and see that systemd does not hide it (ProtectHome): %w", path, os.Getuid(), err)
	}
	return backend.DownstreamErrorf("setting events.path %s cannot be read: %w", path, err)
}
