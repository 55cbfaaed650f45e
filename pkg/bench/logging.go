//go:build linux

package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/heartline-monitor/heartline/pkg/instrument"
	"github.com/heartline-monitor/heartline/pkg/instrument/requestlog"
)

const (
	// logRate is how many requests a second are put into the request log.
	logRate = 50_000
	// workload is what a request does that is looked at.
	workload = time.Millisecond
)

// logging is what writing a request log took and cost.
type logging struct {
	Sent, Rows int // requests, and those that stand in the file in the end
	Dropped    uint64
	Waiting    int       // least that was not written yet, in the last second of the load
	With       float64   // processor time of the load, of one processor
	Without    float64   // the same where no request log is kept
	Middle     []float64 // how many times as long the middle request took, of each pair
	Average    []float64 // how many times as long requests took on average
}

// loggingTrial is what one run of logRequests works with.
type loggingTrial struct {
	logging

	log           *requestlog.Writer
	plain, logged *instrument.Monitor
}

// logRequests puts a request log under load, then looks at requests beside that
// load, with and without a request log in turn.
func logRequests(ctx context.Context, c corpus) (_ logging, err error) {
	sustained, stretch, pairs := 5*time.Second, 500*time.Millisecond, 40
	if c.short() {
		sustained, stretch, pairs = 2*time.Second, 300*time.Millisecond, 4
	}
	dir, err := os.MkdirTemp(c.dir, "logging")
	if err != nil {
		return logging{}, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "performance.db")
	log, err := requestlog.Open(requestlog.Config{Path: path})
	if err != nil {
		return logging{}, err
	}
	t := &loggingTrial{log: log, plain: monitor(instrument.Config{}), logged: monitor(instrument.Config{RequestLog: log})}
	t.sustain(ctx, sustained)
	work := calibrate(workload)
	for i := range pairs {
		t.pair(ctx, stretch, work, i%2 == 0)
	}
	t.plain.Close()
	t.logged.Close()
	if err := errors.Join(ctx.Err(), log.Close()); err != nil {
		return t.logging, err
	}
	_, t.Dropped = log.Counts()
	t.Rows, err = countRows(ctx, path)
	return t.logging, err
}

// sustain keeps the load up for some time, at least a second, and notes how much
// is not written yet.
func (t *loggingTrial) sustain(ctx context.Context, d time.Duration) {
	t.Without = busy(d, func() { count(ctx, d, t.plain, func(int) {}) })
	lastSecond := int((d - time.Second).Seconds() * logRate)
	t.Waiting = logRate
	t.With = busy(d, func() {
		t.Sent += count(ctx, d, t.logged, func(i int) {
			if i >= lastSecond {
				written, _ := t.log.Counts()
				t.Waiting = min(t.Waiting, max(i+1-int(written), 0)) // a row of a minute may be among them
			}
		})
	})
	t.settle(ctx)
}

// pair looks at requests once with and once without a request log.
func (t *loggingTrial) pair(ctx context.Context, d time.Duration, work func(), withFirst bool) {
	var with, without []float64
	steps := []func(){
		func() {
			var sent int
			with, sent = beside(ctx, d, t.logged, work)
			t.Sent += sent
			t.settle(ctx)
		},
		func() { without, _ = beside(ctx, d, t.plain, work) },
	}
	if !withFirst {
		slices.Reverse(steps)
	}
	for _, step := range steps {
		step()
	}
	t.Middle = append(t.Middle, middle(with)/middle(without))
	t.Average = append(t.Average, average(with)/average(without))
}

// count has a monitor count logRate requests a second for some time and returns
// how many there were.
func count(ctx context.Context, d time.Duration, m *instrument.Monitor, then func(i int)) int {
	ctx, stop := context.WithTimeout(ctx, d)
	defer stop()
	o := m.Operation("GET /orders")
	return pace(ctx, logRate, func(i int) {
		o.Observe(spread(i), nil)
		then(i)
	})
}

// beside is how long requests of known work take, of which there is one half of
// the time, while others are counted at logRate, and how many there were of both.
func beside(ctx context.Context, d time.Duration, m *instrument.Monitor, work func()) (seconds []float64, all int) {
	others := make(chan int)
	go func() { others <- count(ctx, d, m, func(int) {}) }()
	o := m.Operation("GET /work")
	next := time.Now()
	for end := next.Add(d); next.Before(end) && (ctx.Err() == nil || len(seconds) == 0); {
		time.Sleep(time.Until(next))
		begun := time.Now()
		call := o.Begin()
		work()
		call.End(nil)
		seconds = append(seconds, time.Since(begun).Seconds())
		if next = next.Add(2 * workload); time.Now().After(next) {
			next = time.Now()
		}
	}
	return seconds, <-others + len(seconds)
}

// settle waits until the log has written what it was sent.
func (t *loggingTrial) settle(ctx context.Context) {
	for ctx.Err() == nil {
		if written, dropped := t.log.Counts(); written+dropped >= uint64(t.Sent) {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// calibrate makes work that takes about so long on this machine, and always the
// same.
func calibrate(d time.Duration) (work func()) {
	block := make([]byte, 16<<10)
	least := d
	for range 100 {
		begun := time.Now()
		_ = sha256.Sum256(block)
		least = min(least, time.Since(begun))
	}
	return func() {
		for range d / least {
			_ = sha256.Sum256(block)
		}
	}
}

func countRows(ctx context.Context, path string) (n int, err error) {
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	err = db.QueryRowContext(ctx, "SELECT count(*) FROM request_logs").Scan(&n)
	return n, err
}

// busy is the share of one processor that something takes, of this whole process.
func busy(d time.Duration, do func()) float64 {
	used := processorTime()
	do()
	return (processorTime() - used).Seconds() / d.Seconds()
}

func average(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}
