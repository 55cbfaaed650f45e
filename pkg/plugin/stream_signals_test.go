package plugin

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/query"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

func TestStreamGoesOnWhereTheAnswerEnded(t *testing.T) {
	d, w := following(t, apps())
	f, path := askLive(t, d, `{}`)
	w.turn(2 * time.Second)
	r := run(t, d, path)
	first := receive(t, r.frames)
	require.Equal(t, []int{-1, 0}, secondsOf(t, first), "no second is missing and none comes twice")
	require.Equal(t, fieldsOf(f), fieldsOf(first))
	require.Equal(t, f.Meta.Channel, first.Meta.Channel)
	require.Equal(t, "A", first.RefID)
	for second := range 5 {
		w.turn(time.Second)
		next := receive(t, r.frames)
		require.Equal(t, []int{second + 1}, secondsOf(t, next))
		require.Equal(t, fieldsOf(f), fieldsOf(next))
	}
	require.Equal(t, []int{0}, []int{len(r.frames)})
	w.turn(3 * time.Second)
	require.Equal(t, []int{6, 7, 8}, secondsOf(t, receive(t, r.frames)), "what was missed is sent together")
	r.end(t)
}

func TestStreamReadsEachSecondOnce(t *testing.T) {
	all := apps()
	d, w := following(t, all)
	_, path := askLive(t, d, `{"services": ["checkout"]}`)
	r := run(t, d, path)
	for range 3 {
		w.turn(time.Second)
		receive(t, r.frames)
	}
	r.end(t)
	asked := all["checkout"].requests()
	require.Len(t, asked, 4, "the answer and three seconds")
	last := asked[3].Windows
	require.Equal(t, 1, last.Len())
	require.InDelta(t, 1, last.Seconds(0), 0)
}

func TestStreamGoesOnWithoutAServiceThatIsGone(t *testing.T) {
	all := apps()
	d, w := following(t, all)
	_, path := askLive(t, d, `{}`)
	r := run(t, d, path)
	second := func() *data.Frame {
		w.turn(time.Second)
		return receive(t, r.frames)
	}
	second()
	all["basket"].fail(signal.Faultf("http://basket:3000 cannot be reached"))
	f := second()
	require.False(t, f.Fields[1].NilAt(0))
	require.True(t, f.Fields[2].NilAt(0))
	require.Contains(t, notices(f), `service "basket": http://basket:3000 cannot be reached`)
	all["basket"].fail(nil)
	f = second()
	require.False(t, f.Fields[2].NilAt(0), "it recovers by itself")
	require.Empty(t, notices(f))
	r.end(t)
}

func TestStreamBeginsWithoutServices(t *testing.T) {
	all := apps()
	for _, s := range all {
		s.fail(signal.Faultf("gone"))
	}
	d, w := following(t, all)
	f, path := askLive(t, d, `{}`)
	require.True(t, f.Fields[1].NilAt(0))
	require.Contains(t, notices(f), `service "checkout": gone`)
	r := run(t, d, path)
	all["checkout"].fail(nil)
	w.turn(time.Second)
	require.False(t, receive(t, r.frames).Fields[1].NilAt(0))
	r.end(t)
}

func TestLiveStreamEndsWithTheInstanceAndGoesOnWithTheNext(t *testing.T) {
	d, w := following(t, apps())
	_, path := askLive(t, d, `{}`)
	r := run(t, d, path)
	w.turn(time.Second)
	require.Equal(t, []int{-1}, secondsOf(t, receive(t, r.frames)))
	d.Dispose()
	require.ErrorIs(t, receive(t, r.done), errDisposed)
	r.cancel()

	next, w := following(t, apps())
	next.pulses.memory = d.pulses.memory
	w.turn(3 * time.Second)
	r = run(t, next, path)
	require.Equal(t, []int{0, 1}, secondsOf(t, receive(t, r.frames)))
	r.end(t)
}

func TestLiveStreamThatNobodyQueriedBeginsNow(t *testing.T) {
	d, w := following(t, apps())
	raw, err := json.Marshal(pulse{Live: &query.Live{Services: query.List{"checkout"}}, RefID: "B"})
	require.NoError(t, err)
	r := run(t, d, liveSignals.spelledOut+base64.RawURLEncoding.EncodeToString(raw))
	// Until the stream is there, no second can be its first.
	require.Eventually(t, func() bool { return d.pulses.running() == 1 }, 10*time.Second, time.Millisecond)
	w.turn(time.Second)
	f := receive(t, r.frames)
	require.Equal(t, []int{-1}, secondsOf(t, f))
	require.Equal(t, "B", f.RefID)
	r.end(t)
	require.Zero(t, d.pulses.running())
}

func TestLiveStreamEndsWithAnErrorWhenNobodyReads(t *testing.T) {
	d, w := following(t, apps())
	_, path := askLive(t, d, `{}`)
	w.turn(time.Second)
	gone := errors.New("connection is closed")
	err := d.RunStream(t.Context(), &backend.RunStreamRequest{Path: path}, backend.NewStreamSender(refusing{gone}))
	require.ErrorIs(t, err, gone)
	w.turn(time.Second)
	r := run(t, d, path)
	require.Equal(t, []int{-1, 0}, secondsOf(t, receive(t, r.frames)), "what could not be sent is sent again")
	r.end(t)
}

func TestLiveStreamOfServicesThatAreNotThereEndsAtOnce(t *testing.T) {
	d, _ := following(t, apps())
	encoded := func(model string) string {
		return liveSignals.spelledOut + base64.RawURLEncoding.EncodeToString([]byte(model))
	}
	require.NoError(t, d.RunStream(t.Context(), &backend.RunStreamRequest{Path: encoded(`{"services": ["gone"]}`)}, nil))
	for path, want := range map[string]backend.SubscribeStreamStatus{
		encoded(`{"services": ["gone"]}`):         backend.SubscribeStreamStatusOK,
		encoded(`{"services": []}`):               backend.SubscribeStreamStatusNotFound,
		encoded(`{"services": "a", "signal": 5}`): backend.SubscribeStreamStatusNotFound,
		encoded(`{"services": "a", "refId": 5}`):  backend.SubscribeStreamStatusNotFound,
		liveSignals.spelledOut + "===":            backend.SubscribeStreamStatusNotFound,
		liveSignals.remembered + "0123":           backend.SubscribeStreamStatusNotFound,
	} {
		res, err := d.SubscribeStream(t.Context(), &backend.SubscribeStreamRequest{Path: path})
		require.NoError(t, err)
		require.Equal(t, want, res.Status, path)
	}
}

func TestStreamBeginsAnewWhereTheClockIsSetBack(t *testing.T) {
	d, w := following(t, apps())
	_, path := askLive(t, d, `{}`)
	r := run(t, d, path)
	w.turn(time.Second)
	require.Equal(t, []int{-1}, secondsOf(t, receive(t, r.frames)))
	w.turn(-time.Hour)
	require.Eventually(t, func() bool {
		w.turn(0) // it may not have waited yet
		return len(r.done) == 1
	}, 10*time.Second, time.Millisecond)
	require.ErrorIs(t, receive(t, r.done), errSetBack)
	r = run(t, d, path)
	require.Eventually(t, func() bool { return d.pulses.running() == 1 }, 10*time.Second, time.Millisecond)
	w.turn(time.Second)
	require.Equal(t, []int{-3600}, secondsOf(t, receive(t, r.frames)))
	r.end(t)
}

// running counts the streams of all channels.
func (p *pulses) running() (n int) {
	p.memory.mu.Lock()
	defer p.memory.mu.Unlock()
	for _, known := range p.memory.byKey {
		n += known.live.running
	}
	return n
}

func TestPauseEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, pause(ctx, time.Now().Add(time.Hour)), context.Canceled)
	require.NoError(t, pause(t.Context(), time.Now().Add(-time.Hour)))
}
