package plugin

import (
	"errors"
	"slices"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

// errTooManyPoints says that an answer would have more series and points than a
// panel can draw.
var errTooManyPoints = errors.New("ask for fewer services, split by fewer dimensions, or choose a longer interval")

// longestDay is how much a day of the calendar, and one that a zone leaves out,
// can exceed 24 hours.
const longestDay = 25 * time.Hour

// cutRange cuts a panel's range into windows of one step. The first is a whole one,
// although the range begins within it. The last ends with its step, or now, and
// is left out where it has hardly begun: a rate over so short a time says little.
// There are no windows where all of the range lies in the future.
func cutRange(r backend.TimeRange, step time.Duration, zone *time.Location, now time.Time) (signal.Windows, error) {
	span := wholeSeconds(r)
	beyond := event.Range{From: span.From, To: span.To.Add(step)}
	if step%(24*time.Hour) == 0 {
		beyond.To = beyond.To.Add(longestDay)
	}
	starts, err := event.Buckets(beyond, step, zone)
	if err != nil {
		return signal.Windows{}, queryError{err}
	}
	n := slices.IndexFunc(starts, func(t time.Time) bool { return t.After(span.To) })
	return until(signal.Windows{Starts: starts[:n], End: starts[n]}, step, now), nil
}

// until ends windows now.
func until(w signal.Windows, step time.Duration, now time.Time) signal.Windows {
	now = now.UTC().Truncate(time.Second)
	if !w.End.After(now) {
		return w
	}
	n := slices.IndexFunc(w.Starts, func(t time.Time) bool { return !t.Before(now) })
	if n >= 0 {
		w.Starts = w.Starts[:n]
	}
	w.End = now
	if last := len(w.Starts) - 1; last > 0 && now.Sub(w.Starts[last]) < step/10 {
		w.Starts, w.End = w.Starts[:last], w.Starts[last]
	}
	return w
}

// whole is a panel's range as one window: its seconds, begun ones included, up
// to now. It has none where the range is empty or lies in the future.
func whole(r backend.TimeRange, now time.Time) signal.Windows {
	from, to := r.From.UTC().Truncate(time.Second), r.To.UTC().Add(time.Second-1).Truncate(time.Second)
	if now = now.UTC().Truncate(time.Second); to.After(now) {
		to = now
	}
	if !to.After(from) {
		return signal.Windows{}
	}
	return signal.Windows{Starts: []time.Time{from}, End: to}
}
