package filetree

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"
	"sync"
	"time"

	"github.com/heartline-monitor/heartline/pkg/event"
)

// item is a folder <direction>/<item> of the tree.
type item struct{ direction, name string }

func (i item) path() string { return path.Join(i.direction, i.name) }

const (
	descriptorName = "monitor_item.yaml"
	// racy is how long after a folder's or file's modification another one may
	// leave the same time stamp: what was read so soon is not kept.
	racy = 2 * time.Second
)

// treeCache keeps what folders lie in a direction for as long as the direction
// is unchanged.
type treeCache struct {
	mu         sync.Mutex
	directions map[string]listing
}

type listing struct {
	modified time.Time
	items    []string
}

// items lists the monitors that the filter selects by name and by admin, sorted.
func (s *Store) items(ctx context.Context, root *os.Root, f event.Filter, problems *event.Problems) ([]item, error) {
	directions, err := folders(root, ".")
	if err != nil {
		return nil, err
	}
	var all []item
	for _, direction := range directions {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if !f.Match(event.Direction, direction) {
			continue
		}
		names, err := s.direction(root, direction)
		if err != nil {
			problems.Add(event.Problem{What: reason(err), Where: direction, Lost: true})
			continue
		}
		for _, name := range names {
			if f.MatchName(direction, name) {
				all = append(all, item{direction, name})
			}
		}
	}
	if !f.Has(event.Admin) {
		return all, nil
	}
	selected := make([]bool, len(all))
	err = s.parallel(ctx, len(all), func(_ context.Context, i int) error {
		m, _ := s.monitor(root, all[i])
		selected[i] = f.Match(event.Admin, m.Admins()...)
		return nil
	})
	var some []item
	for i, it := range all {
		if selected[i] {
			some = append(some, it)
		}
	}
	return some, err
}

func (s *Store) direction(root *os.Root, direction string) ([]string, error) {
	info, err := root.Stat(direction)
	if err != nil {
		return nil, err
	}
	s.tree.mu.Lock()
	known, ok := s.tree.directions[direction]
	s.tree.mu.Unlock()
	if ok && known.modified.Equal(info.ModTime()) {
		return known.items, nil
	}
	candidates, err := folders(root, direction)
	if err != nil {
		return nil, err
	}
	items := slices.DeleteFunc(slices.Clone(candidates), func(name string) bool { return !isMonitor(root, path.Join(direction, name)) })
	// A folder that is no monitor yet may become one without its direction changing.
	if len(items) == len(candidates) && time.Since(info.ModTime()) > racy {
		s.tree.mu.Lock()
		if s.tree.directions == nil {
			s.tree.directions = map[string]listing{}
		}
		s.tree.directions[direction] = listing{info.ModTime(), items}
		s.tree.mu.Unlock()
	}
	return items, nil
}

// isMonitor reports whether a folder is a monitor and not a stray one. One that
// may not be looked into counts as one, so that it is missed by nobody.
func isMonitor(root *os.Root, folder string) bool {
	for _, name := range []string{descriptorName, string(event.Heartbeats), string(event.Logs), string(event.Alarms)} {
		if _, err := root.Lstat(path.Join(folder, name)); err == nil || errors.Is(err, fs.ErrPermission) {
			return true
		}
	}
	return false
}

// folders lists the folders in a folder, links to folders included, sorted.
func folders(root *os.Root, name string) ([]string, error) {
	dir, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = dir.Close() }()
	entries, err := dir.ReadDir(-1)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if e.Type()&fs.ModeSymlink != 0 {
			if info, err := root.Stat(path.Join(name, e.Name())); err != nil || !info.IsDir() {
				continue
			}
		} else if !e.IsDir() {
			continue
		}
		names = append(names, e.Name())
	}
	slices.Sort(names)
	return names, nil
}

// reason says in a few words why something could not be read.
func reason(err error) string {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return "no permission to read it"
	case errors.Is(err, fs.ErrNotExist):
		return "it is missing"
	}
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		err = at.Err
	}
	return "it could not be read: " + err.Error()
}
