package tour

import (
	"context"
	"io"
	"os"
	"os/exec"
	"time"

	"github.com/heartline-monitor/heartline/pkg/build"
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

// compose is the Grafana of docker-compose.yaml.
type compose struct {
	ended chan error
}

func prepareCompose() (*compose, error) {
	return &compose{ended: make(chan error, 1)}, ensurePassword(".env")
}

func (c *compose) start(ctx context.Context) error {
	if err := build.Run(ctx, nil, "docker", "compose", "up", "--wait"); err != nil {
		return err
	}
	go func() {
		<-ctx.Done()
		// The context that asked for the end cannot carry it out.
		c.ended <- build.Run(context.WithoutCancel(ctx), nil, "docker", "compose", "down")
	}()
	return nil
}

func (c *compose) wait() error { return <-c.ended }

func (c *compose) url() string { return published("GRAFANA_PORT", "3000") }

// published is the address of a port of docker-compose.yaml.
func published(variable, usual string) string {
	port := os.Getenv(variable)
	if port == "" {
		port = usual
	}
	return "http://127.0.0.1:" + port
}
