package plugin

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/log"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/query"
)

func TestMain(m *testing.M) {
	log.DefaultLogger = log.NewNullLogger()
	backend.Logger = log.DefaultLogger
	goleak.VerifyTestMain(m)
}

// noon ends the range of the tests' queries, which begins at midnight.
var noon = time.Date(2026, 3, 6, 12, 0, 0, 0, time.UTC)

// fakeStore is an event.Store over slices.
type fakeStore struct {
	zone     *time.Location
	monitors []event.Monitor
	beats    []event.Heartbeat
	logs     []event.Log
	alarms   []event.Alarm
	problems event.Problems
	unknown  map[string]bool // monitors whose beats cannot be read
	err      error
	pageErr  error // of Heartbeats alone
	tail     chan tailed
	closed   bool
	pages    int // calls of Heartbeats, with one monitor only
}

// tailed is what a tail yields.
type tailed struct {
	lines []event.Log
	err   error
}

func (s *fakeStore) Location() *time.Location { return cmp.Or(s.zone, time.UTC) }

func (s *fakeStore) Close() error { s.closed = true; return nil }

func (s *fakeStore) Check(context.Context) (string, error) {
	return fmt.Sprintf("%d monitors", len(s.monitors)), s.err
}

func (s *fakeStore) Monitors(_ context.Context, f event.Filter) (event.Inventory, error) {
	var selected []event.Monitor
	for _, m := range s.monitors {
		if f.MatchName(m.Direction, m.Item) && f.Match(event.Admin, m.Admins()...) && f.Match(event.Host, m.Host) && f.Match(event.Receiver, m.Receivers...) {
			selected = append(selected, m)
		}
	}
	return event.Inventory{Monitors: selected, Problems: s.problems}, s.err
}

func (s *fakeStore) LastHeartbeats(_ context.Context, f event.Filter, at time.Time) (event.Beats, error) {
	last := map[string]time.Time{}
	for _, b := range s.beats {
		name := b.Direction + "/" + b.Item
		if !b.Time.After(at) && b.Time.After(last[name]) && f.MatchName(b.Direction, b.Item) && f.Match(event.Host, b.Host) {
			last[name] = b.Time
		}
	}
	return event.Beats{Last: last, Unknown: s.unknown, Problems: s.problems}, s.err
}

func page[T any](s *fakeStore, r event.PageRequest, events []T, at func(T) time.Time, match func(T) bool) (event.Page[T], error) {
	var items []T
	for _, e := range events {
		if r.Range.Contains(at(e)) && match(e) {
			items = append(items, e)
		}
	}
	slices.SortStableFunc(items, func(a, b T) int { return at(a).Compare(at(b)) })
	if r.Order == event.NewestFirst {
		slices.Reverse(items)
	}
	more := len(items) > r.Limit
	return event.Page[T]{Items: items[:min(r.Limit, len(items))], More: more, Problems: s.problems}, s.err
}

func (s *fakeStore) Heartbeats(_ context.Context, r event.PageRequest) (event.Page[event.Heartbeat], error) {
	if s.pageErr != nil {
		return event.Page[event.Heartbeat]{}, s.pageErr
	}
	if len(s.monitors) == 1 {
		s.pages++
	}
	return page(s, r, s.beats, func(b event.Heartbeat) time.Time { return b.Time }, func(b event.Heartbeat) bool {
		return r.Filter.MatchName(b.Direction, b.Item) && r.Filter.Match(event.Host, b.Host)
	})
}

func (s *fakeStore) Logs(_ context.Context, r event.PageRequest) (event.Page[event.Log], error) {
	return page(s, r, s.logs, func(l event.Log) time.Time { return l.Time }, func(l event.Log) bool { return matchLog(r.Filter, l) })
}

func matchLog(f event.Filter, l event.Log) bool {
	return f.MatchName(l.Direction, l.Item) && f.Match(event.Level, l.Level) && f.Text.Match(l.Message)
}

func (s *fakeStore) Alarms(_ context.Context, r event.PageRequest) (event.Page[event.Alarm], error) {
	return page(s, r, s.alarms, func(a event.Alarm) time.Time { return a.Time }, func(a event.Alarm) bool { return matchAlarm(r.Filter, a) })
}

func matchAlarm(f event.Filter, a event.Alarm) bool {
	return f.MatchName(a.Direction, a.Item) && f.Match(event.SendResult, a.SendResult) && f.Match(event.Receiver, a.Receivers...) && f.Text.Match(a.Message)
}

func (s *fakeStore) Count(_ context.Context, r event.CountRequest) (*event.Histogram, error) {
	h := event.NewHistogram(r.Buckets, r.GroupBy)
	h.Problems = s.problems
	add := func(at time.Time, values map[event.Dimension]string) error {
		key := make([]string, len(r.GroupBy))
		for i, dim := range r.GroupBy {
			key[i] = values[dim]
		}
		counts, err := h.Group(key...)
		if err == nil {
			counts[h.Bucket(at)]++
		}
		return err
	}
	hosts := map[string]string{}
	for _, m := range s.monitors {
		hosts[m.Name()] = m.Host
	}
	err := s.err
	for _, b := range s.beats {
		if err == nil && r.Kind == event.Heartbeats && r.Range.Contains(b.Time) && r.Filter.MatchName(b.Direction, b.Item) {
			err = add(b.Time, map[event.Dimension]string{event.Direction: b.Direction, event.Item: b.Item, event.Host: b.Host})
		}
	}
	for _, l := range s.logs {
		if err == nil && r.Kind == event.Logs && r.Range.Contains(l.Time) && matchLog(r.Filter, l) {
			err = add(l.Time, map[event.Dimension]string{event.Direction: l.Direction, event.Item: l.Item, event.Level: l.Level, event.Host: hosts[l.Direction+"/"+l.Item]})
		}
	}
	for _, a := range s.alarms {
		if err == nil && r.Kind == event.Alarms && r.Range.Contains(a.Time) && matchAlarm(r.Filter, a) {
			err = add(a.Time, map[event.Dimension]string{event.Direction: a.Direction, event.Item: a.Item, event.SendResult: a.SendResult, event.Receiver: a.Receivers[0]})
		}
	}
	h.Sort()
	return h, err
}

func (s *fakeStore) Tail(ctx context.Context, f event.Filter) iter.Seq2[[]event.Log, error] {
	return func(yield func([]event.Log, error) bool) {
		for {
			select {
			case <-ctx.Done():
				return
			case next, open := <-s.tail:
				lines := slices.DeleteFunc(next.lines, func(l event.Log) bool { return !matchLog(f, l) })
				if !open || !yield(lines, next.err) {
					return
				}
			}
		}
	}
}

// town is a small store: three directions, an item of the same name in two.
func town() *fakeStore {
	monitor := func(direction, item, host, admin, frequency string, receivers ...string) event.Monitor {
		return event.Monitor{Direction: direction, Item: item, Host: host, Admin: admin, ExecuteFrequency: frequency, Receivers: receivers}
	}
	beat := func(id, direction, item string, ago time.Duration) event.Heartbeat {
		return event.Heartbeat{ID: id, Time: noon.Add(-ago), Direction: direction, Item: item, User: "root", Host: "run-" + direction, Script: "/check/" + item}
	}
	line := func(id, direction, item, level, message string, ago time.Duration) event.Log {
		return event.Log{ID: id, Time: noon.Add(-ago), Direction: direction, Item: item, Level: level, Message: message}
	}
	return &fakeStore{
		monitors: []event.Monitor{
			monitor("LSF", "check_jobs", "lsf01", "zhao", "every 10 minutes", "zhao"),
			monitor("license", "check_usage", "lic01", "sun", "now and then", "sun", "wang"),
			monitor("storage", "check_usage", "stor01", "lin", "every 10 minutes", "lin"),
			monitor("storage", "检查配额", "stor01", "lin", "every hour"),
		},
		beats: []event.Heartbeat{
			beat("h1", "LSF", "check_jobs", 2*time.Hour),
			beat("h2", "license", "check_usage", 3*time.Hour),
			beat("h3", "storage", "check_usage", 12*time.Minute),
			beat("h4", "storage", "check_usage", 22*time.Minute),
			beat("h5", "storage", "检查配额", 5*time.Second),
		},
		logs: []event.Log{
			line("l1", "LSF", "check_jobs", "Info", "checked 12 jobs", 3*time.Hour),
			line("l2", "LSF", "check_jobs", "Error", "job 4711 is stuck", 2*time.Hour),
			line("l3", "storage", "check_usage", "Error", "quota of /home exceeded", 2*time.Minute),
			line("l4", "storage", "检查配额", "Notice", "完成", time.Minute),
		},
		alarms: []event.Alarm{
			{ID: "a1", Time: noon.Add(-2 * time.Hour), Direction: "LSF", Item: "check_jobs", MD5: "m1", Receivers: []string{"zhao"}, SendResult: "FAILED", Message: "job 4711 is stuck"},
			{ID: "a2", Time: noon.Add(-2 * time.Minute), Direction: "storage", Item: "check_usage", MD5: "m2", Receivers: []string{"lin"}, SendResult: "PASSED", Message: "quota"},
			{ID: "a3", Time: noon.Add(-time.Minute), Direction: "storage", Item: "check_usage", MD5: "m2", Receivers: []string{"lin"}, SendResult: "PASSED", Message: "quota"},
		},
		tail: make(chan tailed),
	}
}

// serving makes an instance over the store, on a folder that is allowed.
func serving(t *testing.T, store event.Store) *Datasource {
	t.Helper()
	root := t.TempDir()
	t.Setenv(allowedPathsVariable, root)
	return configured(t, fmt.Sprintf(`{"events": {"kind": "filetree", "path": %q}}`, root), store)
}

func configured(t *testing.T, jsonData string, store event.Store) *Datasource {
	t.Helper()
	open := openers{store: func(eventsSettings, string) (event.Store, error) { return store, nil }}
	d := newDatasource(t.Context(), backend.DataSourceInstanceSettings{UID: "uid1", JSONData: []byte(jsonData)}, open, newMemory())
	d.now = func() time.Time { return noon }
	t.Cleanup(d.Dispose)
	return d
}

// panel makes the query of a panel from midnight to noon.
func panel(t query.Type, model string) backend.DataQuery {
	return backend.DataQuery{
		RefID: "A", QueryType: string(t), JSON: json.RawMessage(model), Interval: time.Hour,
		TimeRange: backend.TimeRange{From: noon.Add(-12 * time.Hour), To: noon},
	}
}

// respond runs one query.
func respond(t *testing.T, d *Datasource, q backend.DataQuery, headers map[string]string) backend.DataResponse {
	t.Helper()
	res, err := d.QueryData(t.Context(), &backend.QueryDataRequest{Queries: []backend.DataQuery{q}, Headers: headers})
	require.NoError(t, err)
	require.Contains(t, res.Responses, q.RefID)
	return res.Responses[q.RefID]
}

func ask1(t *testing.T, d *Datasource, kind query.Type, model string) data.Frames {
	t.Helper()
	res := respond(t, d, panel(kind, model), nil)
	require.NoError(t, res.Error)
	require.NotEmpty(t, res.Frames)
	return res.Frames
}

var alerting = map[string]string{"FromAlert": "true"}

// values are those of one field, as text.
func values(t *testing.T, f *data.Frame, name string) []string {
	t.Helper()
	field, _ := f.FieldByName(name)
	require.NotNil(t, field, name)
	var said []string
	for i := range field.Len() {
		v, ok := field.ConcreteAt(i)
		if !ok {
			v = nil
		}
		said = append(said, fmt.Sprint(v))
	}
	return said
}

func notices(f *data.Frame) string {
	var said string
	for _, n := range f.Meta.Notices {
		said += n.Text + "\n"
	}
	return said
}
