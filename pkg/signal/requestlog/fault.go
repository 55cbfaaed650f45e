package requestlog

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/mattn/go-sqlite3"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

// errClosed is what a closed source answers.
var errClosed = errors.New("the request log was closed: its settings have changed, ask again")

const (
	// lockWait is how long a locked file is waited for.
	lockWait = 3 * time.Second
	// lockPause is the first pause before a locked file is tried again, longestPause the last.
	lockPause, longestPause = 5 * time.Millisecond, 100 * time.Millisecond
)

// connecting marks an error as one from before the first look into the file.
type connecting struct{ error }

// Unwrap implements errors' interface.
func (e connecting) Unwrap() error { return e.error }

// fault says what is wrong with the file, and the remedy. Errors that are not
// about the file stay as they are.
func (s *Source) fault(ctx context.Context, err error) error {
	if err == nil || errors.Is(err, errClosed) {
		return err
	}
	if cancelled := ctx.Err(); cancelled != nil && (!locked(err) || errors.Is(cancelled, context.Canceled)) {
		return fmt.Errorf("read the request log: %w", cancelled)
	}
	fault, unsupported := (*signal.Fault)(nil), (*signal.Unsupported)(nil)
	if errors.As(err, &fault) || errors.As(err, &unsupported) {
		return err
	}
	what := "cannot be read: see that the file is whole, or restore it from a copy"
	if why := reason(err); why != "" {
		what = why
	}
	return signal.Faultf("request log %s %s: %w", s.config.Path, what, err)
}

// reason is what is wrong with a file in words, "" when that is not known.
func reason(err error) string {
	if other := (*foreign)(nil); errors.As(err, &other) {
		return "has another schema"
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "does not exist: set its path, or see that the service which writes it runs"
	case errors.Is(err, fs.ErrPermission):
		return "may not be read: give the user that Grafana runs as permission to read it, and to enter its folder"
	}
	connected := !errors.As(err, &connecting{})
	switch code := codeOf(err); {
	case extended(err) == sqlite3.ErrReadonlyRollback:
		return "was left by a writer in the middle of a transaction: let the service that writes it open it once, which takes that back"
	case code == sqlite3.ErrReadonly, code == sqlite3.ErrCantOpen && connected:
		return "is in WAL mode, and the file with -shm that readers of it share cannot be made or written: " +
			"give the user that Grafana runs as permission to write to its folder, or switch it to PRAGMA journal_mode = DELETE"
	case code == sqlite3.ErrCantOpen, code == sqlite3.ErrPerm, code == sqlite3.ErrAuth:
		return "may not be read: give the user that Grafana runs as permission to read it, and to enter its folder"
	case locked(err):
		return "is locked by another program: let it end its transaction, or switch the file to PRAGMA journal_mode = WAL, in which writers do not lock readers out"
	case code == sqlite3.ErrNotADB:
		return "is no SQLite database: set the path of the file that the service writes its requests to"
	case code == sqlite3.ErrCorrupt:
		return "is damaged: restore it from a copy, or mend it with .recover of the sqlite3 shell"
	}
	return ""
}

// extended is the code of an error of SQLite with its details, 0 of others.
func extended(err error) sqlite3.ErrNoExtended {
	if known := (sqlite3.Error{}); errors.As(err, &known) {
		return known.ExtendedCode
	}
	return 0
}

// codeOf is the code of an error of SQLite, 0 of others.
func codeOf(err error) sqlite3.ErrNo {
	if known := (sqlite3.Error{}); errors.As(err, &known) {
		return known.Code
	}
	return 0
}

// patiently does something again while the file is locked, for a while and not
// beyond the context.
func patiently(ctx context.Context, do func() (again bool, err error)) error {
	deadline := time.Now().Add(lockWait)
	var lock error
	for pause := lockPause; ; pause = min(2*pause, longestPause) {
		again, err := do()
		if err != nil && ctx.Err() != nil && lock != nil {
			return fmt.Errorf("%w: %w", ctx.Err(), lock) // what it was that took so long
		}
		if !again || !locked(err) || time.Now().Add(pause).After(deadline) {
			return err
		}
		lock = err
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

func locked(err error) bool {
	code := codeOf(err)
	return code == sqlite3.ErrBusy || code == sqlite3.ErrLocked || code == sqlite3.ErrProtocol
}
