package filetree

import (
	"context"
	"io/fs"
	"iter"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/event/filetree/dayfile"
	"github.com/heartline-monitor/heartline/pkg/wallclock"
)

const (
	// pollEvery is how often files are looked at for new lines. Stores lie on
	// network file systems, where nobody is told of a change.
	pollEvery = time.Second
	// pollShare bounds what following a large tree costs: a look may take this
	// part of the time between two.
	pollShare = 10
	// pollBytes is the most that is read of one file at a look; the rest waits for
	// the next one.
	pollBytes = 8 << 20
	// tailBatch is the most lines that are yielded at once.
	tailBatch = 1_000
)

// Tail implements event.Store.
func (s *Store) Tail(ctx context.Context, f event.Filter) iter.Seq2[[]event.Log, error] {
	return func(yield func([]event.Log, error) bool) {
		t := &tail{store: s, filter: f, files: map[string]followed{}}
		failed := ""
		for {
			began := time.Now()
			err := t.look(ctx, func(batch []event.Log) bool { return yield(batch, nil) })
			switch {
			case ctx.Err() != nil || t.ended:
				return
			case err == nil:
				failed = ""
			case err.Error() != failed:
				failed = err.Error()
				if !yield(nil, err) {
					return
				}
			}
			if !wait(ctx, max(pollEvery, pollShare*time.Since(began))) {
				return
			}
		}
	}
}

func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// tail follows the day files of now: those of the days around the present.
type tail struct {
	store   *Store
	filter  event.Filter
	files   map[string]followed
	blocked event.Problems // of the look before
	started bool           // a look got through the tree
	ended   bool           // the consumer wants no more
}

// followed is how far a file was read.
type followed struct {
	info   fs.FileInfo // as it was at the last look at which it could be read
	offset int64
	behind bool // whole lines were left for the next look
	stale  bool // what stands in it is older than the tail
}

// look reads what was appended since the last look. At the first look it only
// notes where the files end.
func (t *tail) look(ctx context.Context, yield func([]event.Log) bool) error {
	root, err := t.store.open()
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	now := time.Now()
	var problems event.Problems
	files, err := t.store.files(ctx, root, event.Logs, t.filter, event.Range{From: now, To: now}, &problems)
	if err != nil {
		return err
	}
	seen := t.hidden(problems)
	var fresh []event.Log
	for _, f := range files {
		was, known := t.files[f.path]
		// What comes to light because a problem has passed is not fresh.
		was.stale = was.stale || !known && (!t.started || under(t.blocked, f.path))
		next, err := t.follow(ctx, root, f, was, &fresh)
		if err != nil {
			problems.Add(event.Problem{What: reason(err), Where: f.path})
		}
		seen[f.path] = next
	}
	t.files, t.blocked, t.started = seen, problems, true
	slices.SortStableFunc(fresh, func(a, b event.Log) int { return a.Time.Compare(b.Time) })
	for batch := range slices.Chunk(fresh, tailBatch) {
		if t.ended = !yield(batch); t.ended {
			return nil
		}
	}
	if len(problems) > 0 {
		return &problemError{problems}
	}
	return nil
}

// hidden are the files that are followed and cannot be seen at this look.
func (t *tail) hidden(problems event.Problems) map[string]followed {
	hidden := maps.Clone(t.files)
	maps.DeleteFunc(hidden, func(path string, _ followed) bool { return !under(problems, path) })
	return hidden
}

// under reports whether there is a problem with a file or a folder above it.
func under(problems event.Problems, path string) bool {
	return slices.ContainsFunc(problems, func(p event.Problem) bool {
		return path == p.Where || strings.HasPrefix(path, p.Where+"/")
	})
}

// problemError says problems that a tail met and goes on after.
type problemError struct{ problems event.Problems }

func (e *problemError) Error() string {
	const most = 3
	return strings.Join(e.problems.Summary(most), "; ")
}

// follow reads the whole lines that were appended to a file.
func (t *tail) follow(ctx context.Context, root *os.Root, f dayFile, was followed, fresh *[]event.Log) (followed, error) {
	same := was.info != nil && os.SameFile(was.info, f.info)
	if same && !was.behind && was.info.Size() == f.info.Size() && was.info.ModTime().Equal(f.info.ModTime()) {
		return was, nil
	}
	open, err := openDay(root, f)
	if err != nil {
		return was, err
	}
	defer func() { _ = open.Close() }()
	// A file that was replaced or became shorter is a new one.
	if !same || open.span.To < was.offset {
		was.offset = 0
	}
	end, err := dayfile.LineStart(ctx, open, dayfile.Span{From: was.offset, To: open.span.To})
	if err != nil {
		return was, err
	}
	next := followed{info: f.info, offset: end}
	if was.stale {
		return next, nil
	}
	if end-was.offset > pollBytes {
		if part, err := dayfile.LineStart(ctx, open, dayfile.Span{From: was.offset, To: was.offset + pollBytes}); err == nil && part > was.offset {
			next.offset, next.behind = part, true
		}
	}
	if err := t.read(ctx, open, f, dayfile.Span{From: was.offset, To: next.offset}, fresh); err != nil {
		return was, err
	}
	return next, nil
}

func (t *tail) read(ctx context.Context, open *openFile, f dayFile, span dayfile.Span, fresh *[]event.Log) error {
	clock, id := wallclock.NewClock(t.store.zone), identity(f.path)
	match := newMatcher(event.Logs, t.filter)
	var stats dayfile.Stats // unreadable lines are said when the lines are queried
	var record dayfile.Record
	return dayfile.Forward(ctx, open, span, func(lines []dayfile.Line) error {
		return dayfile.Log.Records(lines, &stats, &record, func(r *dayfile.Record) error {
			if match.match(r.Values) {
				at := time.Unix(clock.Unix(r.Stamp), 0).UTC()
				*fresh = append(*fresh, newLog(f, id(r.Offset), at, r.Values))
			}
			return nil
		})
	})
}
