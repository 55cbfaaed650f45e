package requestlog_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/heartline-monitor/heartline/pkg/signal"
	"github.com/heartline-monitor/heartline/pkg/signal/requestlog"
)

func TestLogIsReadWhileAServiceWritesIt(t *testing.T) {
	for name, options := range map[string]string{"rollback journal": "_busy_timeout=60000", "WAL": "_journal_mode=WAL&_busy_timeout=60000"} {
		t.Run(name, func(t *testing.T) {
			const rows = 1_500
			w := small(t, place(t), options, 0)
			s := source(t, w.path, time.UTC, noon)
			group, ctx := errgroup.WithContext(t.Context())
			done := make(chan struct{})
			group.Go(func() error {
				defer close(done)
				for i := range rows {
					_, err := w.db.ExecContext(ctx, `INSERT INTO request_logs (timestamp, process_time, status) VALUES (?, 0.1, 'success')`,
						noon.Add(-time.Duration(i+1)*time.Second).Format("2006-01-02T15:04:05"))
					if err != nil {
						return err
					}
				}
				return nil
			})
			for range 2 {
				group.Go(func() error {
					last := 0.0
					for ended := false; !ended; {
						select {
						case <-done:
							ended = true // and once more, when all is written
						default:
						}
						n, err := count(ctx, s)
						if err != nil {
							return err
						}
						if n < last && !math.IsNaN(n) {
							return fmt.Errorf("there were %v requests, and then %v", last, n)
						}
						last = n
					}
					if last != rows {
						return fmt.Errorf("of %d requests, %v were seen", rows, last)
					}
					return nil
				})
			}
			require.NoError(t, group.Wait())
		})
	}
}

// everything of a log that the cache keeps, over three grids.
func everything(t *testing.T, s signal.Source) []signal.Answer {
	t.Helper()
	var all []signal.Answer
	for _, step := range []time.Duration{time.Minute, 7 * time.Minute, 3 * time.Hour} {
		w := grid(noon.Add(-3*time.Hour), noon, step)
		for _, r := range []signal.Request{
			{Signal: signal.Requests, SplitBy: []signal.Dimension{signal.Status}},
			{Signal: signal.Latency, Stat: signal.P90},
			{Signal: signal.Latency, Stat: signal.P50, SplitBy: []signal.Dimension{signal.Status}},
			{Signal: signal.InFlight, Stat: signal.Avg},
			{Signal: signal.InFlight, Stat: signal.Max},
		} {
			r.Windows = w
			a, err := s.Read(t.Context(), r)
			require.NoError(t, err)
			all = append(all, a)
		}
	}
	return all
}

// requireSame compares answers whose values may be NaN.
func requireSame(t *testing.T, want, got []signal.Answer, step string) {
	t.Helper()
	for i := range want {
		require.Equal(t, want[i].Notes, got[i].Notes, step)
		for j := range want[i].Series {
			for k, v := range want[i].Series[j].Values {
				if g := got[i].Series[j].Values[k]; !math.IsNaN(v) || !math.IsNaN(g) {
					require.InDelta(t, v, g, 1e-9, "%s: answer %d, series %d, window %d", step, i, j, k)
				}
			}
		}
	}
}

func TestWhatIsRememberedIsWhatTheFileHolds(t *testing.T) {
	for seed := range uint64(3) {
		rng := rand.New(rand.NewPCG(seed, 3))
		w := small(t, place(t), "_journal_mode=WAL", 0)
		now := func() time.Time { return noon }
		s := requestlog.NewSmall(requestlog.Config{Path: w.path, Now: now})
		for step := range 25 {
			name := fmt.Sprintf("seed %d step %d", seed, step)
			change(t, w, rng)
			fresh := requestlog.New(requestlog.Config{Path: w.path, Now: now})
			requireSame(t, everything(t, fresh), everything(t, s), name)
			require.NoError(t, fresh.Close())
		}
		require.NoError(t, s.Close())
	}
}

// change writes some rows, late ones among them, or takes the oldest away, or all.
func change(t *testing.T, w *writer, rng *rand.Rand) {
	t.Helper()
	switch rng.IntN(12) {
	case 0:
		w.exec(t, `DELETE FROM request_logs WHERE timestamp < ?`, noon.Add(-time.Duration(rng.IntN(180))*time.Minute).Format("2006-01-02T15:04:05"))
		return // or an older row could take the place of the oldest one unseen
	case 1:
		w.exec(t, `INSERT INTO request_logs (timestamp, process_time, status) VALUES ('garbage', 1, 'success'), ('2026-03-06T11:00:00', NULL, 'timeout')`)
	case 2:
		if rng.IntN(3) == 0 {
			w.exec(t, `DELETE FROM request_logs; UPDATE sqlite_sequence SET seq = 0`)
		}
	}
	for range rng.IntN(30) {
		end := noon.Add(-time.Duration(rng.Int64N(int64(3*time.Hour) / (1 + rng.Int64N(20)))))
		w.request(t, end.Format("2006-01-02T15:04:05.000000"), rng.ExpFloat64()*float64(1+rng.IntN(60)), []string{"success", "success", "error"}[rng.IntN(3)])
	}
}

func TestRowsThatAreTakenAwayByTheirIDsAreForgotten(t *testing.T) {
	w := small(t, place(t), "_journal_mode=WAL", 0)
	for i := range 300 {
		end := noon.Add(time.Duration(i-300)*30*time.Second - time.Duration(i*7%11)*time.Minute)
		w.request(t, end.Format("2006-01-02T15:04:05"), float64(i%50), "success")
	}
	now := func() time.Time { return noon }
	s := source(t, w.path, time.UTC, noon)
	for _, id := range []int{10, 11, 100, 250, 300} {
		everything(t, s)
		w.exec(t, `DELETE FROM request_logs WHERE id <= ?`, id)
		fresh := requestlog.New(requestlog.Config{Path: w.path, Now: now})
		requireSame(t, everything(t, fresh), everything(t, s), fmt.Sprint(id))
		require.NoError(t, fresh.Close())
	}
}

func TestSecondQuestionIsAnsweredWithoutReadingTheRows(t *testing.T) {
	path := place(t)
	w := small(t, path, "_journal_mode=WAL", 200)
	s := source(t, path, time.UTC, noon)
	first := everything(t, s)
	// What is not appended is not looked at: that is how to see that it is not read.
	w.exec(t, `UPDATE request_logs SET process_time = 99, status = 'error' WHERE id BETWEEN 2 AND 199`)
	requireSame(t, first, everything(t, s), "again")
	fresh := source(t, path, time.UTC, noon)
	require.NotEqual(t, first[0].Series[0].Values, everything(t, fresh)[0].Series[0].Values)
}

func TestRowsThatCannotBeReadAreSaid(t *testing.T) {
	w := small(t, place(t), "", 2)
	for _, bad := range []string{"garbage", "", "2026-03-06T25:00:00", "2026-03-06T11:00:00+08:00", "2026-02-30T11:00:00", "2026-03-06T11:00:00."} {
		w.request(t, bad, 0.1, "success")
	}
	w.request(t, "2026-03-06T11:10:00", -1.0, "success")
	w.request(t, "2026-03-06T11:10:00", nil, "error")
	w.request(t, "2026-03-06T11:10:00", "soon", "error")
	w.request(t, "2026-03-06T11:10:00", math.Inf(1), "error")
	w.request(t, "2026-03-06T11:10:00", 0.3, "timeout")
	small := requestlog.NewSmall(requestlog.Config{Path: w.path, Now: func() time.Time { return noon }})
	defer func() { require.NoError(t, small.Close()) }()
	for _, s := range []signal.Source{source(t, w.path, time.UTC, noon), small} {
		for range 2 { // read, and remembered
			a, err := s.Read(t.Context(), signal.Request{Signal: signal.Latency, Stat: signal.Max, Windows: hour()})
			require.NoError(t, err)
			require.Equal(t, []string{
				"4 rows with unreadable timestamps are left out", // two are no dates, and two sort into the hour
				"4 requests without a readable process_time count as requests, and not for latencies",
				"1 request with a status other than success and error counts as failed",
			}, a.Notes)
			require.Equal(t, []float64{0.3}, a.Series[0].Values)
			requireCount(t, s, 7)
		}
		h, err := s.Latencies(t.Context(), grid(noon.AddDate(0, -1, 0), noon.Add(12*time.Hour), 24*time.Hour))
		require.NoError(t, err)
		require.Equal(t, "6 rows with unreadable timestamps are left out", h.Notes[0])
	}
}

func TestRequestsThatAreStillRunningAreSaid(t *testing.T) {
	w := small(t, place(t), "", 2)
	read := func(now time.Time) []string {
		a, err := source(t, w.path, time.UTC, now).Read(t.Context(), signal.Request{Signal: signal.InFlight, Stat: signal.Max, Windows: hour()})
		require.NoError(t, err)
		return a.Notes
	}
	require.Len(t, read(noon.Add(time.Second)), 1)
	require.Empty(t, read(noon.Add(time.Hour)))
}

func TestNoDescriptorStaysOpen(t *testing.T) {
	descriptors := func() int {
		entries, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Skipf("descriptors cannot be counted here: %v", err)
		}
		return len(entries)
	}
	folder := t.TempDir()
	s := requestlog.New(requestlog.Config{Path: filepath.Join(folder, "requests.db"), Now: func() time.Time { return noon }})
	before := descriptors()
	for range 20 {
		w := small(t, filepath.Join(folder, "new.db"), "", 3)
		require.NoError(t, w.db.Close())
		require.NoError(t, os.Rename(w.path, filepath.Join(folder, "requests.db")))
		requireCount(t, s, 3)
	}
	require.LessOrEqual(t, descriptors(), before+6, "two connections, at most three files each")
	require.NoError(t, s.Close())
	require.Equal(t, before, descriptors())
}

func TestWindowsMayReachFurtherThanAnyTimestamp(t *testing.T) {
	w := small(t, place(t), "", 3)
	w.request(t, "0001-01-01T00:00:00", 0.1, "success")
	w.request(t, "9999-12-31T23:59:59", 0.1, "error")
	s := source(t, w.path, time.UTC, noon)
	all := grid(time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), noon, noon.Sub(noon.AddDate(-200, 0, 0)))
	sum := 0.0
	for _, n := range ask(t, s, signal.Request{Signal: signal.Requests, Windows: all})[""] {
		if !math.IsNaN(n) { // before the first figure
			sum += n
		}
	}
	require.InDelta(t, 3, sum, 0, "nothing before 1678 is told apart")
	for _, stat := range []signal.Stat{signal.Avg, signal.Max} {
		most := ask(t, s, signal.Request{Signal: signal.InFlight, Stat: stat, Windows: all})[""]
		require.Positive(t, most[len(most)-1])
	}
	requireCount(t, s, 3)
}

func TestOnlyTheLastHourOfARequestCountsAsInFlight(t *testing.T) {
	w := small(t, place(t), "", 0)
	w.request(t, "2026-03-06T11:30:00", 3*3600, "success")
	w.request(t, "2026-03-06T08:00:00", 0, "success")
	got := ask(t, source(t, w.path, time.UTC, noon), signal.Request{Signal: signal.InFlight, Stat: signal.Avg, Windows: grid(noon.Add(-4*time.Hour), noon, 30*time.Minute)})
	require.Equal(t, []float64{0, 0, 0, 0, 0, 1, 1, 0}, got[""])
}
