package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/grafana/grafana-plugin-sdk-go/live"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/instrument"
	"github.com/heartline-monitor/heartline/pkg/instrument/requestlog"
	"github.com/heartline-monitor/heartline/pkg/query"
)

// The load: so many requests a second, each of which takes so long. Long requests
// keep what the loader adds to them, on a busy machine, within the tolerances.
const (
	loadRate   = 80 // a second
	loadFor    = 16 * time.Second
	warmUp     = 4 * time.Second // until every request that is in flight began under the load
	compared   = 10 * time.Second
	shortest   = 300 // ms
	spread     = 400 // ms
	failsEvery = 20
)

// TestFiguresAgreeWithTheLoadersOwn puts a real HTTP load on an instrumented
// service and holds what the data source says of it, each way it can be read,
// against what the loader saw.
func TestFiguresAgreeWithTheLoadersOwn(t *testing.T) {
	shop := startShop(t)
	settings := fmt.Sprintf(`{"metrics": {"url": %q}, "services": [{"name": "app", "kind": "app", "url": %q}, {"name": "log", "kind": "requestlog", "path": %q},
		{"name": "metrics", "kind": "go", "selector": "job=\"shop\""}]}`, startPrometheus(t, shop.url), shop.url, shop.log)
	t.Setenv(allowedPathsVariable, filepath.Dir(shop.log))
	d := configured(t, settings, nil)
	d.now = time.Now

	seconds := follow(t, d)
	requests := load(t, shop.url)
	live := seconds(t)

	from := requests[0].end.Truncate(time.Second).Add(warmUp)
	to := from.Add(compared)
	saw := summarise(requests, from, to)
	require.Greater(t, saw.count, loadRate*int(compared/time.Second)*8/10, "the loader was too slow for the test to say anything")
	shop.flush(t)

	for _, service := range []string{"app", "log", "metrics"} {
		tolerance := 0.02
		if service == "metrics" {
			tolerance = 0.05 // what Prometheus scrapes each second is extrapolated
		}
		near := func(model string, want float64) {
			got := number(t, d, service, model, from, to)
			require.InEpsilon(t, want, got, tolerance, "%s: %s", service, model)
		}
		near(`"signal": "qps"`, float64(saw.count)/compared.Seconds())
		near(`"signal": "success"`, saw.success)
		near(`"signal": "latency", "stat": "avg"`, saw.average)
		near(`"signal": "latency", "stat": "p50"`, saw.p50)
		near(`"signal": "latency", "stat": "p95"`, saw.p95)
	}
	sum := 0.0
	for second := from; second.Before(to); second = second.Add(time.Second) {
		require.Contains(t, live, second.Unix(), "the stream left a second out")
		sum += live[second.Unix()]
	}
	require.InEpsilon(t, float64(saw.count), sum, 0.02, "the seconds of the stream")
}

// shop is an instrumented service.
type shop struct {
	url, log string
	flush    func(t *testing.T)
}

func startShop(t *testing.T) shop {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	path := filepath.Join(t.TempDir(), "shop.db")
	log, err := requestlog.Open(requestlog.Config{Path: path, Location: time.UTC, Logger: quiet})
	require.NoError(t, err)
	m, err := instrument.New(instrument.Config{Service: "shop", RequestLog: log, Logger: quiet})
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.Handle("GET /work", m.Wrap("work", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ms, err := strconv.Atoi(r.FormValue("ms"))
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		select { // what the service is busy with
		case <-time.After(time.Duration(ms) * time.Millisecond):
		case <-r.Context().Done():
		}
		if r.FormValue("fail") != "" {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})))
	mux.Handle("/", m.Handler())
	server := httptest.NewServer(mux)
	var once sync.Once
	flush := func(t *testing.T) {
		t.Helper()
		once.Do(func() { require.NoError(t, log.Close()) })
	}
	t.Cleanup(func() {
		server.Close()
		m.Close()
		flush(t)
	})
	return shop{server.URL, path, flush}
}

// number asks an instant query of one service over a range.
func number(t *testing.T, d *Datasource, service, model string, from, to time.Time) float64 {
	t.Helper()
	var got float64
	// Prometheus may not have scraped the end of the range yet.
	require.Eventually(t, func() bool {
		f := during(t, d, query.TypeSignals, fmt.Sprintf(`{"format": "instant", "services": [%q], %s}`, service, model), from, to)
		v, err := f.Fields[len(f.Fields)-1].NullableFloatAt(0)
		require.NoError(t, err)
		if v != nil {
			got = *v
		}
		return v != nil
	}, 20*time.Second, 200*time.Millisecond, "%s: %s", service, model)
	return got
}

func during(t *testing.T, d *Datasource, kind query.Type, model string, from, to time.Time) *data.Frame {
	t.Helper()
	q := backend.DataQuery{
		RefID: "A", QueryType: string(kind), JSON: json.RawMessage(model), Interval: time.Second,
		TimeRange: backend.TimeRange{From: from, To: to},
	}
	res := respond(t, d, q, nil)
	require.NoError(t, res.Error)
	require.NotEmpty(t, res.Frames)
	return res.Frames[0]
}

// follow opens a live panel of the app's QPS; the function it returns closes it,
// and says the QPS of each second, of which none may come twice.
func follow(t *testing.T, d *Datasource) func(t *testing.T) map[int64]float64 {
	t.Helper()
	now := time.Now()
	backfill := during(t, d, query.TypeLive, `{"services": ["app"], "signal": "qps"}`, now.Add(-time.Minute), now)
	channel, err := live.ParseChannel(backfill.Meta.Channel)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	frames, done := make(sent, 10_000), make(chan error, 1)
	go func() {
		done <- d.RunStream(ctx, &backend.RunStreamRequest{Path: channel.Path}, backend.NewStreamSender(frames))
	}()
	return func(t *testing.T) map[int64]float64 {
		t.Helper()
		// The last seconds of the load are not compared, so that none is waited for.
		cancel()
		require.NoError(t, receive(t, done))
		close(frames)
		seconds := map[int64]float64{}
		add := func(f *data.Frame) {
			for i := range f.Rows() {
				second := f.Fields[0].At(i).(time.Time).Unix()
				require.NotContains(t, seconds, second, "the second came twice")
				v, err := f.Fields[1].NullableFloatAt(i)
				require.NoError(t, err)
				seconds[second] = 0
				if v != nil {
					seconds[second] = *v
				}
			}
		}
		add(backfill)
		for f := range frames {
			add(f)
		}
		return seconds
	}
}
