package plugin

import (
	"context"
	"encoding/json"
	"time"

	"github.com/heartline-monitor/heartline/pkg/query"
)

const (
	// settle is how long after its end a second is taken for complete: apps need a
	// moment to count it, and what is read of an app holds for half a second.
	settle = 750 * time.Millisecond
	// maxBackfill is how far back a stream begins: what apps remember, without the
	// seconds that pass until they are asked.
	maxBackfill = 15*time.Minute - 5*time.Second
	// promised is for how long a second that a query was answered up to is kept as
	// the beginning of its stream, until a browser has subscribed to it.
	promised = 3 * time.Second
)

// liveSignals are the channels of signals.
var liveSignals = family{spelledOut: "live/q/", remembered: "live/h/"}

// pulses knows the channels of signals that were given out: what each follows,
// and up to which second its subscribers were served.
type pulses struct{ channels }

// progress is how far the subscribers of a channel were served.
type progress struct {
	second  time.Time     // the last one they have
	asked   time.Time     // when a query was answered up to it
	running int           // streams of the channel
	sent    chan struct{} // closed by the next frame of the stream
}

// pulse is what a channel of signals follows. Its services are always named: a
// stream has the same fields as the answer it goes on from, also when services
// are added to the settings. The reference of the panel's query belongs to it,
// because each frame of a stream bears it. So does the length of the range:
// Grafana keeps what came on a channel, and a panel that asks for more of the
// past would be given what another asked for.
type pulse struct {
	*query.Live
	RefID   string `json:"refId,omitempty"`
	Minutes int    `json:"minutes,omitempty"`
}

func (p *pulses) path(q pulse) (string, error) { return p.name(liveSignals, q) }

// query is what the channel of a path follows; ok is false when nobody knows.
func (p *pulses) query(path string) (q pulse, ok bool) {
	raw := p.followed(liveSignals, path)
	decoded, _, err := query.Decode(query.TypeLive, raw)
	if err != nil || json.Unmarshal(raw, &q) != nil {
		return pulse{}, false
	}
	q.Live, ok = decoded.(*query.Live)
	return q, ok && len(q.Services) > 0
}

// newest is the last second that is complete.
func newest(now time.Time) time.Time {
	return now.UTC().Add(-settle).Truncate(time.Second).Add(-time.Second)
}

// join says up to which second a query has to be answered, so that the channel's
// stream goes on from there without a gap and without a second twice. Where the
// stream runs, it waits for its next frame: whoever asked has the whole second
// until the one after it to subscribe.
func (p *pulses) join(ctx context.Context, path string, now time.Time) time.Time {
	p.memory.mu.Lock()
	defer p.memory.mu.Unlock()
	known := &p.memory.get(p.key(path)).live
	if known.running > 0 {
		sent := known.sent
		p.memory.mu.Unlock()
		waiting, stop := context.WithTimeout(ctx, 2*time.Second)
		select {
		case <-sent:
		case <-waiting.Done():
		}
		stop()
		p.memory.mu.Lock()
		return known.second
	}
	last := newest(now)
	if now.Sub(known.asked) < promised && !known.second.After(last) {
		return known.second
	}
	known.second, known.asked = last, now
	return last
}

// begin says from which second on a stream has to go on, and that it runs until
// end is called.
func (p *pulses) begin(path string, now time.Time) (last time.Time, end func()) {
	p.memory.mu.Lock()
	defer p.memory.mu.Unlock()
	known := &p.memory.get(p.key(path)).live
	complete := newest(now)
	if gap := complete.Sub(known.second); gap < 0 || gap > maxBackfill {
		known.second = complete
	}
	known.running++
	if known.sent == nil {
		known.sent = make(chan struct{})
	}
	return known.second, func() {
		p.memory.mu.Lock()
		defer p.memory.mu.Unlock()
		known.running--
	}
}

// served notes up to which second the subscribers of a channel have figures.
func (p *pulses) served(path string, second time.Time) {
	p.memory.mu.Lock()
	defer p.memory.mu.Unlock()
	known := &p.memory.get(p.key(path)).live
	known.second = second
	if known.sent != nil {
		close(known.sent)
	}
	known.sent = make(chan struct{})
}
