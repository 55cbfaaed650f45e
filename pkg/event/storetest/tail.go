package storetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/heartline-monitor/heartline/pkg/event"
)

const (
	// patience is how long a line may take from the store to a tail.
	patience = 30 * time.Second
	// ready begins the messages that show whether a tail has begun.
	ready = "磁盘 ready"
)

// follower reads a tail.
type follower struct {
	cancel context.CancelFunc
	done   chan struct{}

	mu    sync.Mutex
	logs  []event.Log
	began bool
	errs  []error
}

func follow(t testing.TB, s event.Store, f event.Filter) *follower {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	fl := &follower{cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(fl.done)
		for batch, err := range s.Tail(ctx, f) {
			fl.take(batch, err)
		}
	}()
	return fl
}

func (fl *follower) take(batch []event.Log, err error) {
	fl.mu.Lock()
	defer fl.mu.Unlock()
	if err != nil {
		fl.errs = append(fl.errs, err)
	}
	for _, l := range batch {
		if strings.HasPrefix(l.Message, ready) {
			fl.began = true
			continue
		}
		fl.logs = append(fl.logs, l)
	}
}

func (fl *follower) has(n int) bool {
	fl.mu.Lock()
	defer fl.mu.Unlock()
	return len(fl.logs) >= n
}

func (fl *follower) hasBegun() bool {
	fl.mu.Lock()
	defer fl.mu.Unlock()
	return fl.began
}

// end cancels the tail and waits until it is over.
func (fl *follower) end(t testing.TB) {
	t.Helper()
	fl.cancel()
	select {
	case <-fl.done:
	case <-time.After(patience):
		require.Fail(t, "the tail goes on after its context has ended")
	}
	require.Empty(t, fl.errs)
}

// eventually looks again and again, and calls between after each look.
func eventually(t testing.TB, what string, holds func() bool, between func()) {
	t.Helper()
	deadline := time.Now().Add(patience)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		require.True(t, time.Now().Before(deadline), "not within %v: %s", patience, what)
		between()
		<-tick.C
	}
}

// tailWorld has old lines, which a tail must not yield, and a monitor without
// any lines.
func tailWorld(t testing.TB) World {
	t.Helper()
	w := World{Name: "tail", Zone: zone(t, "Asia/Shanghai")}
	for _, name := range [][2]string{{"LSF", "check_disk"}, {"许可证", "check_disk"}, {"许可证", "silent"}} {
		w.Monitors = append(w.Monitors, event.Monitor{Direction: name[0], Item: name[1], Receivers: []string{"ann"}})
	}
	now := time.Now().Truncate(time.Second).UTC()
	for i, m := range w.Monitors[:2] {
		for _, age := range []time.Duration{48 * time.Hour, time.Minute, 0} {
			w.Logs = append(w.Logs, event.Log{Time: now.Add(-age), Direction: m.Direction, Item: m.Item, Level: "Error", Message: fmt.Sprintf("磁盘 old %d", i)})
		}
	}
	return w
}

// fresh is a line that a script writes now.
func fresh(m event.Monitor, level, message string) event.Log {
	return event.Log{Time: time.Now().Truncate(time.Second).UTC(), Direction: m.Direction, Item: m.Item, Level: level, Message: message}
}

func testTail(t *testing.T, open Open) {
	leaks := goleak.IgnoreCurrent()
	w := tailWorld(t)
	o := open(t, w)
	s := selector{
		conditions: append(is(event.Direction, event.OneOf, "许可证"), term{event.Level, event.NoneOf, []string{"Debug", "Info"}}), text: "磁盘",
	}
	all, some := follow(t, o.Store, event.Filter{}), follow(t, o.Store, s.filter(t))
	eventually(t, "a tail has begun", func() bool { return all.hasBegun() && some.hasBegun() }, func() {
		o.Append(t, fresh(w.Monitors[1], "Error", ready))
	})
	written := w.appendSome(t, o)
	tr := trial{World: w}
	wanted := slices.DeleteFunc(slices.Clone(written), func(l event.Log) bool { return !tr.selects(event.Logs, s, logRow(l)) })
	eventually(t, "all lines have come", func() bool { return all.has(len(written)) && some.has(len(wanted)) }, func() {})
	stopped := follow(t, o.Store, event.Filter{})
	stopped.end(t)
	all.end(t)
	some.end(t)
	requireTail(t, written, all.logs)
	requireTail(t, wanted, some.logs)
	requireSameIDs(t, o.Store, all.logs)
	requireBreak(t, o, w)
	require.NoError(t, o.Store.Close())
	goleak.VerifyNone(t, leaks)
}

// appendSome writes lines of three monitors, in several goes.
func (w World) appendSome(t testing.TB, o Opened) []event.Log {
	t.Helper()
	var written []event.Log
	for round := range 3 {
		var logs []event.Log
		for i := range 10 {
			m := w.Monitors[i%len(w.Monitors)]
			logs = append(logs, fresh(m, event.Levels[(round+i)%len(event.Levels)], fmt.Sprintf("磁盘 line %d of go %d\nwith \"quotes\"", i, round)))
		}
		logs = append(logs, fresh(w.Monitors[1], "Error", "without the word"))
		o.Append(t, logs...)
		written = append(written, logs...)
	}
	return written
}

// requireTail checks that each line came once, and those of a monitor in the
// order in which they were written.
func requireTail(t testing.TB, want, got []event.Log) {
	t.Helper()
	byMonitor := func(logs []event.Log) map[string][]*row {
		m := map[string][]*row{}
		for _, l := range logs {
			m[l.Direction+"/"+l.Item] = append(m[l.Direction+"/"+l.Item], logRow(l))
		}
		return m
	}
	require.Equal(t, byMonitor(want), byMonitor(got))
}

// requireSameIDs checks that a line has the ID in a page that it had in the tail.
func requireSameIDs(t testing.TB, s event.Store, logs []event.Log) {
	t.Helper()
	now := time.Now()
	p, err := s.Logs(t.Context(), event.PageRequest{Range: event.Range{From: now.Add(-time.Hour), To: now.Add(time.Minute)}, Limit: event.MaxPage})
	require.NoError(t, err)
	byID := map[string]*row{}
	for _, l := range p.Items {
		byID[l.ID] = logRow(l)
	}
	for _, l := range logs {
		require.Equal(t, logRow(l), byID[l.ID], "ID %s", l.ID)
	}
}

// requireBreak checks that a tail ends when its consumer wants no more.
func requireBreak(t testing.TB, o Opened, w World) {
	t.Helper()
	over := make(chan struct{})
	go func() {
		defer close(over)
		for _, err := range o.Store.Tail(t.Context(), event.Filter{}) {
			if err == nil {
				break
			}
		}
	}()
	ended := func() bool {
		select {
		case <-over:
			return true
		default:
			return false
		}
	}
	eventually(t, "the tail ends", ended, func() { o.Append(t, fresh(w.Monitors[0], "Info", ready)) })
}
