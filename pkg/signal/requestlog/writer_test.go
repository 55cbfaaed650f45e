package requestlog_test

import (
	"database/sql"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // zones, also where the machine has none

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/signal"
	"github.com/heartline-monitor/heartline/pkg/signal/requestlog"
	"github.com/heartline-monitor/heartline/pkg/signal/signaltest"
)

// schema as existing writers make it.
const schema = `
CREATE TABLE request_logs (id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp TEXT NOT NULL, process_time REAL, status TEXT NOT NULL,
	image_size INTEGER, detection_count INTEGER, confidence_avg REAL);
CREATE INDEX idx_timestamp ON request_logs(timestamp);
CREATE TABLE performance_snapshots (id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp TEXT NOT NULL, qps REAL, avg_response_time REAL,
	success_rate REAL, concurrent_requests INTEGER, memory_usage REAL, cpu_usage REAL);
CREATE INDEX idx_snapshot_timestamp ON performance_snapshots(timestamp);`

// writer is a program that writes a request log.
type writer struct {
	path string
	db   *sql.DB
}

// newWriter makes a request log in a folder of its own.
func newWriter(t testing.TB, options string) *writer {
	t.Helper()
	return writerAt(t, filepath.Join(t.TempDir(), "a log #1?%20.db"), options)
}

func writerAt(t testing.TB, path, options string) *writer {
	t.Helper()
	escaped := strings.NewReplacer("%", "%25", "#", "%23", "?", "%3f").Replace(path)
	db, err := sql.Open("sqlite3", "file:"+escaped+"?_synchronous=0&"+options)
	require.NoError(t, err)
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	w := &writer{path: path, db: db}
	w.exec(t, schema)
	return w
}

func (w *writer) exec(t testing.TB, query string, args ...any) {
	t.Helper()
	_, err := w.db.ExecContext(t.Context(), query, args...)
	require.NoError(t, err)
}

func (w *writer) request(t testing.TB, timestamp string, seconds any, status string) {
	t.Helper()
	w.exec(t, `INSERT INTO request_logs (timestamp, process_time, status) VALUES (?, ?, ?)`, timestamp, seconds, status)
}

func (w *writer) snapshot(t testing.TB, timestamp string, memory, cpu float64) {
	t.Helper()
	w.exec(t, `INSERT INTO performance_snapshots (timestamp, memory_usage, cpu_usage) VALUES (?, ?, ?)`, timestamp, memory, cpu)
}

// isoformat is a time as Python puts it: without a fraction where it is 0.
func isoformat(at time.Time, zone *time.Location) string {
	if at.Nanosecond() == 0 {
		return at.In(zone).Format("2006-01-02T15:04:05")
	}
	return at.In(zone).Format("2006-01-02T15:04:05.000000")
}

// world writes a world; spell puts its times.
func (w *writer) world(t testing.TB, world signaltest.World, spell func(time.Time, *time.Location) string) {
	t.Helper()
	w.exec(t, "BEGIN")
	for _, r := range world.Requests {
		w.request(t, spell(r.Time, world.Zone), r.Seconds, r.Status)
	}
	for _, r := range world.Readings {
		w.snapshot(t, spell(r.Time, world.Zone), r.MemoryUsage, r.CPU)
	}
	w.exec(t, "COMMIT")
}

// source reads the log at a fixed time.
func source(t testing.TB, path string, zone *time.Location, now time.Time) *requestlog.Source {
	t.Helper()
	s := requestlog.New(requestlog.Config{Path: path, Location: zone, Now: func() time.Time { return now }})
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// profile of a request log.
var profile = signaltest.Profile{Kind: signal.RequestLog, SplitBy: []signal.Dimension{signal.Status}, Overlap: true}

func TestSourceConforms(t *testing.T) {
	signaltest.Run(t, profile, func(t testing.TB, world signaltest.World) signal.Source {
		w := newWriter(t, "")
		w.world(t, world, isoformat)
		return source(t, w.path, world.Zone, world.Now)
	})
}

// TestSourceConformsWithTheWorstOfLogs reads in small pieces what is written in
// many layouts and in no order.
func TestSourceConformsWithTheWorstOfLogs(t *testing.T) {
	layouts := []string{"2006-01-02T15:04:05.000000", "2006-01-02 15:04:05.000000", "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999", "2006-01-02T15:04:05.000000000000"}
	signaltest.Run(t, profile, func(t testing.TB, world signaltest.World) signal.Source {
		rng := rand.New(rand.NewPCG(1, 1))
		world.Requests = slices.Clone(world.Requests)
		for i := range world.Requests {
			if j := rng.IntN(len(world.Requests)); i%3 == 0 {
				world.Requests[i], world.Requests[j] = world.Requests[j], world.Requests[i]
			}
		}
		w := newWriter(t, "_journal_mode=WAL")
		w.world(t, world, func(at time.Time, zone *time.Location) string {
			return at.In(zone).Format(layouts[rng.IntN(len(layouts))])
		})
		return requestlog.NewSmall(requestlog.Config{Path: w.path, Location: world.Zone, Now: func() time.Time { return world.Now }})
	})
}
