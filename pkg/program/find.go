// Package program finds the servers and tools of Prometheus that tests and the
// demo run: those on the PATH, or else built once, from the nested modules in tools.
package program

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/gofrs/flock"
)

// source is where a program comes from.
type source struct {
	names  []string // by which it is installed, the usual one first; Debian has its own
	module module
	pkg    string
}

// module is a nested module that builds programs.
type module struct {
	folder  string
	version string // what the programs call themselves
}

var (
	ofPrometheus   = module{"tools/prometheus", "3.15.0"}
	ofAlertmanager = module{"tools/alertmanager", "0.28.1"}
)

var sources = map[string]source{
	"prometheus":   {[]string{"prometheus"}, ofPrometheus, "github.com/prometheus/prometheus/cmd/prometheus"},
	"promtool":     {[]string{"promtool"}, ofPrometheus, "github.com/prometheus/prometheus/cmd/promtool"},
	"alertmanager": {[]string{"alertmanager", "prometheus-alertmanager"}, ofAlertmanager, "github.com/prometheus/alertmanager/cmd/alertmanager"},
	"amtool":       {[]string{"amtool"}, ofAlertmanager, "github.com/prometheus/alertmanager/cmd/amtool"},
}

// Find returns the path of prometheus, promtool, alertmanager or amtool. What is
// not on the PATH is built, which takes minutes the first time; it has to be asked
// for within a checkout of Heartline.
func Find(ctx context.Context, name string) (string, error) {
	s, known := sources[name]
	if !known {
		return "", fmt.Errorf("program %q is not one of %q", name, names())
	}
	for _, candidate := range s.names {
		if path, err := exec.LookPath(candidate); err == nil {
			return path, nil
		}
	}
	path, err := s.build(ctx, name)
	if err != nil {
		return "", fmt.Errorf("%s is not on the PATH, and cannot be built: install it (Debian: apt-get install --no-install-recommends prometheus prometheus-alertmanager): %w", name, err)
	}
	return path, nil
}

func names() []string {
	var all []string
	for name := range sources {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// build makes the program in the user's cache, in a folder for the versions of
// everything it is made of, where it is found the next time.
func (s source) build(ctx context.Context, name string) (string, error) {
	root, err := checkout(ctx)
	if err != nil {
		return "", err
	}
	module := filepath.Join(root, filepath.FromSlash(s.module.folder))
	dir, err := cacheOf(module)
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, name)
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	// Tests of several packages may need it at the same time: one builds, the others wait.
	lock := flock.New(filepath.Join(dir, "lock"))
	if err := lock.Lock(); err != nil {
		return "", fmt.Errorf("wait for another build: %w", err)
	}
	defer func() { _ = lock.Unlock() }() // the end of the process does it, too
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	// The tag leaves the ways to find targets in clouds out, and half of the modules.
	cmd := exec.CommandContext(ctx, "go", "build", "-tags", "remove_all_sd", //nolint:gosec // of the table above
		"-ldflags", "-X github.com/prometheus/common/version.Version="+s.module.version, "-o", path+".new", s.pkg)
	cmd.Dir = module
	if said, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w: %s", s.pkg, err, bytes.TrimSpace(said))
	}
	return path, os.Rename(path+".new", path)
}

// cacheOf is where the programs of a module are kept.
func cacheOf(module string) (string, error) {
	sums, err := os.ReadFile(filepath.Join(module, "go.sum")) //nolint:gosec // of the checkout
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	version := sha256.Sum256(append(sums, runtime.Version()...))
	dir := filepath.Join(cache, "heartline", "programs", fmt.Sprintf("%x", version[:6]))
	return dir, os.MkdirAll(dir, 0o750) //nolint:gosec // below the user's cache
}

// checkout is the root of the checkout that the process works in.
func checkout(ctx context.Context) (string, error) {
	said, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("ask go where the module is: %w", err)
	}
	file := strings.TrimSpace(string(said))
	if file == "" || file == os.DevNull {
		return "", errors.New("this is no checkout of Heartline")
	}
	return filepath.Dir(file), nil
}
