package requestlog

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// schema says what a request log has beyond what every one must have.
type schema struct {
	version   int64 // SQLite counts the changes
	snapshots bool  // there is a table of snapshots, with times
	cpu       bool  // it has the column cpu_usage
	memory    bool  // it has the column memory_usage
}

// column of a table.
type column struct {
	name, kind string
	key        bool
}

// inspect finds out what the file has, or names what is missing of a request log.
func inspect(ctx context.Context, conn *sql.Conn) (schema, error) {
	var s schema
	requests, err := columns(ctx, conn, "request_logs")
	if err != nil {
		return s, err
	}
	if len(requests) == 0 {
		return s, &foreign{"it has no table request_logs"}
	}
	var missing []string
	for _, name := range []string{"id", "timestamp", "process_time", "status"} {
		if !has(requests, name) {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return s, &foreign{"table request_logs has no column " + strings.Join(missing, ", ")}
	}
	if !slices.ContainsFunc(requests, func(c column) bool {
		return strings.EqualFold(c.name, "id") && c.key && strings.EqualFold(c.kind, "INTEGER")
	}) {
		return s, &foreign{"column id of table request_logs is no INTEGER PRIMARY KEY"}
	}
	snapshots, err := columns(ctx, conn, "performance_snapshots")
	if err != nil {
		return s, err
	}
	s.snapshots = has(snapshots, "timestamp")
	s.cpu = s.snapshots && has(snapshots, "cpu_usage")
	s.memory = s.snapshots && has(snapshots, "memory_usage")
	err = queryRow(ctx, conn, `SELECT schema_version FROM pragma_schema_version`, nil, &s.version)
	return s, err
}

// columns of a table; none where there is no such table.
func columns(ctx context.Context, conn *sql.Conn, table string) ([]column, error) {
	rows, err := conn.QueryContext(ctx, `SELECT name, type, pk = 1 AND (SELECT count(*) FROM pragma_table_info(?1) WHERE pk > 0) = 1 FROM pragma_table_info(?1)`, table)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var all []column
	for rows.Next() {
		var c column
		if err := rows.Scan(&c.name, &c.kind, &c.key); err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, rows.Err()
}

func has(columns []column, name string) bool {
	return slices.ContainsFunc(columns, func(c column) bool { return strings.EqualFold(c.name, name) })
}

// foreign says why a database is no request log.
type foreign struct{ what string }

// Error implements error.
func (e *foreign) Error() string {
	return fmt.Sprintf("it is an SQLite database, but no request log: %s: set the path of the file that the service writes its requests to", e.what)
}
