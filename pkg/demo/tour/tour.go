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
	// usualAddress is where the demo's service listens when nobody says otherwise.
	usualAddress = "http://127.0.0.1:8080"
)

// store is the demo store, where docker-compose.yaml expects it.
var store = filepath.Join(folder, "monitor_db")

// Run makes the demo store and shows it, and beside it a service under load: in the
// Grafana of the folder home, if that is set, or in Docker, where an engine answers,
// until the context ends; else in the terminal. With CI set in the environment it
// stays in the terminal.
func Run(ctx context.Context, home string, out io.Writer) error {
	loc, err := time.LoadLocation(demo.Zone)
	if err != nil {
		return err
	}
	options := demo.Options{End: time.Now(), Seed: demo.Seed, Location: loc}
	summary, err := demo.Write(store, options)
	if err != nil {
		return err
	}
	if home == "" && os.Getenv("CI") == "" && engineAnswers(ctx) {
		return inDocker(ctx, summary, options, out)
	}
	services, err := startServices(ctx, out)
	if err != nil {
		return err
	}
	defer services.close()
	file, err := writeDataSource(sources{services.checkout, filepath.Dir(requestLog), services.metrics})
	if err != nil {
		return err
	}
	if home == "" {
		return inTerminal(ctx, file, services, summary, out)
	}
	server, err := prepareHome(home, file)
	if err != nil {
		return err
	}
	return show(ctx, shown{server, services, summary, options}, out)
}

func inDocker(ctx context.Context, summary demo.Summary, options demo.Options, out io.Writer) error {
	server, err := prepareCompose()
	if err != nil {
		return err
	}
	running := &services{
		checkout: server.published("CHECKOUT_PORT", "8080"), metrics: server.published("PROMETHEUS_PORT", "9090"),
		about: "What happens to it and when: docker compose logs checkout\n",
	}
	// For the command line; the request log is in a volume of Docker's.
	if _, err := writeDataSource(sources{checkout: running.checkout, metrics: running.metrics}); err != nil {
		return err
	}
	return show(ctx, shown{server, running, summary, options}, out)
}

// inTerminal answers every panel and rule in the terminal.
func inTerminal(ctx context.Context, file string, running *services, summary demo.Summary, out io.Writer) error {
	if _, err := fmt.Fprintf(out, "The demo's service is at %s and has its first customers, Milvus is a stand-in at %s: waiting %s for figures.\n", running.checkout, running.milvus, warm); err != nil {
		return err
	}
	if err := running.busy(ctx); err != nil {
		return err
	}
	if err := running.warmUp(ctx); err != nil {
		return err
	}
	cli := filepath.Join(build.Dist, "heartline")
	if err := build.Run(ctx, nil, cli, "verify", "--datasource", file, "--dashboards", "dashboards", "--rules", "provisioning/alerting"); err != nil {
		return err
	}
	running.about, _, _ = strings.Cut(running.about, toCome) // it will not come: the service ends with this
	running.milvus = ""                                      // and so does the stand-in
	// What is printed below works with the service as it is started by hand.
	if _, err := writeDataSource(sources{checkout: usualAddress, requests: filepath.Dir(requestLog)}); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, `
%s
%s
Ask the check scripts something yourself:
  %[3]s query --datasource %[4]s --from now-7d --to now '{"queryType": "monitors", "statuses": ["late", "down"]}'
  %[3]s query --datasource %[4]s --from now-1h --to now '{"queryType": "logs", "levels": "Error", "limit": 10}'
The service has ended with this. Its request log is still there:
  %[3]s report --datasource %[4]s --service checkout-log --days 7
  %[3]s query --datasource %[4]s --from now-7d --to now '{"queryType": "signals", "signal": "latency", "stat": "p99", "interval": "1d"}'
Start it again, it says what happens when, and in a second terminal watch it:
  %[5]s -log %[6]s
  %[3]s watch %[7]s
  %[3]s check %[7]s
Start the stand-in for Milvus again, and let it deny writes:
  %[8]s -listen 127.0.0.1:9091
  curl -X PUT 'http://127.0.0.1:9091/steer?writeDenied=1'
See it in Grafana:
  start Docker and run this again, or GRAFANA_HOME=/usr/share/grafana go tool mage demo
`, summary, running, cli, file, filepath.Join(build.Dist, "heartline-checkout"), requestLog, usualAddress, filepath.Join(build.Dist, "heartline-milvus-standin"))
	return err
}

// server is a Grafana that shows the demo store.
type server interface {
	// start returns once Grafana answers; wait returns when it ended.
	start(ctx context.Context) error
	wait() error
	url() string
}

// shown is what a Grafana shows.
type shown struct {
	server
	*services
	demo.Summary
	options demo.Options
}

// show runs a Grafana until the context ends, while the week goes on.
func show(ctx context.Context, s shown, out io.Writer) error {
	running, stop := context.WithCancel(ctx)
	defer stop()
	if err := s.start(running); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(out, `
%s
%s
Watch it:   %s watch %s
Grafana:    %[5]s/d/heartline-overview for the check scripts, %[5]s/d/heartline-services for the service
            and %[5]s/d/heartline-live for what it is doing right now
Log in:     admin / %[6]s
Scripts and service go on until you press Ctrl-C.
`, s.Summary, s.services, filepath.Join(build.Dist, "heartline"), s.checkout, s.url(), os.Getenv(passwordVariable)); err != nil {
		return err
	}
	// Whichever ends first ends the others.
	var group errgroup.Group
	together := func(run func() error) {
		group.Go(func() error {
			defer stop()
			return run()
		})
	}
	together(func() error { return demo.Follow(running, store, s.options) })
	together(s.wait)
	for _, c := range s.children {
		together(func() error { return c.outlives(running) })
	}
	err := group.Wait()
	if ctx.Err() != nil {
		return nil // the user ended it
	}
	return err
}
