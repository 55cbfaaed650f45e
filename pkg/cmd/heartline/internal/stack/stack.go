// Package stack starts, watches and ends what docker-compose.yaml describes. Docker
// does the work: this asks it, and says what is missing and where things are.
package stack

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/template"
)

// Milvus is the profile with a real Milvus; without it there is its stand-in.
const Milvus = "milvus"

const (
	standin = "milvus-standin"
	// profilesVariable is where docker compose looks for profiles.
	profilesVariable = "COMPOSE_PROFILES"
	passwordVariable = "GF_SECURITY_ADMIN_PASSWORD" //nolint:gosec // A name, not a password.
	minioVariable    = "MINIO_ROOT_PASSWORD"        //nolint:gosec // A name, not a password.
)

// Stack is the stack of one folder.
type Stack struct {
	dir    string
	file   file
	env    template.Mapping
	milvus bool
	out    io.Writer
	pause  time.Duration // between two looks at the containers
}

// Open finds the stack in dir or a folder above it. The profile is Milvus, or empty,
// which takes the one of COMPOSE_PROFILES. What happens is told to out.
func Open(dir, profile string, out io.Writer) (*Stack, error) {
	at, f, err := find(dir)
	if err != nil {
		return nil, err
	}
	env, err := variables(at)
	if err != nil {
		return nil, err
	}
	if profile == "" {
		profile, _ = env(profilesVariable)
	}
	if profile != "" && profile != Milvus {
		return nil, fmt.Errorf("profile %q is unknown: use %s, or none", profile, Milvus)
	}
	return &Stack{dir: at, file: f, env: env, milvus: profile == Milvus, out: out, pause: time.Second}, nil
}

// services are those that belong to the stack with its profile, by name.
func (s *Stack) services() (active []string) {
	for _, name := range slices.Sorted(maps.Keys(s.file.Services)) {
		of := s.file.Services[name].Profiles
		switch {
		case s.milvus && name == standin:
		case len(of) > 0 && (!s.milvus || !slices.Contains(of, Milvus)):
		default:
			active = append(active, name)
		}
	}
	return active
}

// secrets are the variables that the stack cannot start without.
func (s *Stack) secrets() []string {
	if s.milvus {
		return []string{passwordVariable, minioVariable}
	}
	return []string{passwordVariable}
}

// Down ends the containers, of any profile, and keeps what they wrote.
func (s *Stack) Down(ctx context.Context) error {
	return s.everything().compose(ctx, "down", "--remove-orphans")
}

// Volumes are what Clean deletes, by the names that docker-compose.yaml has for them.
func (s *Stack) Volumes() []string { return slices.Sorted(maps.Keys(s.file.Volumes)) }

// Clean ends the containers and deletes everything that they wrote.
func (s *Stack) Clean(ctx context.Context) error {
	return s.everything().compose(ctx, "down", "--volumes", "--remove-orphans")
}

// everything is a docker that sees the services of all profiles, to ask about them
// or to end them. Nothing is started with it, so missing secrets are no hindrance.
func (s *Stack) everything() docker {
	d := docker{dir: s.dir, out: s.out, env: []string{profilesVariable + "=" + Milvus}}
	for _, name := range []string{passwordVariable, minioVariable} {
		if value, _ := s.env(name); value == "" {
			d.env = append(d.env, name+"=not-needed-for-this")
		}
	}
	return d
}

// active is a docker that sees the services of the profile.
func (s *Stack) active() docker {
	profile := ""
	if s.milvus {
		profile = Milvus
	}
	return docker{dir: s.dir, out: s.out, env: []string{profilesVariable + "=" + profile}}
}

// relative is a path as seen from the stack's folder.
func (s *Stack) relative(path string) string {
	if r, err := filepath.Rel(s.dir, path); err == nil && !strings.HasPrefix(r, "..") {
		return r
	}
	return path
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
