//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/heartline-monitor/heartline/pkg/event"
)

// cores is what everything is measured on, also on a larger machine.
const cores = 2

// once is what one run of a process took.
type once struct {
	wall, cpu time.Duration
	answer    int // what it found
}

// measured holds everything that was measured, by name.
type measured struct {
	runs map[string][]once
	peak map[string]uint64
}

// add notes a run, which must have found what the ones before it did.
func (m *measured) add(name string, r once) error {
	if before := m.runs[name]; len(before) > 0 && before[0].answer != r.answer {
		return fmt.Errorf("%s found %d, and %d the time before", name, r.answer, before[0].answer)
	}
	m.runs[name] = append(m.runs[name], r)
	return nil
}

// compare measures each thing several times, in turn, so that a busy moment of
// the machine hits all alike.
func compare(ctx context.Context, c corpus, repetitions int) (*measured, error) {
	for _, program := range []string{"rg", "wc", "sqlite3"} {
		if _, err := exec.LookPath(program); err != nil {
			return nil, fmt.Errorf("%s is what we are compared with, install it (Debian: apt-get install ripgrep coreutils sqlite3): %w", program, err)
		}
	}
	if err := restrict(cores); err != nil {
		return nil, err
	}
	if err := warm(append(c.files(0), c.requestLog())); err != nil {
		return nil, err
	}
	m := &measured{runs: map[string][]once{}, peak: map[string]uint64{}}
	for range repetitions {
		if err := m.round(ctx, c); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// round measures each thing once.
func (m *measured) round(ctx context.Context, c corpus) error {
	// No ignore files: those of a checkout leave out the folder that is searched.
	ripgrep := []string{"rg", "--no-config", "--no-ignore", "--hidden"}
	tools := []struct {
		name, work string // the program, and the work of ours that follows it
		args       []string
		answer     func([]byte) (int, error)
	}{
		{"rg count", "counts", slices.Concat(ripgrep, []string{"-c", `"Error"`, c.root()}), sumCounts},
		{"wc", "newest", slices.Concat([]string{"wc", "-l"}, c.files(0)), lastTotal},
		{"rg search", "search", slices.Concat(ripgrep, []string{"--no-filename", `"Error".*(?i:` + needle + `)`}, c.files(days-1)), countLines},
		{"sqlite3 day", "requests day", c.perMinute(lastDay), sumColumn},
		{"sqlite3 month", "requests month", c.perMinute(all), sumColumn},
	}
	for _, t := range tools {
		took, out, err := process(ctx, t.args)
		if err != nil {
			return err
		}
		if took.answer, err = t.answer(out); err != nil {
			return fmt.Errorf("read the output of %s: %w", t.args[0], err)
		}
		if err := errors.Join(m.add(t.name, took), m.ours(ctx, t.work, c)); err != nil {
			return err
		}
	}
	return nil
}

// ours does a piece of work in a fresh process of this program.
func (m *measured) ours(ctx context.Context, work string, c corpus) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	took, out, err := process(ctx, []string{self, "-work", work, "-dir", c.dir, "-lines", strconv.Itoa(c.lines)})
	if err != nil {
		return err
	}
	var r result
	if err := json.Unmarshal(out, &r); err != nil {
		return fmt.Errorf("read the result of %s: %w", work, err)
	}
	took.answer = r.Answer
	m.peak[work] = max(m.peak[work], r.Peak)
	err = errors.Join(m.add(work, once{wall: r.First, answer: r.Answer}), m.add(work+" process", took))
	if r.Again > 0 {
		err = errors.Join(err, m.add(work+" again", once{wall: r.Again, answer: r.Answer}))
	}
	return err
}

// process runs a program to its end and returns what it took and printed.
func process(ctx context.Context, args []string) (once, []byte, error) {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	start := time.Now()
	out, err := cmd.Output()
	took := once{wall: time.Since(start)}
	if err != nil {
		return took, nil, fmt.Errorf("%s: %w: %s", args[0], err, bytes.TrimSpace(stderr.Bytes()))
	}
	took.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return took, out, nil
}

// restrict leaves this process, and those it starts, n cores.
func restrict(n int) error {
	runtime.LockOSThread() // processes are started from this thread, and inherit its cores
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		return fmt.Errorf("read which cores may be used: %w", err)
	}
	if set.Count() < n {
		return fmt.Errorf("the targets are for %d cores, this machine lends %d", n, set.Count())
	}
	for cpu := 0; set.Count() > n; cpu++ {
		set.Clear(cpu)
	}
	return unix.SchedSetaffinity(0, &set)
}

// warm reads the files once, so that they are in the page cache.
func warm(paths []string) error {
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, f)
		if err := errors.Join(err, f.Close()); err != nil {
			return err
		}
	}
	return nil
}

// sumCounts adds up what `rg -c` found in each file.
func sumCounts(out []byte) (int, error) {
	sum := 0
	for line := range bytes.Lines(out) {
		line = bytes.TrimSpace(line)
		n, err := strconv.Atoi(string(line[bytes.LastIndexByte(line, ':')+1:]))
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return sum, nil
}

// perMinute counts and averages requests per minute with the sqlite3 shell.
func (c corpus) perMinute(span event.Range) []string {
	const layout = "2006-01-02T15:04:05"
	return []string{"sqlite3", "-readonly", c.requestLog(), fmt.Sprintf(
		"SELECT substr(timestamp, 1, 16) AS minute, count(*), avg(process_time) FROM request_logs WHERE timestamp >= '%s' AND timestamp < '%s' GROUP BY minute",
		span.From.Format(layout), span.To.Add(time.Second).Format(layout))}
}

// sumColumn adds up the second column of what the sqlite3 shell prints.
func sumColumn(out []byte) (int, error) {
	sum := 0
	for line := range strings.Lines(string(out)) {
		fields := strings.Split(line, "|")
		if len(fields) != 3 {
			return 0, fmt.Errorf("%q has no three columns", line)
		}
		n, err := strconv.Atoi(fields[1])
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return sum, nil
}

// lastTotal is the total that wc says in its last line.
func lastTotal(out []byte) (int, error) {
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	total, _, _ := strings.Cut(strings.TrimSpace(lines[len(lines)-1]), " ")
	return strconv.Atoi(total)
}

func countLines(out []byte) (int, error) { return bytes.Count(out, []byte("\n")), nil }
