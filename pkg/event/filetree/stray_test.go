package filetree_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/event/filetree"
)

// names lists the monitors of a tree.
func names(t testing.TB, tr tree) []string {
	t.Helper()
	monitors, _ := inventory(t, tr)
	all := []string{}
	for _, m := range monitors {
		all = append(all, m.Name())
	}
	return all
}

// everyKind asks for all events of every kind and returns the problems.
func everyKind(t testing.TB, s event.Store) event.Problems {
	t.Helper()
	var all event.Problems
	add := func(problems event.Problems, err error) {
		require.NoError(t, err)
		for _, p := range problems {
			all.Add(p)
		}
	}
	req := event.PageRequest{Range: march, Limit: 1_000}
	h, err := s.Heartbeats(t.Context(), req)
	add(h.Problems, err)
	l, err := s.Logs(t.Context(), req)
	add(l.Problems, err)
	a, err := s.Alarms(t.Context(), req)
	add(a.Problems, err)
	for _, kind := range []event.Kind{event.Heartbeats, event.Logs, event.Alarms} {
		c, err := s.Count(t.Context(), event.CountRequest{Kind: kind, Range: march, Buckets: []time.Time{march.From}})
		require.NoError(t, err)
		add(c.Problems, nil)
	}
	b, err := s.LastHeartbeats(t.Context(), event.Filter{}, march.To)
	add(b.Problems, err)
	return all
}

func TestMissingFoldersAreNoProblem(t *testing.T) {
	tr := newTree(t)
	tr.write(t, "LSF/no folders/monitor_item.yaml", "script_path: /x\n")
	tr.write(t, "LSF/heartbeats only/heartbeat/20260305", heartbeatLine("2026-03-05 10:00:00", "h"))
	tr.folder(t, "LSF/empty folders/log")
	tr.folder(t, "LSF/empty folders/alarm")
	require.Equal(t, []string{"LSF/empty folders", "LSF/heartbeats only", "LSF/no folders"}, names(t, tr))
	require.Empty(t, everyKind(t, tr.store(nil)))
}

func TestStrayFilesAndFoldersAreLeftAlone(t *testing.T) {
	tr := newTree(t)
	tr.write(t, dayLog, good("a"))
	for _, stray := range []string{
		"README", ".git/config", ".DS_Store", "LSF/README", "LSF/.check_disk.swp", "LSF/check_disk/README", "LSF/check_disk/log/README",
		"LSF/check_disk/log/20260305.gz", "LSF/check_disk/log/.20260305.swp", "LSF/check_disk/log/20260305~", "LSF/check_disk/log/2026-03-05",
		"LSF/check_disk/log/20260230", "LSF/check_disk/log/202603051", "LSF/check_disk/log/old/20260305", "LSF/check_disk/logs/20260305", "LSF/no monitor/20260305",
	} {
		tr.write(t, stray, good("stray"))
	}
	tr.folder(t, "LSF/check_disk/log/20260306")
	tr.folder(t, "LSF/nothing in it")
	tr.folder(t, "empty direction")
	require.Equal(t, []string{"LSF/check_disk"}, names(t, tr))
	s := tr.store(nil)
	require.Equal(t, []string{"a"}, messages(t, s, march))
	require.Empty(t, everyKind(t, s))
	year := event.Range{From: march.From.AddDate(-1, 0, 0), To: march.To.AddDate(1, 0, 0)}
	require.Equal(t, []string{"a"}, messages(t, s, year), "also where the folder is listed")
}

func TestAnyNamesAreServed(t *testing.T) {
	tr := newTree(t)
	want := []string{"LSF/a b", "LSF/a\nb", "LSF/\u00fcber", "LSF/u\u0308ber", "LSF/检查.磁盘", "LSF/🔥", "LSF/%2e%2e", "LSF/$(rm)", "LSF/..x", "LSF/-", "许可证/log"}
	for _, name := range want {
		tr.write(t, name+"/log/20260305", good(name))
	}
	require.ElementsMatch(t, want, names(t, tr))
	s := tr.store(nil)
	require.ElementsMatch(t, want, messages(t, s, march))
	for _, name := range want {
		p, err := s.Logs(t.Context(), event.PageRequest{Filter: only(t, event.Item, name), Range: march, Limit: 10})
		require.NoError(t, err)
		require.Len(t, p.Items, 1, name)
		require.Equal(t, name, p.Items[0].Message)
	}
}

func TestLinksWithinTheTreeAreFollowed(t *testing.T) {
	tr := newTree(t)
	tr.write(t, "LSF/check_disk/log/20260305", good("a"))
	tr.write(t, "archive/20260304", logLine("2026-03-04 12:00:00", "Error", "archived"))
	require.NoError(t, os.Symlink("../../../archive/20260304", tr.path("LSF/check_disk/log/20260304")))
	require.NoError(t, os.Symlink("check_disk", tr.path("LSF/alias")))
	require.NoError(t, os.Symlink("LSF", tr.path("area")))
	require.NoError(t, os.Symlink("..", tr.path("LSF/up")))
	s := tr.store(nil)
	require.Equal(t, []string{"LSF/alias", "LSF/check_disk", "area/alias", "area/check_disk"}, names(t, tr))
	p, err := s.Logs(t.Context(), event.PageRequest{Filter: only(t, event.Item, "LSF/check_disk"), Range: march, Limit: 10})
	require.NoError(t, err)
	require.Empty(t, p.Problems)
	require.Len(t, p.Items, 2)
	require.Equal(t, "archived", p.Items[1].Message)
}

func TestNothingOutsideTheTreeIsRead(t *testing.T) {
	outside, tr := newTree(t), newTree(t)
	outside.write(t, "secret/check_disk/log/20260305", good("secret"))
	outside.write(t, "secret/check_disk/heartbeat/20260305", heartbeatLine("2026-03-05 10:00:00", "secret"))
	outside.write(t, "secret/check_disk/alarm/20260305", alarmLine("2026-03-05 10:00:00", "a", "PASSED", "secret"))
	outside.write(t, "secret/check_disk/monitor_item.yaml", "script_startup_host: secret\n")
	tr.write(t, "LSF/mine/log/20260305", good("mine"))
	secret := outside.path("secret")
	relative, err := filepath.Rel(tr.path("LSF/mine/log"), secret)
	require.NoError(t, err)
	tr.folder(t, "LSF/descriptor/log")
	tr.folder(t, "LSF/kinds")
	for link, target := range map[string]string{
		"outside": secret, "LSF/outside": secret + "/check_disk", "LSF/kinds/log": secret + "/check_disk/log", "LSF/kinds/heartbeat": secret + "/check_disk/heartbeat",
		"LSF/kinds/alarm": secret + "/check_disk/alarm", "LSF/mine/log/20260304": secret + "/check_disk/log/20260305",
		"LSF/mine/log/20260306": relative + "/check_disk/log/20260305", "LSF/descriptor/monitor_item.yaml": secret + "/check_disk/monitor_item.yaml",
	} {
		require.NoError(t, os.Symlink(target, tr.path(link)))
	}
	s := tr.store(nil)
	require.Equal(t, []string{"LSF/descriptor", "LSF/kinds", "LSF/mine"}, names(t, tr))
	require.Equal(t, []string{"mine"}, messages(t, s, march))
	counts, _ := byLevel(t, s, march)
	require.Equal(t, map[string]uint64{"Error": 1}, counts)
	monitors, _ := inventory(t, tr)
	for _, m := range monitors {
		require.Empty(t, m.Host)
	}
	var where []string
	for _, p := range everyKind(t, s) {
		where = append(where, p.Where)
		require.NotContains(t, p.String(), outside.root, "a problem names what lies in the tree only")
	}
	require.ElementsMatch(t, []string{
		"LSF/kinds/log", "LSF/kinds/heartbeat", "LSF/kinds/alarm", "LSF/mine/log/20260304", "LSF/mine/log/20260306",
	}, where)
}

func TestFilesInPlaceOfFoldersAreSaid(t *testing.T) {
	tr := newTree(t)
	tr.write(t, "LSF/check_disk/monitor_item.yaml", "script_path: /x\n")
	tr.write(t, "LSF/check_disk/log", "a file\n")
	tr.write(t, "LSF/other/log/20260305", good("a"))
	s := tr.store(nil)
	require.Equal(t, []string{"a"}, messages(t, s, march))
	problems := everyKind(t, s)
	require.Len(t, problems, 1)
	require.Equal(t, "LSF/check_disk/log", problems[0].Where)
	require.Contains(t, problems[0].What, "could not be read")
}

func TestARootThatCannotBeReadIsAClearErrorOfEveryMethod(t *testing.T) {
	tr := newTree(t)
	tr.write(t, "a file", "x")
	require.NoError(t, os.Symlink("nowhere", tr.path("broken")))
	for root, says := range map[string]string{
		"nowhere": "folder is missing", "a file": "is a file", "a file/below": "open the events folder", "broken": "folder is missing",
	} {
		s := filetree.New(filetree.Config{Root: tr.path(root)})
		calls := map[string]func() error{
			"monitors":        func() error { _, err := s.Monitors(t.Context(), event.Filter{}); return err },
			"last heartbeats": func() error { _, err := s.LastHeartbeats(t.Context(), event.Filter{}, march.To); return err },
			"heartbeats": func() error {
				_, err := s.Heartbeats(t.Context(), event.PageRequest{Range: march, Limit: 1})
				return err
			},
			"logs":   func() error { _, err := s.Logs(t.Context(), event.PageRequest{Range: march, Limit: 1}); return err },
			"alarms": func() error { _, err := s.Alarms(t.Context(), event.PageRequest{Range: march, Limit: 1}); return err },
			"count": func() error {
				_, err := s.Count(t.Context(), event.CountRequest{Kind: event.Logs, Range: march, Buckets: []time.Time{march.From}})
				return err
			},
			"check": func() error { _, err := s.Check(t.Context()); return err },
			"tail": func() error {
				for _, err := range s.Tail(t.Context(), event.Filter{}) {
					return err
				}
				return nil
			},
		}
		for name, call := range calls {
			err := call()
			require.ErrorContains(t, err, says, "%s of %s", name, root)
			require.ErrorContains(t, err, tr.root, "%s of %s: it names the path", name, root)
		}
	}
}

func TestCheckSaysWhatTheStoreHolds(t *testing.T) {
	tr := newTree(t)
	_, err := tr.store(nil).Check(t.Context())
	require.ErrorContains(t, err, "holds no monitors")
	require.ErrorContains(t, err, "monitor_item.yaml", "it says what a monitor is")
	tr.write(t, "LSF/a/monitor_item.yaml", "script_path: /x\n")
	tr.write(t, "LSF/b/monitor_item.yaml", "script_path: /x\n")
	tr.write(t, "host/a/log/20260305", good("x"))
	said, err := tr.store(nil).Check(t.Context())
	require.NoError(t, err)
	require.Equal(t, "3 monitors in 2 directions; host/a/monitor_item.yaml: it is missing", said)
}

func TestMonitorsThatAppearLaterAreSeen(t *testing.T) {
	tr := newTree(t)
	tr.write(t, "LSF/a/log/20260305", good("a"))
	tr.folder(t, "LSF/no monitor yet")
	tr.age(t, "LSF")
	s := tr.store(nil)
	require.Equal(t, []string{"a"}, messages(t, s, march))
	tr.write(t, "LSF/no monitor yet/log/20260305", good("b"))
	tr.age(t, "LSF")
	require.Equal(t, []string{"a", "b"}, messages(t, s, march))
	require.Equal(t, []string{"a", "b"}, messages(t, s, march))
	tr.write(t, "LSF/new/log/20260305", good("c"))
	require.Equal(t, []string{"a", "c", "b"}, messages(t, s, march))
	require.NoError(t, os.RemoveAll(tr.path("LSF/a")))
	require.Equal(t, []string{"c", "b"}, messages(t, s, march))
	tr.write(t, "storage/a/log/20260305", good("d"))
	require.Equal(t, []string{"c", "b", "d"}, messages(t, s, march))
	require.NoError(t, os.RemoveAll(tr.path("LSF")))
	require.Equal(t, []string{"d"}, messages(t, s, march))
}
