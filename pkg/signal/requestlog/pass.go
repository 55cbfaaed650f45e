package requestlog

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// limits bound how much is held at once.
type limits struct {
	// batch is how many rows are read in one go. In between, others get the
	// connection.
	batch int
	// few rows are read by the index, however they lie in the file.
	few int64
	// held is how many times of requests are held: of a window that has more, they
	// are counted, and those near its percentiles are read again.
	held int
	// copied is up to how many times are copied together to find their
	// percentiles.
	copied int
	// picked is how many times are held of those that share their first bits with
	// a percentile. Only those that share more are more, such as times in full
	// milliseconds.
	picked int
}

var defaultLimits = limits{batch: 1 << 16, few: 2_000, held: 1 << 22, copied: 1 << 18, picked: 1 << 18}

// sparse is how many times the rows of a span its range of ids may hold, so that
// they are read by their ids.
const sparse = 2

// pass reads the rows of neighbouring windows once.
type pass struct {
	look   look
	high   int64 // rows up to this id are read
	zone   *time.Location
	edges  []int64 // of the windows, one more than there are
	texts  bounds  // of their timestamps
	detail detail
	limits limits
	again  bool // by the index, after the pass had late rows
}

// run returns the figures of each window.
func (p *pass) run(ctx context.Context) ([]figures, error) {
	err := p.look.with(ctx, func(conn *sql.Conn) (err error) {
		p.texts, err = textBounds(ctx, conn, requestTable, p.zone, time.Unix(0, p.edges[0]), time.Unix(0, p.edges[len(p.edges)-1]))
		return err
	})
	if err != nil {
		return nil, err
	}
	l := newLedger(p.edges, p.detail, p.limits, p.again)
	err = p.read(ctx, func() consumer {
		return &posting{batch: newBatch(p), ledger: l}
	})
	if err != nil {
		return nil, err
	}
	all := l.close()
	for i := range all {
		one := *p
		one.edges = p.edges[i : i+2]
		switch {
		case l.missed[i]:
			one.again = true
			single, err := one.run(ctx)
			if err != nil {
				return nil, err
			}
			all[i] = single[0]
		case all[i].digests != nil:
			if err := one.pick(ctx, &all[i]); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// consumer takes the rows that one goroutine reads, in batches.
type consumer interface {
	add(row []driver.Value)
	end(turn int64) // of a batch; the first turn is 0
}

// posting hands batches to a ledger.
type posting struct {
	*batch
	ledger *ledger
}

func (p *posting) end(turn int64) {
	segments, when := p.take()
	p.ledger.post(turn, segments, when)
}

// read hands the rows of the windows, and others, to consumers.
func (p *pass) read(ctx context.Context, consume func() consumer) error {
	if p.again {
		return p.byIndex(ctx, consume())
	}
	low, high, dense, err := p.plan(ctx)
	if err != nil {
		return err
	}
	if dense {
		return p.byID(ctx, low, high, consume)
	}
	return p.byIndex(ctx, consume())
}

// plan decides how to read. Rows lie in the file by their ids, which is nearly
// the order of time: reading the range of ids of a span is faster than following
// the index from row to row, and two can share it.
func (p *pass) plan(ctx context.Context) (low, high int64, dense bool, err error) {
	from, to := p.edges[0], p.edges[len(p.edges)-1]
	if known := p.look.last - p.look.first; known > 0 && min(to, p.look.last)-max(from, p.look.first) > known/2 {
		return p.look.low, p.high, true, nil
	}
	var count int64
	var first, last sql.NullInt64
	err = p.look.with(ctx, func(conn *sql.Conn) error {
		// The plus keeps to the index of times, which holds the ids too.
		query := `SELECT count(*), min(id), max(id) FROM request_logs WHERE timestamp >= ? AND timestamp < ? AND +id <= ?`
		return queryRow(ctx, conn, query, []any{p.texts.low, p.texts.high, p.high}, &count, &first, &last)
	})
	if err != nil {
		return 0, 0, false, fmt.Errorf("find the rows of the range: %w", err)
	}
	dense = count > p.limits.few && last.Int64-first.Int64 < sparse*count
	return first.Int64, last.Int64, dense, nil
}

// byID reads the rows of a range of ids, on as many connections as there are.
func (p *pass) byID(ctx context.Context, low, high int64, consume func() consumer) error {
	group, ctx := errgroup.WithContext(ctx)
	batch := int64(p.limits.batch)
	var turns atomic.Int64
	for range connections {
		c := consume()
		group.Go(func() error {
			for {
				turn := turns.Add(1) - 1
				from := low + turn*batch
				if from > high {
					return nil
				}
				if err := p.readIDs(ctx, c, from, min(from+batch-1, high)); err != nil {
					return err
				}
				c.end(turn)
			}
		})
	}
	return group.Wait()
}

func (p *pass) readIDs(ctx context.Context, c consumer, from, to int64) error {
	return p.look.with(ctx, func(conn *sql.Conn) error {
		rows := 0
		// The driver's watch over the context would cost as much as the row.
		return scan(context.WithoutCancel(ctx), conn, `SELECT `+rowColumns+` FROM request_logs WHERE id BETWEEN ? AND ?`, []any{from, to}, 3, func(row []driver.Value) error {
			c.add(row)
			if rows++; rows%1024 == 0 {
				return ctx.Err()
			}
			return nil
		})
	})
}

// byIndex reads the rows in the order of their timestamps.
func (p *pass) byIndex(ctx context.Context, c consumer) error {
	turn, rows := int64(0), 0
	return p.look.with(ctx, func(conn *sql.Conn) error {
		query := `SELECT ` + rowColumns + ` FROM request_logs WHERE timestamp >= ? AND timestamp < ? AND +id <= ? ORDER BY timestamp`
		err := scan(ctx, conn, query, []any{p.texts.low, p.texts.high, p.high}, 3, func(row []driver.Value) error {
			c.add(row)
			if rows++; rows%p.limits.batch == 0 {
				c.end(turn)
				turn++
			}
			return nil
		})
		c.end(turn)
		return err
	})
}
