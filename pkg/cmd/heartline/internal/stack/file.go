package stack

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/template"
	"github.com/goccy/go-yaml"

	"github.com/heartline-monitor/heartline/pkg/envfile"
)

const (
	// composeFile describes the stack.
	composeFile = "docker-compose.yaml"
	// projectName is what it calls itself.
	projectName = "heartline"
)

// file is what has to be known of docker-compose.yaml. Docker reads it itself: this
// is for what has to be said where there is no Docker.
type file struct {
	Name     string
	Services map[string]service
	Volumes  map[string]any
}

type service struct {
	Profiles  []string
	Ports     []string
	Volumes   []string
	DependsOn map[string]struct{ Condition string } `yaml:"depends_on"`
}

// find looks for the stack in dir and the folders above it.
func find(dir string) (string, file, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", file{}, err
	}
	for at := dir; ; at = filepath.Dir(at) {
		f, err := read(filepath.Join(at, composeFile))
		if err == nil && f.Name == projectName {
			return at, f, nil
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", file{}, err
		}
		if at == filepath.Dir(at) {
			return "", file{}, fmt.Errorf("no %s of Heartline in %s or above: run this in a checkout of Heartline, or name it with --dir", composeFile, dir)
		}
	}
}

func read(path string) (f file, err error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return f, err
	}
	if err := yaml.Unmarshal(raw, &f); err != nil {
		return f, fmt.Errorf("read %s: %w", path, err)
	}
	return f, nil
}

// ends reports whether a service is there to end: others wait until it has done its work.
func (f file) ends(name string) bool {
	for _, s := range f.Services {
		if s.DependsOn[name].Condition == "service_completed_successfully" {
			return true
		}
	}
	return false
}

// variables are those of the environment and of the .env beside the file, which
// come second, as docker compose has it.
func variables(dir string) (template.Mapping, error) {
	written, err := envfile.Read(filepath.Join(dir, ".env"))
	if err != nil {
		return nil, err
	}
	return func(name string) (string, bool) {
		if value, set := os.LookupEnv(name); set {
			return value, true
		}
		value, set := written[name]
		return value, set
	}, nil
}

// port is one that a service publishes on the loopback interface.
type port struct {
	service  string
	number   int // on this machine
	inside   int // in the container
	variable string
}

// ports are those of some services, in their order.
func (f file) ports(names []string, env template.Mapping) ([]port, error) {
	var all []port
	for _, name := range names {
		for _, written := range f.Services[name].Ports {
			p, err := parsePort(written, env)
			if err != nil {
				return nil, fmt.Errorf("%s, port %s of %s: %w", composeFile, written, name, err)
			}
			p.service = name
			all = append(all, p)
		}
	}
	return all, nil
}

// parsePort reads HOST:PORT:PORT.
func parsePort(written string, env template.Mapping) (p port, err error) {
	for name := range template.ExtractVariables(map[string]any{"": written}, template.DefaultPattern) {
		p.variable = name
	}
	filled, err := template.Substitute(written, env)
	if err != nil {
		return p, err
	}
	parts := strings.Split(filled, ":")
	if len(parts) != 3 {
		return p, errors.New("this is not HOST:PORT:PORT")
	}
	if p.number, err = strconv.Atoi(parts[1]); err != nil || p.number < 1 || p.number > 65535 {
		return p, fmt.Errorf("%q is no port: set %s to a number from 1 to 65535", parts[1], cmp.Or(p.variable, "it"))
	}
	p.inside, err = strconv.Atoi(parts[2])
	return p, err
}

// mount is a file or folder of this machine that a container sees.
type mount struct {
	source   string // absolute
	variable string // that can name another one
}

// mounts are what some services need of this machine, each once.
func (f file) mounts(dir string, names []string, env template.Mapping) ([]mount, error) {
	all := map[string]mount{}
	for _, name := range names {
		for _, written := range f.Services[name].Volumes {
			filled, err := template.Substitute(written, env)
			if err != nil {
				return nil, fmt.Errorf("%s, volume %s of %s: %w", composeFile, written, name, err)
			}
			source, _, _ := strings.Cut(filled, ":")
			if !strings.HasPrefix(source, ".") && !filepath.IsAbs(source) {
				continue // a volume of Docker's
			}
			if !filepath.IsAbs(source) {
				source = filepath.Join(dir, source)
			}
			m := mount{source: source}
			for variable := range template.ExtractVariables(map[string]any{"": written}, template.DefaultPattern) {
				m.variable = variable
			}
			all[source] = m
		}
	}
	return slices.SortedFunc(maps.Values(all), func(a, b mount) int { return strings.Compare(a.source, b.source) }), nil
}
