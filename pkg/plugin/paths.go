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

// target is what a setting's path must name.
type target struct {
	setting string // its name, for errors
	folder  bool
	remedy  string // where the path names the other thing
}

// resolve checks that a path may be read and names what it must, and returns it
// with all links resolved.
func (a allowList) resolve(path string, t target) (string, error) {
	if a.err != nil {
		return "", settingsError{a.err}
	}
	if !filepath.IsAbs(path) {
		return "", settingsError{fmt.Errorf("setting %s %q is not absolute: begin it with /", t.setting, path)}
	}
	path = filepath.Clean(path)
	// Before anything is looked at, so that nobody learns from the error what
	// exists outside.
	if !a.contains(path) {
		return "", t.outside(path)
	}
	resolved, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", t.explain(path, err)
	}
	if !a.contains(resolved) {
		return "", t.outside(path)
	}
	return resolved, t.readable(resolved)
}

func (t target) outside(path string) error {
	return settingsError{fmt.Errorf("setting %s %s lies outside of allowed_paths, or a link in it leads there: %s", t.setting, path, allowedPathsRemedy(path))}
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

func (t target) readable(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return t.explain(path, err)
	}
	switch {
	case t.folder && !info.IsDir():
		return settingsError{fmt.Errorf("setting %s %s is a file: %s", t.setting, path, t.remedy)}
	case !t.folder && !info.Mode().IsRegular():
		return settingsError{fmt.Errorf("setting %s %s is no file: %s", t.setting, path, t.remedy)}
	}
	f, err := os.Open(path) //nolint:gosec // checked against the allow list
	if err != nil {
		return t.explain(path, err)
	}
	return f.Close()
}

// explain adds the remedy to an error of the file system.
func (t target) explain(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("setting %s %s does not exist where Grafana runs, check its spelling and that it is mounted: %w", t.setting, path, err)
	case errors.Is(err, fs.ErrPermission):
		permission := "read"
		if t.folder {
			permission = "read and search"
		}
		return fmt.Errorf("setting %s %s may not be read: give the user Grafana runs as (uid %d) %s permission on it and search permission on the folders above, and see that systemd does not hide it (ProtectHome): %w", t.setting, path, os.Getuid(), permission, err)
	}
	return backend.DownstreamErrorf("setting %s %s cannot be read: %w", t.setting, path, err)
}
