package instrument

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

var errTest = errors.New("test")

func TestObservingAllocatesNothing(t *testing.T) {
	m := newMonitor(t, Config{RequestLog: &memoryLog{}})
	o := m.Operation("GET /orders")
	for name, work := range map[string]func(){
		"observe":           func() { o.Observe(time.Millisecond, nil) },
		"observe a failure": func() { o.Observe(time.Millisecond, errTest) },
		"observe by name":   func() { m.Observe("GET /orders", time.Millisecond, nil) },
		"begin and end":     func() { o.Begin().End(nil) },
	} {
		t.Run(name, func(t *testing.T) { require.Zero(t, testing.AllocsPerRun(1000, work)) })
	}
}

func TestNothingIsLostWhenManyCountAtOnceWhileFiguresAreTaken(t *testing.T) {
	const workers, each = 8, 5000
	m := newMonitor(t, Config{})
	m.Close() // the seconds are closed here, as fast as they can be
	var wg sync.WaitGroup
	for worker := range workers {
		wg.Go(func() {
			o := m.Operation("operation " + strconv.Itoa(worker%3))
			for i := range each {
				var err error
				if i%10 == 0 {
					err = errTest
				}
				call := o.Begin()
				o.Observe(time.Duration(i+1)*time.Microsecond, err)
				call.End(nil)
			}
		})
	}
	finished := make(chan struct{})
	go func() { wg.Wait(); close(finished) }()
	now := time.Now()
	for running := true; running; {
		select {
		case <-finished:
			running = false
		default:
			now = now.Add(time.Second)
			m.tick(now)
		}
		stats, err := m.Stats()
		require.NoError(t, err)
		require.LessOrEqual(t, stats.Total.Errors, stats.Total.Requests)
		require.GreaterOrEqual(t, *stats.Total.InFlight, int64(0))
		if l := stats.Total.Latency; l != nil {
			require.True(t, slices.IsSorted([]float64{l.Min, l.P50, l.P90, l.P95, l.P99, l.Max}), "%+v", l)
			require.LessOrEqual(t, l.Avg, l.Max)
			require.GreaterOrEqual(t, l.Avg, l.Min)
		}
	}
	stats, err := m.Stats()
	require.NoError(t, err)
	require.Equal(t, uint64(2*workers*each), stats.Total.RequestsTotal)
	require.Equal(t, uint64(workers*each/10), stats.Total.ErrorsTotal)
	require.Zero(t, *stats.Total.InFlight)

	var history interval
	for _, s := range m.history.after(-1) {
		for id, i := range s.intervals() {
			if id == totalID {
				history.add(i)
			}
		}
	}
	var rest interval
	for _, o := range m.byName() {
		delta, _ := o.peek()
		rest.add(delta)
	}
	require.Equal(t, stats.Total.RequestsTotal, history.requests+rest.requests, "seconds and what is left over make all")
	require.Equal(t, stats.Total.ErrorsTotal, history.errors+rest.errors)
}

func TestPercentilesAreWithinTheErrorBound(t *testing.T) {
	for name, draw := range map[string]func(r *rand.Rand) time.Duration{
		"exponential": func(r *rand.Rand) time.Duration { return time.Duration(r.ExpFloat64() * 50e6) },
		"uniform":     func(r *rand.Rand) time.Duration { return time.Duration(r.Int64N(int64(time.Second))) },
		"two humps": func(r *rand.Rand) time.Duration {
			return time.Duration((1+9*float64(r.IntN(2)))*10e6 + r.NormFloat64()*1e5)
		},
		"one value":   func(*rand.Rand) time.Duration { return 123456 * time.Microsecond },
		"nanoseconds": func(r *rand.Rand) time.Duration { return time.Duration(1 + r.Int64N(20)) },
	} {
		t.Run(name, func(t *testing.T) {
			m := newMonitor(t, Config{Window: historySeconds * time.Second})
			r := rand.New(rand.NewPCG(1, 2))
			took := make([]time.Duration, 20_001)
			for i := range took {
				took[i] = max(draw(r), 1)
				m.Observe("work", took[i], nil)
			}
			slices.Sort(took)
			stats, err := m.Stats()
			require.NoError(t, err)
			got := stats.Total.Latency
			for i, p := range []float64{got.P50, got.P90, got.P95, got.P99} {
				exact := took[int(quantiles[i]*float64(len(took)-1))].Seconds()
				require.InEpsilon(t, exact, p, RelativeError*1.0001, "quantile %v", quantiles[i])
			}
			require.InDelta(t, took[0].Seconds(), got.Min, 0)
			require.InDelta(t, took[len(took)-1].Seconds(), got.Max, 0)
			var sum float64
			for _, d := range took {
				sum += d.Seconds()
			}
			require.InEpsilon(t, sum/float64(len(took)), got.Avg, 1e-9)
		})
	}
}

func TestAShorterDurationThanANanosecondCountsAsOne(t *testing.T) {
	m := newMonitor(t, Config{})
	m.Observe("work", -time.Second, nil)
	m.Observe("work", 0, nil)
	stats, err := m.Stats()
	require.NoError(t, err)
	require.Equal(t, Latency{Avg: 1e-9, Min: 1e-9, Max: 1e-9, P50: 1e-9, P90: 1e-9, P95: 1e-9, P99: 1e-9}, *stats.Total.Latency)
}

func TestALongerDurationThanTheLastBinIsKeptInTheExtremes(t *testing.T) {
	m := newMonitor(t, Config{})
	m.Observe("work", 1000*time.Hour, nil)
	m.Observe("work", 2000*time.Hour, nil)
	stats, err := m.Stats()
	require.NoError(t, err)
	require.InDelta(t, 3.6e6, stats.Total.Latency.Min, 0)
	require.InDelta(t, 7.2e6, stats.Total.Latency.Max, 0)
}

func TestOperationsBeyondTheLimitAreCountedTogether(t *testing.T) {
	var log journal
	m := newMonitor(t, Config{MaxOperations: 2, Logger: log.logger()})
	for _, name := range []string{"a", "b", "c", "d", "a", "c"} {
		m.Observe(name, time.Millisecond, nil)
	}
	stats, err := m.Stats()
	require.NoError(t, err)
	got := map[string]uint64{}
	for _, o := range stats.Operations {
		got[o.Operation] = o.RequestsTotal
	}
	require.Equal(t, map[string]uint64{"a": 2, "b": 1, Other: 3}, got)
	require.Len(t, log.lines("Too many operations, further ones are counted together"), 1)
}

func TestNamesThatPrometheusWouldRefuseAreMended(t *testing.T) {
	m := newMonitor(t, Config{})
	require.Equal(t, Unnamed, m.Operation("").Name())
	require.Equal(t, "\uFFFDx", m.Operation("\xffx").Name())
	require.Same(t, m.Operation("\uFFFDx"), m.Operation("\xffx"))
	_, err := m.Registry().Gather()
	require.NoError(t, err)
}

func TestCallsAreInFlightUntilTheyEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMonitor(t, Config{})
		o := m.Operation("work")
		m.Observe("other", time.Second, nil)
		first, second := o.Begin(), o.Begin()
		time.Sleep(3 * time.Second)
		require.Equal(t, map[string]any{"total": int64(2), "work": int64(2), "other": nil}, inFlight(t, m))
		first.End(nil)
		second.End(errTest)
		require.Equal(t, map[string]any{"total": int64(0), "work": int64(0), "other": nil}, inFlight(t, m))
		stats, err := m.Stats()
		require.NoError(t, err)
		require.Equal(t, "work", stats.Operations[1].Operation)
		require.InDelta(t, 3, stats.Operations[1].Latency.Avg, 0)
		require.InDelta(t, 50, *stats.Operations[1].SuccessRate, 0)
	})
}

func inFlight(t *testing.T, m *Monitor) map[string]any {
	t.Helper()
	stats, err := m.Stats()
	require.NoError(t, err)
	got := map[string]any{"total": *stats.Total.InFlight}
	for _, o := range stats.Operations {
		got[o.Operation] = nil
		if o.InFlight != nil {
			got[o.Operation] = *o.InFlight
		}
	}
	return got
}

func TestDurationBelowOneNanosecondIsOneInTheRequestLogToo(t *testing.T) {
	log := &memoryLog{}
	m, err := New(Config{Service: "test", RequestLog: log})
	require.NoError(t, err)
	defer m.Close()
	for _, d := range []time.Duration{-time.Second, 0, 1} {
		m.Observe("import", d, nil)
		require.EqualValues(t, 1, log.took.Load(), "%v", d)
	}
}
