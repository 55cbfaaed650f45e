// Package tour shows what Heartline ships over a demo store: in a terminal, or
// in a real Grafana where there is one. It works in the root of a checkout in
// which everything is built.
package tour

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
	_ "time/tzdata" // the demo store's zone, on a machine that has none

	"golang.org/x/sync/errgroup"

	"github.com/heartline-monitor/heartline/pkg/build"
	"github.com/heartline-monitor/heartline/pkg/demo"
)

const (
	// folder holds everything that a tour makes.
	folder = "demo-store"
	// zone is that of the demo store's times: not the one most readers sit in,
	// so that a mistake shows.
	zone = "Asia/Shanghai"
	seed = 20_260_306
)

// store is the demo store, where docker-compose.yaml expects it.
var store = filepath.Join(folder, "monitor_db")

// Run makes the demo store and shows it: in the Grafana of the folder home, if
// that is set, or in Docker, where an engine answers, until the context ends;
// else in the terminal. With CI set in the environment it stays in the terminal.
func Run(ctx context.Context, home string, out io.Writer) error {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		return err
	}
	options := demo.Options{End: time.Now(), Seed: seed, Location: loc}
	summary, err := demo.Write(store, options)
	if err != nil {
		return err
	}
	// The command line asks the demo store by this file, whatever shows it here.
	file, err := writeDataSource()
	if err != nil {
		return err
	}
	switch {
	case home != "":
		server, err := prepareHome(home)
		if err != nil {
			return err
		}
		return show(ctx, server, summary, options, out)
	case os.Getenv("CI") == "" && engineAnswers(ctx):
		server, err := prepareCompose()
		if err != nil {
			return err
		}
		return show(ctx, server, summary, options, out)
	}
	return verify(ctx, file, summary, out)
}

// verify answers every panel and rule in the terminal.
func verify(ctx context.Context, file string, summary demo.Summary, out io.Writer) error {
	cli := filepath.Join(build.Dist, "heartline")
	err := build.Run(ctx, nil, cli, "verify", "--datasource", file, "--dashboards", "dashboards", "--rules", "provisioning/alerting",
		"--from", summary.Range.From.Format(time.RFC3339), "--to", summary.Range.To.Format(time.RFC3339))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, `
%s
Ask it something yourself:
  %[2]s query --datasource %[3]s --from now-7d --to now '{"queryType": "monitors", "statuses": ["late", "down"]}'
  %[2]s query --datasource %[3]s --from now-1h --to now '{"queryType": "logs", "levels": "Error", "limit": 10}'
See it in Grafana:
  start Docker and run this again, or GRAFANA_HOME=/usr/share/grafana go tool mage demo
`, summary, cli, file)
	return err
}

// writeDataSource writes the shipped data source with the demo store's path and
// zone filled in, so that nothing has to be set to use it.
func writeDataSource() (string, error) {
	shipped, err := os.ReadFile("provisioning/datasources/heartline.yaml")
	if err != nil {
		return "", err
	}
	path, err := filepath.Abs(store)
	if err != nil {
		return "", err
	}
	filled := strings.NewReplacer("${HEARTLINE_EVENTS_PATH}", path, "${HEARTLINE_TIMEZONE}", zone).Replace(string(shipped))
	if strings.Count(filled, path) == 0 || strings.Contains(filled, ": ${") {
		return "", fmt.Errorf("provisioning/datasources/heartline.yaml has other variables than HEARTLINE_EVENTS_PATH and HEARTLINE_TIMEZONE")
	}
	file := filepath.Join(folder, "datasource.yaml")
	return file, os.WriteFile(file, []byte(filled), 0o644)
}

// server is a Grafana that shows the demo store.
type server interface {
	// start returns once Grafana answers; wait returns when it ended.
	start(ctx context.Context) error
	wait() error
	url() string
}

// show runs a Grafana until the context ends, while the week goes on.
func show(ctx context.Context, s server, summary demo.Summary, options demo.Options, out io.Writer) error {
	running, stop := context.WithCancel(ctx)
	defer stop()
	if err := s.start(running); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(out, `
%s
Grafana:  %s/d/heartline-overview
Log in:   admin / %s
The scripts go on running until you press Ctrl-C.
`, summary, s.url(), os.Getenv(passwordVariable)); err != nil {
		return err
	}
	group, running := errgroup.WithContext(running)
	group.Go(func() error { return demo.Follow(running, store, options) })
	group.Go(func() error {
		defer stop()
		return s.wait()
	})
	err := group.Wait()
	if ctx.Err() != nil {
		return nil // the user ended it
	}
	return err
}
