package plugin

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/grafana/grafana-plugin-sdk-go/live"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/query"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

// wheel is a clock that a test turns.
type wheel struct {
	mu     sync.Mutex
	now    time.Time
	turned chan struct{} // closed at each turn
}

func newWheel(now time.Time) *wheel { return &wheel{now: now, turned: make(chan struct{})} }

func (w *wheel) time() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *wheel) turn(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
	close(w.turned)
	w.turned = make(chan struct{})
}

// pause waits for a turn, unless it is time.
func (w *wheel) pause(ctx context.Context, until time.Time) error {
	w.mu.Lock()
	turned, ready := w.turned, !w.now.Before(until)
	w.mu.Unlock()
	if ready {
		return nil
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-turned:
		return nil
	}
}

// following is a data source of which the clock shows a little past noon.
func following(t *testing.T, all sources) (*Datasource, *wheel) {
	t.Helper()
	d := servingSources(t, all)
	w := newWheel(noon.Add(100 * time.Millisecond))
	d.now, d.pause = w.time, w.pause
	return d, w
}

// apps are two services that can be followed and one that cannot.
func apps() sources { return row() }

// askLive asks for the last minute and returns the frame and its channel's path.
func askLive(t *testing.T, d *Datasource, model string) (*data.Frame, string) {
	t.Helper()
	q := panel(query.TypeLive, model)
	q.TimeRange = backend.TimeRange{From: d.now().Add(-time.Minute), To: d.now()}
	res := respond(t, d, q, nil)
	require.NoError(t, res.Error)
	require.Len(t, res.Frames, 1)
	c, err := live.ParseChannel(res.Frames[0].Meta.Channel)
	require.NoError(t, err)
	require.Equal(t, "uid1", c.Namespace)
	return res.Frames[0], c.Path
}

// secondsOf are the seconds of a frame, relative to noon.
func secondsOf(t *testing.T, f *data.Frame) []int {
	t.Helper()
	var seconds []int
	for i := range f.Rows() {
		at, _ := f.Fields[0].ConcreteAt(i)
		seconds = append(seconds, int(at.(time.Time).Sub(noon).Seconds()))
	}
	return seconds
}

// fieldsOf are the names and labels by which Grafana appends a frame to another.
func fieldsOf(f *data.Frame) []string {
	var fields []string
	for _, field := range f.Fields {
		fields = append(fields, fmt.Sprintf("%s %s %s", field.Name, field.Type(), field.Labels))
	}
	return fields
}

func TestLiveBeginsWithWhatAppsRemember(t *testing.T) {
	d, _ := following(t, apps())
	f, path := askLive(t, d, `{"signal": "latency", "stat": "p99"}`)
	require.Equal(t, []string{"time []time.Time ", "checkout []*float64 service=checkout", "basket []*float64 service=basket"}, fieldsOf(f))
	require.Equal(t, data.FrameTypeTimeSeriesWide, f.Meta.Type)
	require.Equal(t, "s", f.Fields[1].Config.Unit)
	seconds := secondsOf(t, f)
	require.Equal(t, -60, seconds[0])
	require.Equal(t, -2, seconds[len(seconds)-1], "the second before noon is not complete yet")
	require.Len(t, seconds, 59)
	require.True(t, strings.HasPrefix(path, liveSignals.spelledOut))
	require.Equal(t, "live latency p99 of checkout, basket", f.Meta.ExecutedQueryString)
}

func TestLiveBeginsAtMostAQuarterOfAnHourAgo(t *testing.T) {
	d, _ := following(t, apps())
	res := respond(t, d, panel(query.TypeLive, `{}`), nil)
	require.NoError(t, res.Error)
	require.Equal(t, 895, res.Frames[0].Rows())
}

func TestLiveOfThePastIsNotFollowed(t *testing.T) {
	d, w := following(t, apps())
	w.turn(time.Hour)
	f := ask1(t, d, query.TypeLive, `{}`)[0]
	require.Empty(t, f.Meta.Channel)
	require.Contains(t, notices(f), "not followed, because the time range does not end now")
	require.Equal(t, 895, f.Rows())
}

func TestWhoeverJoinsARunningStreamMissesNothing(t *testing.T) {
	all := apps()
	d, w := following(t, all)
	_, path := askLive(t, d, `{}`)
	r := run(t, d, path)
	w.turn(time.Second)
	require.Equal(t, []int{-1}, secondsOf(t, receive(t, r.frames)))

	require.Eventually(t, func() bool { return d.pulses.recall(path).live.second.Equal(noon.Add(-time.Second)) }, 10*time.Second, time.Millisecond)
	// The second viewer asks when a second is complete that was not sent yet.
	joined := make(chan *data.Frame)
	go func() {
		q := panel(query.TypeLive, `{}`)
		q.TimeRange = backend.TimeRange{From: noon.Add(-10 * time.Second), To: noon}
		res, _ := d.QueryData(t.Context(), &backend.QueryDataRequest{Queries: []backend.DataQuery{q}})
		joined <- res.Responses["A"].Frames[0]
	}()
	require.Eventually(t, func() bool { return len(all["basket"].requests()) == 3 }, 10*time.Second, time.Millisecond)
	w.turn(time.Second)
	require.Equal(t, []int{0}, secondsOf(t, receive(t, r.frames)))
	f := receive(t, joined)
	seconds := secondsOf(t, f)
	require.Equal(t, 0, seconds[len(seconds)-1], "the answer ends where the stream is")
	require.False(t, f.Fields[1].NilAt(len(seconds)-1))
	w.turn(time.Second)
	require.Equal(t, []int{1}, secondsOf(t, receive(t, r.frames)))
	r.end(t)
}

func TestViewersThatAskBeforeTheStreamBeginsHaveTheSameEnd(t *testing.T) {
	d, w := following(t, apps())
	first, path := askLive(t, d, `{}`)
	w.turn(time.Second)
	second, again := askLive(t, d, `{}`)
	require.Equal(t, path, again)
	end := func(f *data.Frame) int { s := secondsOf(t, f); return s[len(s)-1] }
	require.Equal(t, end(first), end(second))

	w.turn(promised)
	third, _ := askLive(t, d, `{}`)
	require.Equal(t, 2, end(third), "nobody subscribed to the first")
}

func TestChannelNamesItsServices(t *testing.T) {
	all := apps()
	d, _ := following(t, all)
	_, everything := askLive(t, d, `{}`)
	_, named := askLive(t, d, `{"services": ["basket", "checkout"], "signal": "qps", "format": "stream"}`)
	require.Equal(t, everything, named)
	_, one := askLive(t, d, `{"services": "basket"}`)
	require.NotEqual(t, everything, one)

	all["basket"].lacks = map[signal.Signal]string{signal.QPS: "health only"}
	f, path := askLive(t, d, `{}`)
	require.Len(t, f.Fields, 2)
	require.NotEqual(t, everything, path)
	q, ok := d.pulses.query(path)
	require.True(t, ok)
	require.Equal(t, query.List{"checkout"}, q.Services)
	require.Equal(t, "A", q.RefID)
}

func TestLongListsOfServicesAreRememberedByAHash(t *testing.T) {
	all := sources{}
	for i := range 50 {
		all[fmt.Sprintf("service-%02d", i)] = &fakeSource{kind: signal.App, factor: 1}
	}
	d, w := following(t, all)
	_, path := askLive(t, d, `{}`)
	require.True(t, strings.HasPrefix(path, liveSignals.remembered))
	r := run(t, d, path)
	w.turn(time.Second)
	require.Len(t, receive(t, r.frames).Fields, 51)
	r.end(t)
}

func TestLiveIsRefusedWhereItCannotBe(t *testing.T) {
	d, _ := following(t, apps())
	for model, want := range map[string]string{
		`{"services": ["orders"]}`:    `service "orders" is of kind "go": only running apps (kind "app") can be followed each second`,
		`{"services": ["nobody"]}`:    `service "nobody" is unknown`,
		`{"signal": "memoryUsage"}`:   "only the snapshots of a request log tell",
		`{"signal": "up"}`:            "cannot be streamed",
		`{"signal": "qps", "x": [1]}`: "",
	} {
		res := respond(t, d, panel(query.TypeLive, model), nil)
		if want == "" {
			require.NoError(t, res.Error)
			continue
		}
		require.ErrorContains(t, res.Error, want)
		require.EqualValues(t, 400, res.Status)
	}
	all := apps()
	all["basket"].lacks = map[signal.Signal]string{signal.QPS: "health only"}
	d, _ = following(t, all)
	res := respond(t, d, panel(query.TypeLive, `{"services": ["basket", "checkout"]}`), nil)
	require.ErrorContains(t, res.Error, `service "basket": signal "qps" is not available here: health only`)

	delete(all, "checkout")
	delete(all, "basket")
	d, _ = following(t, all)
	res = respond(t, d, panel(query.TypeLive, `{}`), nil)
	require.ErrorContains(t, res.Error, `no service is of kind "app"`)
}
