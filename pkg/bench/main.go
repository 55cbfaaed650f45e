//go:build linux

// Command bench measures reading a large check-script store and a large request
// log, side by side with ripgrep, wc and the sqlite3 shell on the same files, and
// what services cost: counting their requests, writing a request log, following
// them live. It holds all that against the project's targets.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
)

// repetitions of each measurement, of which the median counts.
const repetitions = 7

func main() {
	dir := flag.String("dir", ".bench", "folder of the generated log files and request log, about 2.8 GB; they are made once")
	quick := flag.Bool("quick", false, "a twentieth of the lines and requests, in a folder beside it, and shorter trials; the targets are shown and not enforced")
	lines := flag.Int("lines", allLines, "how many log lines and requests the folder has (used by bench itself, with -work)")
	name := flag.String("work", "", "do one piece of work in this process and print what it took (used by bench itself)")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	c := corpus{dir: *dir, lines: *lines}
	if *quick {
		c = corpus{dir: *dir + "-quick", lines: allLines / 20}
	}
	var err error
	if *name != "" {
		err = child(ctx, *name, c)
	} else {
		err = run(ctx, c, !*quick)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// child prints what one piece of work took as JSON.
func child(ctx context.Context, name string, c corpus) error {
	var r any
	var err error
	if trial, ok := trials[name]; ok {
		r, err = trial(ctx, c)
	} else {
		r, err = runWork(ctx, name, c)
	}
	if err != nil || r == nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(r)
}

// run measures everything and prints the table.
func run(ctx context.Context, c corpus, enforce bool) error {
	if err := errors.Join(c.ensure(ctx), c.ensureRequestLog(ctx)); err != nil {
		return err
	}
	m, err := compare(ctx, c, repetitions)
	if err != nil {
		return err
	}
	rows, err := m.judge(c)
	if err != nil {
		return err
	}
	tried, err := tryAll(ctx, c)
	if err != nil {
		return err
	}
	services, err := tried.judge()
	if err != nil {
		return err
	}
	if missed := report(os.Stdout, append(rows, services...)); missed > 0 && enforce {
		return fmt.Errorf("%d targets missed", missed)
	}
	return nil
}
