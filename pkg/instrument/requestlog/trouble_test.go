package requestlog

import (
	"context"
	"database/sql"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/instrument"
)

// lock holds a file as another process can, until release is called.
func lock(t *testing.T, path string) (release func()) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+path+"?_busy_timeout=5000")
	require.NoError(t, err)
	db.SetMaxOpenConns(1)
	_, err = db.ExecContext(t.Context(), "BEGIN EXCLUSIVE")
	require.NoError(t, err)
	return func() {
		_, err := db.ExecContext(context.Background(), "COMMIT")
		require.NoError(t, err)
		require.NoError(t, db.Close())
	}
}

func TestWhatCannotBeOpenedIsSaidWithTheRemedy(t *testing.T) {
	folder := t.TempDir()
	text := filepath.Join(folder, "notes.txt")
	require.NoError(t, os.WriteFile(text, []byte("this is a text, and long enough to be no empty database"), 0o600))
	foreign := filepath.Join(folder, "foreign.db")
	_, err := reader(t, foreign).ExecContext(t.Context(), "CREATE TABLE request_logs (id INTEGER, at TEXT, timestamp TEXT)")
	require.NoError(t, err)

	for name, c := range map[string]struct {
		config Config
		want   string
	}{
		"no path":            {Config{}, "Path is empty"},
		"negative retention": {Config{Path: "x", Retention: -time.Hour}, "Retention is -1h0m0s"},
		"negative queue":     {Config{Path: "x", Queue: -1}, "Queue is -1"},
		"huge queue":         {Config{Path: "x", Queue: maxQueue + 1}, "at most"},
		"a folder":           {Config{Path: folder}, "is a folder: name a file in it"},
		"a device":           {Config{Path: os.DevNull}, "is no regular file (Dc---------): name another one"},
		"no folder":          {Config{Path: filepath.Join(folder, "missing", "performance.db")}, "its folder cannot be read, create it"},
		"a text":             {Config{Path: text}, "is no SQLite database or a damaged one, move it away"},
		"other tables":       {Config{Path: foreign}, "holds other tables than a request log, use another file"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Open(c.config)
			require.ErrorContains(t, err, c.want)
			require.ErrorContains(t, err, "request log")
		})
	}
	content, err := os.ReadFile(text)
	require.NoError(t, err)
	require.Contains(t, string(content), "this is a text", "what is not ours is left alone")
}

func TestAPathWithSignsOfAddressesIsTakenAsItIs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "50%?mode=ro&x#1 é.db")
	w := open(t, Config{Path: path})
	w.Record(time.Now(), time.Millisecond, false)
	require.NoError(t, w.Close())
	require.FileExists(t, path)
}

func TestALockedFileDelaysRowsAndDropsWhatTheQueueCannotHold(t *testing.T) {
	var log journal
	w := open(t, Config{Queue: 1000, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	release := lock(t, w.config.Path)
	const each = 500
	sent := 0
	for _, dropped := w.Counts(); dropped == 0; _, dropped = w.Counts() {
		begun := time.Now()
		for range each {
			w.Record(time.Now(), time.Millisecond, false)
		}
		sent += each
		require.Less(t, time.Since(begun), patience, "recording never waits for the file")
	}
	require.Eventually(t, func() bool { return log.String() != "" }, patience, time.Millisecond)
	require.Contains(t, log.String(), "Request log cannot be written, rows wait")
	release()
	require.NoError(t, w.Close())

	written, dropped := w.Counts()
	require.Equal(t, uint64(sent), written+dropped)
	require.Positive(t, written)
	require.Equal(t, int(written), count(t, w.config.Path, "request_logs"))
	require.Contains(t, log.String(), "Request log is written again")
}

func TestAFileThatIsLockedAtFirstIsWrittenLater(t *testing.T) {
	path := filepath.Join(t.TempDir(), "performance.db")
	require.NoError(t, open(t, Config{Path: path}).Close())
	release := lock(t, path)
	w := open(t, Config{Path: path})
	w.Record(time.Now(), time.Millisecond, false)
	w.Snapshot(instrument.Snapshot{Time: time.Now(), Span: time.Minute})
	release()
	waitWritten(t, w, 2)
	require.Equal(t, 1, count(t, path, "request_logs"))
}

func TestCloseGivesUpOnAFileThatStaysLocked(t *testing.T) {
	w := open(t, Config{})
	release := lock(t, w.config.Path)
	defer release()
	for range 7 {
		w.Record(time.Now(), time.Millisecond, false)
	}
	require.ErrorContains(t, w.Close(), "7 rows could not be written")
	written, dropped := w.Counts()
	require.Equal(t, [2]uint64{0, 7}, [2]uint64{written, dropped})
}

func TestAFileThatIsGoneIsMadeAnew(t *testing.T) {
	for name, harm := range map[string]func(t *testing.T, path string){
		"deleted": func(t *testing.T, path string) { require.NoError(t, os.Remove(path)) },
		"deleted with all that belongs to it": func(t *testing.T, path string) {
			for _, suffix := range []string{"", "-wal", "-shm"} {
				require.NoError(t, os.Remove(path+suffix))
			}
		},
		"replaced by a database of the existing writer": func(t *testing.T, path string) {
			other := filepath.Join(t.TempDir(), "other.db")
			db := reader(t, other)
			for _, statement := range schema {
				_, err := db.ExecContext(t.Context(), statement)
				require.NoError(t, err)
			}
			require.NoError(t, os.Rename(other, path))
		},
	} {
		t.Run(name, func(t *testing.T) {
			var log journal
			w := open(t, Config{Logger: slog.New(slog.NewTextHandler(&log, nil))})
			w.Record(time.Now(), time.Millisecond, false)
			waitWritten(t, w, 1)
			harm(t, w.config.Path)
			for range 3 {
				w.Record(time.Now(), time.Millisecond, true)
			}
			waitWritten(t, w, 4)
			require.Equal(t, 3, count(t, w.config.Path, "request_logs"))
			require.Contains(t, log.String(), "Request log was deleted or replaced, opening it anew")
			require.NoError(t, w.Close())
			require.Equal(t, 3, count(t, w.config.Path, "request_logs"))
		})
	}
}

func TestAFileThatIsMovedKeepsItsRowsAndANewOneBegins(t *testing.T) {
	w := open(t, Config{})
	w.Record(time.Now(), time.Millisecond, false)
	waitWritten(t, w, 1)
	moved := filepath.Join(t.TempDir(), "moved.db")
	require.NoError(t, os.Rename(w.config.Path, moved))
	w.Record(time.Now(), time.Millisecond, false)
	w.Record(time.Now(), time.Millisecond, false)
	waitWritten(t, w, 3)
	require.NoError(t, w.Close())
	require.Equal(t, 1, count(t, moved, "request_logs"))
	require.Equal(t, 2, count(t, w.config.Path, "request_logs"))
}

func TestAFileThatWasCutToNothingIsFilledAgain(t *testing.T) {
	w := open(t, Config{})
	w.Record(time.Now(), time.Millisecond, false)
	waitWritten(t, w, 1)
	require.NoError(t, os.Truncate(w.config.Path, 0))
	for range 3 {
		w.Record(time.Now(), time.Millisecond, true)
	}
	waitWritten(t, w, 4)
	require.NoError(t, w.Close())
	require.GreaterOrEqual(t, count(t, w.config.Path, "request_logs"), 3)
}

func TestAFileThatIsOverwrittenWithGarbageIsLeftAloneUntilItIsMovedAway(t *testing.T) {
	var log journal
	w := open(t, Config{Queue: 64, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	w.Record(time.Now(), time.Millisecond, false)
	waitWritten(t, w, 1)
	garbage := filepath.Join(t.TempDir(), "garbage")
	require.NoError(t, os.WriteFile(garbage, []byte("this is a text, and long enough to be no empty database"), 0o600))
	require.NoError(t, os.Rename(garbage, w.config.Path))
	w.Record(time.Now(), time.Millisecond, false)
	require.Eventually(t, func() bool { return log.String() != "" }, patience, time.Millisecond)
	require.Eventually(t, func() bool { _, err := os.Stat(w.config.Path); return err == nil }, patience, time.Millisecond)
	require.NoError(t, os.Rename(w.config.Path, garbage))
	waitWritten(t, w, 2)
	content, err := os.ReadFile(garbage)
	require.NoError(t, err)
	require.Contains(t, string(content), "this is a text")
}
