package requestlog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"net/url"
	"os"
	"time"

	"github.com/mattn/go-sqlite3"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

// connections to one file: as many as read it side by side.
const connections = 2

// file is an SQLite file that is open, and all that is remembered of it.
type file struct {
	db    *sql.DB
	cache *cache
	news  news // guarded by Source.turn
	// Guarded by Source.mu.
	users   int
	retired bool
}

// look is the file as it was when a question came.
type look struct {
	*file
	schema schema
	first  int64 // the instant of the oldest figure, Unix nanoseconds; unheard where there is none
	last   int64 // about that of the newest request
	low    int64 // the smallest id of a request
	strays int   // requests with a timestamp that is no date at all
}

// unheard is the first instant of a file without figures.
const unheard = math.MaxInt64

// use looks at the file and does something with it, unless it cannot be read.
func (s *Source) use(ctx context.Context, do func(look) error) error {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return s.fault(ctx, ctx.Err())
	}
	l, err := s.look(ctx)
	<-s.turn
	if err == nil {
		defer s.leave(l.file)
		if err = do(l); err != nil {
			s.forsake(l.file, err)
		}
	}
	return s.fault(ctx, err)
}

// look opens the file anew where it is another one than before, and finds out
// what was written to it.
func (s *Source) look(ctx context.Context) (look, error) {
	// Only by its name: to open and close the file here would end the locks that
	// SQLite holds on it for this process.
	info, err := os.Stat(s.config.Path)
	if err == nil && !info.Mode().IsRegular() {
		err = signal.Faultf("request log %s is no file: set the path of the file that the service writes its requests to", s.config.Path)
	}
	f, entering := s.enter(info, err)
	if entering != nil {
		return look{}, entering
	}
	l, err := f.refresh(ctx, newClock(s.config.Location))
	if err != nil {
		s.forsake(f, err)
		s.leave(f)
		return look{}, err
	}
	f.news.info = info
	return l, nil
}

// enter takes the file that is open, or opens the one that is in its place now.
func (s *Source) enter(info os.FileInfo, failed error) (*file, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, errClosed
	}
	if f := s.file; f != nil && (failed != nil || f.news.replaced(info)) {
		if err := s.retire(); err != nil {
			return nil, err
		}
	}
	if failed != nil {
		return nil, failed
	}
	if s.file == nil {
		db, err := sql.Open("sqlite3", dataSource(s.config.Path))
		if err != nil {
			return nil, err
		}
		db.SetMaxOpenConns(connections)
		db.SetMaxIdleConns(connections)
		s.file = &file{db: db, cache: newCache()}
	}
	s.file.users++
	return s.file, nil
}

// dataSource never says immutable: the file is being written.
func dataSource(path string) string {
	options := url.Values{"mode": {"ro"}, "_query_only": {"1"}, "_busy_timeout": {"50"}}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + options.Encode()
}

// leave ends the use of a file; the last one closes what has been replaced.
func (s *Source) leave(f *file) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f.users--
	if f.retired && f.users == 0 {
		_ = f.db.Close()
	}
}

// retire lets go of the file; s.mu is held. It is closed when nobody uses it.
func (s *Source) retire() error {
	f := s.file
	if f == nil {
		return nil
	}
	s.file, f.retired = nil, true
	if f.users > 0 {
		return nil
	}
	return f.db.Close()
}

// forsake lets go of a file that cannot be relied on after an error, so that the
// next question opens what is there then.
func (s *Source) forsake(f *file, err error) {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || locked(err) || codeOf(err) == sqlite3.ErrInterrupt {
		return
	}
	if unsupported := (*signal.Unsupported)(nil); errors.As(err, &unsupported) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == f {
		_ = s.retire()
	}
}

// connect takes a connection of the file.
func (f *file) connect(ctx context.Context) (*sql.Conn, error) {
	var conn *sql.Conn
	err := patiently(ctx, func() (again bool, err error) {
		conn, err = f.db.Conn(ctx)
		return true, err
	})
	if err != nil {
		return nil, connecting{err}
	}
	return conn, nil
}

// with does something with a connection.
func (f *file) with(ctx context.Context, do func(*sql.Conn) error) error {
	conn, err := f.connect(ctx)
	if err != nil {
		return err
	}
	return errors.Join(do(conn), conn.Close())
}

// heard is when the service was heard of last before an instant.
func (s *Source) heard(ctx context.Context, l look, before time.Time) (at time.Time, found bool, err error) {
	tables := []string{requestTable}
	if l.schema.snapshots {
		tables = append(tables, snapshotTable)
	}
	err = l.with(ctx, func(conn *sql.Conn) error {
		for _, table := range tables {
			last, any, err := newest(ctx, conn, table, newClock(s.config.Location), before)
			if err != nil {
				return fmt.Errorf("find the newest row of %s: %w", table, err)
			}
			if any && (!found || last.After(at)) {
				at, found = last, true
			}
		}
		return nil
	})
	return at, found, err
}
