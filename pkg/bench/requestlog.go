//go:build linux

package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "github.com/mattn/go-sqlite3" // the driver
	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// requestGeneration changes whenever the content of the request log does.
const requestGeneration = 1

// requestSchema is that of existing writers, but for the indexes, which are made
// when the rows are there.
const (
	requestSchema = `CREATE TABLE request_logs (id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp TEXT NOT NULL, process_time REAL NOT NULL,
	status TEXT NOT NULL, image_size INTEGER, detection_count INTEGER, confidence_avg REAL);
CREATE TABLE performance_snapshots (id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp TEXT NOT NULL, qps REAL, avg_response_time REAL,
	success_rate REAL, concurrent_requests INTEGER, memory_usage REAL, cpu_usage REAL);`
	requestIndexes = `CREATE INDEX idx_timestamp ON request_logs(timestamp); CREATE INDEX idx_snapshot_timestamp ON performance_snapshots(timestamp);`
	// insertRows is how many rows one statement inserts.
	insertRows = 1_000
)

// requestLog is the generated file.
func (c corpus) requestLog() string { return filepath.Join(c.dir, "requests.db") }

// ensureRequestLog generates the request log, with as many rows as there are log
// lines, unless it is there already.
func (c corpus) ensureRequestLog(ctx context.Context) error {
	mark := filepath.Join(c.dir, "requests.json")
	want := stamp{requestGeneration, c.lines}
	var have stamp
	raw, err := os.ReadFile(mark)
	if err == nil && json.Unmarshal(raw, &have) == nil && have == want {
		return nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(c.dir, 0o755); err != nil {
		return err
	}
	if err := os.Remove(c.requestLog()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := c.writeRequests(ctx); err != nil {
		return fmt.Errorf("generate the request log: %w", err)
	}
	if raw, err = json.Marshal(want); err != nil {
		return err
	}
	return os.WriteFile(mark, raw, 0o644)
}

func (c corpus) writeRequests(ctx context.Context) (err error) {
	db, err := sql.Open("sqlite3", "file:"+c.requestLog()+"?_journal_mode=OFF&_synchronous=OFF")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := db.ExecContext(ctx, requestSchema); err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after the commit
	rows := strings.Repeat(`, (?, ?, ?, ?, ?, ?)`, insertRows)[1:]
	insert, err := tx.PrepareContext(ctx, `INSERT INTO request_logs (timestamp, process_time, status, image_size, detection_count, confidence_avg) VALUES`+rows) //nolint:gosec // placeholders
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, insert.Close()) }()
	bar := progressbar.NewOptions(c.lines, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionShowCount(),
		progressbar.OptionSetDescription(fmt.Sprintf("generating %d requests", c.lines)),
		progressbar.OptionSetVisibility(term.IsTerminal(int(os.Stderr.Fd()))), progressbar.OptionClearOnFinish())
	rng := rand.New(rand.NewPCG(requestGeneration, 0))
	values := make([]any, 0, 6*insertRows)
	for i := range c.lines / insertRows * insertRows {
		values = appendRequest(values, rng, float64(i)/float64(c.lines))
		if len(values) < cap(values) {
			continue
		}
		if _, err := insert.ExecContext(ctx, values...); err != nil {
			return err
		}
		values = values[:0]
		_ = bar.Add(insertRows)
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, requestIndexes)
	return err
}

// appendRequest appends the columns of one request; at goes from 0 to 1 over the
// whole corpus. Rows are in the order in which requests began, their timestamps
// are when they ended.
func appendRequest(values []any, rng *rand.Rand, at float64) []any {
	seconds := 0.08 * math.Exp(0.6*rng.NormFloat64())
	status := "success"
	switch rng.IntN(1_000) {
	case 0:
		seconds += 10 * rng.Float64()
	case 1, 2, 3, 4, 5, 6, 7, 8, 9, 10:
		status = "error"
	}
	end := firstDay.Add(time.Duration(at*float64(days*24*time.Hour)) + time.Duration(seconds*float64(time.Second)))
	return append(values, end.Format("2006-01-02T15:04:05.000000"), seconds, status, 640*480, rng.IntN(4), float64(rng.IntN(10_000))/10_000)
}
