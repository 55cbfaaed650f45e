package plugin

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/query"
)

// moody is an app that serves its health, or whatever its mood is.
type moody struct {
	mood atomic.Pointer[http.HandlerFunc]
	auth atomic.Value
}

// fail makes it answer 500 until its mood is changed.
func (m *moody) fail() {
	var mood http.HandlerFunc = func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusInternalServerError) }
	m.mood.Store(&mood)
}

func (m *moody) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.auth.Store(r.Header.Get("Authorization"))
	if mood := m.mood.Load(); mood != nil {
		(*mood)(w, r)
		return
	}
	if r.URL.Path != "/api/monitor/health" {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = fmt.Fprint(w, `{"status": "ok", "goroutines": 1234, "memory": {"alloc_mb": 256, "total_alloc_mb": 1024, "sys_mb": 512, "num_gc": 45}}`)
}

func TestTroubleOfAnAppIsItsOwnAndPasses(t *testing.T) {
	moods := map[string]struct {
		mood   http.HandlerFunc
		want   string
		status int
	}{
		"hangs":   {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "", 504},
		"garbage": {func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, "<html>welcome") }, "", 502},
		"fails":   {func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "s3cret", http.StatusInternalServerError) }, "500", 502},
		"10 MB":   {func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, strings.Repeat(" ", 10<<20)) }, "8 MiB", 502},
		"refuses": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }, "401", 502},
		"redirects": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://u:s3cret@other.example/login?t=s3cret", http.StatusFound)
		}, "other.example/login", 502},
	}
	bad, good := &moody{}, &moody{}
	badServer, goodServer := httptest.NewServer(bad), httptest.NewServer(good)
	defer badServer.Close()
	defer goodServer.Close()

	settings := fmt.Sprintf(`{"timeout": 1, "services": [{"name": "bad", "kind": "app", "url": %q}, {"name": "good", "kind": "app", "url": %q, "user": "u"}]}`, badServer.URL, goodServer.URL)
	secrets := map[string]string{"services.bad.token": "s3cret", "services.good.password": "s3cret"}
	d := openedWith(t, settings, secrets, nil)
	w := newWheel(noon)
	d.now = w.time
	instant := func(model string) backend.DataResponse {
		w.turn(time.Second) // what was read a moment ago holds for everybody
		q := panel(query.TypeSignals, model)
		q.TimeRange = backend.TimeRange{From: w.time().Add(-10 * time.Second), To: w.time()}
		return respond(t, d, q, alerting)
	}
	for name, tt := range moods {
		t.Run(name, func(t *testing.T) {
			bad.mood.Store(&tt.mood)
			res := instant(`{"signal": "goroutines", "format": "instant"}`)
			require.NoError(t, res.Error)
			require.Equal(t, []string{"<nil>", "1234"}, values(t, res.Frames[0], "goroutines"))
			require.Contains(t, notices(res.Frames[0]), `service "bad": `)
			require.Contains(t, notices(res.Frames[0]), tt.want)
			require.NotContains(t, notices(res.Frames[0]), "s3cret")

			res = instant(`{"signal": "goroutines", "format": "instant", "services": ["bad"]}`)
			require.Error(t, res.Error)
			require.NotContains(t, res.Error.Error(), "s3cret")
			require.EqualValues(t, tt.status, res.Status)
			require.Equal(t, backend.ErrorSourceDownstream, res.ErrorSource)
			require.Equal(t, []string{"0", "1"}, values(t, instant(`{"signal": "up", "format": "instant"}`).Frames[0], "up"))

			bad.mood.Store(nil)
			res = instant(`{"signal": "goroutines", "format": "instant"}`)
			require.NoError(t, res.Error)
			require.Equal(t, []string{"1234", "1234"}, values(t, res.Frames[0], "goroutines"), "it recovers by itself")
		})
	}
	require.Equal(t, "Bearer s3cret", bad.auth.Load())
	require.True(t, strings.HasPrefix(good.auth.Load().(string), "Basic "))

	badServer.Close()
	res := instant(`{"signal": "goroutines", "format": "instant", "services": ["bad"]}`)
	require.Error(t, res.Error)
	require.EqualValues(t, 502, res.Status)
}
