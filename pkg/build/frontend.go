package build

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// FrontEnd builds the front end into Dist. It empties Dist of everything but
// plugin binaries: build those that belong there afterwards.
func FrontEnd(ctx context.Context) error { return NPM(ctx, "build") }

// NPM runs scripts of package.json one after the other. Dependencies are
// installed first where they differ from package-lock.json.
func NPM(ctx context.Context, scripts ...string) error {
	if err := need("npm", "install Node.js 20 or later with npm (https://nodejs.org, or your distribution's packages nodejs and npm)"); err != nil {
		return err
	}
	stale, err := staleModules("package-lock.json", "node_modules/.package-lock.json")
	if err != nil {
		return err
	}
	if stale {
		if err := Run(ctx, nil, "npm", "ci", "--no-audit", "--no-fund"); err != nil {
			return err
		}
	}
	for _, script := range scripts {
		if err := Run(ctx, nil, "npm", "run", script); err != nil {
			return err
		}
	}
	return nil
}

type lockFile struct {
	Packages map[string]lockedPackage `json:"packages"`
}

type lockedPackage struct {
	Version   string `json:"version"`
	Integrity string `json:"integrity"`
	Optional  bool   `json:"optional"`
}

// staleModules reports whether what npm says it installed is not what the lock
// file asks for. Times of files would not do: git sets them anew.
func staleModules(wantPath, gotPath string) (bool, error) {
	want, err := readLock(wantPath)
	if err != nil {
		return false, err
	}
	got, err := readLock(gotPath)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("%w: remove node_modules and try again", err)
	}
	for name, w := range want.Packages {
		g, installed := got.Packages[name]
		switch {
		case name == "": // the project itself
		case !installed && w.Optional: // for another platform
		case !installed || g.Version != w.Version || g.Integrity != w.Integrity:
			return true, nil
		}
	}
	return false, nil
}

func readLock(path string) (lockFile, error) {
	var lock lockFile
	raw, err := os.ReadFile(path)
	if err != nil {
		return lock, err
	}
	if err := json.Unmarshal(raw, &lock); err != nil {
		return lock, fmt.Errorf("read %s: %w", path, err)
	}
	return lock, nil
}
