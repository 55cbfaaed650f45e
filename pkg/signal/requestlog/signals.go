package requestlog

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

// unknown are values of which nothing is known.
func unknown(n int) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = math.NaN()
	}
	return values
}

// known reports whether the log tells anything of a window: it does from its
// first figure until now.
func (s *Source) known(l look, w signal.Windows, i int) bool {
	start, end := w.Bounds(i)
	return l.first != unheard && nanoOf(end) > l.first && start.Before(s.config.Now())
}

// ofRequests answers what the requests themselves tell.
func (s *Source) ofRequests(ctx context.Context, l look, r signal.Request) (signal.Answer, error) {
	var d detail
	split := len(r.SplitBy) > 0
	if split && r.Signal == signal.Latency {
		d = byStatus
	}
	all, err := s.figures(ctx, l, r.Windows, d)
	if err != nil {
		return signal.Answer{}, err
	}
	a := signal.Answer{Query: s.query(r.Windows), Notes: notes(l.strays, all)}
	add := func(part int, key ...string) {
		values := unknown(len(all))
		for i, f := range all {
			if s.known(l, r.Windows, i) {
				values[i] = f.value(r, part, r.Windows.Seconds(i))
			}
		}
		a.Series = append(a.Series, signal.Series{Key: key, Values: values})
	}
	if split {
		add(failed, signal.StatusError)
		add(succeeded, signal.StatusSuccess)
	} else {
		add(both)
	}
	return a, nil
}

// value of a signal in a window of so many seconds.
func (f *figures) value(r signal.Request, part int, seconds float64) float64 {
	switch r.Signal {
	case signal.QPS:
		return float64(f.requests(part)) / seconds
	case signal.Requests:
		return float64(f.requests(part))
	case signal.Success:
		return 100 * float64(f.counts[succeeded]) / float64(f.requests(both)) // NaN where there was none
	case signal.Errors:
		return 100 * float64(f.counts[failed]) / float64(f.requests(both))
	}
	return f.latencies(part).stat(r.Stat)
}

// query is what the file is asked for, for the query inspector.
func (s *Source) query(w signal.Windows) string {
	return fmt.Sprintf("SELECT timestamp, process_time, status FROM request_logs WHERE timestamp >= '%s' AND timestamp < '%s'",
		s.wall(w.Starts[0]), s.wall(w.End))
}

// wall is what a clock of the log's zone shows.
func (s *Source) wall(at time.Time) string { return at.In(s.config.Location).Format(layout) }

// notes say what is wrong with rows of the windows.
func notes(strays int, all []*figures) []string {
	sum := flaws{unreadable: strays}
	for _, f := range all {
		sum.add(f.flaws)
	}
	var notes []string
	add := func(n int, one, many string) {
		switch {
		case n == 1:
			notes = append(notes, "1 "+one)
		case n > 1:
			notes = append(notes, fmt.Sprintf("%d %s", n, many))
		}
	}
	add(sum.unreadable, "row with an unreadable timestamp is left out", "rows with unreadable timestamps are left out")
	add(sum.untimed, "request without a readable process_time counts as a request, and not for latencies",
		"requests without a readable process_time count as requests, and not for latencies")
	add(sum.unnamed, "request with a status other than success and error counts as failed", "requests with a status other than success and error count as failed")
	add(sum.rounded, "request is in a window of too many to compare each: its percentiles are within 0.2 %",
		"requests are in windows of too many to compare each: their percentiles are within 0.2 %; choose a shorter interval for exact ones")
	return notes
}

// age is how long before the end of each window the service was heard of last.
func (s *Source) age(ctx context.Context, l look, w signal.Windows) (signal.Answer, error) {
	values := unknown(w.Len())
	var last time.Time
	for i := w.Len() - 1; i >= 0; i-- {
		_, end := w.Bounds(i)
		if last.IsZero() || !last.Before(end) {
			at, found, err := s.heard(ctx, l, end)
			if err != nil {
				return signal.Answer{}, err
			}
			if !found {
				break
			}
			last = at
		}
		values[i] = end.Sub(last).Seconds()
	}
	return one(values, fmt.Sprintf("SELECT max(timestamp) FROM request_logs WHERE timestamp < '%s'", s.wall(w.End))), nil
}
