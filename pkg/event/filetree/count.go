package filetree

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"sync"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/event/filetree/dayfile"
	"github.com/heartline-monitor/heartline/pkg/wallclock"
)

// Count implements event.Store. Whole minutes come from the counts of each file,
// which are kept while it is unchanged; what only the lines tell is read from
// the lines.
func (s *Store) Count(ctx context.Context, r event.CountRequest) (*event.Histogram, error) {
	if len(r.Kind.Dimensions()) == 0 {
		return nil, fmt.Errorf("there are no events of kind %q: count %s, %s or %s", r.Kind, event.Heartbeats, event.Logs, event.Alarms)
	}
	if len(r.Buckets) == 0 {
		return nil, fmt.Errorf("a count needs at least one bucket: give the beginning of the range for a single one")
	}
	for _, dim := range r.GroupBy {
		if !slices.Contains(r.Kind.Dimensions(), dim) {
			return nil, fmt.Errorf("%ss cannot be grouped by %q: use any of %v", r.Kind, dim, r.Kind.Dimensions())
		}
	}
	root, err := s.open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }()
	c := newCounting(s, root, r)
	files, err := s.files(ctx, root, r.Kind, r.Filter, r.Range, &c.histogram.Problems)
	if err != nil {
		return nil, err
	}
	// Files of one day add to the same buckets: each goroutine keeps to days of its
	// own, so that the processors do not wait for each other's memory.
	slices.SortStableFunc(files, func(a, b dayFile) int { return cmp.Compare(a.day, b.day) })
	if err := c.files(ctx, files); err != nil {
		return nil, err
	}
	c.histogram.DropEmpty()
	c.histogram.Sort()
	return c.histogram, nil
}

// files counts the files, those of days whose sums are known in one go.
func (c *counting) files(ctx context.Context, files []dayFile) error {
	days := c.daySums(files)
	if err := c.store.stretches(ctx, len(days), func(_ context.Context, i int) error { return c.addSum(days[i]) }); err != nil {
		return err
	}
	left, next := make([]dayFile, 0, len(files)), 0
	for _, d := range days {
		if d.added {
			left = append(left, files[next:d.first]...)
			next = d.first + len(d.files)
		}
	}
	left = append(left, files[next:]...)
	if err := c.store.stretches(ctx, len(left), func(ctx context.Context, i int) error { return c.file(ctx, left[i], i) }); err != nil {
		return err
	}
	return c.store.parallel(ctx, len(days), func(_ context.Context, i int) error {
		if !days[i].added {
			c.store.keepSum(days[i])
		}
		return nil
	})
}

// counting is one request to count.
type counting struct {
	store     *Store
	root      *os.Root
	request   event.CountRequest
	fromLines bool    // the filter or grouping needs the lines
	starts    []int64 // of the buckets, Unix seconds
	minutely  bool    // a bucket a minute
	from, to  int64   // the range in whole Unix seconds, both included

	mu        sync.Mutex
	histogram *event.Histogram
	groups    map[string]*group
}

func newCounting(s *Store, root *os.Root, r event.CountRequest) *counting {
	c := &counting{
		store: s, root: root, request: r, histogram: event.NewHistogram(r.Buckets, r.GroupBy),
		starts: make([]int64, 0, len(r.Buckets)), groups: map[string]*group{},
	}
	c.from, c.to = seconds(r.Range)
	whole := true // buckets begin at whole minutes
	c.minutely = true
	for i, b := range r.Buckets {
		c.starts = append(c.starts, b.Unix())
		// The first bucket reaches back to the range's beginning, wherever it starts.
		whole = whole && (i == 0 || b.Unix()%60 == 0)
		c.minutely = c.minutely && (i == 0 || c.starts[i]-c.starts[i-1] == 60)
	}
	lineDimensions := slices.Contains(r.GroupBy, event.Receiver) || r.Kind == event.Heartbeats && slices.Contains(r.GroupBy, event.Host)
	c.fromLines = lineDimensions || byLine(r.Kind, r.Filter) || !whole
	return c
}

// file counts one day file. What goes wrong with it is a problem, not an error.
func (c *counting) file(ctx context.Context, f dayFile, turn int) error {
	t := c.tally(f, turn)
	err := t.run(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		c.histogram.Problems.Add(event.Problem{What: reason(err), Where: f.path, Lost: true})
	}
	note(&c.histogram.Problems, f.path, t.stats)
	return t.failed
}

// fileTally counts one day file into the histogram.
type fileTally struct {
	*counting
	file    dayFile
	turn    int // which file of the request it is
	clock   *wallclock.Clock
	match   *matcher
	record  dayfile.Record
	stats   dayfile.Stats
	bucket  int              // of the line before
	monitor *event.Monitor   // once it was asked for
	only    *wallclock.Stamp // count this minute only
	opened  *openFile
	failed  error // the histogram is too large: an error of the request
}

func (c *counting) tally(f dayFile, turn int) *fileTally {
	return &fileTally{counting: c, file: f, turn: turn, clock: wallclock.NewClock(c.store.zone), match: newMatcher(c.request.Kind, c.request.Filter)}
}

func (t *fileTally) run(ctx context.Context) error {
	defer t.close()
	if t.fromLines {
		return t.lines(ctx)
	}
	minutes := t.store.counts.get(t.file.path, t.file.info)
	if minutes == nil && t.fewOf() {
		return t.lines(ctx)
	}
	if minutes == nil {
		open, err := t.open()
		if err != nil {
			return err
		}
		if minutes, err = t.store.minutes(ctx, t.file, open); err != nil {
			return err
		}
	}
	t.stats = minutes.Stats
	return t.rows(ctx, minutes)
}

// open opens the file once; counts that are known do without it.
func (t *fileTally) open() (_ *openFile, err error) {
	if t.opened == nil {
		t.opened, err = openDay(t.root, t.file)
	}
	return t.opened, err
}

func (t *fileTally) close() {
	if t.opened != nil {
		_ = t.opened.Close()
	}
}

// fewOf reports whether so little of a large file lies in the range that
// searching for it is quicker than counting the whole file.
func (t *fileTally) fewOf() bool {
	const part = 8
	from, to := t.store.stamps(t.request.Range)
	day := wallclock.Stamp(t.file.day * daySeconds)
	overlap := min(to, day+daySeconds) - max(from, day)
	return t.file.info.Size() > dayfile.Whole && overlap < daySeconds/part
}
