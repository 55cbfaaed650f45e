package tour

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// TestMain lets this test binary stand in for the programs that a tour starts:
// it plays the one under whose name it is started.
func TestMain(m *testing.M) {
	name := filepath.Base(os.Args[0])
	plays := map[string]func() error{
		"grafana": playGrafana, "docker": playDocker, "heartline": func() error { return nil },
		"heartline-checkout": playCheckout, "heartline-milvus-standin": playMilvus, "prometheus": playPrometheus,
	}
	play, ok := plays[name]
	if !ok {
		goleak.VerifyTestMain(m)
	}
	if err := errors.Join(note(name+".json"), play()); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(0)
}

// noted is what a program was started with.
type noted struct {
	Args []string
	Env  map[string]string
}

// note appends how this process was started to a file beside the program.
func note(file string) error {
	env := map[string]string{}
	for _, v := range os.Environ() {
		name, value, _ := strings.Cut(v, "=")
		env[name] = value
	}
	f, err := os.OpenFile(filepath.Join(filepath.Dir(os.Args[0]), file), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(json.NewEncoder(f).Encode(noted{os.Args[1:], env}), f.Close())
}

func notes(t *testing.T, path string) []noted {
	t.Helper()
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	var all []noted
	for line := range strings.Lines(string(raw)) {
		var n noted
		require.NoError(t, json.Unmarshal([]byte(line), &n))
		all = append(all, n)
	}
	return all
}

// stand puts this test binary in the place of a program.
func stand(t *testing.T, path string) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.Symlink(self, path))
}

// playServer answers a path until it is interrupted; said is told where.
func playServer(address, path string, handler func(stop context.CancelFunc) http.HandlerFunc, said func(net.Addr)) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	mux := http.NewServeMux()
	mux.HandleFunc(path, handler(stop))
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	said(listener.Addr())
	server := &http.Server{Handler: mux, ReadHeaderTimeout: time.Second}
	go func() { _ = server.Serve(listener) }()
	<-ctx.Done()
	return nil
}

func playGrafana() error {
	if os.Getenv("TEST_GRAFANA_FAILS") != "" {
		return errors.New("bad configuration")
	}
	address := net.JoinHostPort(os.Getenv("GF_SERVER_HTTP_ADDR"), os.Getenv("GF_SERVER_HTTP_PORT"))
	return playServer(address, "GET /api/health", func(stop context.CancelFunc) http.HandlerFunc {
		return func(http.ResponseWriter, *http.Request) {
			if os.Getenv("TEST_GRAFANA_ENDS") != "" {
				time.AfterFunc(100*time.Millisecond, stop)
			}
		}
	}, func(net.Addr) {})
}

// playDocker succeeds, but has no engine where the environment says so.
func playDocker() error {
	if os.Args[1] == "version" && os.Getenv("TEST_NO_ENGINE") != "" {
		return errors.New("no engine")
	}
	return nil
}

// playCheckout is a service that has been running for long.
func playCheckout() error {
	if os.Getenv("TEST_CHECKOUT_FAILS") != "" {
		return errors.New("the log is locked")
	}
	listen := os.Args[slices.Index(os.Args, "-listen")+1]
	return playServer(listen, "GET /api/monitor/stats", func(context.CancelFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"start": "2026-03-06T12:00:00Z", "now": "2026-03-06T12:01:00Z", "total": {"requests_total": 7}}`))
		}
	}, func(at net.Addr) {
		fmt.Printf("Request log:\n  Thu 10:00 CST, 18 minutes: an outage\nLive, and again:\n  12:00:00 UTC, 2 minutes: errors in bursts\nheartline-checkout listens on http://%s\n", at)
		if os.Getenv("TEST_CHECKOUT_ENDS") != "" {
			time.AfterFunc(500*time.Millisecond, func() { os.Exit(0) })
		}
	})
}

func playMilvus() error {
	return playServer(os.Args[slices.Index(os.Args, "-listen")+1], "PUT /steer", func(context.CancelFunc) http.HandlerFunc {
		return func(http.ResponseWriter, *http.Request) {}
	}, func(at net.Addr) {
		fmt.Printf("its figures are made up\nheartline-milvus-standin listens on standalone http://%s\n", at)
	})
}

func playPrometheus() error {
	listen := os.Args[slices.Index(os.Args, "--web.listen-address")+1]
	return playServer(listen, "GET /-/ready", func(context.CancelFunc) http.HandlerFunc {
		return func(http.ResponseWriter, *http.Request) {}
	}, func(net.Addr) {})
}
