// Package filetree is an event.Store on the file tree of existing check
// scripts: <root>/<direction>/<item>/{monitor_item.yaml,heartbeat,log,alarm}.
// The tree is read in place and never written; nothing outside its root is
// opened, whatever links lie in it.
package filetree

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/heartline-monitor/heartline/pkg/event"
)

// Config says where a tree is and how to read it.
type Config struct {
	Root     string         // the folder that holds the directions
	Location *time.Location // the zone the check scripts write in; nil is UTC
}

// Store implements event.Store.
type Store struct {
	root        string
	zone        *time.Location
	workers     int
	tree        treeCache
	descriptors descriptors
	counts      *minuteCache
}

var _ event.Store = (*Store)(nil)

// New returns a store on the tree. It does not touch the disk: a root that is
// missing is the error of each method until it is there.
func New(c Config) *Store {
	zone := c.Location
	if zone == nil {
		zone = time.UTC
	}
	return &Store{
		root:    c.Root,
		zone:    zone,
		workers: min(runtime.GOMAXPROCS(0), maxWorkers),
		counts:  newMinuteCache(maxCacheBytes),
	}
}

const (
	// maxWorkers bounds how many files are read at once for one request.
	maxWorkers = 8
	// maxCacheBytes bounds the counts that are kept: a year of 50 busy monitors.
	maxCacheBytes = 48 << 20
)

// Location implements event.Store.
func (s *Store) Location() *time.Location { return s.zone }

// Close implements event.Store. Nothing is held open between requests.
func (s *Store) Close() error { return nil }

// open opens the root for one request, so that a root that was mounted or
// replaced in the meantime is seen.
func (s *Store) open() (*os.Root, error) {
	info, err := os.Stat(s.root)
	if err == nil && !info.IsDir() {
		return nil, fmt.Errorf("%s is a file: name the folder that holds the directions", s.root)
	}
	root, err := os.OpenRoot(s.root)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("the events folder is missing, check the path and that it is mounted here: %w", err)
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("the events folder may not be read by this process, give its user read and search permission: %w", err)
	case err != nil:
		return nil, fmt.Errorf("open the events folder: %w", err)
	}
	return root, nil
}

// Check implements event.Store.
func (s *Store) Check(ctx context.Context) (string, error) {
	inventory, err := s.Monitors(ctx, event.Filter{})
	if err != nil {
		return "", err
	}
	directions := map[string]bool{}
	for _, m := range inventory.Monitors {
		directions[m.Direction] = true
	}
	if len(directions) == 0 {
		return "", fmt.Errorf("%s holds no monitors: a monitor is a folder <direction>/<item> with monitor_item.yaml, heartbeat, log or alarm in it", s.root)
	}
	said := fmt.Sprintf("%d monitors in %d directions", len(inventory.Monitors), len(directions))
	return strings.Join(append([]string{said}, inventory.Problems.Summary(3)...), "; "), nil
}
