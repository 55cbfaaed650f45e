//go:build linux

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"

	"github.com/heartline-monitor/heartline/pkg/instrument"
)

const (
	apps          = 100
	appOperations = 20  // of each
	appRate       = 200 // requests per second of each
)

// serveApps serves the figures of instrumented apps under load, prints their
// addresses, and goes on until its standard input ends.
func serveApps(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var addresses []string
	var operations []*instrument.Operation
	for range apps {
		m := monitor(instrument.Config{})
		defer m.Close()
		for i := range appOperations {
			operations = append(operations, m.Operation(fmt.Sprintf("GET /orders/%d", i)))
		}
		server := httptest.NewServer(m.StatsHandler())
		defer server.Close()
		addresses = append(addresses, server.URL)
	}
	go pace(ctx, apps*appRate, func(i int) { operations[i%len(operations)].Observe(spread(i*37), nil) })
	if err := json.NewEncoder(os.Stdout).Encode(addresses); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

// startApps starts serveApps in another process, and returns the addresses and
// what ends it.
func startApps(ctx context.Context) (addresses []string, end func() error, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	cmd := exec.CommandContext(ctx, self, "-work", "apps")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	end = func() error { return errors.Join(in.Close(), cmd.Wait()) }
	if err := json.NewDecoder(bufio.NewReader(out)).Decode(&addresses); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("read the addresses of the apps: %w", err), end())
	}
	return addresses, end, nil
}
