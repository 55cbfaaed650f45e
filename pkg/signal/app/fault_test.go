package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

// client has credentials that must not show.
func client(timeout time.Duration) *http.Client {
	return NewClient(Credentials{User: "zoe", Password: "s3cret", Token: "t0ken"}, timeout)
}

// fault checks that everything which reads the app ends with one.
func fault(t *testing.T, s *Source, want string) {
	t.Helper()
	w := over(morning, 1, time.Minute)
	_, err := s.Read(t.Context(), signal.Request{Signal: signal.QPS, Windows: w})
	var f *signal.Fault
	require.ErrorAs(t, err, &f)
	require.ErrorContains(t, err, want)
	require.Contains(t, err.Error(), ":", "it has a remedy")
	for _, secret := range []string{"s3cret", "t0ken", "zoe"} {
		require.NotContains(t, err.Error(), secret)
	}
	_, err = s.Read(t.Context(), signal.Request{Signal: signal.Up, Windows: w})
	require.ErrorAs(t, err, &f)
	_, err = s.Latencies(t.Context(), w)
	require.ErrorAs(t, err, &f)
	_, err = s.Check(t.Context())
	require.ErrorAs(t, err, &f)
	missing, err := s.Missing(t.Context())
	require.NoError(t, err)
	for _, d := range signal.Catalogue {
		require.Equal(t, d.Cannot[signal.App], missing[d.Signal], "editors still offer what a running app would have")
	}
}

// metricsOnly serves what a Milvus does on its port 9091.
func metricsOnly(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/metrics" {
		http.NotFound(w, r)
		return
	}
	_, _ = io.WriteString(w, "milvus_num_node{node_id=\"1\",role_name=\"proxy\"} 1\n")
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func says(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }
}

func redirects(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusFound)
	}
}

// proper is an answer with one part replaced.
func proper(t testing.TB, part string, value any) string {
	t.Helper()
	answer := map[string]any{"version": 1, "service": "checkout", "start": morning, "now": morning, "sketch": map[string]any{"gamma": gamma}, "history": []any{}}
	answer[part] = value
	body, err := json.Marshal(answer)
	require.NoError(t, err)
	return string(body)
}

func TestAppThatCannotBeReadIsAFault(t *testing.T) {
	second := func(edit string, value any) string {
		return proper(t, "history", []any{wire(morning, map[string][]float64{"GET /": {0.1}}, map[string]any{edit: value})})
	}
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"no credentials":       {status(401), "/api/monitor/stats refuses the credentials (401): give the token"},
		"no right":             {status(403), "forbids this (403): allow this machine's address"},
		"neither endpoint":     {status(404), "serves neither /api/monitor/stats nor /api/monitor/health: see that the url leads to the app"},
		"a Milvus":             {metricsOnly, "a Milvus, or another service that has metrics only, is read from the Prometheus that scrapes it (kind milvus or go)"},
		"rate limit":           {status(429), "is asked too often (429)"},
		"error":                {status(500), "fails (500): look at the app's log"},
		"teapot":               {status(418), "answers with status 418"},
		"redirect":             {redirects("https://zoe:s3cret@login.example.org/in?token=t0ken#s3cret"), `redirects to "login.example.org/in": set the url to the final address`},
		"redirect to nowhere":  {redirects(""), "redirects to nowhere"},
		"redirect to rubbish":  {redirects("http://zoe:s3cret@[bad"), "redirects to nowhere"},
		"no JSON":              {says("<html>"), "is not the JSON of an instrumented app"},
		"nothing":              {says(""), "is not the JSON of an instrumented app"},
		"half":                 {says(proper(t, "service", "x")[:40]), "unexpected end of JSON input"},
		"other JSON":           {says(`{"status": "ok"}`), "has no version"},
		"a list":               {says(`[]`), "is not the JSON of an instrumented app"},
		"newer version":        {says(proper(t, "version", 2)), "is of version 2, this Heartline reads version 1: update whichever is older"},
		"newer fields":         {says(`{"version": 3, "history": {}}`), "is of version 3"},
		"no start":             {says(proper(t, "start", nil)), "does not say when the app started"},
		"unknown sketch":       {says(proper(t, "sketch", map[string]any{"gamma": 1.02})), "has a sketch with gamma 1.02, which is not the nth root of 2"},
		"no sketch":            {says(proper(t, "sketch", nil)), "has a sketch with gamma 0"},
		"more errors than all": {says(second("errors", 2)), "second 1772787600 has 2 errors of 1 requests"},
		"bin beyond all":       {says(second("bins", [][]int{{4096, 1}})), "has bin 4096 with 1 requests"},
		"countless requests":   {says(second("requests", uint64(1)<<62)), "second 1772787600 has 0 errors of 4611686018427387904 requests"},
		"endless request":      {says(second("max", 1e300)), "has requests of 0.1 to 1e+300"},
		"negative goroutines":  {says(second("goroutines", -5)), "second 1772787600 has goroutines -5"},
		"endless memory":       {says(second("memory", 1e308)), "second 1772787600 has memory 1e+308"},
		"backward bounds":      {says(second("min", 5)), "has requests of 5 to 0.1, in sum 0.1 seconds"},
		"bad operation":        {says(second("operations", map[string]any{"a": map[string]any{"requests": -1}})), `operation "a", has 0 errors of -1 requests`},
		"disorder":             {says(proper(t, "history", []any{wire(morning, nil, nil), wire(morning, nil, nil)})), "stands behind second"},
		"10 MB":                {says(strings.Repeat(" ", 10<<20)), "the answer is larger than 8 MiB"},
		"10 MB, announced": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "10485760")
			w.WriteHeader(200)
		}, "the answer is larger than 8 MiB"},
		"hang": {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "did not answer in full within 50ms: see that the app is neither stuck nor overloaded"},
		"hang in the body": {func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte("{"))
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}, "did not answer in full within 50ms"},
		"broken off": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "cannot be read: see that the url leads to the app: EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			a := &stub{start: morning, clock: &clock{at: morning}, answer: c.answer}
			timeout := time.Minute
			if strings.HasPrefix(name, "hang") {
				timeout = 50 * time.Millisecond
			}
			fault(t, open(t, a, Config{Client: client(timeout)}), c.want)
		})
	}
}

func TestHealthThatCannotBeReadIsAFault(t *testing.T) {
	for body, want := range map[string]string{
		"<html>":                          "/api/monitor/health answers is not the JSON of a health endpoint",
		`{"status": "ok"}`:                "says neither goroutines nor memory.alloc_mb",
		`{"goroutines": -5}`:              "/api/monitor/health answers has goroutines -5: see that the url leads to the app itself",
		`{"memory": {"alloc_mb": 1e300}}`: "has memory",
	} {
		a := &stub{start: morning, clock: &clock{at: morning}}
		a.answer = func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/api/monitor/stats" {
				http.NotFound(w, r)
				return
			}
			_, _ = w.Write([]byte(body))
		}
		fault(t, open(t, a, Config{Client: client(time.Minute)}), want)
	}
}

// dialing is a client whose connections fail with an error.
func dialing(err error) *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, err }}}
}

func TestAppThatCannotBeReachedIsAFault(t *testing.T) {
	gone := httptest.NewServer(nil)
	gone.Close()
	secure := httptest.NewUnstartedServer(status(200))
	secure.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes that fail
	secure.StartTLS()
	defer secure.Close()
	plain := httptest.NewServer(status(200))
	defer plain.Close()
	for name, c := range map[string]struct {
		url    string
		client *http.Client
		want   string
	}{
		"gone":        {gone.URL, client(time.Minute), "see that the app runs, and that the port in the url is right"},
		"unknown":     {"http://orders:3000", dialing(&net.DNSError{Err: "no such host", Name: "orders", IsNotFound: true}), "see that the name of the host in the url is right"},
		"distrusted":  {secure.URL, client(time.Minute), "its certificate is not trusted"},
		"without TLS": {strings.Replace(plain.URL, "http:", "https:", 1), client(time.Minute), "it does not speak TLS: write the url with http://"},
		"with TLS":    {strings.Replace(secure.URL, "https:", "http:", 1), client(time.Minute), "answers with status 400"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := New(Config{URL: c.url, Client: c.client, Now: func() time.Time { return morning }})
			require.NoError(t, err)
			defer func() { require.NoError(t, s.Close()) }()
			fault(t, s, c.want)
		})
	}
}

func TestAppThatComesBackIsReadAgain(t *testing.T) {
	a, s := newStub(t)
	a.live(5, map[string][]float64{"GET /": {0.1}})
	same(t, []float64{1}, only(t, s, signal.QPS, "", over(a.clock.now(), 1, 5*time.Second)))
	a.behave(status(503))
	a.live(5, map[string][]float64{"GET /": {0.1}})
	_, err := s.Check(t.Context())
	require.ErrorContains(t, err, "fails (503)")
	a.behave(nil)
	_, err = s.Check(t.Context())
	require.ErrorContains(t, err, "fails (503)", "a fault holds for half a second too")
	a.clock.add(fresh)
	same(t, []float64{1}, only(t, s, signal.QPS, "", over(a.clock.now(), 1, 10*time.Second)))
}

func TestReaderWhoGivesUpLeavesTheFetchToOthers(t *testing.T) {
	a, s := newStub(t)
	entered, release := make(chan struct{}), make(chan struct{})
	a.behave(func(w http.ResponseWriter, r *http.Request) {
		close(entered)
		<-release
		a.stats(w, r)
	})
	ctx, cancel := context.WithCancel(t.Context())
	left, stayed := make(chan error), make(chan error)
	go func() { _, err := s.Check(ctx); left <- err }()
	<-entered
	go func() { _, err := s.Check(t.Context()); stayed <- err }()
	cancel()
	require.ErrorIs(t, <-left, context.Canceled)
	close(release)
	require.NoError(t, <-stayed)
}

func TestCloseEndsAFetch(t *testing.T) {
	a, s := newStub(t)
	entered := make(chan struct{})
	a.behave(func(_ http.ResponseWriter, r *http.Request) {
		close(entered)
		<-r.Context().Done()
	})
	done := make(chan error)
	go func() { _, err := s.Check(t.Context()); done <- err }()
	<-entered
	require.NoError(t, s.Close())
	require.ErrorIs(t, <-done, errClosed)
	_, err := s.Missing(t.Context())
	require.ErrorIs(t, err, errClosed)
}

func FuzzStats(f *testing.F) {
	for _, seed := range []string{"", "{}", `{"version": 1}`, proper(f, "history", []any{wire(morning, map[string][]float64{"GET /": {0.1, -3}}, nil)})} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		st, perOctave, err := parseStats(body)
		if err != nil {
			return
		}
		var known *memory
		m, err := known.remember(st, perOctave, morning)
		if err != nil {
			return
		}
		w := over(morning, 3, time.Minute)
		for _, d := range signal.Catalogue {
			for _, s := range m.series(signal.Request{Signal: d.Signal, Stat: d.DefaultStat(), SplitBy: d.SplitBy, Windows: w}) {
				require.Len(t, s.Values, 3)
			}
		}
		require.Len(t, m.heatmap(w).Counts, 3)
		require.NotEmpty(t, fmt.Sprint(m.describe(), m.missing()))
	})
}
