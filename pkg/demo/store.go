// Package demo makes a check-script store of a believable week, in the format
// of the existing writer, and carries it on while somebody looks at it.
package demo

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/heartline-monitor/heartline/pkg/event"
)

// What the demo is made with, wherever it is shown.
const (
	// Zone is that of the demo store's times: not the one most readers sit in, so that a
	// mistake shows.
	Zone = "Asia/Shanghai"
	Seed = 20_260_306
)

// Week is how long the demo store reaches back.
const Week = 7 * 24 * time.Hour

// marker is a file that tells a demo store from somebody's real one.
const marker = ".heartline-demo"

// Options say which week is made. Equal options make equal stores.
type Options struct {
	End      time.Time      // last second of the week
	Seed     uint64         // of the random numbers
	Location *time.Location // zone of the store's times
}

func (o Options) stage() *stage {
	return &stage{seed: o.Seed, loc: o.Location, scripts: cast(o.End, o.Location)}
}

func (o Options) validate() error {
	if o.End.IsZero() || o.Location == nil {
		return errors.New("a demo store needs an end and a location: set Options.End and Options.Location")
	}
	return nil
}

// Write makes the store in dir. The folder may be missing, empty or an earlier
// demo store, which is replaced; any other is refused.
func Write(dir string, o Options) (Summary, error) {
	if err := o.validate(); err != nil {
		return Summary{}, err
	}
	if err := prepare(dir); err != nil {
		return Summary{}, err
	}
	o.End = o.End.Truncate(time.Second)
	st := o.stage()
	for i := range st.scripts {
		if err := writeDescription(dir, &st.scripts[i]); err != nil {
			return Summary{}, err
		}
	}
	week := event.Range{From: o.End.Add(-Week), To: o.End}
	counts, err := st.append(dir, week)
	if err != nil {
		return Summary{}, err
	}
	return summarize(dir, o, st, counts), nil
}

// Follow carries on with the store that Write made with the same options: it
// appends what the scripts do as time goes by, until the context ends.
func Follow(ctx context.Context, dir string, o Options) error {
	if err := o.validate(); err != nil {
		return err
	}
	o.End = o.End.Truncate(time.Second)
	st := o.stage()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for last := o.End; ; {
		select {
		case <-ctx.Done():
			return nil
		case now := <-tick.C:
			if _, err := st.append(dir, event.Range{From: last, To: now}); err != nil {
				return err
			}
			last = now
		}
	}
}

// append writes what happens after r.From and up to r.To, and counts it.
func (st *stage) append(dir string, r event.Range) (map[event.Kind]int, error) {
	counts := map[event.Kind]int{}
	for i := range st.scripts {
		s := &st.scripts[i]
		files := map[string][]byte{}
		for _, e := range st.entries(s, r) {
			path := filepath.Join(folder(dir, s), string(e.kind), e.time.In(st.loc).Format("20060102"))
			files[path] = append(files[path], e.line...)
			counts[e.kind]++
		}
		for _, path := range slices.Sorted(maps.Keys(files)) {
			if err := appendFile(path, files[path]); err != nil {
				return nil, fmt.Errorf("write demo store: %w", err)
			}
		}
	}
	return counts, nil
}

func folder(dir string, s *script) string { return filepath.Join(dir, s.Direction, s.Item) }

func appendFile(path string, lines []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(lines)
	return errors.Join(err, f.Close())
}

// prepare leaves dir as an empty demo store.
func prepare(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if len(entries) > 0 && !slices.ContainsFunc(entries, func(e os.DirEntry) bool { return e.Name() == marker }) {
		return fmt.Errorf("%s is not empty and holds no earlier demo store: name another folder, or empty it", dir)
	}
	for _, e := range entries {
		if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, marker), []byte("Made by Heartline's demo, which replaces everything in this folder.\n"), 0o644)
}

// description is a monitor_item.yaml, its keys spelt and sorted as the existing
// writer does.
type description struct {
	AlarmFrequency   string `yaml:"alarm_frequency"`
	AlarmReceivers   string `yaml:"alarm_receivers"`
	Direction        string `yaml:"direction"`
	DirectionAdmin   string `yaml:"direction_admin"`
	MonitorItem      string `yaml:"monitor_item"`
	Author           string `yaml:"script_auther"`
	ExecuteFrequency string `yaml:"script_execute_frequency"`
	Path             string `yaml:"script_path"`
	StartupHost      string `yaml:"script_startup_host"`
	StartupMethod    string `yaml:"script_startup_method"`
}

func writeDescription(dir string, s *script) error {
	body, err := yaml.Marshal(description{
		s.AlarmFrequency, strings.Join(s.Receivers, " "), s.Direction, s.Admin, s.Item, s.Author,
		s.ExecuteFrequency, s.Script, s.Host, s.StartupMethod,
	})
	if err != nil {
		return fmt.Errorf("describe %s: %w", s.Name(), err)
	}
	if err := os.MkdirAll(folder(dir, s), 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder(dir, s), "monitor_item.yaml"), body, 0o644)
}
