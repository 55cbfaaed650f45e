// Package requestlog keeps the requests of a program in an SQLite file: a row for
// every request and one for every minute, in the tables that instrumented Python
// services write, too. Writers of both kinds may use one file.
//
// It is a package of its own because it needs CGO.
package requestlog

import (
	"errors"
	"fmt"
	"log/slog"
	"math/bits"
	"sync"
	"sync/atomic"
	"time"

	"github.com/heartline-monitor/heartline/pkg/instrument"
)

const (
	defaultQueue = 1 << 16
	maxQueue     = 1 << 24
	batchRows    = 10_000 // of one transaction
	// maxSnapshots bounds the minutes that wait for a file that cannot be written.
	maxSnapshots = 60

	flushEvery  = 200 * time.Millisecond
	retryAfter  = 500 * time.Millisecond // a failure
	repeatAfter = time.Minute            // a line in the log about a failure that lasts
	closeWithin = 3 * time.Second
)

// Config says where the request log is. Only Path is needed.
type Config struct {
	// Path is the SQLite file. It is created where it is missing; its folder must
	// exist.
	Path string
	// Location is the zone of the timestamps in the file; time.Local where it is nil.
	Location *time.Location
	// Retention is how long rows are kept; 0 keeps them for ever.
	Retention time.Duration
	// Queue is how many requests can wait to be written, 65,536 where it is 0; it is
	// rounded up to a power of two. Requests that find it full are dropped and
	// counted.
	Queue int
	// Logger is told of files that cannot be written; slog.Default where it is nil.
	Logger *slog.Logger
}

// Writer writes a request log. Its methods are safe for concurrent use, and none
// but Close waits for the file.
type Writer struct {
	config    Config
	queue     *queue
	snapshots chan instrument.Snapshot
	written   atomic.Uint64
	dropped   atomic.Uint64
	closed    atomic.Bool

	closing sync.Once
	stop    chan struct{}
	done    chan struct{}
	lost    error // why Close could not write all; read after done

	work worker // of the writer's goroutine
}

var _ instrument.RequestLog = (*Writer)(nil)

// Open opens or creates the file and starts the goroutine that writes it: Close
// ends it. A file that another process holds locked is no error: rows wait for it.
func Open(config Config) (*Writer, error) {
	if err := config.complete(); err != nil {
		return nil, err
	}
	w := &Writer{
		config: config, queue: newQueue(1 << bits.Len(uint(config.Queue-1))),
		snapshots: make(chan instrument.Snapshot, maxSnapshots),
		stop:      make(chan struct{}), done: make(chan struct{}),
	}
	w.work = worker{Writer: w, stamp: stamp{zone: config.Location}, batch: make([]entry, 0, batchRows)}
	file, err := openDatabase(config.Path)
	switch {
	case err == nil:
		w.work.file = file
	case isBusy(err):
		config.Logger.Warn("Request log is locked, rows wait", "path", config.Path, "error", err)
	default:
		return nil, err
	}
	go w.run()
	return w, nil
}

func (c *Config) complete() error {
	switch {
	case c.Path == "":
		return errors.New("request log: Path is empty: name the SQLite file")
	case c.Retention < 0:
		return fmt.Errorf("request log: Retention is %s: use 0 to keep rows for ever, or more", c.Retention)
	case c.Queue < 0 || c.Queue > maxQueue:
		return fmt.Errorf("request log: Queue is %d: use 0 for %d, or at most %d", c.Queue, defaultQueue, maxQueue)
	}
	if c.Queue == 0 {
		c.Queue = defaultQueue
	}
	if c.Location == nil {
		c.Location = time.Local
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	return nil
}

// Record notes a request when it has ended: that is the timestamp of its row. It
// never waits; where the queue is full the request is dropped and counted.
func (w *Writer) Record(ended time.Time, took time.Duration, failed bool) {
	if w.closed.Load() || !w.queue.push(entry{ended: ended.UnixNano(), took: int64(took), failed: failed}) {
		w.dropped.Add(1)
	}
}

// Snapshot notes a minute. Processor and memory use of the machine are added when
// it is taken up.
func (w *Writer) Snapshot(s instrument.Snapshot) {
	if w.closed.Load() {
		w.dropped.Add(1)
		return
	}
	select {
	case w.snapshots <- s:
	default:
		w.dropped.Add(1)
	}
}

// Counts are how many rows were written, and how many were dropped.
func (w *Writer) Counts() (written, dropped uint64) { return w.written.Load(), w.dropped.Load() }

// Close writes what waits and closes the file. It gives up after some seconds where
// the file cannot be written, and says so. What is recorded after it is dropped.
func (w *Writer) Close() error {
	w.closing.Do(func() {
		w.closed.Store(true)
		close(w.stop)
	})
	<-w.done
	return w.lost
}

func (w *Writer) run() {
	defer close(w.done)
	ticker := time.NewTicker(flushEvery)
	defer ticker.Stop()
	for {
		select {
		case <-w.stop:
			w.lost = w.work.finish(ticker.C)
			return
		case now := <-ticker.C:
			w.work.flush(now)
			w.work.expire(now)
		}
	}
}
