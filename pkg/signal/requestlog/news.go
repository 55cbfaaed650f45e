package requestlog

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"math"
	"os"
)

// news is what was seen of a file when it was looked at last.
type news struct {
	known     bool
	info      os.FileInfo
	schema    schema
	ends      ends
	low, high int64 // the smallest and the largest id of a request
	mark      mark  // the row with the largest id
	strays    int   // requests with a timestamp that is no date at all
	// Instants of the oldest request and of the oldest figure.
	firstRequest, first int64
}

// mark is a row by which a file is known again.
type mark struct {
	timestamp sql.NullString
	seconds   sql.NullFloat64
}

// ends are the timestamps that sort first and last.
type ends struct{ first, last, firstSnapshot string }

// replaced reports whether another file is in the place of the one that was
// seen, or the same one was cut.
func (n *news) replaced(info os.FileInfo) bool {
	return n.info != nil && (!os.SameFile(n.info, info) || info.Size() < n.info.Size())
}

// manyRows is how many new rows are too many to look at one by one: then
// everything that was remembered is forgotten.
const manyRows = 1_000_000

// refresh looks for what was written since the last time, and forgets what is
// no longer true. Rows are only added at the end, and taken away from the
// beginning: ids rise, and none is used twice (AUTOINCREMENT).
func (f *file) refresh(ctx context.Context, c *clock) (look, error) {
	var l look
	err := f.with(ctx, func(conn *sql.Conn) error {
		n, err := f.latest(ctx, conn)
		if err != nil {
			return err
		}
		if !f.news.known || n.ends.first != f.news.ends.first || n.ends.firstSnapshot != f.news.ends.firstSnapshot {
			if err := n.findFirst(ctx, conn, c); err != nil {
				return err
			}
		}
		// Ids begin anew when a table is emptied and its count of ids with it.
		before, err := markOf(ctx, conn, f.news.high)
		if err != nil {
			return err
		}
		still := before == f.news.mark
		if n.mark, err = markOf(ctx, conn, n.high); err != nil {
			return err
		}
		switch {
		case !f.news.known:
			f.cache.reset(n.high)
		case !still || n.high-f.news.high > manyRows:
			f.cache.reset(n.high)
		case n.high > f.news.high:
			if err := f.arrivals(ctx, conn, c, n.high); err != nil {
				return err
			}
		}
		if f.news.known && (n.low > f.news.low || n.firstRequest > f.news.firstRequest) {
			until, err := beginning(ctx, conn, c)
			if err != nil {
				return err
			}
			f.cache.dropBefore(max(until, n.firstRequest))
		}
		f.news = n
		last, _ := c.read(n.ends.last)
		l = look{file: f, schema: n.schema, first: n.first, last: last, low: n.low, strays: n.strays}
		return nil
	})
	return l, err
}

// latest reads what there is now; what has to be looked for is as it was.
func (f *file) latest(ctx context.Context, conn *sql.Conn) (news, error) {
	n := f.news
	var version int64
	err := queryRow(ctx, conn, `SELECT schema_version FROM pragma_schema_version`, nil, &version)
	if err != nil {
		return n, err
	}
	if !n.known || version != n.schema.version {
		if n.schema, err = inspect(ctx, conn); err != nil {
			return n, err
		}
		n.known = true
	}
	snapshot := `''`
	if n.schema.snapshots {
		snapshot = `(SELECT min(timestamp) FROM performance_snapshots)`
	}
	query := `SELECT ifnull((SELECT min(id) FROM request_logs), 0), ifnull((SELECT max(id) FROM request_logs), 0),
		ifnull((SELECT min(timestamp) FROM request_logs), ''), ifnull((SELECT max(timestamp) FROM request_logs), ''), ifnull(` + snapshot + `, ''),
		(SELECT count(*) FROM request_logs WHERE timestamp < '0') + (SELECT count(*) FROM request_logs WHERE timestamp >= ':') +
		(SELECT count(*) FROM request_logs WHERE timestamp IS NULL)`
	err = queryRow(ctx, conn, query, nil, &n.low, &n.high, &n.ends.first, &n.ends.last, &n.ends.firstSnapshot, &n.strays)
	return n, err
}

// markOf is the row with an id, if there is one.
func markOf(ctx context.Context, conn *sql.Conn, id int64) (mark, error) {
	var m mark
	err := queryRow(ctx, conn, `SELECT timestamp||'', process_time FROM request_logs WHERE id = ? AND typeof(process_time) IN ('real', 'integer')`, []any{id}, &m.timestamp, &m.seconds)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return m, err
}

// beginning is the latest instant among the first rows that are left: those with
// smaller ids, which were taken away, were hardly later.
func beginning(ctx context.Context, conn *sql.Conn, c *clock) (until int64, err error) {
	until = math.MinInt64
	err = scan(ctx, conn, `SELECT +timestamp FROM request_logs ORDER BY id LIMIT 1000`, nil, 1, func(row []driver.Value) error {
		text, _ := row[0].(string)
		if at, ok := c.read(text); ok {
			until = max(until, at)
		}
		return nil
	})
	return until, err
}

// findFirst looks for the oldest request and the oldest figure.
func (n *news) findFirst(ctx context.Context, conn *sql.Conn, c *clock) error {
	n.firstRequest, n.first = unheard, unheard
	at, found, err := oldest(ctx, conn, requestTable, c)
	if err != nil {
		return err
	}
	if found {
		n.firstRequest = nanoOf(at)
		n.first = n.firstRequest
	}
	if !n.schema.snapshots {
		return nil
	}
	at, found, err = oldest(ctx, conn, snapshotTable, c)
	if found {
		n.first = min(n.first, nanoOf(at))
	}
	return err
}

// arrivals forgets the windows that rows written since the last look belong to.
func (f *file) arrivals(ctx context.Context, conn *sql.Conn, c *clock, high int64) error {
	var times []int64
	begin := int64(unheard)
	query := `SELECT +timestamp, process_time FROM request_logs WHERE id > ? AND id <= ?`
	err := scan(ctx, conn, query, []any{f.news.high, high}, 2, func(row []driver.Value) error {
		text, _ := row[0].(string)
		at, ok := c.read(text)
		if !ok {
			return nil // it belongs to no window
		}
		times = append(times, at)
		if seconds, ok := amount(row[1]); ok {
			begin = min(begin, at-nanos(seconds))
		}
		return nil
	})
	if err == nil {
		f.cache.drop(times, begin, high)
	}
	return err
}
