package filetree

import (
	"context"
	"sync"
)

// parallel calls work for 0 to n-1 with a bounded number of goroutines, in
// order of the index as far as that is possible. The first error ends it.
func (s *Store) parallel(ctx context.Context, n int, work func(ctx context.Context, i int) error) error {
	next := 0
	return s.share(ctx, n, work, func(int) int {
		next++
		return next - 1
	})
}

// stretches is parallel where neighbours have something in common: each
// goroutine goes through a stretch of its own, and then helps with the others'.
func (s *Store) stretches(ctx context.Context, n int, work func(ctx context.Context, i int) error) error {
	type stretch struct{ next, end int }
	left := make([]stretch, min(s.workers, n))
	for w := range left {
		left[w] = stretch{n * w / len(left), n * (w + 1) / len(left)}
	}
	return s.share(ctx, n, work, func(w int) int {
		if own := &left[w]; own.next < own.end {
			own.next++
			return own.next - 1
		}
		most := &left[0]
		for other := range left {
			if l := &left[other]; l.end-l.next > most.end-most.next {
				most = l
			}
		}
		if most.next == most.end {
			return n
		}
		most.end--
		return most.end
	})
}

// share calls work in a bounded number of goroutines for what take hands out to
// each of them, up to n. It calls take in one goroutine at a time.
func (s *Store) share(ctx context.Context, n int, work func(ctx context.Context, i int) error, take func(worker int) int) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var mu sync.Mutex
	locked := func(worker int) (int, bool) {
		mu.Lock()
		defer mu.Unlock()
		i := take(worker)
		return i, i < n && ctx.Err() == nil
	}
	var wg sync.WaitGroup
	for worker := range min(s.workers, n) {
		wg.Go(func() {
			for i, ok := locked(worker); ok; i, ok = locked(worker) {
				if err := work(ctx, i); err != nil {
					cancel(err)
				}
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}
