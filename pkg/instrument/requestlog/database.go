package requestlog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/mattn/go-sqlite3"
)

const (
	rowsPerInsert = 100
	expireRows    = 1000
	insertRows    = "INSERT INTO request_logs (timestamp, process_time, status) VALUES "
	statusSuccess = "success"
	statusError   = "error"
	secondsPerNs  = 1e-9
	millisPerNs   = 1e-6
	walLimit      = 64 << 20 // bytes that the write-ahead log shrinks to after a long read kept it growing
	busyMillis    = 250      // that one attempt waits for a lock
)

// schema is that of the existing writer.
var schema = []string{
	`CREATE TABLE IF NOT EXISTS request_logs (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		timestamp TEXT NOT NULL,
		process_time REAL NOT NULL,
		status TEXT NOT NULL,
		image_size INTEGER,
		detection_count INTEGER,
		confidence_avg REAL
	)`,
	`CREATE TABLE IF NOT EXISTS performance_snapshots (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		timestamp TEXT NOT NULL,
		qps REAL NOT NULL,
		avg_response_time REAL NOT NULL,
		success_rate REAL NOT NULL,
		concurrent_requests INTEGER NOT NULL,
		memory_usage REAL,
		cpu_usage REAL
	)`,
	`CREATE INDEX IF NOT EXISTS idx_timestamp ON request_logs(timestamp)`,
	`CREATE INDEX IF NOT EXISTS idx_snapshot_timestamp ON performance_snapshots(timestamp)`,
}

// database is the open file.
type database struct {
	path     string
	identity fs.FileInfo
	db       *sql.DB

	many, one, minute, purgeRows, purgeMinutes *sql.Stmt

	args []any // of one insert, used again
}

func openDatabase(path string) (_ *database, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("request log %s: %w", path, err)
		}
	}()
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := checkPlace(absolute); err != nil {
		return nil, err
	}
	options := url.Values{
		"_journal_mode": {"WAL"}, "_synchronous": {"NORMAL"}, "_txlock": {"immediate"}, "_busy_timeout": {fmt.Sprint(busyMillis)},
	}
	dsn := url.URL{Scheme: "file", OmitHost: true, Path: absolute, RawQuery: options.Encode()}
	db, err := sql.Open("sqlite3", dsn.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	d := &database{path: absolute, db: db, args: make([]any, 0, 3*rowsPerInsert)}
	if err := d.prepare(); err != nil {
		d.close()
		return nil, explain(err)
	}
	return d, nil
}

// checkPlace finds what SQLite would only call "unable to open database file".
func checkPlace(path string) error {
	switch info, err := os.Stat(path); {
	case err == nil && info.IsDir():
		return errors.New("is a folder: name a file in it")
	case err == nil && !info.Mode().IsRegular():
		return fmt.Errorf("is no regular file (%s): name another one", info.Mode().Type())
	case err == nil || !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		return fmt.Errorf("its folder cannot be read, create it: %w", err)
	}
	return nil
}

// explain adds the remedy to errors that an operator can do something about.
func explain(err error) error {
	failed, ok := errors.AsType[sqlite3.Error](err)
	if !ok {
		return err
	}
	switch failed.Code {
	case sqlite3.ErrNotADB, sqlite3.ErrCorrupt:
		return fmt.Errorf("is no SQLite database or a damaged one, move it away: %w", err)
	case sqlite3.ErrReadonly, sqlite3.ErrCantOpen, sqlite3.ErrPerm:
		return fmt.Errorf("cannot be written, let this user write the file and its folder: %w", err)
	case sqlite3.ErrError:
		return fmt.Errorf("holds other tables than a request log, use another file: %w", err)
	default:
		return err
	}
}

// isBusy tells whether another connection holds the file locked.
func isBusy(err error) bool {
	failed, ok := errors.AsType[sqlite3.Error](err)
	return ok && (failed.Code == sqlite3.ErrBusy || failed.Code == sqlite3.ErrLocked)
}

func (d *database) prepare() error {
	ctx := context.Background()
	for _, statement := range append([]string{fmt.Sprintf("PRAGMA journal_size_limit = %d", walLimit)}, schema...) {
		if _, err := d.db.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	expired := "DELETE FROM %[1]s WHERE id IN (SELECT id FROM %[1]s WHERE timestamp < ? ORDER BY timestamp LIMIT %[2]d)"
	for _, p := range []struct {
		to   **sql.Stmt
		text string
	}{
		{&d.many, insertRows + "(?,?,?)" + strings.Repeat(",(?,?,?)", rowsPerInsert-1)},
		{&d.one, insertRows + "(?,?,?)"},
		{&d.minute, `INSERT INTO performance_snapshots
			(timestamp, qps, avg_response_time, success_rate, concurrent_requests, memory_usage, cpu_usage) VALUES (?,?,?,?,?,?,?)`},
		{&d.purgeRows, fmt.Sprintf(expired, "request_logs", expireRows)},
		{&d.purgeMinutes, fmt.Sprintf(expired, "performance_snapshots", expireRows)},
	} {
		statement, err := d.db.PrepareContext(ctx, p.text) //nolint:sqlclosecheck // closed with the database
		if err != nil {
			return err
		}
		*p.to = statement
	}
	var err error
	d.identity, err = os.Stat(d.path)
	return err
}

// replaced tells whether the path names another file by now, or none.
func (d *database) replaced() bool {
	info, err := os.Stat(d.path)
	return errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(info, d.identity)
}

// write adds rows in one transaction: all or none.
func (d *database) write(batch []entry, minutes []snapshot, times *stamp) (err error) {
	tx, err := d.db.BeginTx(context.Background(), nil)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("write %s: %w", d.path, err), ignoreDone(tx.Rollback()))
		}
	}()
	many, one := tx.Stmt(d.many), tx.Stmt(d.one) //nolint:sqlclosecheck // closed with the transaction
	for len(batch) > 0 {
		statement, n := one, 1
		if len(batch) >= rowsPerInsert {
			statement, n = many, rowsPerInsert
		}
		if _, err := statement.Exec(d.bind(batch[:n], times)...); err != nil {
			return err
		}
		batch = batch[n:]
	}
	minute := tx.Stmt(d.minute) //nolint:sqlclosecheck // closed with the transaction
	for _, m := range minutes {
		if _, err := minute.Exec(m.row(times)...); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

func (d *database) bind(batch []entry, times *stamp) []any {
	d.args = d.args[:0]
	for _, e := range batch {
		status := any(statusSuccess)
		if e.failed {
			status = statusError
		}
		d.args = append(d.args, times.format(e.ended), float64(e.took)*secondsPerNs, status)
	}
	return d.args
}

// expire deletes some of the rows before a timestamp; more tells whether there may
// be others.
func (d *database) expire(before string) (more bool, err error) {
	for _, purge := range []*sql.Stmt{d.purgeRows, d.purgeMinutes} {
		result, err := purge.Exec(before)
		if err != nil {
			return false, fmt.Errorf("delete old rows of %s: %w", d.path, err)
		}
		n, err := result.RowsAffected()
		if err != nil {
			return false, err
		}
		more = more || n == expireRows
	}
	return more, nil
}

// abandon closes a file that has lost its path. SQLite finds the write-ahead log by
// name: left as it is, its rows would be missing in the file that was moved, and be
// put into the one that has the path now.
func (d *database) abandon() {
	_, _ = d.db.ExecContext(context.Background(), "PRAGMA wal_checkpoint(TRUNCATE)") // the file may be gone altogether
	d.close()
}

// leave closes the file for good, without its write-ahead log: who may not write
// into the folder can read it then. Where others have it open, it stays as it is.
func (d *database) leave() {
	_, _ = d.db.ExecContext(context.Background(), "PRAGMA busy_timeout = 0; PRAGMA journal_mode = DELETE")
	d.close()
}

func (d *database) close() {
	_ = d.db.Close() // what was committed is safe; closes the statements too
}
