package plugin

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/grafana/grafana-plugin-sdk-go/live"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/query"
)

// sent collects what a stream sends.
type sent chan *data.Frame

func (s sent) Send(p *backend.StreamPacket) error {
	var f data.Frame
	if err := json.Unmarshal(p.Data, &f); err != nil {
		return err
	}
	s <- &f
	return nil
}

// running is a stream that was started.
type running struct {
	frames sent
	done   chan error
	cancel context.CancelFunc
}

func run(t *testing.T, d *Datasource, path string) running {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r := running{frames: make(sent, 10), done: make(chan error, 1), cancel: cancel}
	go func() {
		r.done <- d.RunStream(ctx, &backend.RunStreamRequest{Path: path}, backend.NewStreamSender(r.frames))
	}()
	return r
}

func (r running) end(t *testing.T) {
	t.Helper()
	r.cancel()
	require.NoError(t, receive(t, r.done))
}

func receive[T any](t *testing.T, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(10 * time.Second):
		require.FailNow(t, "nothing came")
		panic("unreachable")
	}
}

// livePath asks for live lines and returns the path of their channel.
func livePath(t *testing.T, d *Datasource, model string) string {
	t.Helper()
	f := ask1(t, d, query.TypeLogs, model)[0]
	c, err := live.ParseChannel(f.Meta.Channel)
	require.NoError(t, err)
	require.Equal(t, "ds", c.Scope)
	require.Equal(t, "uid1", c.Namespace)
	return c.Path
}

func written(id string, ago time.Duration) event.Log {
	return event.Log{ID: id, Time: noon.Add(-ago), Direction: "LSF", Item: "check_jobs", Level: "Error", Message: "new " + id}
}

func TestLiveQueryBeginsWithTheNewestLinesInAscendingOrder(t *testing.T) {
	d := serving(t, town())
	f := ask1(t, d, query.TypeLogs, `{"live": true, "limit": 3, "order": "newest"}`)[0]
	require.Equal(t, []string{"l2", "l3", "l4"}, values(t, f, "id"))
	require.Equal(t, data.FrameTypeLogLines, f.Meta.Type)
	require.True(t, strings.HasPrefix(f.Meta.Channel, "ds/uid1/tail/q/"))
}

func TestLiveQueryOfThePastIsNotFollowed(t *testing.T) {
	d := serving(t, town())
	d.now = func() time.Time { return noon.Add(time.Hour) }
	f := ask1(t, d, query.TypeLogs, `{"live": true}`)[0]
	require.Empty(t, f.Meta.Channel)
	require.Contains(t, notices(f), "New lines are not followed, because the time range does not end now.")
	require.Equal(t, []string{"l4", "l3", "l2", "l1"}, values(t, f, "id"))
}

func TestStreamSendsNewLinesThatTheFilterSelects(t *testing.T) {
	store := town()
	d := serving(t, store)
	r := run(t, d, livePath(t, d, `{"live": true, "levels": ["Error"], "text": "new"}`))
	quiet := written("n0", 0)
	quiet.Level = "Info"
	store.tail <- tailed{lines: []event.Log{quiet}}
	store.tail <- tailed{err: errors.New("the folder is away")}
	store.tail <- tailed{lines: []event.Log{quiet, written("n1", 0)}}
	f := receive(t, r.frames)
	require.Equal(t, []string{"n1"}, values(t, f, "id"))
	require.Equal(t, data.FrameTypeLogLines, f.Meta.Type, "with the schema")
	require.Equal(t, "timestamp", f.Fields[0].Name)
	r.end(t)
}

func TestStreamSendsWhatWasWrittenSinceTheQuery(t *testing.T) {
	store := town()
	d := serving(t, store)
	store.logs = append(store.logs, written("n1", 0))
	path := livePath(t, d, `{"live": true}`)
	store.logs = append(store.logs, written("n2", 0), written("n3", -time.Second))
	r := run(t, d, path)
	require.Equal(t, []string{"n2", "n3"}, values(t, receive(t, r.frames), "id"), "n1 was in the query's answer")
	r.end(t)

	store.logs = append(store.logs, written("n4", -time.Second))
	r = run(t, d, path)
	require.Equal(t, []string{"n4"}, values(t, receive(t, r.frames), "id"), "after an interruption it goes on where it was")
	r.end(t)
}

func TestStreamThatNobodyQueriedBeginsNow(t *testing.T) {
	store := town()
	d := serving(t, store)
	path := logLines.spelledOut + base64.RawURLEncoding.EncodeToString([]byte(`{}`))
	r := run(t, d, path)
	store.tail <- tailed{lines: []event.Log{written("n1", 0)}}
	require.Equal(t, []string{"n1"}, values(t, receive(t, r.frames), "id"))
	r.end(t)
}

func TestStreamLeavesOutWhatNobodyCanRead(t *testing.T) {
	store := town()
	d := serving(t, store)
	r := run(t, d, livePath(t, d, `{"live": true}`))
	var flood []event.Log
	for i := range maxLinesPerSecond + 500 {
		flood = append(flood, written(fmt.Sprint(i), 0))
	}
	store.tail <- tailed{lines: flood}
	f := receive(t, r.frames)
	require.Equal(t, maxLinesPerSecond, f.Rows())
	require.Equal(t, "500", values(t, f, "id")[0], "the newest are kept")
	require.Contains(t, notices(f), "500 lines were left out, because more than 1000 came in a second.")
	r.end(t)
}

func TestSecondWindowBeginsAnew(t *testing.T) {
	now := noon
	s := &stream{now: func() time.Time { return now }}
	require.Len(t, s.admit(make([]event.Log, maxLinesPerSecond-1)), maxLinesPerSecond-1)
	require.Len(t, s.admit(make([]event.Log, 3)), 1)
	require.Empty(t, s.admit(make([]event.Log, 3)))
	now = now.Add(time.Second)
	require.Len(t, s.admit(make([]event.Log, 3)), 3)
	require.Equal(t, 5, s.leftOut)
}

func TestStreamEndsWithAnErrorWhenTheSettingsChange(t *testing.T) {
	d := serving(t, town())
	r := run(t, d, livePath(t, d, `{"live": true}`))
	d.Dispose()
	require.ErrorIs(t, receive(t, r.done), errDisposed)
	r.cancel()
}

func TestStreamEndsWithAnErrorWhenNobodyReads(t *testing.T) {
	store := town()
	d := serving(t, store)
	path := livePath(t, d, `{"live": true}`)
	gone := errors.New("connection is closed")
	store.logs = append(store.logs, written("n1", 0))
	err := d.RunStream(t.Context(), &backend.RunStreamRequest{Path: path}, backend.NewStreamSender(refusing{gone}))
	require.ErrorIs(t, err, gone)
}

type refusing struct{ err error }

func (r refusing) Send(*backend.StreamPacket) error { return r.err }

func TestStreamOfAStoreThatStopsIsRunAgain(t *testing.T) {
	store := town()
	d := serving(t, store)
	path := livePath(t, d, `{"live": true}`)
	close(store.tail)
	err := d.RunStream(t.Context(), &backend.RunStreamRequest{Path: path}, backend.NewStreamSender(sent(nil)))
	require.ErrorContains(t, err, "the store ended following its log lines")
}

func TestSubscribersAreCheckedByPath(t *testing.T) {
	d := serving(t, town())
	encoded := func(model string) string {
		return logLines.spelledOut + base64.RawURLEncoding.EncodeToString([]byte(model))
	}
	for path, want := range map[string]backend.SubscribeStreamStatus{
		livePath(t, d, `{"live": true, "directions": ["LSF"]}`): backend.SubscribeStreamStatusOK,
		encoded(`{"levels": ["Error"]}`):                        backend.SubscribeStreamStatusOK,
		encoded(`{"text": "/(/"}`):                              backend.SubscribeStreamStatusNotFound,
		encoded(`no JSON`):                                      backend.SubscribeStreamStatusNotFound,
		logLines.spelledOut + "===":                             backend.SubscribeStreamStatusNotFound,
		logLines.remembered + "0123456789abcdef":                backend.SubscribeStreamStatusNotFound,
		"metrics/1":                                             backend.SubscribeStreamStatusNotFound,
		"":                                                      backend.SubscribeStreamStatusNotFound,
	} {
		res, err := d.SubscribeStream(t.Context(), &backend.SubscribeStreamRequest{Path: path})
		require.NoError(t, err)
		require.Equal(t, want, res.Status, path)
		require.Nil(t, res.InitialData)
	}
}

func TestUnknownStreamEndsAtOnce(t *testing.T) {
	d := serving(t, town())
	require.NoError(t, d.RunStream(t.Context(), &backend.RunStreamRequest{Path: "tail/h/unknown"}, backend.NewStreamSender(sent(nil))))
}

func TestStreamsOfWrongSettingsFail(t *testing.T) {
	d := configured(t, `{"heartbeat": {"grace": "x"}}`, town())
	_, err := d.SubscribeStream(t.Context(), &backend.SubscribeStreamRequest{})
	require.ErrorContains(t, err, "heartbeat.grace")
	require.ErrorContains(t, d.RunStream(t.Context(), &backend.RunStreamRequest{}, nil), "heartbeat.grace")
}

func TestNobodyMayPublish(t *testing.T) {
	res, err := serving(t, town()).PublishStream(t.Context(), &backend.PublishStreamRequest{})
	require.NoError(t, err)
	require.Equal(t, backend.PublishStreamStatusPermissionDenied, res.Status)
}

func TestStreamGoesOnWithTheNextInstance(t *testing.T) {
	store := town()
	d := serving(t, store)
	long := `{"live": true, "text": "/` + strings.Repeat("(new|neu|nouveau)", 10) + `|new/"}`
	path := livePath(t, d, long)
	require.True(t, strings.HasPrefix(path, logLines.remembered))
	d.Dispose()
	store.logs = append(store.logs, written("n1", 0))
	next := serving(t, store)
	next.tails.memory = d.tails.memory
	r := run(t, next, path)
	require.Equal(t, []string{"n1"}, values(t, receive(t, r.frames), "id"))
	r.end(t)
}
