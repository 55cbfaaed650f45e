//go:build unix

package filetree_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/event"
)

// asOrdinaryUser reports whether this process may be refused a file. Root may
// not: the test is run again in a process of another user, and its outcome is
// this test's.
func asOrdinaryUser(t *testing.T) bool {
	t.Helper()
	if os.Geteuid() != 0 {
		return true
	}
	dir := t.TempDir()
	for _, d := range []string{dir, filepath.Dir(dir)} {
		require.NoError(t, os.Chmod(d, 0o777))
	}
	self, err := os.Executable()
	require.NoError(t, err)
	binary, err := os.ReadFile(self)
	require.NoError(t, err)
	copied := filepath.Join(dir, "copy.test")
	require.NoError(t, os.WriteFile(copied, binary, 0o755))
	const nobody = 65534
	cmd := exec.CommandContext(t.Context(), copied, "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "TMPDIR="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	out, err := cmd.CombinedOutput()
	if errors.Is(err, syscall.EPERM) {
		t.Skip("root without the right to become another user: nothing can be made unreadable to it")
	}
	require.NoError(t, err, "%s", out)
	require.Contains(t, string(out), "--- PASS: "+t.Name())
	return false
}

// forbid takes all rights on a file or folder away until the test is over.
func (tr tree) forbid(t testing.TB, name string) {
	t.Helper()
	info, err := os.Stat(tr.path(name))
	require.NoError(t, err)
	require.NoError(t, os.Chmod(tr.path(name), 0))
	t.Cleanup(func() { _ = os.Chmod(tr.path(name), info.Mode()) })
}

// twoMonitors is a tree of which one half is about to be forbidden.
func twoMonitors(t testing.TB) tree {
	t.Helper()
	tr := newTree(t)
	for _, name := range []string{"LSF/closed", "storage/open"} {
		tr.write(t, name+"/monitor_item.yaml", "script_startup_host: hpc01\n")
		tr.write(t, name+"/heartbeat/20260305", heartbeatLine("2026-03-05 10:00:00", "hpc01"))
		tr.write(t, name+"/log/20260305", good(name))
		tr.write(t, name+"/log/20260306", logLine("2026-03-06 12:00:00", "Error", name+" later"))
		tr.write(t, name+"/alarm/20260305", alarmLine("2026-03-05 10:00:00", "ann", "PASSED", name))
	}
	return tr
}

// prohibition is a part of twoMonitors that is made unreadable, and what that
// leaves.
type prohibition struct {
	forbid  string
	where   []string // problems
	logs    []string
	names   []string
	unknown []string // monitors of which it cannot be said whether they beat
}

const refused = "no permission to read it"

var forbidden = map[string]prohibition{
	"a day file": {
		"LSF/closed/log/20260305", []string{"LSF/closed/log/20260305"},
		[]string{"storage/open", "LSF/closed later", "storage/open later"}, []string{"LSF/closed", "storage/open"}, nil,
	},
	"a file of heartbeats": {
		"LSF/closed/heartbeat/20260305", []string{"LSF/closed/heartbeat/20260305"},
		[]string{"LSF/closed", "storage/open", "LSF/closed later", "storage/open later"}, []string{"LSF/closed", "storage/open"}, []string{"LSF/closed"},
	},
	"a folder of heartbeats": {
		"LSF/closed/heartbeat", []string{"LSF/closed/heartbeat"},
		[]string{"LSF/closed", "storage/open", "LSF/closed later", "storage/open later"}, []string{"LSF/closed", "storage/open"}, []string{"LSF/closed"},
	},
	"a folder of day files": {
		"LSF/closed/log", []string{"LSF/closed/log"},
		[]string{"storage/open", "storage/open later"}, []string{"LSF/closed", "storage/open"}, nil,
	},
	"a monitor": {
		"LSF/closed", []string{"LSF/closed/heartbeat", "LSF/closed/log", "LSF/closed/alarm"},
		[]string{"storage/open", "storage/open later"}, []string{"LSF/closed", "storage/open"}, []string{"LSF/closed"},
	},
	"a direction": {
		"LSF", []string{"LSF"},
		[]string{"storage/open", "storage/open later"}, []string{"storage/open"}, nil,
	},
}

func TestWhatIsUnreadableIsSaidAndTheRestIsServed(t *testing.T) {
	if !asOrdinaryUser(t) {
		return
	}
	for name, tt := range forbidden {
		t.Run(name, func(t *testing.T) { checkForbidden(t, tt) })
	}
	t.Run("a descriptor", func(t *testing.T) {
		tr := twoMonitors(t)
		tr.forbid(t, "LSF/closed/monitor_item.yaml")
		monitors, problems := inventory(t, tr)
		require.Len(t, monitors, 2)
		require.Equal(t, event.Problems{{What: refused, Where: "LSF/closed/monitor_item.yaml"}}, problems)
	})
	t.Run("the root", func(t *testing.T) {
		tr := twoMonitors(t)
		tr.forbid(t, ".")
		_, err := tr.store(nil).Monitors(t.Context(), event.Filter{})
		require.ErrorContains(t, err, "may not be read")
		require.ErrorContains(t, err, "give its user read and search permission")
	})
}

func checkForbidden(t *testing.T, tt prohibition) {
	t.Helper()
	tr := twoMonitors(t)
	s := tr.store(nil)
	tr.forbid(t, tt.forbid)
	require.ElementsMatch(t, tt.logs, messages(t, s, march))
	counts, _ := byLevel(t, s, march)
	require.EqualValues(t, len(tt.logs), counts["Error"])
	require.Equal(t, tt.names, names(t, tr))
	var where []string
	for _, p := range everyKind(t, s) {
		require.Equal(t, refused, p.What)
		require.True(t, p.Lost, "events are missing because of it")
		where = append(where, p.Where)
	}
	require.ElementsMatch(t, tt.where, where)
	beats, err := s.LastHeartbeats(t.Context(), event.Filter{}, march.To)
	require.NoError(t, err)
	require.Contains(t, beats.Last, "storage/open")
	require.ElementsMatch(t, tt.unknown, slices.Collect(maps.Keys(beats.Unknown)), "no beats is something else than unreadable ones")
}

func TestATailGoesOnBesideWhatIsUnreadable(t *testing.T) {
	if !asOrdinaryUser(t) {
		return
	}
	for name, forbid := range map[string]string{"a day file": "LSF/closed/log/20000101", "a folder": "LSF/closed/log", "a direction": "LSF"} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, tr tree) { checkUnreadableTail(t, tr, forbid) })
		})
	}
}

func checkUnreadableTail(t *testing.T, tr tree, forbid string) {
	t.Helper()
	const closed, open = "LSF/closed/log/20000101", "storage/open/log/20000101"
	line := func(message string) string { return info("00:00:01", message) }
	tr.write(t, closed, line("old"))
	tr.write(t, open, line("old"))
	before, err := os.Stat(tr.path(forbid))
	require.NoError(t, err)
	tr.forbid(t, forbid)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var got, said []string
	for batch, err := range tr.store(nil).Tail(ctx, event.Filter{}) {
		if err != nil {
			said = append(said, err.Error())
			tr.write(t, open, line("fresh"))
			continue
		}
		for _, l := range batch {
			got = append(got, l.Item+" "+l.Message)
		}
		switch got[len(got)-1] {
		case "open fresh":
			require.NoError(t, os.Chmod(tr.path(forbid), before.Mode()))
			tr.write(t, open, line("all is readable"))
		case "open all is readable":
			tr.write(t, closed, line("fresh"))
		}
		if slices.Contains(got, "closed fresh") {
			break
		}
	}
	require.NoError(t, ctx.Err(), "the fresh lines did not come")
	require.Equal(t, []string{"open fresh", "open all is readable", "closed fresh"}, got, "old lines are not fresh because they became readable")
	require.Len(t, said, 1, "said once, not at each look")
	require.Contains(t, said[0], "no permission")
}

// A pipe that nobody writes to would keep a reader waiting for ever.
func TestPipesAndLoopsDoNotHoldARequestUp(t *testing.T) {
	tr := newTree(t)
	tr.write(t, "LSF/mine/monitor_item.yaml", "script_startup_host: hpc01\n")
	tr.write(t, "LSF/mine/log/20260305", good("mine"))
	tr.folder(t, "LSF/pipes/log")
	for _, name := range []string{"pipe", "LSF/pipe", "LSF/mine/heartbeat", "LSF/pipes/monitor_item.yaml", "LSF/pipes/log/20260305"} {
		require.NoError(t, syscall.Mkfifo(tr.path(name), 0o600))
	}
	require.NoError(t, os.Symlink("20260304", tr.path("LSF/pipes/log/20260304")))
	require.NoError(t, os.Symlink("loop", tr.path("loop")))
	require.NoError(t, os.Symlink("nowhere", tr.path("LSF/pipes/log/20260303")))
	done := make(chan struct{})
	go func() {
		defer close(done)
		s := tr.store(nil)
		_, _ = s.Check(context.Background())
		_, _ = s.Logs(context.Background(), event.PageRequest{Range: march, Limit: 1})
	}()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		require.Fail(t, "the requests do not end")
	}
	s := tr.store(nil)
	require.Equal(t, []string{"mine"}, messages(t, s, march))
	require.Equal(t, []string{"LSF/mine", "LSF/pipes"}, names(t, tr))
	_, problems := inventory(t, tr)
	require.Equal(t, event.Problems{{What: "it is no file", Where: "LSF/pipes/monitor_item.yaml"}}, problems)
	var where []string
	for _, p := range everyKind(t, s) {
		where = append(where, p.Where)
	}
	require.ElementsMatch(t, []string{"LSF/mine/heartbeat", "LSF/pipes/log/20260304"}, where)
}
