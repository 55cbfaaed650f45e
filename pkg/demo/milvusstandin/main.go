// Milvusstandin is a stand-in for Milvus in tests and in the demo: it exposes the
// metrics of a Milvus that is not there, and lets them be steered.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/heartline-monitor/heartline/pkg/demo/standin"
	"github.com/heartline-monitor/heartline/pkg/milvus"
)

const (
	program = "heartline-milvus-standin"
	// patience is for a client to send its request, and for the last answers at the end.
	patience = 5 * time.Second
)

// modes are how Milvus is deployed.
var modes = []string{"standalone", "cluster"}

type options struct {
	listen, grpc, mode string
	world              standin.Config
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, program+":", err)
		}
		stop()
		os.Exit(2)
	}
}

// run serves until the context ends. Where it listens goes to out, one line for each
// process of the World.
func run(ctx context.Context, args []string, out, logs io.Writer) error {
	o, err := parse(args, logs)
	if err != nil {
		return err
	}
	world, err := standin.New(o.world)
	if err != nil {
		return err
	}
	addresses, err := ports(o.listen, len(world.Processes()))
	if err != nil {
		return err
	}
	if o.grpc != "" {
		addresses = append(addresses, o.grpc)
	}
	listeners, err := listenAll(ctx, addresses)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	fmt.Fprintf(out, "%s stands in for Milvus %s: its figures are made up\n", program, world.Release())
	if o.grpc != "" {
		grpc := listeners[len(listeners)-1]
		group.Go(func() error { return acceptOnly(ctx, grpc) })
		fmt.Fprintf(out, "%s accepts connections on %s\n", program, grpc.Addr())
	}
	for i, p := range world.Processes() {
		serve(ctx, group, listeners[i], p.Handler())
		fmt.Fprintf(out, "%s listens on %s http://%s\n", program, p.Name(), listeners[i].Addr())
	}
	return group.Wait()
}

func parse(args []string, logs io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet(program, flag.ContinueOnError)
	flags.SetOutput(logs)
	flags.StringVar(&o.listen, "listen", "127.0.0.1:9091", "address to serve metrics on; of a cluster the first one, the others take the ports after it; port 0 picks free ones")
	flags.StringVar(&o.grpc, "grpc", "", "address that accepts connections and answers nothing, as a client's port; empty is none")
	flags.StringVar(&o.mode, "mode", modes[0], "how Milvus is deployed: "+strings.Join(modes, ", "))
	flags.StringVar(&o.world.Release, "release", "", "release to stand in for: "+strings.Join(milvus.Versions, ", ")+"; empty is the newest")
	flags.Uint64Var(&o.world.Seed, "seed", 1, "seed of the noise in the load")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("%q is no flag: see -help", flags.Arg(0))
	}
	if !slices.Contains(modes, o.mode) {
		return o, fmt.Errorf("mode %q is unknown: use one of %s", o.mode, strings.Join(modes, ", "))
	}
	o.world.Cluster = o.mode == "cluster"
	return o, nil
}

// ports are n addresses: the one given, and the ports after it.
func ports(address string, n int) ([]string, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("address %q: write it as host:port: %w", address, err)
	}
	first, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("address %q: the port has to be a number: %w", address, err)
	}
	all := make([]string, n)
	for i := range all {
		all[i] = net.JoinHostPort(host, strconv.FormatUint(first, 10))
		if first > 0 {
			first++
		}
	}
	return all, nil
}

// listenAll listens on all addresses, or on none.
func listenAll(ctx context.Context, addresses []string) ([]net.Listener, error) {
	var all []net.Listener
	for _, address := range addresses {
		listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
		if err != nil {
			for _, l := range all {
				err = errors.Join(err, l.Close())
			}
			return nil, fmt.Errorf("choose other addresses with -listen and -grpc: %w", err)
		}
		all = append(all, listener)
	}
	return all, nil
}

// serve answers until the context ends.
func serve(ctx context.Context, group *errgroup.Group, listener net.Listener, handler http.Handler) {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: patience}
	group.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("serve %s: %w", listener.Addr(), err)
		}
		return nil
	})
	group.Go(func() error {
		<-ctx.Done()
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		return server.Shutdown(closing)
	})
}

// acceptOnly lets clients connect and hang up, so that a look at whether the port is
// open finds it open.
func acceptOnly(ctx context.Context, listener net.Listener) error {
	defer context.AfterFunc(ctx, func() { _ = listener.Close() })() // which Accept tells of
	for {
		connection, err := listener.Accept()
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return errors.Join(fmt.Errorf("accept on %s: %w", listener.Addr(), err), listener.Close())
		}
		_ = connection.Close() // there is nothing to say
	}
}
