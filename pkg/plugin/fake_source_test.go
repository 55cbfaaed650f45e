package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

// fakeSource is a signal.Source whose value of a window is the number of minutes
// since midnight at its start, times factor.
type fakeSource struct {
	kind   signal.Kind
	factor float64
	zone   *time.Location
	keys   [][]string // of series, where they are split
	lacks  map[signal.Signal]string
	notes  []string
	bounds []float64
	hangs  bool

	mu     sync.Mutex
	err    error
	asked  []signal.Request
	closed atomic.Int32
}

func (s *fakeSource) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

// requests are those that were asked so far.
func (s *fakeSource) requests() []signal.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

func (s *fakeSource) ready(ctx context.Context) error {
	if s.hangs {
		<-ctx.Done()
		return ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

func (s *fakeSource) Read(ctx context.Context, r signal.Request) (signal.Answer, error) {
	s.mu.Lock()
	s.asked = append(s.asked, r)
	s.mu.Unlock()
	if err := s.ready(ctx); err != nil {
		return signal.Answer{}, err
	}
	if err := r.Supports(s.kind); err != nil {
		return signal.Answer{}, err
	}
	if reason, lacks := s.lacks[r.Signal]; lacks {
		return signal.Answer{}, &signal.Unsupported{Signal: r.Signal, Reason: reason}
	}
	a := signal.Answer{Query: "what " + string(r.Signal) + " is", Notes: s.notes}
	keys := [][]string{nil}
	if len(r.SplitBy) > 0 {
		keys = s.keys
	}
	for i, key := range keys {
		values := make([]float64, r.Windows.Len())
		for w, start := range r.Windows.Starts {
			values[w] = s.factor * (start.Sub(noon.Add(-12*time.Hour)).Minutes() + float64(i))
		}
		a.Series = append(a.Series, signal.Series{Key: key, Values: values})
	}
	return a, nil
}

func (s *fakeSource) Latencies(ctx context.Context, w signal.Windows) (signal.Heatmap, error) {
	if err := s.ready(ctx); err != nil {
		return signal.Heatmap{}, err
	}
	h := signal.Heatmap{Bounds: s.bounds, Notes: s.notes}
	for i := range w.Len() {
		counts := slices.Repeat([]float64{s.factor}, len(s.bounds))
		if i == 0 {
			counts = slices.Repeat([]float64{math.NaN()}, len(s.bounds))
		}
		h.Counts = append(h.Counts, counts)
	}
	return h, nil
}

func (s *fakeSource) Missing(ctx context.Context) (map[signal.Signal]string, error) {
	missing := map[signal.Signal]string{}
	for _, def := range signal.Catalogue {
		if reason, cannot := def.Cannot[s.kind]; cannot {
			missing[def.Signal] = reason
		}
		if reason, lacks := s.lacks[def.Signal]; lacks {
			missing[def.Signal] = reason
		}
	}
	return missing, s.ready(ctx)
}

func (s *fakeSource) Location() *time.Location {
	if s.zone == nil {
		return time.UTC
	}
	return s.zone
}

func (s *fakeSource) Check(ctx context.Context) (string, error) {
	return fmt.Sprintf("a %s", s.kind), s.ready(ctx)
}

func (s *fakeSource) Close() error { s.closed.Add(1); return nil }

// sources are fakes by the names of their services.
type sources map[string]*fakeSource

func (s sources) open(one serviceSettings, _ string) (signal.Source, error) {
	return s[one.Name], nil
}

// row is three services of three kinds.
func row() sources {
	return sources{
		"checkout": {kind: signal.App, factor: 1, keys: [][]string{{"GET /a"}, {"POST /b"}}},
		"basket":   {kind: signal.App, factor: 10, keys: [][]string{{"GET /c"}}},
		"orders":   {kind: signal.Go, factor: 100, keys: [][]string{{"GET /d"}}},
	}
}

// servingSources makes an instance over fakes.
func servingSources(t *testing.T, all sources) *Datasource {
	t.Helper()
	var list []map[string]string
	for name, s := range all {
		one := map[string]string{"name": name, "kind": string(s.kind)}
		switch s.kind {
		case signal.App:
			one["url"] = "http://" + name + ":3000"
		case signal.Go:
			one["selector"] = fmt.Sprintf("job=%q", name)
		}
		list = append(list, one)
	}
	slices.SortFunc(list, func(a, b map[string]string) int {
		return slices.Compare([]string{a["kind"], b["name"]}, []string{b["kind"], a["name"]}) // checkout, basket, orders
	})
	raw, err := json.Marshal(map[string]any{"services": list, "metrics": map[string]string{"url": "http://127.0.0.1:1"}})
	require.NoError(t, err)
	return openedWith(t, string(raw), nil, all.open)
}

// openedWith makes an instance whose sources are opened by open.
func openedWith(t *testing.T, jsonData string, secrets map[string]string, open openSourceFunc) *Datasource {
	t.Helper()
	s := backend.DataSourceInstanceSettings{UID: "uid1", JSONData: []byte(jsonData), DecryptedSecureJSONData: secrets}
	noStore := func(eventsSettings, string) (event.Store, error) { return town(), nil }
	d := newDatasource(t.Context(), s, openers{store: noStore, source: open}, newMemory())
	require.NoError(t, d.broken)
	d.now = func() time.Time { return noon }
	t.Cleanup(d.Dispose)
	return d
}
