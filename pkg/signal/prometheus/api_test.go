package prometheus_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/signal"
	"github.com/heartline-monitor/heartline/pkg/signal/prometheus"
)

const secret = "s3cret"

// credentialed is a client as the settings make it: with a token and a timeout.
func credentialed(t testing.TB, timeout time.Duration) *http.Client {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: bearer{transport}, Timeout: timeout}
}

type bearer struct{ next http.RoundTripper }

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+secret)
	return b.next.RoundTrip(r)
}

func answer(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func failure(status int, kind, message string) http.HandlerFunc {
	return answer(status, "application/json", `{"status":"error","errorType":"`+kind+`","error":"`+message+`"}`)
}

func TestWhatIsWrongWithPrometheusIsAFaultThatNamesItAndTheRemedy(t *testing.T) {
	for name, tc := range map[string]struct {
		handler http.HandlerFunc
		says    []string
	}{
		"internal error":                {failure(500, "internal", "disk on fire"), []string{"disk on fire", "look at its log"}},
		"gateway's page":                {answer(502, "text/html", "<html>bad gateway</html>"), []string{"502", "proxy"}},
		"timeout":                       {failure(503, "timeout", "query timed out in expression evaluation"), []string{"timed out", "shorter range"}},
		"login page":                    {answer(200, "text/html; charset=utf-8", "<html>login</html>"), []string{"text/html", "base address"}},
		"garbage":                       {answer(200, "application/json", `{"status":"success","data":`), []string{"metrics.url"}},
		"another's JSON":                {answer(200, "application/json", `{"hello":"world"}`), []string{"metrics.url"}},
		"echo of what it was sent":      {answer(200, "application/json", `{"status":"success","data":{"resultType":"vector","result":"`+secret+`"}}`), []string{"metrics.url"}},
		"echo that is no answer at all": {answer(200, "application/json", `{"status":["`+secret+`"]}`), []string{"metrics.url"}},
		"no such page":                  {answer(404, "text/plain", "404 page not found"), []string{"404", "without /api"}},
		"unauthorised":                  {answer(401, "text/plain", "who are you"), []string{"401", "metricsToken"}},
		"forbidden":                     {answer(403, "text/plain", "not you"), []string{"403", "right"}},
		"redirect":                      {http.RedirectHandler("https://user:hidden@elsewhere.example/login?token=hidden", http.StatusFound).ServeHTTP, []string{"https://elsewhere.example/login", "final address"}},
		"redirect nowhere":              {answer(302, "text/plain", ""), []string{"nowhere"}},
		"broken off": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, `{"status":`)
		}, []string{"broke off"}},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(tc.handler)
			defer server.Close()
			api, err := prometheus.NewAPI(server.URL, credentialed(t, time.Minute))
			require.NoError(t, err)
			_, _, err = prometheus.Query(t.Context(), api, "up", noon)
			checkFault(t, err, server.Listener.Addr().String(), tc.says)
			_, _, err = prometheus.QueryRange(t.Context(), api, "up", noon, noon.Add(time.Minute), time.Second)
			checkFault(t, err, server.Listener.Addr().String(), tc.says)

			source, err := prometheus.New(prometheus.Config{API: api, Selector: `job="shop"`})
			require.NoError(t, err)
			_, err = source.Check(t.Context())
			checkFault(t, err, server.Listener.Addr().String(), tc.says)
			_, err = source.Missing(t.Context())
			checkFault(t, err, server.Listener.Addr().String(), nil)
			_, err = source.Read(t.Context(), signal.Request{Signal: signal.QPS, Windows: last(2, time.Minute)})
			checkFault(t, err, server.Listener.Addr().String(), nil)
		})
	}
}

func checkFault(t *testing.T, err error, address string, says []string) {
	t.Helper()
	var fault *signal.Fault
	require.ErrorAs(t, err, &fault)
	require.Contains(t, err.Error(), "Prometheus at "+address)
	for _, part := range says {
		require.Contains(t, err.Error(), part)
	}
	require.NotContains(t, err.Error(), secret)
	require.NotContains(t, err.Error(), "hidden")
}

func TestAPrometheusThatIsGoneIsAFault(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	address := server.Listener.Addr().String()
	server.Close()
	api, err := prometheus.NewAPI("http://"+address, credentialed(t, time.Minute))
	require.NoError(t, err)
	_, _, err = prometheus.Query(t.Context(), api, "up", noon)
	checkFault(t, err, address, []string{"cannot be reached", "metrics.url"})
}

func TestAPrometheusThatHangsIsAFaultWithinTheTimeout(t *testing.T) {
	for name, handler := range map[string]func(http.ResponseWriter, *http.Request){
		"before the answer": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"within the answer": func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, `{"status":`)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.ReadAll(r.Body) // a server sees a client go away after the body only
				w.Header().Set("Content-Type", "application/json")
				handler(w, r)
			}))
			defer server.Close()
			api, err := prometheus.NewAPI(server.URL, credentialed(t, 50*time.Millisecond))
			require.NoError(t, err)
			_, _, err = prometheus.Query(t.Context(), api, "up", noon)
			checkFault(t, err, server.Listener.Addr().String(), []string{"in time"})
			require.ErrorIs(t, err, context.DeadlineExceeded)

			patient, err := prometheus.NewAPI(server.URL, credentialed(t, time.Minute))
			require.NoError(t, err)
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			_, _, err = prometheus.Query(ctx, patient, "up", noon)
			checkFault(t, err, server.Listener.Addr().String(), []string{"in time"})

			given, giveUp := context.WithCancel(t.Context())
			time.AfterFunc(50*time.Millisecond, giveUp)
			_, _, err = prometheus.Query(given, patient, "up", noon)
			require.ErrorIs(t, err, context.Canceled)
			require.False(t, errors.As(err, new(*signal.Fault)), "it was the caller who gave up: %v", err)
		})
	}
}

func TestAWrongQuestionIsNoFault(t *testing.T) {
	for name, tc := range map[string]struct {
		handler http.HandlerFunc
		expr    string
		says    string
	}{
		"bad expression": {failure(400, "bad_data", "parse error: unexpected end"), "rate(", "parse error: unexpected end"},
		"too much":       {failure(422, "execution", "query processing would load too many samples"), "up", "too many samples"},
		"a text":         {failure(500, "internal", "it was asked"), `"up"`, "ask for numbers"},
		"large answer": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"status":"success","data":{"resultType":"vector","result":[`)
			for chunk := strings.Repeat(" ", 1<<20); ; {
				if _, err := io.WriteString(w, chunk); err != nil {
					return
				}
			}
		}, "up", "larger than 32 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(tc.handler)
			defer server.Close()
			api, err := prometheus.NewAPI(server.URL, credentialed(t, time.Minute))
			require.NoError(t, err)
			_, _, err = prometheus.Query(t.Context(), api, tc.expr, noon)
			require.ErrorContains(t, err, tc.says)
			require.False(t, errors.As(err, new(*signal.Fault)), "%v", err)
		})
	}
}

// Nobody wrote the question of a signal: that Prometheus cannot answer it is no
// mistake of the plugin, and no zero either.
func TestASignalThatIsTooMuchForPrometheusIsAFault(t *testing.T) {
	server := httptest.NewServer(failure(422, "execution", "query processing would load too many samples"))
	defer server.Close()
	api, err := prometheus.NewAPI(server.URL, credentialed(t, time.Minute))
	require.NoError(t, err)
	source, err := prometheus.New(prometheus.Config{API: api, Selector: `job="shop"`})
	require.NoError(t, err)
	address, says := server.Listener.Addr().String(), []string{"too many samples", "narrow it"}
	_, err = source.Read(t.Context(), signal.Request{Signal: signal.QPS, Windows: last(2, time.Minute)})
	checkFault(t, err, address, says)
	_, err = source.Latencies(t.Context(), last(2, time.Minute))
	checkFault(t, err, address, says)
	_, err = source.Missing(t.Context())
	checkFault(t, err, address, says)
	_, err = source.Check(t.Context())
	checkFault(t, err, address, says)
}

func TestLongMessagesAreCut(t *testing.T) {
	for _, kind := range []string{"bad_data", "execution", "timeout"} {
		server := httptest.NewServer(failure(422, kind, strings.Repeat("x", 1<<20)))
		api, err := prometheus.NewAPI(server.URL, credentialed(t, time.Minute))
		require.NoError(t, err)
		_, _, err = prometheus.Query(t.Context(), api, "up", noon)
		require.ErrorContains(t, err, strings.Repeat("x", 500))
		require.Less(t, len(err.Error()), 1000, kind)
		server.Close()
	}
}

func TestARedirectGetsNoCredentials(t *testing.T) {
	var elsewhere, asked atomic.Int32
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer target.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		http.Redirect(w, r, target.URL+r.URL.Path, http.StatusTemporaryRedirect)
	}))
	defer server.Close()
	api, err := prometheus.NewAPI(server.URL, credentialed(t, time.Minute))
	require.NoError(t, err)
	_, _, err = prometheus.Query(t.Context(), api, "up", noon)
	require.ErrorContains(t, err, target.Listener.Addr().String())
	require.EqualValues(t, 1, asked.Load())
	require.Zero(t, elsewhere.Load())
}

func TestAServerThatTakesNoPostIsAskedByGet(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			http.Error(w, "no POST here", http.StatusForbidden)
			return
		}
		answer(200, "application/json", `{"status":"success","data":{"resultType":"scalar","result":[1772798400,"`+r.URL.Query().Get("query")+`"]},"warnings":["partial"]}`)(w, r)
	}))
	defer server.Close()
	api, err := prometheus.NewAPI(server.URL+"/", credentialed(t, time.Minute))
	require.NoError(t, err)
	value, warnings, err := prometheus.Query(t.Context(), api, "42", noon)
	require.NoError(t, err)
	require.Equal(t, v1.Warnings{"partial"}, warnings)
	require.InDelta(t, 42, float64(value.(*model.Scalar).Value), 0)
}

func TestAddressesAreRefusedWithTheRemedy(t *testing.T) {
	for address, says := range map[string]string{
		"":                               "begin with http://",
		"prometheus:9090":                "begin with http://",
		"ftp://prometheus":               "begin with http://",
		"http://":                        "name a host",
		"http://:9090":                   "name a host",
		"http://me:s3cret@prometheus":    "metricsPassword",
		"http://me@prometheus":           "metrics.user",
		"http://me:s3/cret@prometheus:x": "is no URL",
		"http://prometheus:90x90":        "is no URL",
	} {
		_, err := prometheus.NewAPI(address, http.DefaultClient)
		require.ErrorContains(t, err, says, address)
		require.ErrorContains(t, err, "setting metrics.url", address)
		require.NotContains(t, err.Error(), "s3", address)
	}
}
