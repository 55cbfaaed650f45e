package requestlog

import (
	"container/heap"
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"math"
	"time"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

// level is how many requests ran at once in a window.
type level struct {
	busy        float64 // seconds of all requests in it
	least, most int
}

// inFlight answers how many requests ran at once: those whose time, from
// timestamp - process_time until timestamp, overlaps.
func (s *Source) inFlight(ctx context.Context, l look, r signal.Request) (signal.Answer, error) {
	enough := func(e entry) bool { return e.level != nil }
	found, err := s.fill(ctx, l, r.Windows, enough, func(high int64, from, to int) ([]entry, error) {
		return s.levels(ctx, l, r.Windows, high, from, to)
	})
	if err != nil {
		return signal.Answer{}, err
	}
	values := unknown(len(found))
	for i, e := range found {
		if s.known(l, r.Windows, i) {
			values[i] = e.level.stat(r.Stat, r.Windows.Seconds(i))
		}
	}
	a := one(values, s.query(r.Windows))
	if s.config.Now().Sub(r.Windows.End) < time.Minute {
		a.Notes = []string{"requests that still run are not in a request log yet"}
	}
	return a, nil
}

func (l *level) stat(s signal.Stat, seconds float64) float64 {
	switch s {
	case signal.Min:
		return float64(l.least)
	case signal.Max:
		return float64(l.most)
	}
	return l.busy / seconds
}

// levels reads the rows of a run of windows, and those that ended after it while
// they may have begun in it, the newest first: all requests that end later than
// a row are known then, so how many ran at that time is known too, and only
// those that run are held.
func (s *Source) levels(ctx context.Context, l look, w signal.Windows, high int64, from, to int) ([]entry, error) {
	sw := newSweep(w, from, to)
	c := newClock(s.config.Location)
	order := `timestamp`
	read := func(conn *sql.Conn) error {
		texts, err := textBounds(ctx, conn, requestTable, s.config.Location, time.Unix(0, sw.edges[0]), time.Unix(0, sw.edges[to-from]).Add(longest))
		if err != nil {
			return err
		}
		query := `SELECT +timestamp, process_time FROM request_logs WHERE timestamp >= ? AND timestamp < ? AND +id <= ? ORDER BY ` + order + ` DESC`
		return scan(ctx, conn, query, []any{texts.low, texts.high, high}, 2, func(row []driver.Value) error {
			text, _ := row[0].(string)
			end, ok := c.read(text)
			seconds, timed := amount(row[1])
			if ok && timed {
				sw.add(end-nanos(seconds), end)
			}
			return nil
		})
	}
	err := l.with(ctx, read)
	if err == nil && sw.disordered {
		// Texts with a blank and with a T do not sort as one: let SQLite sort them.
		sw, order = newSweep(w, from, to), `replace(timestamp, ' ', 'T')`
		err = l.with(ctx, read)
	}
	if err != nil {
		return nil, fmt.Errorf("read the requests in flight: %w", err)
	}
	return sw.finish(), nil
}

// sweep goes back in time over the requests of some windows.
type sweep struct {
	edges      []int64 // of the windows, one more than there are
	levels     []level
	at         int64 // all behind it is counted
	window     int   // that holds the instant before at
	running    begins
	disordered bool // a request ended after one that came before it
}

func newSweep(w signal.Windows, from, to int) *sweep {
	s := &sweep{levels: make([]level, to-from), at: math.MaxInt64, window: to - from - 1}
	for i := from; i < to; i++ {
		s.edges = append(s.edges, edgesOf(w, i).start)
		s.levels[i-from].least = math.MaxInt
	}
	s.edges = append(s.edges, edgesOf(w, to-1).end)
	return s
}

// add takes the next request; it ended no later than those before it.
func (s *sweep) add(begin, end int64) {
	if end > s.at {
		s.disordered = true
		end = s.at
	}
	if begin >= end {
		return
	}
	s.back(end)
	heap.Push(&s.running, begin)
}

// back counts what ran since an instant.
func (s *sweep) back(to int64) {
	for len(s.running) > 0 && s.running[0] >= to {
		s.count(s.running[0])
		heap.Pop(&s.running)
	}
	s.count(to)
}

// count notes that so many requests ran from an instant on as run now.
func (s *sweep) count(from int64) {
	n := len(s.running)
	for s.window >= 0 && from < s.at {
		start := max(from, s.edges[s.window])
		if end := min(s.at, s.edges[s.window+1]); start < end {
			l := &s.levels[s.window]
			l.busy += float64(n) * float64(end-start) / 1e9
			l.least, l.most = min(l.least, n), max(l.most, n)
		}
		s.at = start
		if s.at == s.edges[s.window] {
			s.window--
		}
	}
	s.at = from
}

// finish counts up to the beginning of the first window.
func (s *sweep) finish() []entry {
	s.back(s.edges[0])
	entries := make([]entry, len(s.levels))
	for i := range s.levels {
		entries[i].level = &s.levels[i]
	}
	return entries
}

// begins is a heap of when the requests that run began, the latest first.
type begins []int64

func (b begins) Len() int           { return len(b) }
func (b begins) Less(i, j int) bool { return b[i] > b[j] }
func (b begins) Swap(i, j int)      { b[i], b[j] = b[j], b[i] }
func (b *begins) Push(v any)        { *b = append(*b, v.(int64)) }
func (b *begins) Pop() any {
	last := (*b)[len(*b)-1]
	*b = (*b)[:len(*b)-1]
	return last
}
