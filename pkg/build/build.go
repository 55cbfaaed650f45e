// Package build makes what Heartline ships out of a checkout: the plugin, the
// command line, the front end and the generated files. Magefile.go gives its
// functions their names on the command line. All of them work in the current
// folder, which has to be the root of the checkout.
package build

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Module is the import path of the repository's root.
const Module = "github.com/heartline-monitor/heartline"

// Dist is the folder that Grafana loads as the plugin.
const Dist = "dist"

// Run runs a program in the current folder, its output shown, with env added
// to the environment.
func Run(ctx context.Context, env []string, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		// Flags can be long: the first words say which command it was.
		return fmt.Errorf("%s %s: %w", name, strings.Join(args[:min(3, len(args))], " "), err)
	}
	return nil
}

// need fails with the remedy when a program is not installed.
func need(program, remedy string) error {
	if _, err := exec.LookPath(program); err != nil {
		return fmt.Errorf("%s is needed and not on the PATH: %s: %w", program, remedy, err)
	}
	return nil
}

// Root is the nearest folder at or above dir that holds go.mod.
func Root(dir string) (string, error) {
	for {
		_, err := os.Stat(filepath.Join(dir, "go.mod"))
		if err == nil {
			return dir, nil
		}
		if !errors.Is(err, os.ErrNotExist) {
			return "", err
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("no go.mod here or above: run this in a checkout of Heartline")
		}
		dir = parent
	}
}

// field reads a string at the top level of a JSON file.
func field(path, name string) (string, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	var fields map[string]any
	if err := json.Unmarshal(raw, &fields); err != nil {
		return "", fmt.Errorf("read %s: %w", path, err)
	}
	value, _ := fields[name].(string)
	if value == "" {
		return "", fmt.Errorf("%s has no %q", path, name)
	}
	return value, nil
}
