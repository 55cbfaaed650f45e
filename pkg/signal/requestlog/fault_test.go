package requestlog_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/heartline-monitor/heartline/pkg/signal"
	"github.com/heartline-monitor/heartline/pkg/signal/requestlog"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 3, 6, 12, 0, 0, 0, time.UTC)

// hour is the hour before noon, in one window.
func hour() signal.Windows { return grid(noon.Add(-time.Hour), noon, time.Hour) }

func count(ctx context.Context, s signal.Source) (float64, error) {
	a, err := s.Read(ctx, signal.Request{Signal: signal.Requests, Windows: hour()})
	if err != nil {
		return 0, err
	}
	return a.Series[0].Values[0], nil
}

func requireCount(t *testing.T, s signal.Source, want int) {
	t.Helper()
	n, err := count(t.Context(), s)
	require.NoError(t, err)
	require.InDelta(t, want, n, 0)
}

// requireFault wants every way to read to be a fault that holds a text.
func requireFault(t *testing.T, s signal.Source, path, text string) {
	t.Helper()
	var fault *signal.Fault
	_, err := count(t.Context(), s)
	require.ErrorAs(t, err, &fault)
	require.ErrorContains(t, err, text)
	require.ErrorContains(t, err, path)
	_, err = s.Latencies(t.Context(), hour())
	require.ErrorAs(t, err, &fault)
	_, err = s.Check(t.Context())
	require.ErrorAs(t, err, &fault)
	_, err = s.Read(t.Context(), signal.Request{Signal: signal.Up, Windows: hour()})
	require.ErrorAs(t, err, &fault)
	missing, err := s.Missing(t.Context())
	require.NoError(t, err)
	require.Contains(t, missing, signal.Goroutines)
}

// small has n requests in the hour before noon.
func small(t *testing.T, path, options string, n int) *writer {
	t.Helper()
	w := writerAt(t, path, options)
	for i := range n {
		w.request(t, noon.Add(-time.Duration(i+1)*time.Second).Format("2006-01-02T15:04:05"), 0.1, "success")
	}
	return w
}

func place(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "requests.db")
}

func TestWhatIsNoRequestLogIsAFaultThatSaysWhy(t *testing.T) {
	for name, c := range map[string]struct {
		make func(t *testing.T, path string)
		says string
	}{
		"nothing":  {func(*testing.T, string) {}, "does not exist"},
		"a folder": {func(t *testing.T, path string) { require.NoError(t, os.Mkdir(path, 0o755)) }, "is no file"},
		"a pipe":   {func(t *testing.T, path string) { require.NoError(t, syscall.Mkfifo(path, 0o644)) }, "is no file"},
		"garbage": {func(t *testing.T, path string) {
			require.NoError(t, os.WriteFile(path, []byte("this is a text and no database, and it is longer than a header of one\n"), 0o644))
		}, "is no SQLite database"},
		"an empty file":    {func(t *testing.T, path string) { require.NoError(t, os.WriteFile(path, nil, 0o644)) }, "no table request_logs"},
		"another database": {made(`CREATE TABLE people (name TEXT)`), "no table request_logs"},
		"other columns":    {made(`CREATE TABLE request_logs (id INTEGER PRIMARY KEY, timestamp TEXT, duration REAL)`), "no column process_time, status"},
		"other ids": {made(`CREATE TABLE request_logs (id TEXT PRIMARY KEY, timestamp TEXT, process_time REAL, status TEXT)`),
			"column id of table request_logs is no INTEGER PRIMARY KEY"},
	} {
		t.Run(name, func(t *testing.T) {
			path := place(t)
			c.make(t, path)
			requireFault(t, source(t, path, time.UTC, noon), path, c.says)
		})
	}
}

// made makes a database by a statement.
func made(statement string) func(*testing.T, string) {
	return func(t *testing.T, path string) {
		t.Helper()
		db, err := sql.Open("sqlite3", path)
		require.NoError(t, err)
		_, err = db.ExecContext(t.Context(), statement)
		require.NoError(t, err)
		require.NoError(t, db.Close())
	}
}

func TestColumnsMayBeMoreAndInAnyOrderAndCase(t *testing.T) {
	path := place(t)
	made(`CREATE TABLE request_logs (status TEXT, extra BLOB, Process_Time DOUBLE, TIMESTAMP DATETIME, ID integer primary key);
		INSERT INTO request_logs VALUES ('success', x'00', 1, '2026-03-06T11:30:00', 7), ('error', NULL, '0.5', '2026-03-06 11:30:00.25', 9)`)(t, path)
	s := source(t, path, time.UTC, noon)
	requireCount(t, s, 2)
	require.Equal(t, []float64{0.75}, ask(t, s, signal.Request{Signal: signal.Latency, Stat: signal.Avg, Windows: hour()})[""])
	missing, err := s.Missing(t.Context())
	require.NoError(t, err)
	require.Contains(t, missing[signal.CPU], "performance_snapshots")
	_, err = s.Read(t.Context(), signal.Request{Signal: signal.CPU, Stat: signal.Avg, Windows: hour()})
	var refusal *signal.Unsupported
	require.ErrorAs(t, err, &refusal)
	var fault *signal.Fault
	require.NotErrorAs(t, err, &fault, "nothing is wrong with the file")
	said, err := s.Check(t.Context())
	require.NoError(t, err)
	require.Contains(t, said, "without snapshots")
}

func TestSnapshotsThatAppearLaterAreSeen(t *testing.T) {
	path := place(t)
	made(`CREATE TABLE request_logs (id INTEGER PRIMARY KEY, timestamp TEXT, process_time REAL, status TEXT)`)(t, path)
	s := source(t, path, time.UTC, noon)
	missing, err := s.Missing(t.Context())
	require.NoError(t, err)
	require.Contains(t, missing, signal.CPU)
	made(`CREATE TABLE performance_snapshots (id INTEGER PRIMARY KEY, timestamp TEXT, memory_usage REAL, cpu_usage REAL);
		INSERT INTO performance_snapshots VALUES (1, '2026-03-06T11:30:00', 40, 12.5)`)(t, path)
	missing, err = s.Missing(t.Context())
	require.NoError(t, err)
	require.NotContains(t, missing, signal.CPU)
	require.Equal(t, []float64{12.5}, ask(t, s, signal.Request{Signal: signal.CPU, Stat: signal.Max, Windows: hour()})[""])
}

func TestFileThatGoesAndComesBackIsReadAgain(t *testing.T) {
	for name, options := range map[string]string{"rollback journal": "", "WAL": "_journal_mode=WAL"} {
		t.Run(name, func(t *testing.T) {
			path := place(t)
			w := small(t, path, options, 3)
			s := source(t, path, time.UTC, noon)
			requireCount(t, s, 3)
			require.NoError(t, w.db.Close())

			require.NoError(t, os.Rename(path, path+".moved"))
			requireFault(t, s, path, "does not exist")
			require.NoError(t, os.Rename(path+".moved", path))
			requireCount(t, s, 3)

			require.NoError(t, os.Remove(path))
			requireFault(t, s, path, "does not exist")
			small(t, path, options, 5)
			requireCount(t, s, 5)
		})
	}
}

func TestFileThatIsReplacedWhileItIsOpenIsReadAnew(t *testing.T) {
	path := place(t)
	small(t, path, "", 3)
	s := source(t, path, time.UTC, noon)
	requireCount(t, s, 3)
	small(t, path+".new", "", 7)
	require.NoError(t, os.Rename(path+".new", path))
	requireCount(t, s, 7)
}

func TestTruncatedFileIsAFaultUntilItIsWhole(t *testing.T) {
	path := place(t)
	w := small(t, path, "", 3)
	s := source(t, path, time.UTC, noon)
	requireCount(t, s, 3)
	require.NoError(t, w.db.Close())
	whole, err := os.ReadFile(path)
	require.NoError(t, err)

	require.NoError(t, os.Truncate(path, 0))
	requireFault(t, s, path, "no table request_logs")
	require.NoError(t, os.WriteFile(path, whole[:len(whole)-4096], 0o644))
	requireFault(t, s, path, "is damaged")
	require.NoError(t, os.WriteFile(path, whole, 0o644))
	requireCount(t, s, 3)
}

func TestLockedFileIsAFaultWithinTheDeadlineAndReadWhenItIsFree(t *testing.T) {
	path := place(t)
	w := small(t, path, "", 3)
	s := source(t, path, time.UTC, noon)
	requireCount(t, s, 3)
	w.exec(t, "BEGIN EXCLUSIVE")

	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	begun := time.Now()
	_, err := count(ctx, s)
	require.Less(t, time.Since(begun), 2*time.Second)
	var fault *signal.Fault
	require.ErrorAs(t, err, &fault)
	require.ErrorContains(t, err, "is locked by another program")
	require.ErrorIs(t, err, context.DeadlineExceeded)

	begun = time.Now()
	_, err = count(t.Context(), s)
	require.ErrorAs(t, err, &fault)
	require.ErrorContains(t, err, "is locked by another program")
	require.Less(t, time.Since(begun), 20*time.Second)

	w.exec(t, "COMMIT")
	requireCount(t, s, 3)
}

func TestFileThatIsFreeInTimeIsRead(t *testing.T) {
	path := place(t)
	w := small(t, path, "", 3)
	s := source(t, path, time.UTC, noon)
	w.exec(t, "BEGIN EXCLUSIVE")
	answered := make(chan error, 1)
	ctx := t.Context()
	go func() {
		_, err := count(ctx, s)
		answered <- err
	}()
	select {
	case err := <-answered:
		require.Fail(t, "the file is locked", "%v", err)
	case <-time.After(100 * time.Millisecond):
	}
	w.exec(t, "COMMIT")
	require.NoError(t, <-answered)
}

func TestFileWithoutPermissionIsAFault(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may read everything")
	}
	path := place(t)
	small(t, path, "", 3)
	require.NoError(t, os.Chmod(path, 0))
	s := source(t, path, time.UTC, noon)
	requireFault(t, s, path, "may not be read")
	require.NoError(t, os.Chmod(path, 0o644))
	requireCount(t, s, 3)
}

func TestWALWithoutAPlaceForItsSharedFileIsAFault(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write everywhere")
	}
	path := place(t)
	w := small(t, path, "_journal_mode=WAL", 3)
	require.NoError(t, w.db.Close()) // takes the shared file away
	folder := filepath.Dir(path)
	require.NoError(t, os.Chmod(folder, 0o555))
	t.Cleanup(func() { _ = os.Chmod(folder, 0o755) })
	s := source(t, path, time.UTC, noon)
	requireFault(t, s, path, "is in WAL mode, and the file with -shm")
	require.NoError(t, os.Chmod(folder, 0o755))
	requireCount(t, s, 3)
}

func TestNothingIsWritten(t *testing.T) {
	path := place(t)
	w := small(t, path, "", 3)
	require.NoError(t, w.db.Close())
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	s := source(t, path, time.UTC, noon)
	requireCount(t, s, 3)
	require.NoError(t, s.Close())
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, before, after)
	files, err := filepath.Glob(path + "*")
	require.NoError(t, err)
	require.Equal(t, []string{path}, files)
}

func TestClosedSourceSaysSo(t *testing.T) {
	path := place(t)
	small(t, path, "", 3)
	s := requestlog.New(requestlog.Config{Path: path})
	require.NoError(t, s.Close())
	_, err := count(t.Context(), s)
	require.ErrorContains(t, err, "closed")
}
