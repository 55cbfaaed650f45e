package instrument

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// counted lists what was counted, as "operation requests/errors".
func counted(t *testing.T, m *Monitor) (list []string) {
	t.Helper()
	stats, err := m.Stats()
	require.NoError(t, err)
	for _, o := range stats.Operations {
		list = append(list, fmt.Sprintf("%s %d/%d", o.Operation, o.RequestsTotal, o.ErrorsTotal))
	}
	return list
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func get(t *testing.T, h http.Handler, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody))
	return w
}

func TestTheOperationIsTheMatchedPatternAndNeverThePath(t *testing.T) {
	m := newMonitor(t, Config{})
	mux := http.NewServeMux()
	mux.Handle("GET /orders/{id}", status(http.StatusOK))
	mux.Handle("/static/", status(http.StatusOK))
	h := m.Middleware(mux)
	for _, path := range []string{"/orders/1", "/orders/2", "/static/a", "/static/b?c=d", "/.env", "/wp-login.php"} {
		get(t, h, path)
	}
	require.Equal(t, []string{Unmatched + " 2/0", "/static/ 2/0", "GET /orders/{id} 2/0"}, counted(t, m))
}

func TestAnotherRouterCanNameTheOperation(t *testing.T) {
	m := newMonitor(t, Config{Operation: func(r *http.Request) string { return strings.ToLower(r.Method) }})
	get(t, m.Middleware(status(http.StatusOK)), "/orders/1")
	require.Equal(t, []string{"get 1/0"}, counted(t, m))
}

func TestAWrappedHandlerHasItsNameAndIsInFlight(t *testing.T) {
	m := newMonitor(t, Config{})
	get(t, m.Wrap("orders", http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		require.Equal(t, map[string]any{"total": int64(1), "orders": int64(1)}, inFlight(t, m))
	})), "/orders/1")
	require.Equal(t, []string{"orders 1/0"}, counted(t, m))
	require.Equal(t, map[string]any{"total": int64(0), "orders": int64(0)}, inFlight(t, m))
}

func TestARequestWhoseRouteIsNotKnownYetIsInFlightInTheTotal(t *testing.T) {
	m := newMonitor(t, Config{})
	get(t, m.Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		require.Equal(t, map[string]any{"total": int64(1)}, inFlight(t, m))
	})), "/")
	require.Equal(t, map[string]any{"total": int64(0), Unmatched: nil}, inFlight(t, m))
}

func TestStatusesFrom500AndPanicsAreErrors(t *testing.T) {
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		errors  int
	}{
		"nothing written":   {func(http.ResponseWriter, *http.Request) {}, 0},
		"a body":            {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") }, 0},
		"not found":         {status(http.StatusNotFound), 0},
		"499":               {status(499), 0},
		"500":               {status(http.StatusInternalServerError), 1},
		"503":               {status(http.StatusServiceUnavailable), 1},
		"the first counts":  {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(200); w.WriteHeader(500) }, 0},
		"early hints first": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(103); w.WriteHeader(500) }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMonitor(t, Config{})
			get(t, m.Wrap("work", c.handler), "/")
			require.Equal(t, []string{fmt.Sprintf("work 1/%d", c.errors)}, counted(t, m))
		})
	}
}

func TestAPanicIsCountedAndGoesOn(t *testing.T) {
	m := newMonitor(t, Config{})
	for _, value := range []any{"boom", http.ErrAbortHandler} {
		require.PanicsWithValue(t, value, func() {
			get(t, m.Wrap("work", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(value) })), "/")
		})
	}
	require.Equal(t, []string{"work 2/2"}, counted(t, m))
	require.Equal(t, map[string]any{"total": int64(0), "work": int64(0)}, inFlight(t, m))
}

func TestTheMiddlewareAllocatesNothing(t *testing.T) {
	m := newMonitor(t, Config{RequestLog: &memoryLog{}})
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/orders", http.NoBody)
	r.Pattern = "GET /orders"
	w := bare{header: http.Header{}}
	for name, h := range map[string]http.Handler{"middleware": m.Middleware(nothing), "wrap": m.Wrap("GET /orders", nothing)} {
		t.Run(name, func(t *testing.T) {
			// Under the race detector a pool drops some of what it is given.
			require.Less(t, testing.AllocsPerRun(1000, func() { h.ServeHTTP(w, r) }), 1.0)
		})
	}
}

// serve runs a handler behind a real server and returns the status and the body of
// the server's answer.
func serve(t *testing.T, h http.Handler) (int, *bufio.Reader) {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, http.NoBody)
	require.NoError(t, err)
	response, err := server.Client().Do(r)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, response.Body.Close()) })
	return response.StatusCode, bufio.NewReader(response.Body)
}

func TestAHandlerCanFlush(t *testing.T) {
	for name, flush := range map[string]func(w http.ResponseWriter) error{
		"by type":       func(w http.ResponseWriter) error { w.(http.Flusher).Flush(); return nil },
		"by controller": func(w http.ResponseWriter) error { return http.NewResponseController(w).Flush() },
	} {
		t.Run(name, func(t *testing.T) {
			m := newMonitor(t, Config{})
			read := make(chan struct{})
			_, body := serve(t, m.Wrap("events", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_, _ = io.WriteString(w, "event\n")
				require.NoError(t, flush(w))
				<-read
			})))
			line, err := body.ReadString('\n')
			close(read)
			require.NoError(t, err, "what was flushed is read while the handler runs")
			require.Equal(t, "event\n", line)
		})
	}
}

func TestAHandlerCanDoWhatItsWriterCan(t *testing.T) {
	m := newMonitor(t, Config{})
	_, body := serve(t, m.Wrap("work", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		require.NoError(t, http.NewResponseController(w).EnableFullDuplex(), "through Unwrap")
		n, err := io.Copy(w, strings.NewReader("copied "))
		require.NoError(t, err)
		require.Equal(t, int64(7), n)
		_, err = io.WriteString(w, "and written")
		require.NoError(t, err)
	})))
	text, err := io.ReadAll(body)
	require.NoError(t, err)
	require.Equal(t, "copied and written", string(text))
}

func TestAWriterThatCannotFlushDoesNotPretendTo(t *testing.T) {
	m := newMonitor(t, Config{})
	m.Wrap("work", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, flushes := w.(http.Flusher)
		_, hijacks := w.(http.Hijacker)
		require.False(t, flushes || hijacks)
		require.ErrorIs(t, http.NewResponseController(w).Flush(), errors.ErrUnsupported)
	})).ServeHTTP(bare{header: http.Header{}}, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody))
}

func TestAConnectionThatIsTakenOverIsCountedThenAndStaysInFlight(t *testing.T) {
	m := newMonitor(t, Config{})
	taken, release, left := make(chan struct{}), make(chan struct{}), make(chan struct{})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		conn, rw, err := w.(http.Hijacker).Hijack()
		require.NoError(t, err)
		defer func() { require.NoError(t, conn.Close()) }()
		_, _ = rw.WriteString("HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\nhello")
		require.NoError(t, rw.Flush())
		close(taken)
		<-release
	})
	h := m.Middleware(mux)
	code, _ := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(left)
		h.ServeHTTP(w, r)
	}))
	require.Equal(t, http.StatusSwitchingProtocols, code)
	<-taken
	require.Equal(t, []string{"GET /{$} 1/0"}, counted(t, m))
	require.Equal(t, int64(1), inFlight(t, m)["total"])
	close(release)
	<-left
	require.Equal(t, []string{"GET /{$} 1/0"}, counted(t, m))
	require.Equal(t, int64(0), inFlight(t, m)["total"])
}
