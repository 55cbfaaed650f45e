package shop

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newShop(t *testing.T, o Options) *Shop {
	t.Helper()
	o.Logger = slog.New(slog.DiscardHandler)
	s, err := New(o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// get asks a handler, as the request of an id if there is one.
func get(t *testing.T, h http.Handler, path, id string) *httptest.ResponseRecorder {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody)
	req.Header.Set(idHeader, id)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	return w
}

func TestShopTellsOfItsRequestsByOperation(t *testing.T) {
	s := newShop(t, Options{Seed: 1})
	h := s.Handler()
	for range 3 {
		require.Equal(t, http.StatusOK, get(t, h, "/products/12", "").Code)
	}
	require.Equal(t, http.StatusNotFound, get(t, h, "/nothing", "").Code)
	require.Equal(t, http.StatusOK, get(t, h, "/api/monitor/health", "").Code)
	require.Contains(t, get(t, h, "/metrics", "").Body.String(), `heartline_requests_total{operation="GET /products/{id}",status="success"} 3`)

	stats, err := s.monitor.Stats()
	require.NoError(t, err)
	require.Equal(t, Name, stats.Service)
	served := map[string]uint64{}
	for _, o := range stats.Operations {
		served[o.Operation] = o.RequestsTotal
	}
	require.Equal(t, map[string]uint64{"GET /products/{id}": 3, "(unmatched)": 1}, served)
}

func TestSameRequestIsTheSameWork(t *testing.T) {
	s := newShop(t, Options{Seed: 1, Begin: "errors"})
	h := s.Handler()
	codes := func() (all []int) {
		for _, id := range []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "a", "b", "c", "d", "e", "f"} {
			all = append(all, get(t, h, "/orders/7", id).Code)
		}
		return all
	}
	first := codes()
	require.Contains(t, first, http.StatusOK)
	require.Contains(t, first, http.StatusBadGateway)
	require.Equal(t, first, codes())
}

func TestRunServesItsCustomersUntilTheContextEnds(t *testing.T) {
	log := filepath.Join(t.TempDir(), "checkout.db")
	s := newShop(t, Options{Seed: 1, Begin: "burst", Log: log, Location: time.UTC})
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, listener) }()

	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	require.Eventually(t, func() bool {
		return requestsOf(t, "http://"+listener.Addr().String()+"/api/monitor/stats") > 20
	}, 20*time.Second, 50*time.Millisecond)
	stop()
	require.NoError(t, <-ended)

	written, dropped := s.log.Counts()
	require.Zero(t, dropped)
	require.Eventually(t, func() bool { written, _ = s.log.Counts(); return written > 20 }, 10*time.Second, 10*time.Millisecond)
}

func requestsOf(t *testing.T, stats string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, stats, http.NoBody)
	require.NoError(t, err)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0 // it does not listen yet
	}
	defer func() { require.NoError(t, resp.Body.Close()) }()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	var answer struct {
		Total struct {
			Requests int `json:"requests_total"`
		}
	}
	require.NoError(t, json.Unmarshal(body, &answer), "%s", body)
	return answer.Total.Requests
}

func TestRunEndsWhereItCannotServe(t *testing.T) {
	s := newShop(t, Options{Seed: 1})
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	require.ErrorContains(t, s.Run(t.Context(), listener), "serve checkout")
}

func TestNewRefusesWhatItCannotDo(t *testing.T) {
	_, err := New(Options{Begin: "storm"})
	require.ErrorContains(t, err, `phase "storm" is unknown`)
	_, err = New(Options{Log: "x.db"})
	require.ErrorContains(t, err, "Options.Location")
	_, err = New(Options{Log: t.TempDir(), Location: time.UTC})
	require.ErrorContains(t, err, "is a folder")
}

func TestOwnAddressIsReachable(t *testing.T) {
	for listens, want := range map[string]string{
		"127.0.0.1:8080": "127.0.0.1:8080", "[::]:8080": "localhost:8080", "0.0.0.0:8080": "localhost:8080", "10.0.0.7:80": "10.0.0.7:80",
	} {
		addr, err := net.ResolveTCPAddr("tcp", listens)
		require.NoError(t, err)
		require.Equal(t, want, reach(addr))
	}
}
