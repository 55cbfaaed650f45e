package tour

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// stopTimeout is how long a program may take to end once it was asked to.
const stopTimeout = 15 * time.Second

// child is a program that a tour runs beside itself.
type child struct {
	cmd    *exec.Cmd
	log    string // the file that it writes to
	exited chan struct{}
	ended  error // how, once exited is closed
}

// launch starts a program that writes to a log file. It ends with the context of
// the command: it is asked to, and made to when it does not.
func launch(cmd *exec.Cmd, log string) (*child, error) {
	out, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	if cmd.Stdout == nil {
		cmd.Stdout = out
	}
	cmd.Stderr = out
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = stopTimeout
	if err := cmd.Start(); err != nil {
		_ = out.Close()
		return nil, err
	}
	c := &child{cmd: cmd, log: log, exited: make(chan struct{})}
	go func() {
		c.ended = cmd.Wait()
		_ = out.Close() // what it wrote is there for people to read
		close(c.exited)
	}()
	return c, nil
}

// ready waits until the program answers. It fails when the program ends before,
// when it takes too long, and when the context ends.
func (c *child) ready(ctx context.Context, within time.Duration, answers func(context.Context) bool) error {
	deadline, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	name := filepath.Base(c.cmd.Path)
	for !answers(deadline) {
		select {
		case <-c.exited:
			return fmt.Errorf("%s ended while it started: %w: see %s", name, c.ended, c.log)
		case <-deadline.Done():
			_ = c.cmd.Process.Kill()
			<-c.exited
			return fmt.Errorf("%s does not answer: %w: see %s", name, deadline.Err(), c.log)
		case <-tick.C:
		}
	}
	return nil
}

// outlives waits for the context to end; it fails when the program ends before.
func (c *child) outlives(ctx context.Context) error {
	select {
	case <-c.exited:
		return fmt.Errorf("%s ended by itself (%s): see %s", filepath.Base(c.cmd.Path), c.cmd.ProcessState, c.log)
	case <-ctx.Done():
		return nil
	}
}

// wait returns how the program ended.
func (c *child) wait() error {
	<-c.exited
	return c.ended
}

// answers reports whether a GET of an address succeeds.
func answers(ctx context.Context, url string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	return resp.Body.Close() == nil && resp.StatusCode == http.StatusOK
}
