//go:build mage

// The targets of Heartline: run one with `go tool mage TARGET`, list them with
// `go tool mage -l`. What they do is written in pkg/build and pkg/demo/tour.
package main

import (
	"context"
	"os"
	"path/filepath"

	"github.com/heartline-monitor/heartline/pkg/build"
	"github.com/heartline-monitor/heartline/pkg/dashboard"
	"github.com/heartline-monitor/heartline/pkg/demo/tour"
	"github.com/heartline-monitor/heartline/pkg/rule"
)

// Build makes a complete dist/: the front end, the plugin binary for this machine, the command line.
func Build(ctx context.Context) error { return build.All(ctx) }

// Test runs every test: Go's with the race detector, the front end's types, lint and unit tests.
func Test(ctx context.Context) error {
	if err := build.Run(ctx, nil, "go", "test", "-race", "./..."); err != nil {
		return err
	}
	return build.NPM(ctx, "typecheck", "lint", "test:ci")
}

// Lint runs golangci-lint over the Go code, tries that it sees forbidden imports, and runs ESLint over the front end.
func Lint(ctx context.Context) error {
	if err := build.Run(ctx, nil, "go", "tool", "-modfile=tools/golangci-lint/go.mod", "golangci-lint", "run"); err != nil {
		return err
	}
	if err := build.Run(ctx, nil, "go", "test", "-tags", "lint", "-run", "Arrows", "./pkg/build"); err != nil {
		return err
	}
	return build.NPM(ctx, "lint")
}

// Demo builds all, makes a demo store of a week and a service under load, and shows them: in the terminal, in Docker where it runs, or in the Grafana of GRAFANA_HOME.
func Demo(ctx context.Context) error {
	if err := build.All(ctx); err != nil {
		return err
	}
	return tour.Run(ctx, os.Getenv("GRAFANA_HOME"), os.Stdout)
}

// Bench measures reading 10 million log lines and requests against ripgrep, wc and sqlite3, and what services cost; it fails where a target is missed.
func Bench(ctx context.Context) error { return bench(ctx) }

// BenchQuick is bench with a twentieth of the lines, and shorter; it enforces no target.
func BenchQuick(ctx context.Context) error { return bench(ctx, "-quick") }

func bench(ctx context.Context, args ...string) error {
	binary := filepath.Join(".bench", "bench")
	if err := build.Binary(ctx, "./pkg/bench", binary); err != nil {
		return err
	}
	return build.Run(ctx, nil, binary, args...)
}

// Dashboards writes the dashboards anew from their Go code, and the alert rules of rules/ for Grafana and Prometheus.
func Dashboards() error {
	if err := dashboard.Write("dashboards"); err != nil {
		return err
	}
	_, err := rule.WriteShipped(".", false)
	return err
}

// Generate writes what is made from the query model: the front end's types and the JSON schema.
func Generate() error { return build.Generate() }

// E2e clicks through a running Grafana with Playwright; GRAFANA_URL says where it is.
func E2e(ctx context.Context) error { return build.NPM(ctx, "e2e") }
