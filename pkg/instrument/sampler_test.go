package instrument

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// In a synctest bubble the clock stands still while something runs: it begins at
// midnight, 2000-01-01 UTC, and sleeping costs no time.

// at is the instant so long after the bubble's beginning.
func at(d time.Duration) time.Time { return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(d) }

// times observes a request n times.
func times(m *Monitor, n int, operation string, d time.Duration, err error) {
	for range n {
		m.Observe(operation, d, err)
	}
}

func TestFiguresAreOfTheSlidingWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMonitor(t, Config{Window: 10 * time.Second})
		figures := func() Figures {
			stats, err := m.Stats()
			require.NoError(t, err)
			return stats.Total
		}
		none := figures()
		require.Zero(t, none.QPS)
		require.Nil(t, none.SuccessRate)
		require.Nil(t, none.ErrorRate)
		require.Nil(t, none.Latency)

		times(m, 30, "work", 20*time.Millisecond, nil)
		times(m, 10, "work", 40*time.Millisecond, errTest)
		require.InDelta(t, 40, figures().QPS, 0, "a burst at the start is 40 requests in a second, not 40 in no time")
		time.Sleep(4 * time.Second)
		f := figures()
		require.InDelta(t, 10, f.QPS, 0, "as long as the window is not full, its length is the time since the start")
		require.InDelta(t, 75, *f.SuccessRate, 0)
		require.InDelta(t, 25, *f.ErrorRate, 0)
		require.InDelta(t, 0.025, f.Latency.Avg, 1e-12)
		require.InDelta(t, 0.02, f.Latency.Min, 0)
		require.InDelta(t, 0.04, f.Latency.Max, 0)
		require.InEpsilon(t, 0.02, f.Latency.P50, RelativeError)
		require.InEpsilon(t, 0.04, f.Latency.P90, RelativeError)

		time.Sleep(5500 * time.Millisecond) // 9.5 s: the burst is in the window's first second
		require.InDelta(t, 40/9.5, figures().QPS, 1e-12)
		time.Sleep(time.Second)
		f = figures()
		require.Zero(t, f.QPS)
		require.Nil(t, f.SuccessRate, "nothing is known of a window without requests")
		require.Nil(t, f.Latency)
		require.Equal(t, uint64(40), f.RequestsTotal)
		require.Equal(t, uint64(10), f.ErrorsTotal)

		times(m, 19, "work", time.Millisecond, nil)
		require.InDelta(t, 2, figures().QPS, 1e-12, "19 requests in the 9 seconds before this one and the half of it")
	})
}

func TestHistoryHoldsEveryCompleteSecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(300 * time.Millisecond)
		m := newMonitor(t, Config{})
		times(m, 2, "a", 500*time.Millisecond, nil)
		times(m, 1, "b", 250*time.Millisecond, errTest)
		time.Sleep(2 * time.Second)
		times(m, 1, "a", 2*time.Second, nil)
		time.Sleep(time.Second)
		call := m.Operation("a").Begin()
		time.Sleep(time.Second)
		times(m, 5, "a", time.Second, nil) // in the second that is not complete
		call.End(nil)

		_, past, err := m.stats()
		require.NoError(t, err)
		seconds := slices.Collect(m.unpack(past, historyAsk{wanted: true, operations: true}))
		require.Len(t, seconds, 4)
		for i, s := range seconds {
			require.Equal(t, at(0).Unix()+int64(i), s.Time)
			require.Positive(t, s.Goroutines)
			require.Positive(t, s.Memory)
		}
		value := func(v float64) *float64 { return &v }
		a := intervalStats{Requests: 2, Sum: value(1), Min: value(0.5), Max: value(0.5), Bins: binPairs{{-32, 2}}}
		b := intervalStats{Requests: 1, Errors: 1, Sum: value(0.25), Min: value(0.25), Max: value(0.25), Bins: binPairs{{-64, 1}}}
		require.Equal(t, intervalStats{Requests: 3, Errors: 1, Sum: value(1.25), Min: value(0.25), Max: value(0.5), Bins: binPairs{{-64, 1}, {-32, 2}}}, seconds[0].intervalStats)
		require.Equal(t, map[string]intervalStats{"a": a, "b": b}, seconds[0].Operations)
		require.Equal(t, intervalStats{}, seconds[1].intervalStats)
		require.Empty(t, seconds[1].Operations)
		require.Equal(t, uint64(1), seconds[2].Requests)
		require.Equal(t, []int64{0, 0, 0, 1}, []int64{seconds[0].InFlight, seconds[1].InFlight, seconds[2].InFlight, seconds[3].InFlight})

		require.Equal(t, seconds[2:], slices.Collect(m.unpack(past, historyAsk{wanted: true, operations: true, since: seconds[1].Time})))
		for s := range m.unpack(past, historyAsk{wanted: true}) {
			require.Nil(t, s.Operations)
		}
	})
}

func TestGoroutinesAreLoggedEvery30SecondsAtTheirLevel(t *testing.T) {
	for name, c := range map[string]struct {
		more int
		want string
	}{
		"few":      {0, `level=DEBUG msg="Goroutine count" service=test`},
		"elevated": {2000, `level=WARN msg="Goroutine count is elevated" service=test`},
		"high":     {5001, `level=ERROR msg="Goroutine count is high" service=test`},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log journal
				newMonitor(t, Config{Logger: log.logger()})
				release := make(chan struct{})
				defer close(release)
				for range c.more {
					go func() { <-release }()
				}
				time.Sleep(29 * time.Second)
				require.Empty(t, log.lines("Goroutine count"))
				time.Sleep(2 * time.Second)
				lines := log.lines("Goroutine count")
				require.Len(t, lines, 1)
				require.True(t, strings.Contains(lines[0], c.want), lines[0])
				time.Sleep(60 * time.Second)
				require.Len(t, log.lines("Goroutine count"), 3)
			})
		})
	}
}

func TestTheRequestLogGetsASnapshotOfEveryMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(50 * time.Second)
		log := &memoryLog{}
		m := newMonitor(t, Config{RequestLog: log, Window: time.Second})
		times(m, 6, "a", 100*time.Millisecond, nil)
		time.Sleep(5 * time.Second)
		times(m, 4, "b", 200*time.Millisecond, errTest)
		call := m.Operation("c").Begin()
		time.Sleep(7 * time.Second)
		require.Equal(t, []Snapshot{
			{Time: at(time.Minute).Local(), Span: 10 * time.Second, Requests: 10, Errors: 4, Total: 1400 * time.Millisecond, InFlight: 1},
		}, log.taken())

		times(m, 1, "a", 300*time.Millisecond, nil)
		call.End(nil)
		time.Sleep(2 * time.Minute)
		require.Equal(t, []Snapshot{
			{Time: at(2 * time.Minute).Local(), Span: time.Minute, Requests: 2, Total: 7300 * time.Millisecond},
			{Time: at(3 * time.Minute).Local(), Span: time.Minute},
		}, log.taken()[1:])
	})
}

func TestTheRequestLogGetsEveryRequestWithTheTimeAtWhichItEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &memoryLog{}
		m := newMonitor(t, Config{RequestLog: log})
		time.Sleep(1500 * time.Millisecond)
		call := m.Operation("work").Begin()
		time.Sleep(250 * time.Millisecond)
		call.End(errTest)
		require.Equal(t, at(1750*time.Millisecond).UnixNano(), log.ended.Load())
		require.Equal(t, uint64(1), log.failed.Load())
		time.Sleep(time.Second)
		m.Observe("work", time.Hour, nil)
		require.Equal(t, at(2750*time.Millisecond).UnixNano(), log.ended.Load())
		require.Equal(t, uint64(2), log.rows.Load())
	})
}

func TestProcessorTimeIsAShareOfAllProcessors(t *testing.T) {
	m := newMonitor(t, Config{})
	m.Close()
	m.usage = usage{cpuKnown: true}
	m.process = newProcessReader()
	begun := time.Now()
	for used, _ := processorTime(); used < 20*time.Millisecond; used, _ = processorTime() {
		_ = slotOf(int64(time.Since(begun)))
	}
	m.ticked = begun
	g := m.gauge(begun.Add(1000 * time.Second))
	require.True(t, g.cpuKnown)
	require.Positive(t, g.cpu)
	require.Less(t, g.cpu, 100.0)
}
