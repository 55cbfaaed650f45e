package requestlog

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
)

// errEnough ends a scan without an error.
var errEnough = errors.New("enough")

// scan hands each row of a query to a function, which must not keep it. It goes
// past database/sql, which would convert every value.
func scan(ctx context.Context, conn *sql.Conn, query string, args []any, columns int, row func([]driver.Value) error) error {
	return patiently(ctx, func() (again bool, err error) {
		again = true
		err = conn.Raw(func(raw any) error {
			rows, err := open(ctx, raw, query, args)
			if err != nil {
				return err
			}
			values := make([]driver.Value, columns)
			for err = rows.Next(values); err == nil; err = rows.Next(values) {
				again = false // what was handed out cannot be taken back
				if err = row(values); err != nil {
					break
				}
			}
			if closing := rows.Close(); errors.Is(err, io.EOF) || errors.Is(err, errEnough) {
				err = closing
			}
			return err
		})
		return again, err
	})
}

// open starts a query on a driver's connection.
func open(ctx context.Context, raw any, query string, args []any) (driver.Rows, error) {
	named := make([]driver.NamedValue, len(args))
	for i, v := range args {
		named[i] = driver.NamedValue{Ordinal: i + 1, Value: v}
	}
	q, ok := raw.(driver.QueryerContext)
	if !ok {
		return nil, fmt.Errorf("the driver's connection is a %T that cannot be asked", raw)
	}
	return q.QueryContext(ctx, query, named)
}

// queryRow reads a single row into dest; there is none where the error is
// sql.ErrNoRows.
func queryRow(ctx context.Context, conn *sql.Conn, query string, args []any, dest ...any) error {
	return patiently(ctx, func() (again bool, err error) {
		return true, conn.QueryRowContext(ctx, query, args...).Scan(dest...)
	})
}
