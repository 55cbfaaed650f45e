package tour

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/heartline-monitor/heartline/pkg/build"
	"github.com/heartline-monitor/heartline/pkg/demo"
	"github.com/heartline-monitor/heartline/pkg/envfile"
)

const (
	// startTimeout is for a first start, which migrates an empty database.
	startTimeout = 3 * time.Minute
	// mounted is where the shipped provisioning looks for dashboards.
	mounted = "/etc/grafana/dashboards"
)

// home is a Grafana that is installed in a folder.
type home struct {
	*child
	binary, dir, port string
	args, env         []string
	log               string
}

// prepareHome makes fresh folders for the Grafana in dir, and picks its port. The
// data source is the one of the file.
func prepareHome(dir, dataSource string) (*home, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	binary := filepath.Join(dir, "bin", "grafana")
	for _, needed := range []string{binary, filepath.Join(dir, "conf", "defaults.ini")} {
		if _, err := os.Stat(needed); err != nil {
			return nil, fmt.Errorf("GRAFANA_HOME=%s is not a Grafana home, which has bin/grafana and conf/defaults.ini: %w", dir, err)
		}
	}
	work, err := filepath.Abs(filepath.Join(folder, "grafana"))
	if err != nil {
		return nil, err
	}
	if err := prepareFolder(work, dataSource); err != nil {
		return nil, fmt.Errorf("prepare the demo's Grafana: %w", err)
	}
	if _, err := envfile.Ensure(secrets, passwordVariable); err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	h := &home{binary: binary, dir: dir, port: port, log: filepath.Join(work, "grafana.log")}
	config, err := filepath.Abs("deploy/grafana/grafana.ini")
	if err != nil {
		return nil, err
	}
	h.args = []string{"server", "--homepath", dir, "--config", config}
	h.env, err = h.environment(work)
	return h, err
}

func (h *home) environment(work string) ([]string, error) {
	events, err := filepath.Abs(store)
	if err != nil {
		return nil, err
	}
	log, err := filepath.Abs(filepath.Dir(requestLog))
	if err != nil {
		return nil, err
	}
	return append(os.Environ(),
		"GF_SERVER_HTTP_ADDR=127.0.0.1",
		"GF_SERVER_HTTP_PORT="+h.port,
		"GF_SERVER_ROOT_URL="+h.url()+"/",
		"GF_PATHS_DATA="+filepath.Join(work, "data"),
		"GF_PATHS_LOGS="+filepath.Join(work, "data"),
		"GF_PATHS_PLUGINS="+filepath.Join(work, "plugins"),
		"GF_PATHS_PROVISIONING="+filepath.Join(work, "provisioning"),
		"HEARTLINE_EVENTS_PATH="+events,
		"HEARTLINE_TIMEZONE="+demo.Zone,
		"HEARTLINE_REQUESTS_PATH="+log,
	), nil
}

// prepareFolder makes work anew: an empty database, the built plugin, and a copy
// of the shipped provisioning with the demo's data source.
func prepareFolder(work, dataSource string) error {
	if err := os.RemoveAll(work); err != nil {
		return err
	}
	for _, dir := range []string{"data", "plugins"} {
		if err := os.MkdirAll(filepath.Join(work, dir), 0o755); err != nil {
			return err
		}
	}
	dist, err := filepath.Abs(build.Dist)
	if err != nil {
		return err
	}
	// Grafana wants a folder of plugins, each a folder.
	if err := os.Symlink(dist, filepath.Join(work, "plugins", "heartline")); err != nil {
		return err
	}
	if err := os.CopyFS(filepath.Join(work, "provisioning"), os.DirFS("provisioning")); err != nil {
		return err
	}
	content, err := os.ReadFile(dataSource)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(work, "provisioning", "datasources", "heartline.yaml"), content, 0o644); err != nil {
		return err
	}
	return provideDashboards(filepath.Join(work, "provisioning", "dashboards", "heartline.yaml"))
}

// provideDashboards makes the copy of the dashboard provider name this checkout.
func provideDashboards(file string) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if !bytes.Contains(content, []byte(mounted)) {
		return fmt.Errorf("%s does not name %s", file, mounted)
	}
	dashboards, err := filepath.Abs("dashboards")
	if err != nil {
		return err
	}
	return os.WriteFile(file, bytes.ReplaceAll(content, []byte(mounted), []byte(dashboards)), 0o644)
}

func (h *home) url() string { return "http://127.0.0.1:" + h.port }

// start starts Grafana and waits until it answers. When ctx ends, Grafana ends.
func (h *home) start(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, h.binary, h.args...)
	cmd.Dir, cmd.Env = h.dir, h.env
	var err error
	if h.child, err = launch(cmd, h.log); err != nil {
		return err
	}
	return h.ready(ctx, startTimeout, func(ctx context.Context) bool { return answers(ctx, h.url()+"/api/health") })
}

// freePort picks a port of the loopback interface that nobody listens on.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, errors.Join(err, l.Close())
}
