package plugin

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
)

// followSignals sends each second what the services did in it. A service that
// cannot be read has no value in that second, and the stream goes on.
func (d *Datasource) followSignals(ctx context.Context, path string, q pulse, sender *backend.StreamSender) error {
	f, err := d.follower(q.Live, q.RefID)
	if _, unknown := errors.AsType[queryError](err); unknown {
		// Not an error: Grafana would try again for ever, and no setting that is
		// changed back is waited for. The panel's next query says what is wrong.
		backend.Logger.FromContext(ctx).Warn("Stream of services that the settings do not have any more", "path", path, "error", err)
		return nil
	}
	if err != nil {
		return err
	}
	last, end := d.pulses.begin(path, d.now())
	defer end()
	for {
		to, err := d.nextSecond(ctx, last)
		if err != nil {
			return err
		}
		s := f.read(ctx, last.Add(time.Second), to, pulseTimeout)
		if err := ctx.Err(); err != nil {
			return err
		}
		frames := data.Frames{f.frame(s)}
		frames[0].Meta.Channel = d.pulses.channel(path)
		s.head.Apply(q.RefID, frames)
		if err := sender.SendFrame(frames[0], data.IncludeAll); err != nil {
			return fmt.Errorf("send new figures: %w", err)
		}
		d.pulses.served(path, to)
		last = to
	}
}

// errSetBack ends a stream whose next second would be long in coming.
var errSetBack = backend.DownstreamErrorf("the clock was set back, the stream begins anew")

// nextSecond waits until a second after the last one is complete, and returns the
// newest that is.
func (d *Datasource) nextSecond(ctx context.Context, last time.Time) (time.Time, error) {
	for {
		to := newest(d.now())
		if to.After(last) {
			return to, nil
		}
		if last.Sub(to) > promised {
			return last, errSetBack
		}
		if err := d.pause(ctx, last.Add(2*time.Second+settle)); err != nil {
			return last, err
		}
	}
}

// pause waits until an instant, or until the context ends.
func pause(ctx context.Context, until time.Time) error {
	timer := time.NewTimer(min(time.Until(until), promised))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
