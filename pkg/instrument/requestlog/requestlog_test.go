package requestlog

import (
	"bytes"
	"database/sql"
	"io"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 20 * time.Second

var shanghai = func() *time.Location {
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		panic(err)
	}
	return zone
}()

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// journal collects log lines.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// open opens a Writer on a new file, or on the one that is set; the test may close
// it before its end.
func open(t testing.TB, config Config) *Writer {
	t.Helper()
	if config.Path == "" {
		config.Path = filepath.Join(t.TempDir(), "performance.db")
	}
	if config.Logger == nil {
		config.Logger = quiet()
	}
	w, err := Open(config)
	require.NoError(t, err)
	t.Cleanup(func() { _ = w.Close() })
	return w
}

// reader opens the file as somebody else would.
func reader(t testing.TB, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+path+"?_busy_timeout=5000")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

func count(t testing.TB, path, table string) (n int) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+path+"?_busy_timeout=5000")
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	require.NoError(t, db.QueryRowContext(t.Context(), "SELECT count(*) FROM "+table).Scan(&n))
	return n
}

func waitWritten(t testing.TB, w *Writer, rows uint64) {
	t.Helper()
	require.Eventually(t, func() bool {
		written, _ := w.Counts()
		return written >= rows
	}, patience, time.Millisecond)
}
