package instrument

import (
	"io"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newMonitor makes a Monitor of the service "test" that is closed with the test.
func newMonitor(t testing.TB, config Config) *Monitor {
	t.Helper()
	config.Service = "test"
	if config.Logger == nil {
		config.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	m, err := New(config)
	require.NoError(t, err)
	t.Cleanup(m.Close)
	return m
}

// journal collects log lines, each as level, message and the rest.
type journal struct {
	mu   sync.Mutex
	text strings.Builder
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(j, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// lines are those that hold a text.
func (j *journal) lines(text string) (found []string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for line := range strings.Lines(j.text.String()) {
		if strings.Contains(line, text) {
			found = append(found, line)
		}
	}
	return found
}

// memoryLog is a RequestLog that counts, and keeps the snapshots.
type memoryLog struct {
	mu        sync.Mutex
	rows      atomic.Uint64
	failed    atomic.Uint64
	ended     atomic.Int64
	took      atomic.Int64 // of the last one
	snapshots []Snapshot
}

func (l *memoryLog) Record(ended time.Time, took time.Duration, failed bool) {
	l.rows.Add(1)
	l.took.Store(int64(took))
	l.ended.Store(ended.UnixNano())
	if failed {
		l.failed.Add(1)
	}
}

func (l *memoryLog) Snapshot(s Snapshot) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.snapshots = append(l.snapshots, s)
}

func (l *memoryLog) Counts() (written, dropped uint64) { return l.rows.Load(), 3 }

func (l *memoryLog) taken() []Snapshot {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.snapshots)
}

func TestWrongConfigIsSaidWithTheRemedy(t *testing.T) {
	for name, c := range map[string]struct {
		config Config
		want   string
	}{
		"no service":              {Config{}, "Service is empty: name the program"},
		"short window":            {Config{Service: "x", Window: time.Millisecond}, "Window is 1ms: use whole seconds from 1s to 15m0s"},
		"odd window":              {Config{Service: "x", Window: 1500 * time.Millisecond}, "Window is 1.5s"},
		"long window":             {Config{Service: "x", Window: time.Hour}, "Window is 1h0m0s"},
		"negative window":         {Config{Service: "x", Window: -time.Second}, "Window is -1s"},
		"negative operations":     {Config{Service: "x", MaxOperations: -1}, "MaxOperations is -1"},
		"password without a user": {Config{Service: "x", Auth: Auth{Password: "p"}}, "Auth.Password is set without Auth.User"},
		"user without a password": {Config{Service: "x", Auth: Auth{User: "u"}}, "Auth.User is set without Auth.Password"},
		"colon in a user":         {Config{Service: "x", Auth: Auth{User: "u:v", Password: "p"}}, "Auth.User holds a"},
		"space around the token":  {Config{Service: "x", Auth: Auth{Token: "t\n"}}, "Auth.Token has white space around it"},
		"no range of addresses":   {Config{Service: "x", Auth: Auth{AllowFrom: make([]netip.Prefix, 1)}}, "Auth.AllowFrom[0] is no range"},
		"health without a guard":  {Config{Service: "x", Auth: Auth{Health: true}}, "Auth.Health is set, but nothing that protects"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := New(c.config)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestCloseCanBeCalledTwiceAndCountingGoesOn(t *testing.T) {
	m := newMonitor(t, Config{})
	m.Close()
	m.Close()
	m.Observe("work", time.Millisecond, nil)
	stats, err := m.Stats()
	require.NoError(t, err)
	require.Equal(t, uint64(1), stats.Total.RequestsTotal)
}
