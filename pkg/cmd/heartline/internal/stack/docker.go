package stack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// stopTimeout is how long docker may take to end once it was asked to.
const stopTimeout = 15 * time.Second

// docker runs the program of that name.
type docker struct {
	dir string
	env []string // added to the environment
	out io.Writer
}

func (d docker) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "docker", args...)
	cmd.Dir, cmd.Env = d.dir, append(os.Environ(), d.env...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = stopTimeout
	return cmd
}

// compose runs a command of docker compose and shows what it says.
func (d docker) compose(ctx context.Context, args ...string) error {
	cmd := d.command(ctx, append([]string{"compose"}, args...)...)
	cmd.Stdout, cmd.Stderr = d.out, d.out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("docker compose %s: %w", args[0], err)
	}
	return nil
}

// ask returns what a command prints. Where it fails, the error has what it
// complained about.
func (d docker) ask(ctx context.Context, args ...string) ([]byte, error) {
	var said, complained bytes.Buffer
	cmd := d.command(ctx, args...)
	cmd.Stdout, cmd.Stderr = &said, &complained
	if err := cmd.Run(); err != nil {
		if _, exited := errors.AsType[*exec.ExitError](err); exited && complained.Len() > 0 {
			err = errors.New(complaint(complained.String()))
		}
		return said.Bytes(), err
	}
	return said.Bytes(), nil
}

// complaint is the last line of the first paragraph: before it stand warnings, and
// after it docker says how it is used.
func complaint(text string) string {
	paragraph, _, _ := strings.Cut(strings.TrimSpace(text), "\n\n")
	return strings.TrimSpace(paragraph[strings.LastIndexByte(paragraph, '\n')+1:])
}

// container is one of a service, as docker compose ps has it.
type container struct {
	Service  string
	State    string // running, exited, restarting, ...
	Health   string // healthy, unhealthy, starting; empty where nobody checks
	ExitCode int
}

// containers are all that there are of the stack, ended ones too, by service.
func (d docker) containers(ctx context.Context) (map[string]container, error) {
	said, err := d.ask(ctx, "compose", "ps", "--all", "--format", "json")
	if err != nil {
		return nil, fmt.Errorf("docker compose ps: %w", err)
	}
	all := map[string]container{}
	// Before 2.21 it is one list, since then an object a line.
	for decoder := json.NewDecoder(bytes.NewReader(said)); ; {
		var raw json.RawMessage
		if err := decoder.Decode(&raw); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, fmt.Errorf("docker compose ps: read its answer: %w", err)
		}
		several := []container{{}}
		var into any = &several[0]
		if bytes.HasPrefix(raw, []byte("[")) {
			into = &several
		}
		if err := json.Unmarshal(raw, into); err != nil {
			return nil, fmt.Errorf("docker compose ps: read its answer: %w", err)
		}
		for _, c := range several {
			all[c.Service] = c
		}
	}
}

// condition says in a word how the container is, and whether that is as it should
// be. One that is there to end is well once it has ended without an error.
func (c container) condition(ends bool) (word string, well bool) {
	switch {
	case c.State == "":
		return "not there", false
	case c.State == "exited" && c.ExitCode == 0 && ends:
		return "done", true
	case c.State == "exited":
		return fmt.Sprintf("ended with exit code %d", c.ExitCode), false
	case c.State != "running":
		return c.State, false
	case c.Health == "":
		return "running", !ends
	default:
		return c.Health, c.Health == "healthy"
	}
}
