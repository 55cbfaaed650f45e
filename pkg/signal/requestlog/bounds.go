package requestlog

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"time"
)

// bounds are texts between which the timestamps of a span of time sort, the
// second exclusive. Others sort there too, so that what is read has to be looked at.
type bounds struct{ low, high string }

// blanks is the layout of writers that put a blank in place of the T. It sorts
// before the T: of one day, all such timestamps come first.
const blanks = "2006-01-02 15:04:05"

// textBounds finds the bounds of [from, to). Timestamps are texts, and their
// order is that of time only within one layout: with a blank or a T, without a
// fraction before those with one. So the bounds are full seconds, widened where
// clocks are changed nearby, and which of the layouts the first and the last day
// are written in is looked up.
func textBounds(ctx context.Context, conn *sql.Conn, table string, zone *time.Location, from, to time.Time) (bounds, error) {
	from, to = clamped(from), clamped(to)
	first, _ := around(from, zone)
	_, last := around(to, zone)
	if whole := last.Truncate(time.Second); whole.Before(last) {
		last = whole.Add(time.Second)
	}
	b := bounds{first.Format(layout), last.Format(layout)}
	dayOfFirst, dayOfLast := first.Format(time.DateOnly), last.Format(time.DateOnly)
	blank, err := anyBetween(ctx, conn, table, bounds{first.Format(blanks), dayOfFirst + "!"})
	if err != nil {
		return b, err
	}
	if blank {
		b.low = first.Format(blanks)
	}
	t, err := anyBetween(ctx, conn, table, bounds{dayOfLast + "T", b.high})
	if err != nil {
		return b, err
	}
	if !t {
		b.high = last.Format(blanks)
	}
	return b, nil
}

// clamped keeps an instant within the years that timestamps can hold.
func clamped(at time.Time) time.Time {
	first, last := time.Date(2, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9998, 1, 1, 0, 0, 0, 0, time.UTC)
	switch {
	case at.Before(first):
		return first
	case at.After(last):
		return last
	}
	return at
}

// anyBetween reports whether a table has a timestamp within the bounds.
func anyBetween(ctx context.Context, conn *sql.Conn, table string, b bounds) (bool, error) {
	var one int
	err := queryRow(ctx, conn, `SELECT 1 FROM `+table+` WHERE timestamp >= ? AND timestamp < ? LIMIT 1`, []any{b.low, b.high}, &one)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

const (
	requestTable  = "request_logs"
	snapshotTable = "performance_snapshots"
)

// oldest is the first instant that a table has.
func oldest(ctx context.Context, conn *sql.Conn, table string, c *clock) (at time.Time, found bool, err error) {
	query := `SELECT +timestamp FROM ` + table + ` WHERE timestamp >= ? AND timestamp < ':' ORDER BY timestamp`
	every := func(time.Time) bool { return true }
	at, found, err = first(ctx, conn, c, every, query, "0")
	if err != nil || !found {
		return at, found, err
	}
	// Of the same day, those with a T sort behind all with a blank.
	other, also, err := first(ctx, conn, c, every, query, at.In(c.zone).Format(time.DateOnly)+"T")
	if also && other.Before(at) {
		at = other
	}
	return at, true, err
}

// newest is the last instant of a table before a given one.
func newest(ctx context.Context, conn *sql.Conn, table string, c *clock, before time.Time) (at time.Time, found bool, err error) {
	b, err := textBounds(ctx, conn, table, c.zone, before.AddDate(0, 0, -1), before)
	if err != nil {
		return at, false, err
	}
	query := `SELECT +timestamp FROM ` + table + ` WHERE timestamp >= '0' AND timestamp < ? ORDER BY timestamp DESC`
	in := func(at time.Time) bool { return at.Before(before) }
	at, found, err = first(ctx, conn, c, in, query, b.high)
	if err != nil || !found {
		return at, found, err
	}
	other, also, err := first(ctx, conn, c, in, query, at.In(c.zone).Format(time.DateOnly)+"T")
	if also && other.After(at) {
		at = other
	}
	return at, true, err
}

// first is the first readable timestamp of a query that a condition holds for.
func first(ctx context.Context, conn *sql.Conn, c *clock, in func(time.Time) bool, query, arg string) (at time.Time, found bool, err error) {
	err = scan(ctx, conn, query, []any{arg}, 1, func(row []driver.Value) error {
		text, _ := row[0].(string)
		nano, ok := c.read(text)
		if at = time.Unix(0, nano).UTC(); ok && in(at) {
			found = true
			return errEnough
		}
		return nil
	})
	return at, found, err
}
