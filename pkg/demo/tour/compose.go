package tour

import (
	"cmp"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/heartline-monitor/heartline/pkg/build"
	"github.com/heartline-monitor/heartline/pkg/envfile"
)

const (
	// secrets is the file that docker compose reads, too.
	secrets = ".env"
	// passwordVariable is where Grafana and docker-compose.yaml look for the password
	// of admin.
	passwordVariable = "GF_SECURITY_ADMIN_PASSWORD" //nolint:gosec // A name, not a password.
)

// engineAnswers reports whether `docker compose` could start something here.
func engineAnswers(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for _, args := range [][]string{{"compose", "version"}, {"version", "--format", "{{.Server.Version}}"}} {
		cmd := exec.CommandContext(ctx, "docker", args...)
		cmd.Stdout, cmd.Stderr = io.Discard, io.Discard
		if cmd.Run() != nil {
			return false
		}
	}
	return true
}

// compose is the stack of docker-compose.yaml.
type compose struct {
	ended   chan error
	written map[string]string // of the file of secrets
}

func prepareCompose() (*compose, error) {
	if _, err := envfile.Ensure(secrets, passwordVariable); err != nil {
		return nil, err
	}
	written, err := envfile.Read(secrets)
	return &compose{ended: make(chan error, 1), written: written}, err
}

func (c *compose) start(ctx context.Context) error {
	cli := filepath.Join(build.Dist, "heartline")
	if err := build.Run(ctx, nil, cli, "stack", "up"); err != nil {
		return err
	}
	go func() {
		<-ctx.Done()
		// The context that asked for the end cannot carry it out.
		c.ended <- build.Run(context.WithoutCancel(ctx), nil, cli, "stack", "down")
	}()
	return nil
}

func (c *compose) wait() error { return <-c.ended }

func (c *compose) url() string { return c.published("GRAFANA_PORT", "3000") }

// published is the address of a port of docker-compose.yaml.
func (c *compose) published(variable, usual string) string {
	return "http://127.0.0.1:" + cmp.Or(os.Getenv(variable), c.written[variable], usual)
}
