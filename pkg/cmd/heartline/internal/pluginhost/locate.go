package pluginhost

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Executable is the name of the plugin binary on this machine.
func Executable() string {
	name := fmt.Sprintf("gpx_heartline_%s_%s", runtime.GOOS, runtime.GOARCH)
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return name
}

// Locate finds the plugin binary: the given one, or else the one beside this
// program, in a folder dist there, or in the working directory's dist.
func Locate(given string) (string, error) {
	if given != "" {
		return given, runnable(given)
	}
	var places []string
	if self, err := os.Executable(); err == nil {
		if real, err := filepath.EvalSymlinks(self); err == nil {
			self = real
		}
		places = append(places, filepath.Dir(self), filepath.Join(filepath.Dir(self), "dist"))
	}
	places = append(places, "dist")
	for _, place := range places {
		if binary := filepath.Join(place, Executable()); runnable(binary) == nil {
			return binary, nil
		}
	}
	return "", fmt.Errorf("plugin binary %s not found in %s: build it with go tool mage build, or name it with --plugin",
		Executable(), strings.Join(places, ", "))
}

func runnable(binary string) error {
	info, err := os.Stat(binary)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("plugin binary %s does not exist: build it with go tool mage build, or correct --plugin", binary)
	case err != nil:
		return fmt.Errorf("plugin binary: %w", err)
	case info.IsDir():
		return fmt.Errorf("plugin binary %s is a folder: name the file in it, %s", binary, Executable())
	case runtime.GOOS != "windows" && info.Mode()&0o111 == 0:
		return fmt.Errorf("plugin binary %s is not executable: run chmod +x on it", binary)
	}
	return nil
}
