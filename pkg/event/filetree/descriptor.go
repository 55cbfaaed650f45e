package filetree

import (
	"fmt"
	"io"
	"os"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"github.com/heartline-monitor/heartline/pkg/event"
)

// maxDescriptor bounds a monitor_item.yaml: ten short strings.
const maxDescriptor = 64 << 10

// descriptor is monitor_item.yaml as its writers spell it.
type descriptor struct {
	AlarmFrequency   text `yaml:"alarm_frequency"`
	AlarmReceivers   text `yaml:"alarm_receivers"`
	DirectionAdmin   text `yaml:"direction_admin"`
	Author           text `yaml:"script_auther"`
	ExecuteFrequency text `yaml:"script_execute_frequency"`
	Path             text `yaml:"script_path"`
	StartupHost      text `yaml:"script_startup_host"`
	StartupMethod    text `yaml:"script_startup_method"`
}

// text is a string of the descriptor. Writers leave strings unquoted, so that a
// number, a date or null may stand in place of one.
type text string

// UnmarshalYAML takes a scalar as it is written, and a list as words.
func (t *text) UnmarshalYAML(node ast.Node) error {
	switch n := node.(type) {
	case *ast.NullNode:
		return nil
	case *ast.IntegerNode, *ast.FloatNode: // 007 is no number to its writer
		*t = text(n.GetToken().Value)
		return nil
	case *ast.SequenceNode:
		words := make([]string, len(n.Values))
		for i, value := range n.Values {
			var word text
			if err := word.UnmarshalYAML(value); err != nil {
				return err
			}
			words[i] = string(word)
		}
		*t = text(strings.Join(words, " "))
		return nil
	}
	var s string
	if err := yaml.NodeToValue(node, &s); err != nil {
		s = strings.TrimSpace(node.String())
	}
	*t = text(s)
	return nil
}

// descriptors keeps monitors as long as their descriptor is unchanged.
type descriptors struct {
	mu    sync.Mutex
	known map[item]described
}

type described struct {
	size     int64
	modified time.Time
	monitor  event.Monitor
	problem  string
}

// monitor reads the descriptor of an item. An item whose descriptor is missing
// or unreadable is a monitor still: it is known by its folder.
func (s *Store) monitor(root *os.Root, it item) (event.Monitor, string) {
	name := path.Join(it.path(), descriptorName)
	bare := event.Monitor{Direction: it.direction, Item: it.name}
	info, err := root.Stat(name)
	if err != nil {
		return bare, reason(err)
	}
	if !info.Mode().IsRegular() {
		return bare, "it is no file" // to open a pipe would wait for its writer
	}
	s.descriptors.mu.Lock()
	known, ok := s.descriptors.known[it]
	s.descriptors.mu.Unlock()
	if ok && known.size == info.Size() && known.modified.Equal(info.ModTime()) {
		return known.monitor, known.problem
	}
	known = described{size: info.Size(), modified: info.ModTime(), monitor: bare}
	if d, err := readDescriptor(root, name); err != nil {
		known.problem = firstLine(err)
	} else {
		known.monitor = d.monitor(it)
	}
	if time.Since(info.ModTime()) > racy {
		s.descriptors.mu.Lock()
		if s.descriptors.known == nil || len(s.descriptors.known) >= maxDescriptors {
			s.descriptors.known = map[item]described{}
		}
		s.descriptors.known[it] = known
		s.descriptors.mu.Unlock()
	}
	return known.monitor, known.problem
}

// maxDescriptors bounds what is kept; a tree with more is read anew.
const maxDescriptors = 50_000

func readDescriptor(root *os.Root, name string) (descriptor, error) {
	var d descriptor
	file, err := root.Open(name)
	if err != nil {
		return d, fmt.Errorf("%s", reason(err))
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(io.LimitReader(file, maxDescriptor+1))
	switch {
	case err != nil:
		return d, fmt.Errorf("%s", reason(err))
	case len(data) > maxDescriptor:
		return d, fmt.Errorf("it is larger than %d KiB", maxDescriptor>>10)
	case strings.TrimSpace(string(data)) == "":
		return d, fmt.Errorf("it is empty")
	}
	// Editors of some systems put a byte order mark in front.
	content := strings.TrimPrefix(strings.ToValidUTF8(string(data), "\uFFFD"), "\uFEFF")
	if err := yaml.Unmarshal([]byte(content), &d); err != nil {
		return d, fmt.Errorf("it is not the YAML of a monitor: %w", err)
	}
	return d, nil
}

func (d descriptor) monitor(it item) event.Monitor {
	return event.Monitor{
		Direction:        it.direction,
		Item:             it.name,
		Admin:            string(d.DirectionAdmin),
		Author:           string(d.Author),
		Host:             string(d.StartupHost),
		StartupMethod:    string(d.StartupMethod),
		ExecuteFrequency: string(d.ExecuteFrequency),
		AlarmFrequency:   string(d.AlarmFrequency),
		Receivers:        strings.Fields(string(d.AlarmReceivers)),
		Script:           string(d.Path),
	}
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
