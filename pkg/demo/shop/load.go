package shop

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// idHeader names a request: the same number makes the same work of it.
const idHeader = "X-Request-Id"

// arrival is a request of the load.
type arrival struct {
	after     time.Duration // the beginning of its second
	operation *operation
	id        uint64
}

// arrivals are the requests of one second of the load, counted from its start.
func arrivals(seed uint64, second int64, c conditions) []arrival {
	rng := generator(seed, uint64(second))
	all := make([]arrival, poisson(rng, c.rate))
	for i := range all {
		all[i] = arrival{time.Duration(rng.Int64N(int64(time.Second))), choose(rng), rng.Uint64()}
	}
	slices.SortFunc(all, func(a, b arrival) int { return int(a.after - b.after) })
	return all
}

// load asks the service what its customers would, over HTTP.
type load struct {
	seed   uint64
	start  time.Time     // of the first second
	from   time.Duration // how far into the cycle that is
	url    string
	client *http.Client
	leak   *leak
}

// run keeps on asking until the context ends, and waits for the answers.
func (l *load) run(ctx context.Context) {
	var asking sync.WaitGroup
	defer asking.Wait()
	defer l.leak.set(0)
	for second := int64(0); ; second++ {
		begins := l.start.Add(time.Duration(second) * time.Second)
		c := at(l.from + begins.Sub(l.start))
		l.leak.set(c.leaked)
		for _, a := range arrivals(l.seed, second, c) {
			if !until(ctx, begins.Add(a.after)) {
				return
			}
			asking.Go(func() { l.ask(ctx, a) })
		}
		if !until(ctx, begins.Add(time.Second)) {
			return
		}
	}
}

// ask sends one request. What comes of it is the service's own to tell.
func (l *load) ask(ctx context.Context, a arrival) {
	method, _, _ := strings.Cut(a.operation.pattern, " ")
	req, err := http.NewRequestWithContext(ctx, method, l.url+a.operation.path, http.NoBody)
	if err != nil {
		return
	}
	req.Header.Set(idHeader, fmt.Sprintf("%x", a.id))
	resp, err := l.client.Do(req)
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
}

// until waits for a time; it returns false where the context ends before.
func until(ctx context.Context, at time.Time) bool {
	timer := time.NewTimer(time.Until(at))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
