package requestlog

import (
	"fmt"
	"time"

	"github.com/heartline-monitor/heartline/pkg/instrument"
)

const (
	expireEvery = 10 * time.Second
	expireFor   = 50 * time.Millisecond // at a time: requests wait to be written meanwhile
)

// worker is the state of the writer's goroutine.
type worker struct {
	*Writer
	file      *database // nil while it cannot be opened
	stamp     stamp
	batch     []entry    // taken from the queue, not written yet
	minutes   []snapshot // likewise
	retry     time.Time  // not before
	failing   time.Time  // since when the file cannot be written; zero: it can
	said      time.Time  // when that was logged last
	lastError error
	nextPurge time.Time
}

// flush writes what waits. What cannot be written stays for the next time.
func (w *worker) flush(now time.Time) {
	w.takeSnapshots()
	w.batch = w.queue.pop(w.batch)
	for len(w.batch) > 0 || len(w.minutes) > 0 {
		if now.Before(w.retry) {
			return
		}
		if err := w.write(); err != nil {
			w.fail(now, err)
			return
		}
		w.recovered()
		full := len(w.batch) == cap(w.batch)
		w.batch, w.minutes = w.batch[:0], w.minutes[:0]
		if !full {
			return // a busy program must not keep this from looking up
		}
		w.batch = w.queue.pop(w.batch)
	}
}

func (w *worker) takeSnapshots() {
	for {
		select {
		case s := <-w.snapshots:
			if len(w.minutes) == maxSnapshots {
				w.minutes = w.minutes[1:]
				w.dropped.Add(1)
			}
			w.minutes = append(w.minutes, w.complete(s))
		default:
			return
		}
	}
}

func (w *worker) complete(s instrument.Snapshot) snapshot {
	return snapshot{Snapshot: s, machine: readMachine()}
}

func (w *worker) write() error {
	if err := w.reopen(); err != nil {
		return err
	}
	if err := w.file.write(w.batch, w.minutes, &w.stamp); err != nil {
		return err
	}
	w.written.Add(uint64(len(w.batch) + len(w.minutes)))
	return nil
}

// reopen makes sure that the file that is open is the one that has the path.
func (w *worker) reopen() (err error) {
	if w.file != nil && w.file.replaced() {
		w.config.Logger.Warn("Request log was deleted or replaced, opening it anew", "path", w.config.Path)
		w.file.abandon()
		w.file = nil
	}
	if w.file == nil {
		w.file, err = openDatabase(w.config.Path)
	}
	return err
}

// fail notes that the file cannot be written. A lock goes away; after anything else
// the file is opened anew.
func (w *worker) fail(now time.Time, err error) {
	w.retry, w.lastError = now.Add(retryAfter), err
	if w.file != nil && !isBusy(err) {
		w.file.close()
		w.file = nil
	}
	if w.failing.IsZero() {
		w.failing = now
	}
	if now.Sub(w.said) >= repeatAfter {
		w.said = now
		w.config.Logger.Warn("Request log cannot be written, rows wait", "path", w.config.Path, "error", err, "dropped", w.dropped.Load())
	}
}

func (w *worker) recovered() {
	if w.failing.IsZero() {
		return
	}
	w.config.Logger.Info("Request log is written again", "path", w.config.Path, "after", time.Since(w.failing).String(), "dropped", w.dropped.Load())
	w.failing, w.said = time.Time{}, time.Time{}
}

// expire deletes rows that are older than the retention, some at a time.
func (w *worker) expire(now time.Time) {
	if w.config.Retention == 0 || w.file == nil || now.Before(w.nextPurge) || now.Before(w.retry) {
		return
	}
	before := w.stamp.format(now.Add(-w.config.Retention).UnixNano())
	for more := true; more; {
		if time.Since(now) > expireFor {
			return // goes on after the next rows were written
		}
		var err error
		if more, err = w.file.expire(before); err != nil {
			w.fail(now, err)
			return
		}
	}
	w.nextPurge = now.Add(expireEvery)
}

// finish writes what waits until all is written or the time is over.
func (w *worker) finish(ticks <-chan time.Time) error {
	deadline := time.Now().Add(closeWithin)
	for now := time.Now(); ; now = <-ticks {
		w.flush(now)
		if len(w.batch)+len(w.minutes) == 0 || now.After(deadline) {
			break
		}
	}
	if w.file != nil {
		w.file.leave()
	}
	rest := uint64(len(w.batch) + len(w.minutes))
	for w.batch = w.queue.pop(w.batch[:0]); len(w.batch) > 0; w.batch = w.queue.pop(w.batch[:0]) {
		rest += uint64(len(w.batch))
	}
	w.dropped.Add(rest)
	if rest > 0 {
		return fmt.Errorf("request log: %d rows could not be written: %w", rest, w.lastError)
	}
	return nil
}
