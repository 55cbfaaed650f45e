package storetest

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/event"
)

// testRefusals asks for what a request must not ask for.
func testRefusals(t *testing.T, tr trial) {
	for _, kind := range kinds {
		r := tr.span(kind)
		for _, limit := range []int{0, -1, event.MaxPage + 1} {
			_, _, err := tr.ask(t, kind, event.PageRequest{Range: r, Limit: limit})
			require.Error(t, err, "%s, limit %d", kind, limit)
		}
		for _, dim := range event.Dimensions {
			_, err := tr.store.Count(t.Context(), event.CountRequest{Kind: kind, Range: r, Buckets: []time.Time{r.From}, GroupBy: []event.Dimension{dim}})
			require.Equal(t, slices.Contains(kind.Dimensions(), dim), err == nil, "%s by %s: %v", kind, dim, err)
		}
		_, err := tr.store.Count(t.Context(), event.CountRequest{Kind: kind, Range: r})
		require.Error(t, err, "%s without a bucket", kind)
	}
	_, err := tr.store.Count(t.Context(), event.CountRequest{Kind: "metric", Range: tr.span(event.Logs), Buckets: []time.Time{time.Unix(0, 0)}})
	require.Error(t, err, "a kind that does not exist")
}

// calls are requests of every sort, with what they answer.
func (tr trial) calls(t testing.TB) map[string]func(ctx context.Context) (any, error) {
	t.Helper()
	r := tr.span(event.Logs)
	calls := map[string]func(ctx context.Context) (any, error){
		"monitors":        func(ctx context.Context) (any, error) { return tr.store.Monitors(ctx, event.Filter{}) },
		"last heartbeats": func(ctx context.Context) (any, error) { return tr.store.LastHeartbeats(ctx, event.Filter{}, r.To) },
		"check":           func(ctx context.Context) (any, error) { return tr.store.Check(ctx) },
		"heartbeats": func(ctx context.Context) (any, error) {
			return tr.store.Heartbeats(ctx, event.PageRequest{Range: r, Limit: 100})
		},
		"alarms": func(ctx context.Context) (any, error) {
			return tr.store.Alarms(ctx, event.PageRequest{Range: r, Limit: 100, Order: event.OldestFirst})
		},
	}
	for _, name := range []string{"all", "level", "text in any case", "item in one direction"} {
		f := selectors[name].filter(t)
		calls["logs, "+name] = func(ctx context.Context) (any, error) {
			return tr.store.Logs(ctx, event.PageRequest{Filter: f, Range: r, Limit: 50})
		}
		for _, kind := range kinds {
			calls[fmt.Sprintf("count of %ss, %s", kind, name)] = func(ctx context.Context) (any, error) {
				h, err := tr.store.Count(ctx, event.CountRequest{Kind: kind, Filter: f, Range: r, Buckets: []time.Time{r.From}, GroupBy: kind.Dimensions()})
				if err != nil {
					return nil, err
				}
				return h.Groups, nil
			}
		}
	}
	return calls
}

// testCancelled checks that no method does anything for a request that nobody
// waits for.
func testCancelled(t *testing.T, tr trial) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, call := range tr.calls(t) {
		_, err := call(ctx)
		require.ErrorIs(t, err, context.Canceled, name)
	}
	for batch, err := range tr.store.Tail(ctx, event.Filter{}) {
		require.Failf(t, "a tail that is over yields", "%v %v", batch, err)
	}
}

// testConcurrent makes every request several times at once and compares what
// each answers with what it answers alone. Its worth is under the race detector.
func testConcurrent(t *testing.T, tr trial) {
	calls := tr.calls(t)
	alone := map[string]any{}
	for name, call := range calls {
		answer, err := call(t.Context())
		require.NoError(t, err, name)
		alone[name] = answer
	}
	var wg sync.WaitGroup
	failures := make(chan string, 4*len(calls))
	for name, call := range calls {
		for range 4 {
			wg.Go(func() {
				answer, err := call(t.Context())
				if err != nil || !reflect.DeepEqual(alone[name], answer) {
					failures <- fmt.Sprintf("%s: another answer than alone, error %v", name, err)
				}
			})
		}
	}
	wg.Wait()
	close(failures)
	for failure := range failures {
		require.Fail(t, failure)
	}
}
