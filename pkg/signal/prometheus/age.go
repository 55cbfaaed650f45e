package prometheus

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/prometheus/common/model"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

const (
	// remembered is how long before a range a service may have been heard of last.
	remembered = 24 * time.Hour
	// looks is at how many instants a long past is looked at.
	looks = 5_000
)

// lastHeard is the time of the newest successful scrape, as far as Prometheus
// looks back by itself: five minutes.
func (s *Source) lastHeard() string {
	up := s.metric(upMetric)
	return fmt.Sprintf("max(timestamp(%s) and %s == 1)", up, up)
}

// age turns the times at which the service was heard of last into ages. Where it
// was not heard of shortly before the end of a window, the range and the day before
// it are looked through, to within a scrape or a five-thousandth of them.
func (s *Source) age(ctx context.Context, v *inventory, w signal.Windows, a *signal.Answer) error {
	heard := a.Series[0].Values
	past, err := s.past(ctx, v, w, a)
	if err != nil {
		return err
	}
	newest := math.Inf(-1)
	for i := range heard {
		_, end := w.Bounds(i)
		for len(past) > 0 && !past[0].Timestamp.Time().After(end) {
			newest = max(newest, float64(past[0].Value))
			past = past[1:]
		}
		if !math.IsNaN(heard[i]) {
			newest = max(newest, heard[i])
		}
		heard[i] = math.NaN()
		if !math.IsInf(newest, -1) {
			heard[i] = max(0, seconds(end)-newest)
		}
	}
	return nil
}

// past is when the service was heard of last, at instants from the day before the
// range on. Nothing is asked where all windows know it by themselves.
func (s *Source) past(ctx context.Context, v *inventory, w signal.Windows, a *signal.Answer) ([]model.SamplePair, error) {
	gap := false
	for _, at := range a.Series[0].Values {
		gap = gap || math.IsNaN(at)
	}
	if !gap {
		return nil, nil
	}
	from := w.Starts[0].Add(-remembered)
	step := max(v.scrape, (w.End.Sub(from) / looks).Round(time.Second))
	value, _, err := QueryRange(ctx, s.api, s.lastHeard(), from, w.End, step)
	if err != nil {
		return nil, err
	}
	matrix, ok := value.(model.Matrix)
	if !ok {
		return nil, unexpected(s.api, s.lastHeard(), value)
	}
	if len(matrix) == 0 {
		return nil, nil
	}
	return matrix[0].Values, nil
}

func seconds(at time.Time) float64 { return float64(at.UnixMicro()) / 1e6 }
