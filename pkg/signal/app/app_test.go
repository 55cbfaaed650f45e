package app

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

var nan = math.NaN()

// same compares numbers of which some are NaN.
func same(t testing.TB, want, got []float64) {
	t.Helper()
	require.InDeltaSlice(t, replaceNaN(want), replaceNaN(got), 1e-9, "%v is not %v", got, want)
}

func replaceNaN(values []float64) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		if out[i] = v; math.IsNaN(v) {
			out[i] = -1
		}
	}
	return out
}

func since(t testing.TB, a *stub) []string {
	t.Helper()
	stats, _ := a.requests()
	var all []string
	for _, q := range stats {
		all = append(all, q.Get("since"))
	}
	return all
}

func TestOnlyWhatIsNewIsFetched(t *testing.T) {
	a, s := newStub(t)
	a.live(10, map[string][]float64{"GET /": {0.1}})
	ask := func() []float64 {
		return only(t, s, signal.Requests, "", over(a.clock.now(), 1, time.Hour))
	}
	same(t, []float64{10}, ask())
	same(t, []float64{10}, ask())
	require.Equal(t, []string{"0"}, since(t, a), "an answer holds for half a second")
	a.live(3, map[string][]float64{"GET /": {0.1, 0.2}})
	same(t, []float64{16}, ask())
	require.Equal(t, []string{fmt.Sprint(morning.Unix() + 9)}, since(t, a))
	a.clock.add(fresh)
	same(t, []float64{16}, ask())
	require.Equal(t, []string{fmt.Sprint(morning.Unix() + 12)}, since(t, a))
}

func TestManyReadersShareOneFetch(t *testing.T) {
	a, s := newStub(t)
	a.live(3, map[string][]float64{"GET /": {0.1}})
	entered, release := make(chan struct{}, 8), make(chan struct{})
	a.behave(func(w http.ResponseWriter, r *http.Request) {
		entered <- struct{}{}
		<-release
		a.stats(w, r)
	})
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			_, err := s.Read(t.Context(), signal.Request{Signal: signal.QPS, Windows: over(a.clock.now(), 3, time.Second)})
			require.NoError(t, err)
		})
	}
	<-entered
	close(release)
	wait.Wait()
	require.Len(t, since(t, a), 1)
}

func TestOperationsAreFetchedOnceSomebodySplitsByThem(t *testing.T) {
	a, s := newStub(t)
	a.live(2, map[string][]float64{"GET /a": {0.1, -0.3}, "GET /b": {0.2}})
	w := over(a.clock.now(), 2, time.Second)
	same(t, []float64{3, 3}, only(t, s, signal.QPS, "", w))
	byStatus := read(t, s, signal.Request{Signal: signal.QPS, SplitBy: []signal.Dimension{signal.Status}, Windows: w})
	require.Equal(t, []signal.Series{{Key: []string{"error"}, Values: []float64{1, 1}}, {Key: []string{"success"}, Values: []float64{2, 2}}}, byStatus.Series)
	stats, _ := a.requests()
	require.Equal(t, []url.Values{{"since": {"0"}, "figures": {"0"}}}, stats)

	both := read(t, s, signal.Request{Signal: signal.Requests, SplitBy: []signal.Dimension{signal.Status, signal.Operation}, Windows: w})
	require.Equal(t, []signal.Series{
		{Key: []string{"error", "GET /a"}, Values: []float64{1, 1}}, {Key: []string{"error", "GET /b"}, Values: []float64{0, 0}},
		{Key: []string{"success", "GET /a"}, Values: []float64{1, 1}}, {Key: []string{"success", "GET /b"}, Values: []float64{1, 1}},
	}, both.Series)
	require.Contains(t, both.Query, "/api/monitor/stats?figures=0&operations=1&since=0")
	stats, _ = a.requests()
	require.Equal(t, []url.Values{{"since": {"0"}, "operations": {"1"}, "figures": {"0"}}}, stats)
}

func TestLatencyByStatusIsRefusedWithWhatHasIt(t *testing.T) {
	_, s := newStub(t)
	_, err := s.Read(t.Context(), signal.Request{Signal: signal.Latency, SplitBy: []signal.Dimension{signal.Status}, Windows: over(morning, 1, time.Minute)})
	var refused *signal.Unsupported
	require.ErrorAs(t, err, &refused)
	require.Contains(t, refused.Reason, "split by operation, or read its request log")
}

// A window that reaches behind the newest complete second, or before the first,
// is measured by what is known of it.
func TestMemoryIsBounded(t *testing.T) {
	a, s := newStub(t)
	for range 20 {
		a.live(100, map[string][]float64{"GET /": {0.1}})
		only(t, s, signal.QPS, "", over(a.clock.now(), 1, time.Minute))
	}
	require.Len(t, s.totals.memory.seconds, remembered)

	heavy := make([]second, 10)
	for i := range heavy {
		heavy[i] = second{at: int64(i), weight: maxWeight / 4}
	}
	require.Equal(t, heavy[6:], trim(heavy))
}

// Every second of an answer has the names of its operations anew.
func TestNamesOfOperationsCountAsMemory(t *testing.T) {
	a, s := newStub(t)
	long := strings.Repeat("x", 4<<20)
	for range 20 {
		a.live(1, map[string][]float64{long: {0.1}})
		a.mu.Lock()
		a.history = a.history[len(a.history)-1:]
		a.mu.Unlock()
		read(t, s, signal.Request{Signal: signal.QPS, SplitBy: []signal.Dimension{signal.Operation}, Windows: over(a.clock.now(), 1, time.Minute)})
	}
	require.Less(t, len(s.operations.memory.seconds), 10, "32 MiB are kept")
	require.NotEmpty(t, s.operations.memory.seconds)
}

func TestRestartBeginsTheHistoryAnew(t *testing.T) {
	a, s := newStub(t)
	a.live(10, map[string][]float64{"GET /": {0.1, 0.1}})
	same(t, []float64{2}, only(t, s, signal.QPS, "", over(a.clock.now(), 1, 10*time.Second)))
	a.requests()
	a.restart()
	a.live(5, map[string][]float64{"GET /": {0.1}})
	w := over(a.clock.now(), 3, 5*time.Second)
	same(t, []float64{nan, nan, 1}, only(t, s, signal.QPS, "", w))
	require.Equal(t, []string{fmt.Sprint(morning.Unix() + 9), "0"}, since(t, a))
	said, err := s.Check(t.Context())
	require.NoError(t, err)
	require.Equal(t, `"checkout" is up for 5s, 1 requests in its last second, 100 goroutines`, said)
}

func TestAppWhoseClockWasSetBackIsReadAnew(t *testing.T) {
	a, s := newStub(t)
	a.live(10, map[string][]float64{"GET /": {0.1}})
	only(t, s, signal.QPS, "", over(a.clock.now(), 1, time.Minute))
	a.requests()
	a.mu.Lock()
	a.history = nil
	a.mu.Unlock()
	a.clock.add(-time.Minute)
	a.live(2, map[string][]float64{"GET /": {0.1, 0.1}})
	same(t, []float64{2}, only(t, s, signal.QPS, "", over(a.clock.now(), 1, 2*time.Second)))
	require.Equal(t, "0", since(t, a)[1])
}

func TestClocksThatDifferAreSaid(t *testing.T) {
	a, s := newStub(t)
	a.live(10, nil)
	ours := a.clock.now().Add(-90 * time.Second)
	s.now = func() time.Time { return ours }
	notes := read(t, s, signal.Request{Signal: signal.QPS, Windows: over(s.now(), 1, time.Minute)}).Notes
	require.Contains(t, strings.Join(notes, "\n"), "the app's clock is 1m30s ahead of this machine's")
	said, err := s.Check(t.Context())
	require.NoError(t, err)
	require.Contains(t, said, "is up for 10s")
	require.Contains(t, said, "synchronise the clocks")
}

func TestOperationsThatAreTooLargeAreKnownForAShorterTime(t *testing.T) {
	a, s := newStub(t)
	a.live(900, map[string][]float64{"GET /": {0.1}})
	a.behave(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("since") == "0" {
			_, _ = w.Write(make([]byte, maxAnswer+1))
			return
		}
		a.stats(w, r)
	})
	answer := read(t, s, signal.Request{Signal: signal.Requests, SplitBy: []signal.Dimension{signal.Operation}, Windows: over(a.clock.now(), 1, 15*time.Minute)})
	require.Equal(t, []signal.Series{{Key: []string{"GET /"}, Values: []float64{224}}}, answer.Series)
	require.Contains(t, answer.Notes[0], "15 minutes of the app's operations are more than 8 MiB: only the last 3m44s are known")
}

// BenchmarkPoll is what a live panel costs each second for each service, server
// included: one fetch from a busy app with twenty operations, and one answer.
