package prometheus

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

const (
	fresh     = time.Minute // how long an inventory is believed
	maxCached = 32          // spans that are kept
)

// span is a stretch of time, in Unix seconds.
type span struct{ from, to int64 }

// cache keeps inventories for a minute, and lets those who ask at the same time
// wait for one answer.
type cache struct {
	flight singleflight.Group
	mu     sync.Mutex
	kept   map[span]dated
}

type dated struct {
	*inventory

	at time.Time
}

// abandoned is the error of a request whose context ended: nobody else's failure.
type abandoned struct{ error }

// Unwrap implements errors' interface.
func (e abandoned) Unwrap() error { return e.error }

// known gives the inventory of a span, at most a minute old.
func (s *Source) known(ctx context.Context, from, to time.Time) (*inventory, error) {
	key := span{from.Unix(), to.Unix()}
	for {
		if v, ok := s.cache.lookup(key, s.now()); ok {
			return v, nil
		}
		result := s.cache.flight.DoChan(fmt.Sprint(key), func() (any, error) {
			v, err := s.take(ctx, from, earlier(to, s.now()))
			if err == nil {
				s.cache.keep(key, s.now(), v)
			} else if ctx.Err() != nil {
				err = abandoned{err}
			}
			return v, err
		})
		select {
		case <-ctx.Done():
			return nil, classify(ctx, s.api, ctx.Err())
		case r := <-result:
			if r.Err == nil {
				return r.Val.(*inventory), nil
			}
			// Whoever asked first may have given up: then it is the next one's turn.
			if _, ok := errors.AsType[abandoned](r.Err); !ok || ctx.Err() != nil {
				return nil, r.Err
			}
		}
	}
}

func (c *cache) lookup(key span, now time.Time) (*inventory, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v, ok := c.kept[key]
	return v.inventory, ok && now.Sub(v.at) < fresh
}

func (c *cache) keep(key span, now time.Time, v *inventory) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil {
		c.kept = map[span]dated{}
	}
	for k, old := range c.kept {
		if now.Sub(old.at) >= fresh || len(c.kept) >= maxCached {
			delete(c.kept, k)
		}
	}
	c.kept[key] = dated{v, now}
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
