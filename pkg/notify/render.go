package notify

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
	_ "time/tzdata" // messages have times of a zone, which the machine may not know
)

// Output says what is rendered, and where to.
type Output struct {
	// Grafana is the folder of Grafana's alerting provisioning; "" leaves it out.
	Grafana string
	// Alertmanager is the folder of alertmanager.yml; a Dir of "" leaves it out.
	Alertmanager Alertmanager
	// Owner is the user and the group that get the files; nil leaves them to who renders.
	Owner *Owner
}

// Owner is a user of a container, who may be unknown here.
type Owner struct{ UID, GID int }

// rendered is a file to be written.
type rendered struct {
	path string
	body []byte
	mode os.FileMode
}

const (
	everybody os.FileMode = 0o644
	ownerOnly os.FileMode = 0o600
)

// Render writes contact-points.yaml and templates.yaml for Grafana, and
// alertmanager.yml, heartline.tmpl and the secrets that these refer to for
// Alertmanager. Nothing is written where anything is wrong. The notes are for the user.
func (c *Config) Render(env Environment, to Output) (notes []string, err error) {
	zone, err := env.zone()
	if err != nil {
		return nil, err
	}
	_, notes, err = c.taken(env)
	if err != nil {
		return nil, err
	}
	var files []rendered
	if to.Grafana != "" {
		made, err := c.grafanaFiles(env, to.Grafana, zone)
		if err != nil {
			return nil, err
		}
		files = append(files, made...)
	}
	if to.Alertmanager.Dir != "" {
		made, further, err := c.alertmanagerFiles(env, to.Alertmanager, zone)
		if err != nil {
			return nil, err
		}
		files, notes = append(files, made...), append(notes, further...)
	}
	for _, f := range files {
		if err := f.write(to.Owner); err != nil {
			return nil, err
		}
	}
	return notes, to.Alertmanager.removeOthers(files)
}

func (env Environment) zone() (*time.Location, error) {
	name := env.text("HEARTLINE_TIMEZONE")
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("HEARTLINE_TIMEZONE: there is no time zone %q: write one such as Asia/Shanghai", name)
	}
	return zone, nil
}

func (c *Config) grafanaFiles(env Environment, dir string, zone *time.Location) ([]rendered, error) {
	points, err := c.ContactPoints(env)
	if err != nil {
		return nil, err
	}
	texts, err := Templates(zone)
	if err != nil {
		return nil, err
	}
	return []rendered{
		{filepath.Join(dir, "contact-points.yaml"), points, everybody},
		{filepath.Join(dir, "templates.yaml"), texts, everybody},
	}, nil
}

func (c *Config) alertmanagerFiles(env Environment, to Alertmanager, zone *time.Location) ([]rendered, []string, error) {
	a, err := c.alertmanager(env, to, zone)
	if err != nil {
		return nil, nil, err
	}
	mode := everybody
	if a.inline {
		mode = ownerOnly
	}
	files := []rendered{
		{filepath.Join(to.Dir, "alertmanager.yml"), a.config, mode},
		{filepath.Join(to.Dir, "heartline.tmpl"), a.templates, everybody},
	}
	for _, s := range a.secrets {
		files = append(files, rendered{filepath.Join(to.Dir, s.name), []byte(s.value), ownerOnly})
	}
	return files, a.notes, nil
}

// write replaces the file as a whole, so that nobody reads half of it, and a secret
// never lies there for others to read.
func (r rendered) write(owner *Owner) error {
	dir := filepath.Dir(r.path)
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // Grafana and Alertmanager read it as other users; secrets have modes of their own
		return fmt.Errorf("write %s: %w", r.path, err)
	}
	temporary, err := os.CreateTemp(dir, ".heartline-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", r.path, err)
	}
	_, err = temporary.Write(r.body)
	err = errors.Join(err, temporary.Chmod(r.mode), temporary.Close())
	if err == nil && owner != nil {
		err = os.Chown(temporary.Name(), owner.UID, owner.GID)
	}
	if err == nil {
		err = os.Rename(temporary.Name(), r.path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", r.path, err), os.Remove(temporary.Name()))
	}
	return nil
}

// removeOthers removes secrets of channels that are not enabled any more.
func (a Alertmanager) removeOthers(files []rendered) error {
	if a.Dir == "" {
		return nil
	}
	dir := filepath.Join(a.Dir, secretsDir)
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for secrets that are not needed any more: %w", err)
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if slices.ContainsFunc(files, func(f rendered) bool { return f.path == path }) {
			continue
		}
		if err := os.Remove(path); err != nil {
			return fmt.Errorf("remove a secret that is not needed any more: %w", err)
		}
	}
	return nil
}
