package stack

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/heartline-monitor/heartline/pkg/demo"
	"github.com/heartline-monitor/heartline/pkg/envfile"
)

// tail is how many lines of its log are shown of a service that is not well.
const tail = "15"

// Up starts the services and waits until they are well, which may take as long as
// timeout. The prerequisites are the caller's to check.
func (s *Stack) Up(ctx context.Context, timeout time.Duration) error {
	if err := s.prepare(); err != nil {
		return err
	}
	if err := s.retire(ctx); err != nil {
		return err
	}
	names := s.services()
	begun := time.Now()
	deadline, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("the services are not well after %s", timeout))
	defer cancel()
	err := s.active().compose(deadline, append([]string{"up", "--detach", "--remove-orphans"}, names...)...)
	if err == nil {
		err = s.wait(deadline, names, begun)
	}
	if err != nil && deadline.Err() != nil {
		err = context.Cause(deadline) // not how docker puts it
	}
	if err != nil && ctx.Err() == nil {
		return errors.Join(err, s.explain(ctx, names))
	}
	return err
}

// prepare makes what the stack needs and nobody has written yet: passwords, and a
// demo store where no other one is named.
func (s *Stack) prepare() error {
	made, err := envfile.Ensure(filepath.Join(s.dir, ".env"), s.secrets()...)
	if err != nil {
		return err
	}
	if len(made) > 0 {
		fmt.Fprintf(s.out, "Made %s, kept in .env\n", strings.Join(made, " and "))
	}
	named, _ := s.env("HEARTLINE_STORE")
	if named != "" || exists(s.demoStore()) {
		return nil
	}
	zone, err := time.LoadLocation(demo.Zone)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "Making a demo store of check scripts in %s\n", s.relative(s.demoStore()))
	_, err = demo.Write(s.demoStore(), demo.Options{End: time.Now(), Seed: demo.Seed, Location: zone})
	return err
}

// retire removes containers that do not belong to the profile: those of Milvus, or
// its stand-in.
func (s *Stack) retire(ctx context.Context) error {
	there, err := s.everything().containers(ctx)
	if err != nil {
		return err
	}
	active := s.services()
	var leftover []string
	for _, name := range slices.Sorted(maps.Keys(there)) {
		if _, known := s.file.Services[name]; known && !slices.Contains(active, name) {
			leftover = append(leftover, name)
		}
	}
	if len(leftover) == 0 {
		return nil
	}
	return s.everything().compose(ctx, append([]string{"rm", "--stop", "--force"}, leftover...)...)
}

// wait looks at the containers until all are well, and tells of every change.
func (s *Stack) wait(ctx context.Context, names []string, begun time.Time) error {
	tick := time.NewTicker(s.pause)
	defer tick.Stop()
	said := map[string]string{}
	for {
		there, err := s.active().containers(ctx)
		if err != nil && ctx.Err() == nil {
			return err
		}
		well := 0
		for _, name := range names {
			word, good := there[name].condition(s.file.ends(name))
			if good {
				well++
			}
			if ctx.Err() == nil && word != said[name] {
				fmt.Fprintf(s.out, "%4.0f s  %s: %s\n", time.Since(begun).Seconds(), name, word)
				said[name] = word
			}
			if c := there[name]; s.file.ends(name) && c.State == "exited" && c.ExitCode != 0 {
				return fmt.Errorf("%s %s", name, word)
			}
		}
		if well == len(names) {
			fmt.Fprintf(s.out, "%4.0f s  all %d services are well\n", time.Since(begun).Seconds(), well)
			return nil
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
}

// explain shows the end of the logs of services that are not well.
func (s *Stack) explain(ctx context.Context, names []string) error {
	there, err := s.active().containers(ctx)
	if err != nil {
		return err
	}
	var ill []string
	for _, name := range names {
		word, well := there[name].condition(s.file.ends(name))
		if well {
			continue
		}
		ill = append(ill, name+" ("+word+")")
		if there[name].State != "" {
			fmt.Fprintf(s.out, "\n%s is %s; the end of its log:\n", name, word)
			if err := s.active().compose(ctx, "logs", "--no-color", "--no-log-prefix", "--tail", tail, name); err != nil {
				return err
			}
		}
	}
	return fmt.Errorf("not well: %s: see docker compose logs SERVICE", strings.Join(ill, ", "))
}

// State is how a service is.
type State struct {
	Service, Condition string
	Well               bool
}

// Status is how each service of the stack is. Where a Milvus is there it belongs to
// the stack, whatever the profile. The answer is empty where nothing was started.
func (s *Stack) Status(ctx context.Context) ([]State, error) {
	there, err := s.everything().containers(ctx)
	if err != nil {
		return nil, err
	}
	if len(there) == 0 {
		return nil, nil
	}
	if _, ok := there[Milvus]; ok {
		s.milvus = true
	}
	var all []State
	for _, name := range s.services() {
		word, well := there[name].condition(s.file.ends(name))
		all = append(all, State{name, word, well})
	}
	return all, nil
}
