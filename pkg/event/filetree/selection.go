package filetree

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/heartline-monitor/heartline/pkg/event"
)

// maxAnswer bounds the bytes of the events of one page: a panel cannot show
// more, and a store may hold lines of megabytes.
const maxAnswer = 48 << 20

// picked is an event with where it stands, which decides its place among
// events of the same second.
type picked[T any] struct {
	unix   int64
	path   string // of the day file
	offset int64
	size   int
	event  T
}

// selection keeps the first events of an order out of many offered.
type selection[T any] struct {
	order event.Order
	limit int

	mu      sync.Mutex
	held    []*picked[T]
	bytes   int
	more    atomic.Bool // an event that belongs to the answer was left out
	tooWide bool
	bounded bool         // bound is set
	bound   atomic.Int64 // events beyond it are too many; see passes
}

func newSelection[T any](limit int, order event.Order) *selection[T] {
	s := &selection[T]{order: order, limit: limit}
	s.bound.Store(math.MinInt64)
	if order == event.OldestFirst {
		s.bound.Store(math.MaxInt64)
	}
	return s
}

// passes reports whether an event at this time may still be among the first.
func (s *selection[T]) passes(unix int64) bool {
	if s.order == event.NewestFirst {
		return unix >= s.bound.Load()
	}
	return unix <= s.bound.Load()
}

func (s *selection[T]) compare(a, b *picked[T]) int {
	c := cmp.Compare(a.unix, b.unix)
	if c == 0 { // few: to compare the paths of all would take longer than the rest
		c = cmp.Or(strings.Compare(a.path, b.path), cmp.Compare(a.offset, b.offset))
	}
	if s.order == event.NewestFirst {
		return -c
	}
	return c
}

// add takes events. What turns out to be too many is dropped from time to time,
// so that up to twice the limit is held.
func (s *selection[T]) add(events []*picked[T]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range events {
		s.held = append(s.held, e)
		s.bytes += e.size
		if len(s.held) >= 2*s.limit || s.bytes > maxAnswer && len(s.held) > 1 {
			s.shrink()
		}
	}
}

// shrink keeps the first events: as many as the limit, and as fit in the bytes.
func (s *selection[T]) shrink() {
	slices.SortFunc(s.held, s.compare)
	keep, bytes := 0, 0
	for keep < len(s.held) && keep < s.limit {
		bytes += s.held[keep].size
		if bytes > maxAnswer && keep > 0 {
			bytes -= s.held[keep].size
			s.tooWide = true
			s.limit = keep
			break
		}
		keep++
	}
	if keep < len(s.held) {
		s.more.Store(true)
	}
	clear(s.held[keep:])
	s.held, s.bytes = s.held[:keep], bytes
	if keep == s.limit {
		s.bound.Store(s.held[keep-1].unix)
		s.bounded = true
	}
}

// skip notes that an event was left out because it did not pass.
func (s *selection[T]) skip() { s.more.Store(true) }

// full reports whether events beyond this time need not be looked for. One
// event more than the limit is wanted, to know whether there is more.
func (s *selection[T]) full(unix int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	// The bound of the last time serves as well, it only lets more pass: sorting
	// for every few events would cost more than reading them.
	if len(s.held) > s.limit+s.limit/4 || !s.bounded && len(s.held) >= s.limit {
		s.shrink()
	}
	bound := s.bound.Load()
	if s.order == event.NewestFirst {
		return s.more.Load() && unix < bound
	}
	return s.more.Load() && unix > bound
}

// page is the answer.
func (s *selection[T]) page() event.Page[T] {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shrink()
	p := event.Page[T]{More: s.more.Load(), Items: make([]T, len(s.held))}
	for i, e := range s.held {
		p.Items[i] = e.event
	}
	if s.tooWide {
		p.Problems.Add(event.Problem{What: "the answer is cut at 48 MiB", Where: "long lines", Lost: true})
	}
	return p
}
