package plugin

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"syscall"
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
	settings := fmt.Sprintf(`{"services": [{"name": "app", "kind": "app", "url": %q}, {"name": "log", "kind": "requestlog", "path": %q}`, shop.url, shop.log)
	scraped := []string{"app", "log"}
	if prometheus := startPrometheus(t, shop.url); prometheus != "" {
		settings = fmt.Sprintf(`{"metrics": {"url": %q}, %s, {"name": "metrics", "kind": "go", "selector": "job=\"shop\""}`, prometheus, settings[1:])
		scraped = append(scraped, "metrics")
	}
	t.Setenv(allowedPathsVariable, filepath.Dir(shop.log))
	d := configured(t, settings+`]}`, nil)
	d.now = time.Now

	seconds := follow(t, d)
	requests := load(t, shop.url)
	live := seconds(t)

	from := requests[0].end.Truncate(time.Second).Add(warmUp)
	to := from.Add(compared)
	saw := summarise(requests, from, to)
	require.Greater(t, saw.count, loadRate*int(compared/time.Second)*8/10, "the loader was too slow for the test to say anything")
	shop.flush(t)

	for _, service := range scraped {
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

// sentRequest is what the loader saw of one request.
type sentRequest struct {
	end    time.Time
	took   time.Duration
	failed bool
}

// load sends requests at a steady rate, whatever becomes of them, and returns
// them in the order in which they ended.
func load(t *testing.T, base string) []sentRequest {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: loadRate}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, Timeout: 10 * time.Second}
	var (
		mu   sync.Mutex
		all  []sentRequest
		errs []error
		wg   sync.WaitGroup
	)
	tick := time.NewTicker(time.Second / loadRate)
	defer tick.Stop()
	for i := range int(loadFor/time.Second) * loadRate {
		<-tick.C
		wg.Go(func() {
			r, err := send(t.Context(), client, base, i)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				errs = append(errs, err)
				return
			}
			all = append(all, r)
		})
	}
	wg.Wait()
	require.NoError(t, errors.Join(errs...))
	slices.SortFunc(all, func(a, b sentRequest) int { return a.end.Compare(b.end) })
	return all
}

func send(ctx context.Context, client *http.Client, base string, i int) (sentRequest, error) {
	values := url.Values{"ms": {strconv.Itoa(shortest + i*37%spread)}}
	failing := i%failsEvery == 0
	if failing {
		values.Set("fail", "1")
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/work?"+values.Encode(), http.NoBody)
	if err != nil {
		return sentRequest{}, err
	}
	begun := time.Now()
	resp, err := client.Do(r)
	if err != nil {
		return sentRequest{}, err
	}
	ended := time.Now()
	if err := resp.Body.Close(); err != nil {
		return sentRequest{}, err
	}
	if (resp.StatusCode == http.StatusInternalServerError) != failing {
		return sentRequest{}, fmt.Errorf("the service answered %s", resp.Status)
	}
	return sentRequest{ended, ended.Sub(begun), failing}, nil
}

// loaderReport is what the loader says of the requests that ended in a time.
type loaderReport struct {
	count                      int
	success, average, p50, p95 float64
}

func summarise(all []sentRequest, from, to time.Time) loaderReport {
	var took []float64
	ok, sum := 0, 0.0
	for _, r := range all {
		if r.end.Before(from) || !r.end.Before(to) {
			continue
		}
		took = append(took, r.took.Seconds())
		sum += r.took.Seconds()
		if !r.failed {
			ok++
		}
	}
	slices.Sort(took)
	n := float64(len(took))
	at := func(q float64) float64 { return took[int(math.Round(q*(n-1)))] }
	return loaderReport{count: len(took), success: 100 * float64(ok) / n, average: sum / n, p50: at(0.5), p95: at(0.95)}
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

// startPrometheus starts a real Prometheus that scrapes the service each second,
// and returns its address; without one installed that part is left out.
func startPrometheus(t *testing.T, target string) string {
	t.Helper()
	binary, err := exec.LookPath("prometheus")
	if err != nil {
		t.Log("without Prometheus: apt-get install --no-install-recommends prometheus")
		return ""
	}
	address, err := url.Parse(target)
	require.NoError(t, err)
	config := filepath.Join(t.TempDir(), "prometheus.yml")
	require.NoError(t, os.WriteFile(config, []byte("scrape_configs: [{job_name: shop, scrape_interval: 1s, static_configs: [{targets: ['"+address.Host+"']}]}]\n"), 0o600))
	cmd := exec.Command(binary, "--config.file="+config, "--storage.tsdb.path="+t.TempDir(), "--web.listen-address=127.0.0.1:0", "--enable-feature=native-histograms")
	stderr, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	listening := make(chan string, 1)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		pattern := regexp.MustCompile(`Listening on"? .*address=(127\.0\.0\.1:\d+)`)
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			if found := pattern.FindStringSubmatch(lines.Text()); found != nil {
				listening <- found[1]
			}
		}
		_, _ = io.Copy(io.Discard, stderr)
	}()
	t.Cleanup(func() {
		require.NoError(t, cmd.Process.Signal(syscall.SIGTERM))
		<-ended
		_ = cmd.Wait() // its exit code tells of the signal
	})
	select {
	case found := <-listening:
		waitForScrape(t, "http://"+found)
		return "http://" + found
	case <-ended:
		require.FailNow(t, "Prometheus ended while it started")
	case <-time.After(time.Minute):
		require.FailNow(t, "Prometheus did not start in time")
	}
	return ""
}

// waitForScrape waits until there is a first sample, which comes seconds after
// the start: a rate over a time in which there was none tells less.
func waitForScrape(t *testing.T, address string) {
	t.Helper()
	require.Eventually(t, func() bool {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address+"/api/v1/query?query=up", http.NoBody)
		require.NoError(t, err)
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			return false
		}
		defer func() { _ = resp.Body.Close() }()
		var found struct {
			Data struct{ Result []json.RawMessage }
		}
		return json.NewDecoder(resp.Body).Decode(&found) == nil && len(found.Data.Result) > 0
	}, time.Minute, 100*time.Millisecond)
}
