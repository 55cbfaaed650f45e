package act

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const token = "a token of some length"

var begin = time.Date(2026, 3, 6, 18, 30, 0, 0, time.UTC)

// clock is a clock that stands still until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// book is an audit log that is read while it is written.
type book struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *book) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *book) entries(t *testing.T) []Entry {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []Entry
	for dec := json.NewDecoder(bytes.NewReader(b.text.Bytes())); ; {
		var e Entry
		err := dec.Decode(&e)
		if errors.Is(err, io.EOF) {
			return out
		}
		require.NoError(t, err)
		out = append(out, e)
	}
}

func (b *book) outcomes(t *testing.T) []Outcome {
	t.Helper()
	var out []Outcome
	for _, e := range b.entries(t) {
		out = append(out, e.Outcome)
	}
	return out
}

// program writes a script that says what it got, one line for each argument and for
// each of our variables, into a file.
func program(t *testing.T) (path, said string) {
	t.Helper()
	dir := t.TempDir()
	path, said = filepath.Join(dir, "program"), filepath.Join(dir, "said")
	script := "#!/bin/sh\nfor a in \"$@\"; do printf 'arg:%s\\n' \"$a\"; done >>" + said + "\nenv | grep ^HEARTLINE_ | sort >>" + said + "\necho out; echo err >&2\n"
	require.NoError(t, os.WriteFile(path, []byte(script), 0o700))
	return path, said
}

func restart(path string) Action {
	return Action{
		Name: "restart", Alert: "HeartlineGoroutinesLeak", Labels: map[string]string{"service": "orders"},
		Command: []string{path, "restart", "a b; $(touch /tmp/x)"}, Timeout: 20 * time.Second, Limit: Limit{Runs: 1, Per: 30 * time.Minute},
	}
}

func leak(number int) Alert {
	return Alert{
		Status: "firing", Fingerprint: "f1", StartsAt: begin.Add(time.Duration(number) * time.Second),
		Labels: map[string]string{"alertname": "HeartlineGoroutinesLeak", "service": "orders"},
		Values: map[string]float64{"A": 12000},
	}
}

type fixture struct {
	url   string
	book  *book
	clock *clock
	stop  func() error
}

func serve(t *testing.T, run bool, actions ...Action) *fixture {
	t.Helper()
	f := &fixture{book: &book{}, clock: &clock{now: begin}}
	s, err := New(Config{
		Actions: actions, Token: token, Run: run, Audit: f.book, Now: f.clock.Now, Log: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	f.url = "http://" + listener.Addr().String() + "/alerts"
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, listener) }()
	f.stop = sync.OnceValue(func() error { cancel(); return <-ended })
	t.Cleanup(func() { require.NoError(t, f.stop()) })
	return f
}

func (f *fixture) post(t *testing.T, alerts ...Alert) int {
	t.Helper()
	body, err := json.Marshal(map[string]any{"version": "4", "alerts": alerts})
	require.NoError(t, err)
	return f.send(t, "Bearer "+token, string(body))
}

func (f *fixture) send(t *testing.T, authorization, body string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, f.url, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Authorization", authorization)
	r.Close = true
	res, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer func() { require.NoError(t, res.Body.Close()) }()
	_, err = io.Copy(io.Discard, res.Body)
	require.NoError(t, err)
	return res.StatusCode
}

// until waits for this many entries.
func (f *fixture) until(t *testing.T, n int) []Entry {
	t.Helper()
	require.Eventually(t, func() bool { return len(f.book.entries(t)) >= n }, 20*time.Second, 5*time.Millisecond)
	return f.book.entries(t)
}
