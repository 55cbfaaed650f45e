package app

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

const (
	// fresh is for how long an answer, or that there is none, holds for everybody.
	fresh = 500 * time.Millisecond
	// retryStats is how often an app without stats is asked whether it has them now.
	retryStats = time.Minute
)

// shorter are the spans, in seconds, that are fetched in turn where the operations
// of the whole history are too large for one answer.
var shorter = []int64{remembered / 4, remembered / 16}

// feed fetches what an app knows that is not known yet, and shares it.
type feed struct {
	source     *Source
	operations bool
	flight     singleflight.Group

	mu     sync.Mutex
	memory *memory   // what is known, kept when the app falls silent
	asked  time.Time // when the last answer, or none, had come
	err    error     // why there was none
}

// latest is what is known of the app now. A caller that gives up leaves the fetch
// to the others.
func (f *feed) latest(ctx context.Context) (*memory, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("reading the app was given up: %w", err)
	}
	if f.source.life.Err() != nil {
		return nil, errClosed
	}
	if m, err, ok := f.recent(); ok {
		return m, err
	}
	done := f.flight.DoChan("", func() (any, error) { return f.refresh(ctx) })
	select {
	case r := <-done:
		m, _ := r.Val.(*memory)
		return m, r.Err
	case <-ctx.Done():
		return nil, fmt.Errorf("reading the app was given up: %w", ctx.Err())
	}
}

func (f *feed) recent() (*memory, error, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	age := f.source.now().Sub(f.asked)
	if f.asked.IsZero() || age < 0 || age >= fresh {
		return nil, nil, false
	}
	if f.err != nil {
		return nil, f.err, true
	}
	return f.memory, nil, true
}

// refresh fetches once, for everybody who waits: it ends with the source or its
// client's timeout, not with the caller whose context carries the trace.
func (f *feed) refresh(ctx context.Context) (*memory, error) {
	// Another refresh may have ended between this caller's look and its turn.
	if m, err, ok := f.recent(); ok {
		return m, err
	}
	if err := f.source.begin(); err != nil {
		return nil, err
	}
	defer f.source.fetches.Done()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), f.source.client.Timeout)
	defer cancel()
	defer context.AfterFunc(f.source.life, cancel)()

	m, err := f.fetch(ctx, f.memory)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked, f.err = f.source.now(), err
	if err != nil {
		return nil, err
	}
	f.memory = m
	return m, nil
}

// fetch asks the app for what a memory lacks. Only one fetch runs at a time.
func (f *feed) fetch(ctx context.Context, known *memory) (*memory, error) {
	if known != nil && known.healthOnly && f.source.now().Sub(known.statsTried) < retryStats {
		return f.fetchHealth(ctx, known, known.statsTried)
	}
	m, err := f.fetchStats(ctx, known)
	if errors.Is(err, errNotServed) {
		return f.fetchHealth(ctx, known, f.source.now())
	}
	return m, err
}

func (f *feed) fetchStats(ctx context.Context, known *memory) (*memory, error) {
	var since int64
	if last := known.last(); last != nil && !known.healthOnly {
		since = last.at
	}
	st, perOctave, err := f.stats(ctx, since)
	if err == nil && since > 0 && !known.continues(st, perOctave) {
		// A new life of the app: all of it is wanted, whatever its clock says.
		since = 0
		st, perOctave, err = f.stats(ctx, since)
	}
	cut := false
	for i := 0; f.operations && errors.Is(err, errTooLarge) && i < len(shorter); i++ {
		cut = true
		st, perOctave, err = f.stats(ctx, max(since, f.source.now().Unix()-shorter[i]))
	}
	if err != nil {
		return nil, err
	}
	m, err := known.remember(st, perOctave, f.source.now())
	if err != nil {
		return nil, f.garbage(err)
	}
	m.cut = m.cut || cut
	return m, nil
}

func (f *feed) stats(ctx context.Context, since int64) (*stats, int, error) {
	body, err := f.source.get(ctx, statsPath, f.parameters(since))
	if err != nil {
		return nil, 0, err
	}
	st, perOctave, err := parseStats(body)
	if err != nil {
		return nil, 0, f.garbage(err)
	}
	return st, perOctave, nil
}

func (f *feed) parameters(since int64) url.Values {
	p := url.Values{"since": {strconv.FormatInt(since, 10)}, "figures": {"0"}} // of the window: they follow from the seconds
	if f.operations {
		p.Set("operations", "1")
	}
	return p
}

// garbage names the address whose answer cannot be used.
func (f *feed) garbage(err error) error {
	return signal.Faultf("what %s answers %w", f.source.base.JoinPath(statsPath), err)
}

func (f *feed) fetchHealth(ctx context.Context, known *memory, statsTried time.Time) (*memory, error) {
	body, err := f.source.get(ctx, healthPath, nil)
	if errors.Is(err, errNotServed) {
		return nil, signal.Faultf("%s serves neither %s nor %s: see that the url leads to the app, or instrument it with pkg/instrument; a Milvus, or another service that has metrics only, is read from the Prometheus that scrapes it (kind milvus or go)", f.source.base, statsPath, healthPath)
	}
	if err != nil {
		return nil, err
	}
	s, err := parseHealth(body)
	if err != nil {
		return nil, signal.Faultf("what %s answers %w", f.source.base.JoinPath(healthPath), err)
	}
	return known.sample(s, f.source.now(), statsTried), nil
}

// query is what was asked of the app, for the query inspector.
func (f *feed) query(m *memory) string {
	if m.healthOnly {
		return "GET " + f.source.base.JoinPath(healthPath).String()
	}
	return "GET " + f.source.base.JoinPath(statsPath).String() + "?" + f.parameters(0).Encode()
}
