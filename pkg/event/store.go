package event

import (
	"context"
	"iter"
	"time"
)

// MaxPage is the most events a store hands out in one Page.
const MaxPage = 50_000

// Range is a span of time, both ends included.
type Range struct{ From, To time.Time }

// Contains reports whether t lies in the range.
func (r Range) Contains(t time.Time) bool { return !t.Before(r.From) && !t.After(r.To) }

// Order says from which end of a range a page is filled.
type Order bool

// The orders of a page.
const (
	NewestFirst Order = false
	OldestFirst Order = true
)

// PageRequest asks for the first Limit events of a range in an order.
type PageRequest struct {
	Filter Filter
	Range  Range
	Limit  int // 1 to MaxPage
	Order  Order
}

// Page is a bounded piece of an answer, sorted as asked. Events of the same
// second keep the order in which they were written (reversed for NewestFirst).
type Page[T any] struct {
	Items    []T
	More     bool // the range holds more than Limit
	Problems Problems
}

// CountRequest asks how many events fell into each bucket, per group.
type CountRequest struct {
	Kind    Kind
	Filter  Filter
	Range   Range
	Buckets []time.Time // ascending starts; the first bucket reaches back to Range.From
	GroupBy []Dimension // a subset of Kind.Dimensions
}

// Inventory is what monitors a store holds, sorted by direction and item.
type Inventory struct {
	Monitors []Monitor
	Problems Problems
}

// Beats maps the Name of a monitor to its last heartbeat; one without any is
// missing.
type Beats struct {
	Last map[string]time.Time
	// Unknown are the names of monitors whose heartbeats could not all be read:
	// there may be a later one than that in Last, or one where Last has none.
	Unknown  map[string]bool
	Problems Problems
}

// Store serves the events of check scripts. Implementations are safe for
// concurrent use, honour the context everywhere, bound their memory whatever
// the store's size, and serve what they can: what they cannot is a Problem,
// not an error. All pass the conformance suite in storetest.
type Store interface {
	// Monitors lists the monitors selected by direction, item, host and receiver.
	Monitors(ctx context.Context, f Filter) (Inventory, error)
	// LastHeartbeats finds the last beat of each monitor that is not after at.
	LastHeartbeats(ctx context.Context, f Filter, at time.Time) (Beats, error)
	Heartbeats(ctx context.Context, r PageRequest) (Page[Heartbeat], error)
	Logs(ctx context.Context, r PageRequest) (Page[Log], error)
	Alarms(ctx context.Context, r PageRequest) (Page[Alarm], error)
	// Count fills a Histogram; groups without events are left to the caller.
	Count(ctx context.Context, r CountRequest) (*Histogram, error)
	// Tail yields new log lines, oldest first, as they are written from now on,
	// until the context ends. A problem that passes is reported once and retried.
	Tail(ctx context.Context, f Filter) iter.Seq2[[]Log, error]
	// Location is the zone in which the store's days begin and end.
	Location() *time.Location
	// Check tells whether the store can be read, and what it holds in a few words.
	Check(ctx context.Context) (string, error)
	Close() error
}
