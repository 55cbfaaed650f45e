package shop

import (
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func shanghai(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	return zone
}

func open(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite3", path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// number runs a query that has one.
func number(t *testing.T, db *sql.DB, query string, args ...any) float64 {
	t.Helper()
	var n sql.NullFloat64
	require.NoError(t, db.QueryRowContext(t.Context(), query, args...).Scan(&n))
	return n.Float64
}

func TestHistoryIsABelievableWeek(t *testing.T) {
	path, zone := filepath.Join(t.TempDir(), "checkout.db"), shanghai(t)
	end := time.Date(2026, 3, 6, 18, 30, 12, 0, zone) // a Friday
	h, err := WriteHistory(t.Context(), path, 1, end, zone)
	require.NoError(t, err)
	db := open(t, path)

	require.InDelta(t, 450_000, h.Rows, 150_000)
	require.Equal(t, float64(h.Rows), number(t, db, "SELECT count(*) FROM request_logs"))
	require.Equal(t, 7*24*60.0-18, number(t, db, "SELECT count(*) FROM performance_snapshots"), "all but those of the outage")
	require.Zero(t, number(t, db, "SELECT count(*) FROM request_logs WHERE timestamp < '2026-02-27T18:30' OR timestamp > '2026-03-06T18:30:12'"))
	require.Greater(t, number(t, db, "SELECT count(*) FROM request_logs WHERE timestamp > '2026-03-06T18:30:02'"), 20.0, "it leads up to its end")
	require.Zero(t, number(t, db, "SELECT count(*) FROM request_logs WHERE status NOT IN ('success', 'error') OR process_time <= 0 OR length(timestamp) NOT IN (19, 26)"))
	require.Positive(t, number(t, db, "SELECT count(*) FROM request_logs a JOIN request_logs b ON b.id = a.id + 1 WHERE b.timestamp < a.timestamp"), "requests end in another order than they began")

	within := func(query string, s Scene) float64 {
		return number(t, db, query+" WHERE timestamp >= ? AND timestamp < ?", s.From.In(zone).Format(secondStamp), s.To.In(zone).Format(secondStamp))
	}
	byDay := map[time.Weekday]Scene{}
	for _, s := range h.Scenes {
		require.True(t, s.From.After(end.Add(-Week)) && !s.From.After(end), s.What)
		byDay[s.From.In(zone).Weekday()] = s
	}
	failed := "SELECT avg(status = 'error') FROM request_logs"
	require.InDelta(t, 0.33, within(failed, byDay[time.Monday]), 0.05)
	require.InDelta(t, 0.002, number(t, db, failed+" WHERE timestamp < '2026-03-02T20:00'"), 0.001)
	require.Greater(t, within("SELECT avg(process_time) FROM request_logs", byDay[time.Wednesday]), 0.5)
	require.Less(t, number(t, db, "SELECT avg(process_time) FROM request_logs WHERE timestamp < '2026-03-02'"), 0.1)
	require.LessOrEqual(t, within("SELECT count(*) FROM request_logs", byDay[time.Thursday]), 2.0, "what was begun before the outage")
	require.Greater(t, within("SELECT max(qps) FROM performance_snapshots", byDay[time.Saturday]), 50.0)
}

func TestHistoryGoesOnWhereTheLogEnds(t *testing.T) {
	zone := shanghai(t)
	end := time.Date(2026, 3, 6, 3, 0, 0, 0, zone)
	path := filepath.Join(t.TempDir(), "checkout.db")
	require.NoError(t, create(path, zone))
	db := open(t, path)
	_, err := db.ExecContext(t.Context(), insertRequest, "2026-03-06T01:14:59.999999", 0.25, "success")
	require.NoError(t, err)

	h, err := WriteHistory(t.Context(), path, 1, end, zone)
	require.NoError(t, err)
	require.InDelta(t, 3600*(0.1+usualRate)/2, h.Rows, 1000, "the last hour leads up to the live rate")
	require.Equal(t, 1.0, number(t, db, "SELECT count(*) FROM request_logs WHERE timestamp < '2026-03-06T01:15'"))
	require.Equal(t, 105.0, number(t, db, "SELECT count(*) FROM performance_snapshots"))

	again, err := WriteHistory(t.Context(), path, 1, end, zone)
	require.NoError(t, err)
	require.Zero(t, again.Rows)
}

func TestHistoryIsTheSameForTheSameSeed(t *testing.T) {
	end := time.Date(2026, 3, 6, 18, 30, 12, 0, shanghai(t))
	minute := end.Add(-30 * time.Hour).Truncate(time.Minute)
	require.NotEmpty(t, history{1, end}.minute(minute))
	require.Equal(t, history{1, end}.minute(minute), history{1, end}.minute(minute))
	require.Equal(t, history{1, end}.minute(minute), history{1, end.Add(24 * time.Hour)}.minute(minute), "a later end changes nothing of the past")
	require.NotEqual(t, history{1, end}.minute(minute), history{2, end}.minute(minute))
}

func TestHistoryOfAFileThatIsNoRequestLogFails(t *testing.T) {
	dir := t.TempDir()
	_, err := WriteHistory(t.Context(), dir, 1, time.Now(), time.UTC)
	require.ErrorContains(t, err, "is a folder")
	_, err = WriteHistory(t.Context(), filepath.Join(dir, "missing", "x.db"), 1, time.Now(), time.UTC)
	require.ErrorContains(t, err, "its folder cannot be read")
}
