// Checkout is the demo's service: a shop that is instrumented, with its customers,
// a request log and things that go wrong.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
	_ "time/tzdata" // the request log's zone, in an image that has none

	"github.com/heartline-monitor/heartline/pkg/demo/shop"
)

// zone is that of the times in the request log: not the one most readers sit in, so
// that a mistake shows.
const zone = "Asia/Shanghai"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "heartline-checkout:", err)
		}
		stop()
		os.Exit(2)
	}
}

// run serves until the context ends. What happens when, and as its last line where
// it listens, go to out. The environment can ask for traces and logs: see
// openTelemetry.
func run(ctx context.Context, args []string, out, logs io.Writer) (err error) {
	options := shop.Options{Logger: slog.New(slog.NewTextHandler(logs, nil))}
	flags := flag.NewFlagSet("heartline-checkout", flag.ContinueOnError)
	flags.SetOutput(logs)
	listen := flags.String("listen", "127.0.0.1:8080", "address to serve on; port 0 picks a free one")
	flags.StringVar(&options.Log, "log", "", "SQLite file of the request log, which begins with a week of history; empty keeps none")
	flags.Uint64Var(&options.Seed, "seed", 1, "seed of the load and of the history")
	flags.StringVar(&options.Begin, "begin", "", "phase to begin with: "+strings.Join(shop.Phases(), ", "))
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%q is no flag: see -help", flags.Arg(0))
	}
	if options.Location, err = time.LoadLocation(zone); err != nil {
		return err
	}
	if options.Log != "" {
		history, err := shop.WriteHistory(ctx, options.Log, options.Seed, time.Now(), options.Location)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "Request log %s, %d requests of the week added:\n", options.Log, history.Rows)
		show(out, history.Scenes, options.Location, "Mon 15:04 MST")
	}
	return serve(ctx, options, *listen, out)
}

func serve(ctx context.Context, options shop.Options, address string, out io.Writer) error {
	telemetry, err := openTelemetry(ctx, options.Logger)
	if err != nil {
		return err
	}
	defer func() {
		// Nobody may be there to take it: that is no failure of the service.
		if err := telemetry.close(ctx); err != nil {
			options.Logger.Warn("Telemetry was lost at the end", "error", err)
		}
	}()
	telemetry.instrument(&options)
	service, err := shop.New(options)
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return errors.Join(err, service.Close())
	}
	fmt.Fprintf(out, "Live, and again every %.0f minutes:\n", shop.Cycle.Minutes())
	show(out, service.Timeline(), time.Local, "15:04:05 MST")
	fmt.Fprintf(out, "heartline-checkout listens on http://%s\n", listener.Addr())
	return errors.Join(service.Run(ctx, listener), service.Close())
}

func show(out io.Writer, scenes []shop.Scene, in *time.Location, layout string) {
	for _, s := range scenes {
		fmt.Fprintf(out, "  %s, %.3g minutes: %s\n", s.From.In(in).Format(layout), s.To.Sub(s.From).Minutes(), s.What)
	}
}
