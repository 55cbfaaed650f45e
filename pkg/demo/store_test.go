package demo

import (
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/event"
)

func shanghai(t *testing.T) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	return loc
}

func options(t *testing.T) Options {
	loc := shanghai(t)
	return Options{End: time.Date(2026, 3, 6, 18, 30, 12, 0, loc), Seed: 1, Location: loc}
}

// tree maps the relative path of every file below dir to its content.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	require.NoError(t, fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(filepath.Join(dir, path))
		files[path] = string(content)
		return err
	}))
	return files
}

// wireLine holds the fields of any line of a store.
type wireLine struct {
	Time      string `json:"time"`
	MD5       string `json:"md5"`
	Receivers string `json:"receivers"`
	Result    string `json:"send_alarm_result"`
	Level     string `json:"message_level"`
	Message   string `json:"message"`
}

func lines(t *testing.T, content string) []wireLine {
	t.Helper()
	var all []wireLine
	for text := range strings.Lines(content) {
		var l wireLine
		require.NoError(t, json.Unmarshal([]byte(text), &l), text)
		all = append(all, l)
	}
	return all
}

func TestWriteMakesTheSameStoreForTheSameOptions(t *testing.T) {
	a, b, other := t.TempDir(), t.TempDir(), t.TempDir()
	_, err := Write(a, options(t))
	require.NoError(t, err)
	_, err = Write(b, options(t))
	require.NoError(t, err)
	require.Equal(t, tree(t, a), tree(t, b))

	o := options(t)
	o.Seed = 2
	_, err = Write(other, o)
	require.NoError(t, err)
	require.NotEqual(t, tree(t, a), tree(t, other))
}

func TestWriteNeedsAnEndAndALocation(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	_, err := Write(dir, Options{Location: time.UTC})
	require.ErrorContains(t, err, "Options.End")
	_, err = Write(dir, Options{End: time.Now()})
	require.ErrorContains(t, err, "Options.Location")
	require.NoDirExists(t, dir)
}

func TestWriteRefusesAFolderThatIsNotADemoStore(t *testing.T) {
	dir := t.TempDir()
	precious := filepath.Join(dir, "LSF", "check", "log", "20260301")
	require.NoError(t, os.MkdirAll(filepath.Dir(precious), 0o755))
	require.NoError(t, os.WriteFile(precious, []byte("{}\n"), 0o644))
	_, err := Write(dir, options(t))
	require.ErrorContains(t, err, "is not empty and holds no earlier demo store")
	require.FileExists(t, precious)
}

func TestWriteReplacesAnEarlierDemoStore(t *testing.T) {
	dir, fresh := t.TempDir(), t.TempDir()
	earlier := options(t)
	earlier.End = earlier.End.AddDate(0, -1, 0)
	_, err := Write(dir, earlier)
	require.NoError(t, err)
	_, err = Write(dir, options(t))
	require.NoError(t, err)
	_, err = Write(fresh, options(t))
	require.NoError(t, err)
	require.Equal(t, tree(t, fresh), tree(t, dir))
}

func TestDayFilesHoldTheirDayInOrder(t *testing.T) {
	o, dir := options(t), t.TempDir()
	summary, err := Write(dir, o)
	require.NoError(t, err)
	found := map[string]int{}
	for path, content := range tree(t, dir) {
		parts := strings.Split(path, "/")
		if len(parts) != 4 {
			continue
		}
		found[parts[2]] += strings.Count(content, "\n")
		times := []string{}
		for _, l := range lines(t, content) {
			at, err := time.ParseInLocation(time.DateTime, l.Time, o.Location)
			require.NoError(t, err)
			require.Equal(t, parts[3], at.Format("20060102"), path)
			require.True(t, summary.Range.Contains(at), "%s in %s", l.Time, path)
			times = append(times, l.Time)
		}
		require.True(t, slices.IsSorted(times), path)
	}
	require.Equal(t, map[string]int{"heartbeat": summary.Heartbeats, "log": summary.Logs, "alarm": summary.Alarms}, found)
	require.Greater(t, summary.Heartbeats, 5_000)
}

func TestEntriesAreTheSameHoweverTheRangeIsCut(t *testing.T) {
	o := options(t)
	st := o.stage()
	r := event.Range{From: o.End.Add(-time.Hour), To: o.End}
	for i := range st.scripts {
		s := &st.scripts[i]
		var pieces []entry
		for from := r.From; from.Before(r.To); from = from.Add(4 * time.Second) {
			pieces = append(pieces, st.entries(s, event.Range{From: from, To: from.Add(4 * time.Second)})...)
		}
		require.Equal(t, texts(st.entries(s, r)), texts(pieces), s.Name())
	}
}

func texts(entries []entry) []string {
	all := make([]string, len(entries))
	for i, e := range entries {
		all[i] = string(e.kind) + " " + string(e.line)
	}
	return all
}

func TestFollowAppendsWhatHappensFromTheEndOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		o := options(t)
		o.End = time.Now()
		_, err := Write(dir, o)
		require.NoError(t, err)
		before := tree(t, dir)

		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
		defer cancel()
		require.NoError(t, Follow(ctx, dir, o))

		added := 0
		after := tree(t, dir)
		for path, content := range after {
			require.True(t, strings.HasPrefix(content, before[path]), "%s was rewritten", path)
			for _, l := range lines(t, strings.TrimPrefix(content, before[path])) {
				at, err := time.ParseInLocation(time.DateTime, l.Time, o.Location)
				require.NoError(t, err)
				require.True(t, at.After(o.End), l.Time)
				added++
			}
		}
		require.Greater(t, added, 50)
		require.Equal(t, lastBeat(t, before, downMonitor, o.Location), lastBeat(t, after, downMonitor, o.Location))
	})
}
