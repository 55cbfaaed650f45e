package shop

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"time"

	"github.com/heartline-monitor/heartline/pkg/instrument/requestlog"
)

// History is what WriteHistory wrote.
type History struct {
	Rows   int // requests that were added to the log
	Scenes []Scene
}

// The timestamps of a request log: naive local time, the fraction only where it is
// not 0.
const (
	secondStamp = "2006-01-02T15:04:05"
	microStamp  = secondStamp + ".000000"
)

// WriteHistory gives a request log the week that ends at end: all of it where the
// file is missing, and what is missing since its last request otherwise. The file
// must not be in use. The same seed, end and zone make the same week.
func WriteHistory(ctx context.Context, path string, seed uint64, end time.Time, zone *time.Location) (History, error) {
	h := history{seed: seed, end: end.In(zone)}
	if err := create(path, zone); err != nil {
		return History{}, err
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return History{}, err
	}
	dsn := url.URL{Scheme: "file", OmitHost: true, Path: absolute, RawQuery: "_synchronous=OFF&_txlock=immediate&_busy_timeout=5000"}
	db, err := sql.Open("sqlite3", dsn.String())
	if err != nil {
		return History{}, err
	}
	rows, err := h.write(ctx, db)
	if err := errors.Join(err, db.Close()); err != nil {
		return History{}, fmt.Errorf("write the history of %s: %w", path, err)
	}
	return History{Rows: rows, Scenes: h.scenes()}, nil
}

// create lets the service's own writer make the tables.
func create(path string, zone *time.Location) error {
	w, err := requestlog.Open(requestlog.Config{Path: path, Location: zone})
	if err != nil {
		return err
	}
	return w.Close()
}

const (
	insertRequest = "INSERT INTO request_logs (timestamp, process_time, status) VALUES (?, ?, ?)"
	insertMinute  = `INSERT INTO performance_snapshots
		(timestamp, qps, avg_response_time, success_rate, concurrent_requests, memory_usage, cpu_usage) VALUES (?, ?, ?, ?, ?, ?, ?)`
)

func (h history) write(ctx context.Context, db *sql.DB) (rows int, err error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, tx.Rollback())
		}
	}()
	last, err := h.last(ctx, tx)
	if err != nil {
		return 0, err
	}
	request, err := tx.PrepareContext(ctx, insertRequest)
	if err != nil {
		return 0, err
	}
	defer func() { _ = request.Close() }() // ends with the transaction anyhow
	for begins := last.Truncate(time.Minute); begins.Before(h.end); begins = begins.Add(time.Minute) {
		requests := h.minute(begins)
		n, err := h.insert(ctx, request, last, requests)
		if err != nil {
			return 0, err
		}
		rows += n
		if whole := !begins.Before(last) && !begins.Add(time.Minute).After(h.end); whole {
			if err := h.insertSnapshot(ctx, tx, begins, requests); err != nil {
				return 0, err
			}
		}
	}
	return rows, tx.Commit()
}

func (h history) insertSnapshot(ctx context.Context, tx *sql.Tx, begins time.Time, requests []past) error {
	s, ok := h.snapshot(begins, requests)
	if !ok {
		return nil
	}
	// Existing writers call the requests of the minute concurrent.
	_, err := tx.ExecContext(ctx, insertMinute, h.stamp(begins.Add(time.Minute)), s.qps, s.latency, s.success, s.requests, s.memory, s.cpu)
	return err
}

// insert writes the requests that ended after the last one that is there, and by
// the end of the week.
func (h history) insert(ctx context.Context, request *sql.Stmt, last time.Time, requests []past) (rows int, err error) {
	for _, r := range requests {
		if !r.ended.After(last) || r.ended.After(h.end) {
			continue
		}
		status := "success"
		if r.failed {
			status = "error"
		}
		if _, err := request.ExecContext(ctx, h.stamp(r.ended), r.took.Seconds(), status); err != nil {
			return rows, err
		}
		rows++
	}
	return rows, nil
}

func (h history) stamp(at time.Time) string {
	layout := microStamp
	if at.Nanosecond() < int(time.Microsecond) {
		layout = secondStamp
	}
	return at.In(h.end.Location()).Format(layout)
}

// last is when the last request of the log ended; where there is none, or it is
// older, the beginning of the week.
func (h history) last(ctx context.Context, tx *sql.Tx) (time.Time, error) {
	week := h.end.Add(-Week).Truncate(time.Minute)
	var last sql.NullString
	if err := tx.QueryRowContext(ctx, "SELECT max(timestamp) FROM request_logs").Scan(&last); err != nil || !last.Valid {
		return week, err
	}
	at, err := time.ParseInLocation(secondStamp, last.String, h.end.Location()) // it takes a fraction, too
	if err != nil || at.Before(week) {
		return week, err
	}
	return at, nil
}
