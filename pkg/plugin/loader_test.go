package plugin

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// sentRequest is what the loader saw of one request.
type sentRequest struct {
	end    time.Time
	took   time.Duration
	failed bool
}

// load sends requests at a steady rate, whatever becomes of them, and returns
// them in the order in which they ended.
func load(t *testing.T, base string) []sentRequest {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: loadRate}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, Timeout: 10 * time.Second}
	var (
		mu   sync.Mutex
		all  []sentRequest
		errs []error
		wg   sync.WaitGroup
	)
	tick := time.NewTicker(time.Second / loadRate)
	defer tick.Stop()
	for i := range int(loadFor/time.Second) * loadRate {
		<-tick.C
		wg.Go(func() {
			r, err := send(t.Context(), client, base, i)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				errs = append(errs, err)
				return
			}
			all = append(all, r)
		})
	}
	wg.Wait()
	require.NoError(t, errors.Join(errs...))
	slices.SortFunc(all, func(a, b sentRequest) int { return a.end.Compare(b.end) })
	return all
}

func send(ctx context.Context, client *http.Client, base string, i int) (sentRequest, error) {
	values := url.Values{"ms": {strconv.Itoa(shortest + i*37%spread)}}
	failing := i%failsEvery == 0
	if failing {
		values.Set("fail", "1")
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/work?"+values.Encode(), http.NoBody)
	if err != nil {
		return sentRequest{}, err
	}
	begun := time.Now()
	resp, err := client.Do(r)
	if err != nil {
		return sentRequest{}, err
	}
	ended := time.Now()
	if err := resp.Body.Close(); err != nil {
		return sentRequest{}, err
	}
	if (resp.StatusCode == http.StatusInternalServerError) != failing {
		return sentRequest{}, fmt.Errorf("the service answered %s", resp.Status)
	}
	return sentRequest{ended, ended.Sub(begun), failing}, nil
}

// loaderReport is what the loader says of the requests that ended in a time.
type loaderReport struct {
	count                      int
	success, average, p50, p95 float64
}

func summarise(all []sentRequest, from, to time.Time) loaderReport {
	var took []float64
	ok, sum := 0, 0.0
	for _, r := range all {
		if r.end.Before(from) || !r.end.Before(to) {
			continue
		}
		took = append(took, r.took.Seconds())
		sum += r.took.Seconds()
		if !r.failed {
			ok++
		}
	}
	slices.Sort(took)
	n := float64(len(took))
	at := func(q float64) float64 { return took[int(math.Round(q*(n-1)))] }
	return loaderReport{count: len(took), success: 100 * float64(ok) / n, average: sum / n, p50: at(0.5), p95: at(0.95)}
}
