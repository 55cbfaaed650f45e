package filetree

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/event/filetree/dayfile"
	"github.com/heartline-monitor/heartline/pkg/wallclock"
)

// build makes an event of a record and tells roughly how many bytes it takes.
type build[T any] func(f dayFile, id string, at time.Time, v []dayfile.Value) (T, int)

// readPage reads the first events of a range from the end that the order names,
// and no more of the files than that takes.
func readPage[T any](ctx context.Context, s *Store, kind event.Kind, r event.PageRequest, make build[T]) (event.Page[T], error) {
	var none event.Page[T]
	if r.Limit < 1 || r.Limit > event.MaxPage {
		return none, fmt.Errorf("a page of %d events cannot be had: ask for 1 to %d", r.Limit, event.MaxPage)
	}
	root, err := s.open()
	if err != nil {
		return none, err
	}
	defer func() { _ = root.Close() }()
	p := &pageReader[T]{store: s, root: root, request: r, kind: kind, build: make, picked: newSelection[T](r.Limit, r.Order)}
	files, err := s.files(ctx, root, kind, r.Filter, r.Range, &p.problems)
	if err != nil {
		return none, err
	}
	slices.SortStableFunc(files, func(a, b dayFile) int {
		if r.Order == event.NewestFirst {
			a, b = b, a
		}
		return cmp.Compare(a.day, b.day)
	})
	err = s.parallel(ctx, len(files), func(ctx context.Context, i int) error { return p.file(ctx, files[i]) })
	if err != nil {
		return none, err
	}
	page := p.picked.page()
	for _, problem := range page.Problems {
		p.problems.Add(problem)
	}
	page.Problems = p.problems
	return page, nil
}

// files lists the day files in which events of the filter and range may stand.
func (s *Store) files(ctx context.Context, root *os.Root, kind event.Kind, f event.Filter, r event.Range, problems *event.Problems) ([]dayFile, error) {
	items, err := s.items(ctx, root, f, problems)
	if err != nil {
		return nil, err
	}
	if kind != event.Heartbeats && f.Has(event.Host) {
		items = slices.DeleteFunc(items, func(it item) bool {
			m, _ := s.monitor(root, it)
			return !f.Match(event.Host, m.Host)
		})
	}
	perItem := make([][]dayFile, len(items))
	var mu sync.Mutex
	err = s.parallel(ctx, len(items), func(_ context.Context, i int) error {
		var met event.Problems
		perItem[i] = s.days(root, items[i], kind, r, &met)
		mu.Lock()
		defer mu.Unlock()
		*problems = append(*problems, met...)
		return nil
	})
	return slices.Concat(perItem...), err
}

// pageReader reads the files of one request.
type pageReader[T any] struct {
	store   *Store
	root    *os.Root
	request event.PageRequest
	kind    event.Kind
	build   build[T]
	picked  *selection[T]

	mu       sync.Mutex
	problems event.Problems
}

func (p *pageReader[T]) problem(problem event.Problem) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.problems.Add(problem)
}

// file reads one day file. What goes wrong with it is a problem, not an error.
func (p *pageReader[T]) file(ctx context.Context, f dayFile) error {
	clock := wallclock.NewClock(p.store.zone)
	oldest, newest := clock.Unix(wallclock.Stamp(f.day*daySeconds-slack)), clock.Unix(wallclock.Stamp((f.day+1)*daySeconds+slack))
	if p.request.Order == event.NewestFirst && p.picked.full(newest) || p.request.Order == event.OldestFirst && p.picked.full(oldest) {
		return nil
	}
	open, err := openDay(p.root, f)
	if err == nil {
		defer func() { _ = open.Close() }()
		w := &walk[T]{pageReader: p, file: f, clock: clock, id: identity(f.path), match: newMatcher(p.kind, p.request.Filter)}
		w.from, w.to = seconds(p.request.Range)
		err = w.run(ctx, open)
		p.mu.Lock()
		note(&p.problems, f.path, w.stats)
		p.mu.Unlock()
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		p.problem(event.Problem{What: reason(err), Where: f.path, Lost: true})
	}
	return nil
}

// walk reads one file in one direction until nothing that is left can be among
// the first events.
type walk[T any] struct {
	*pageReader[T]
	file   dayFile
	clock  *wallclock.Clock
	id     func(offset int64) string
	match  *matcher
	record dayfile.Record
	stats  dayfile.Stats
	found  []*picked[T]
	edge   wallclock.Stamp // the oldest (newest) time met so far
	from   int64           // the range in whole Unix seconds, both included
	to     int64
}

func (w *walk[T]) run(ctx context.Context, open *openFile) error {
	if err := w.store.measure(ctx, w.file, open); err != nil {
		return err
	}
	from, to := w.store.stamps(w.request.Range)
	if w.request.Order == event.NewestFirst {
		w.edge = dayfile.Unsorted
		end, err := dayfile.SeekAfter(ctx, open, open.span, to+slack, open.disorder)
		if err != nil {
			return err
		}
		span := dayfile.Span{To: end, EOF: end == open.span.To, Worth: w.match.worth()}
		return dayfile.Backward(ctx, open, span, func(lines []dayfile.Line) error {
			return w.block(lines, func() bool {
				edge := w.edge + open.disorder
				return edge < from-slack || w.picked.full(w.clock.Latest(edge))
			})
		})
	}
	w.edge = -dayfile.Unsorted
	start, err := dayfile.SeekTime(ctx, open, open.span, from-slack, open.disorder)
	if err != nil {
		return err
	}
	span := dayfile.Span{From: start, To: open.span.To, EOF: true, Worth: w.match.worth()}
	return dayfile.Forward(ctx, open, span, func(lines []dayfile.Line) error {
		return w.block(lines, func() bool {
			edge := w.edge - open.disorder
			return edge > to+slack || w.picked.full(w.clock.Earliest(edge))
		})
	})
}

// block takes the lines of a block and ends the walk when done says so.
func (w *walk[T]) block(lines []dayfile.Line, done func() bool) error {
	w.found = w.found[:0]
	if w.picked.more.Load() {
		lines = w.stillWanted(lines)
	}
	err := kindSchema(w.kind).Records(lines, &w.stats, &w.record, func(r *dayfile.Record) error {
		w.take(r)
		return nil
	})
	w.picked.add(w.found)
	if err == nil && done() {
		return dayfile.ErrStop
	}
	return err
}

// stillWanted leaves out the lines that are too far from the wanted end to be
// among the first events: once there are enough, only their times matter.
func (w *walk[T]) stillWanted(lines []dayfile.Line) []dayfile.Line {
	kept := lines[:0]
	for _, l := range lines {
		stamp, ok := l.Stamp()
		if ok && !w.picked.passes(w.clock.Unix(stamp)) {
			w.reach(stamp)
			continue
		}
		kept = append(kept, l)
	}
	return kept
}

// reach notes how far the walk came.
func (w *walk[T]) reach(s wallclock.Stamp) {
	if w.request.Order == event.NewestFirst {
		w.edge = min(w.edge, s)
	} else {
		w.edge = max(w.edge, s)
	}
}

func (w *walk[T]) take(r *dayfile.Record) {
	w.reach(r.Stamp)
	unix := w.clock.Unix(r.Stamp)
	if unix < w.from || unix > w.to || !w.match.match(r.Values) {
		return
	}
	if !w.picked.passes(unix) {
		w.picked.skip()
		return
	}
	made, size := w.build(w.file, w.id(r.Offset), time.Unix(unix, 0).UTC(), r.Values)
	w.found = append(w.found, &picked[T]{unix: unix, path: w.file.path, offset: r.Offset, size: size, event: made})
}
