package plugin

import (
	"context"
	"math"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/heartline-monitor/heartline/pkg/query"
)

const (
	// backfillTimeout is the most that one app may take of a live query; from the
	// stream there will be more of it.
	backfillTimeout = 2 * time.Second
	// pulseTimeout is the most that one app may take of a second of a stream.
	pulseTimeout = 900 * time.Millisecond
)

// live answers queries of type live with what the apps remember of the range,
// and the channel on which every further second will come.
func (d *Datasource) live(ctx context.Context, a ask[*query.Live]) (answer, error) {
	f, err := d.follower(a.query, a.panel.RefID)
	if err != nil {
		return answer{}, err
	}
	now := d.now()
	from, last := a.panel.TimeRange.From.UTC().Truncate(time.Second), newest(now)
	ends := a.panel.TimeRange.To.UTC().Truncate(time.Second)
	past := now.Sub(ends) > liveSlack
	if past {
		last = ends
	}
	if oldest := last.Add(time.Second - maxBackfill); from.Before(oldest) {
		from = oldest
	} else if from.After(last) {
		from = last
	}
	s := f.read(ctx, from, last, backfillTimeout)
	if s, err = f.keep(ctx, s, len(a.query.Services) > 0); err != nil {
		return answer{}, err
	}
	if past {
		s.head.Remarks = append(s.head.Remarks, "The figures are not followed, because the time range does not end now.")
		return answer{frames: data.Frames{f.frame(s)}, head: s.head}, nil
	}
	f.query.Services = serviceNames(f.services)
	f.query.Minutes = int(math.Ceil(last.Sub(from).Minutes()))
	path, err := d.pulses.path(f.query)
	if err != nil {
		return answer{}, err
	}
	s = f.end(ctx, s, d.pulses.join(ctx, path, d.now()))
	res := answer{frames: data.Frames{f.frame(s)}, head: s.head}
	res.frames[0].Meta.Channel = d.pulses.channel(path)
	return res, nil
}
