package requestlog

import (
	"database/sql"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/instrument"
)

const sample = "../../../../shared/samples/performance.db"

// copySample copies a database that the existing writer wrote.
func copySample(t *testing.T) string {
	t.Helper()
	from, err := os.Open(sample)
	if os.IsNotExist(err) {
		t.Skip("no samples here")
	}
	require.NoError(t, err)
	defer func() { require.NoError(t, from.Close()) }()
	path := filepath.Join(t.TempDir(), "performance.db")
	to, err := os.Create(path)
	require.NoError(t, err)
	_, err = io.Copy(to, from)
	require.NoError(t, err)
	require.NoError(t, to.Close())
	return path
}

// schemaOf lists the statements that made a database, white space aside.
func schemaOf(t *testing.T, path string) []string {
	t.Helper()
	rows, err := reader(t, path).QueryContext(t.Context(), "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name")
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	var list []string
	for rows.Next() {
		var kind, name, table, text string
		require.NoError(t, rows.Scan(&kind, &name, &table, &text))
		text = strings.NewReplacer("( ", "(", " )", ")").Replace(strings.Join(strings.Fields(text), " "))
		list = append(list, strings.Join([]string{kind, name, table, text}, "|"))
	}
	require.NoError(t, rows.Err())
	return list
}

func TestTheSchemaIsThatOfTheExistingWriter(t *testing.T) {
	want := schemaOf(t, copySample(t))
	w := open(t, Config{})
	require.NotEmpty(t, want)
	require.Equal(t, want, schemaOf(t, w.config.Path))
}

func TestRequestsAreReadBackAsTheyWereRecorded(t *testing.T) {
	w := open(t, Config{Location: shanghai})
	ended := time.Date(2026, 3, 6, 1, 0, 1, 355_128_000, time.UTC)
	w.Record(ended, 54_795_026*time.Nanosecond, false)
	w.Record(ended.Truncate(time.Second), 2*time.Second, true)
	require.NoError(t, w.Close())

	type row struct {
		id        int
		timestamp string
		took      float64
		status    string
		others    [3]sql.NullFloat64
	}
	rows, err := reader(t, w.config.Path).QueryContext(t.Context(), "SELECT id, timestamp, process_time, status, image_size, detection_count, confidence_avg FROM request_logs ORDER BY id")
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	var got []row
	for rows.Next() {
		var r row
		require.NoError(t, rows.Scan(&r.id, &r.timestamp, &r.took, &r.status, &r.others[0], &r.others[1], &r.others[2]))
		got = append(got, r)
	}
	require.NoError(t, rows.Err())
	require.Len(t, got, 2)
	require.InDelta(t, 0.054795026, got[0].took, 1e-15)
	got[0].took = 0
	require.Equal(t, []row{
		{id: 1, timestamp: "2026-03-06T09:00:01.355128", status: "success"},
		{id: 2, timestamp: "2026-03-06T09:00:01", took: 2, status: "error"},
	}, got)
	written, dropped := w.Counts()
	require.Equal(t, [2]uint64{2, 0}, [2]uint64{written, dropped})
}

func TestMinutesAreReadBackInMillisecondsAndPercent(t *testing.T) {
	w := open(t, Config{Location: time.UTC})
	minute := time.Date(2026, 3, 6, 9, 1, 0, 0, time.UTC)
	w.Snapshot(instrument.Snapshot{Time: minute, Span: time.Minute, Requests: 120, Errors: 3, Total: 12 * time.Second, InFlight: 7})
	w.Snapshot(instrument.Snapshot{Time: minute.Add(time.Minute), Span: time.Minute})
	w.Snapshot(instrument.Snapshot{Time: minute.Add(2 * time.Minute), Span: 10 * time.Second, Requests: 20, Errors: 20, Total: time.Second})
	require.NoError(t, w.Close())

	type row struct {
		timestamp             string
		qps, average, success float64
		concurrent            int
	}
	rows, err := reader(t, w.config.Path).QueryContext(t.Context(), "SELECT timestamp, qps, avg_response_time, success_rate, concurrent_requests, memory_usage, cpu_usage FROM performance_snapshots ORDER BY id")
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	var got []row
	for rows.Next() {
		var r row
		var memory, cpu float64
		require.NoError(t, rows.Scan(&r.timestamp, &r.qps, &r.average, &r.success, &r.concurrent, &memory, &cpu))
		require.Greater(t, memory, 0.0)
		require.LessOrEqual(t, memory, 100.0)
		require.GreaterOrEqual(t, cpu, 0.0)
		require.LessOrEqual(t, cpu, 100.0)
		got = append(got, r)
	}
	require.NoError(t, rows.Err())
	require.Equal(t, []row{
		{"2026-03-06T09:01:00", 2, 100, 97.5, 7},
		{"2026-03-06T09:02:00", 0, 0, 100, 0},
		{"2026-03-06T09:03:00", 2, 50, 0, 0},
	}, got)
}

func TestADatabaseOfTheExistingWriterGoesOn(t *testing.T) {
	path := copySample(t)
	rows, minutes := count(t, path, "request_logs"), count(t, path, "performance_snapshots")
	w := open(t, Config{Path: path})
	w.Record(time.Now(), time.Millisecond, false)
	w.Snapshot(instrument.Snapshot{Time: time.Now(), Span: time.Minute})
	require.NoError(t, w.Close())
	require.Equal(t, rows+1, count(t, path, "request_logs"))
	require.Equal(t, minutes+1, count(t, path, "performance_snapshots"))

	var id int
	require.NoError(t, reader(t, path).QueryRowContext(t.Context(), "SELECT max(id) FROM request_logs").Scan(&id))
	require.Equal(t, rows+1, id)
}

func TestTwoWritersShareAFile(t *testing.T) {
	a := open(t, Config{})
	b := open(t, Config{Path: a.config.Path})
	for range 5000 {
		a.Record(time.Now(), time.Millisecond, false)
		b.Record(time.Now(), time.Millisecond, false)
	}
	require.NoError(t, a.Close())
	require.NoError(t, b.Close())
	require.Equal(t, 10_000, count(t, a.config.Path, "request_logs"))
}

func TestBatchesOfEverySizeAreWrittenWhole(t *testing.T) {
	for _, n := range []int{1, rowsPerInsert - 1, rowsPerInsert, rowsPerInsert + 1, batchRows, 2*batchRows + 1} {
		w := open(t, Config{})
		for range n {
			w.Record(time.Now(), time.Millisecond, false)
		}
		require.NoError(t, w.Close())
		require.Equal(t, n, count(t, w.config.Path, "request_logs"))
	}
}

func TestOldRowsAreDeleted(t *testing.T) {
	w := open(t, Config{Retention: time.Hour, Location: shanghai})
	now := time.Now()
	const old = 2*expireRows + 500
	for i := range old {
		w.Record(now.Add(-2*time.Hour+time.Duration(i)*time.Millisecond), time.Millisecond, false)
	}
	w.Snapshot(instrument.Snapshot{Time: now.Add(-2 * time.Hour), Span: time.Minute})
	w.Record(now.Add(-59*time.Minute), time.Millisecond, false)
	w.Snapshot(instrument.Snapshot{Time: now.Add(-59 * time.Minute), Span: time.Minute})
	waitWritten(t, w, old+3)
	require.Eventually(t, func() bool {
		return count(t, w.config.Path, "request_logs") == 1 && count(t, w.config.Path, "performance_snapshots") == 1
	}, patience, 10*time.Millisecond)
}

func TestNothingIsRecordedAfterClose(t *testing.T) {
	w := open(t, Config{})
	w.Record(time.Now(), time.Millisecond, false)
	require.NoError(t, w.Close())
	w.Record(time.Now(), time.Millisecond, false)
	w.Snapshot(instrument.Snapshot{})
	require.NoError(t, w.Close(), "a second time")
	written, dropped := w.Counts()
	require.Equal(t, [2]uint64{1, 2}, [2]uint64{written, dropped})
}

// writeVersion is the byte of an SQLite file that says how it is written: 1 with a
// rollback journal, 2 with a write-ahead log
// (https://www.sqlite.org/fileformat2.html#file_format_version_numbers).
func writeVersion(t *testing.T, path string) byte {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	return content[18]
}

func TestCloseLeavesAFileThatNeedsNoOther(t *testing.T) {
	w := open(t, Config{})
	w.Record(time.Now(), time.Millisecond, false)
	waitWritten(t, w, 1)
	require.EqualValues(t, 2, writeVersion(t, w.config.Path))
	require.NoError(t, w.Close())
	require.EqualValues(t, 1, writeVersion(t, w.config.Path))
	files, err := os.ReadDir(filepath.Dir(w.config.Path))
	require.NoError(t, err)
	require.Len(t, files, 1)
	require.Equal(t, 1, count(t, w.config.Path, "request_logs"))
}

func TestCloseLeavesAFileThatIsBeingReadAsItIs(t *testing.T) {
	w := open(t, Config{})
	w.Record(time.Now(), time.Millisecond, false)
	waitWritten(t, w, 1)
	rows, err := reader(t, w.config.Path).QueryContext(t.Context(), "SELECT id FROM request_logs")
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	require.True(t, rows.Next())
	require.NoError(t, w.Close())
	require.EqualValues(t, 2, writeVersion(t, w.config.Path))
	require.False(t, rows.Next())
	require.NoError(t, rows.Err())
}
