// Package instrument makes a Go program tell how it is doing: requests per second,
// requests in flight, success, latency percentiles, goroutines, memory, garbage
// collection and processor time, live and for a quarter of an hour back, as JSON
// and as Prometheus metrics.
//
// Counting a request takes no lock, allocates nothing and costs the same at any
// rate and with any window.
package instrument

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"math/bits"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// The operations that requests are counted under which have none of their own.
const (
	Other     = "(other)"     // of those beyond Config.MaxOperations
	Unmatched = "(unmatched)" // of those that no route was found for
	Unnamed   = "(unnamed)"   // of those whose name is empty
)

const (
	defaultWindow     = time.Minute
	defaultOperations = 200
	maxShards         = 16
)

// Config says what a Monitor is for. Only Service is needed.
type Config struct {
	// Service is the program's name.
	Service string
	// Window is the length of the sliding window of all live figures, in whole
	// seconds up to 15 minutes; a minute where it is 0.
	Window time.Duration
	// MaxOperations bounds how many operations are told apart, 200 where it is 0;
	// the rest is counted as Other.
	MaxOperations int
	// Operation names the operation of an HTTP request once it was served; nil
	// takes the pattern of http.ServeMux. It must return one of few names: never the
	// path itself.
	Operation func(*http.Request) string
	// TraceID names the trace that an HTTP request belongs to, by the context with
	// which Middleware or Wrap got it; empty where it was not sampled. With it each
	// bucket of heartline_request_duration_seconds has the newest request with a trace
	// as an exemplar, and MetricsHandler speaks OpenMetrics, too, the text format that
	// has exemplars. Ids over 120 bytes are left out. It is called once for each
	// request; nil costs nothing.
	TraceID func(context.Context) string
	// Auth protects the endpoints; its zero value does not.
	Auth Auth
	// Legacy adds the metrics oneapi_goroutines and oneapi_memory_mb.
	Legacy bool
	// RequestLog is told of every request; nil keeps none. The Monitor does not
	// close it.
	RequestLog RequestLog
	// Logger gets the number of goroutines every 30 s; slog.Default where it is nil.
	Logger *slog.Logger
}

func (c Config) withDefaults() Config {
	if c.Window == 0 {
		c.Window = defaultWindow
	}
	if c.MaxOperations == 0 {
		c.MaxOperations = defaultOperations
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	return c
}

func (c Config) validate() error {
	if strings.TrimSpace(c.Service) == "" {
		return fmt.Errorf("instrument: Service is empty: name the program, such as %q", "checkout")
	}
	if c.Window < time.Second || c.Window > historySeconds*time.Second || c.Window%time.Second != 0 {
		return fmt.Errorf("instrument: Window is %s: use whole seconds from 1s to %s", c.Window, historySeconds*time.Second)
	}
	if c.MaxOperations < 0 {
		return fmt.Errorf("instrument: MaxOperations is %d: use 0 for %d, or more", c.MaxOperations, defaultOperations)
	}
	if err := c.Auth.validate(); err != nil {
		return fmt.Errorf("instrument: %w", err)
	}
	return nil
}

// Monitor counts the requests of one program. It is safe for concurrent use.
type Monitor struct {
	config     Config
	requestLog RequestLog
	registry   *prometheus.Registry
	epoch      time.Time // with the monotonic clock
	shards     int       // of every operation

	wallOffset atomic.Int64 // Unix nanoseconds at the epoch by the wall clock of now

	arriving   *Operation // in flight through Middleware: of an operation that is not known yet
	operations atomic.Pointer[map[string]*Operation]
	growing    sync.Mutex // held where operations is replaced
	crowded    sync.Once

	mu      sync.Mutex // held by the sampler and by readers of figures, never by a request
	history history
	process processReader
	usage   usage // of the last tick
	ticked  time.Time
	minute  int64 // the last one of which a snapshot was handed on

	closing sync.Once
	stop    chan struct{}
	done    chan struct{}
}

// New makes a Monitor and starts the goroutine that takes its figures once a
// second: Close ends it.
func New(config Config) (*Monitor, error) {
	config = config.withDefaults()
	if err := config.validate(); err != nil {
		return nil, err
	}
	now := time.Now()
	m := &Monitor{
		config: config, requestLog: config.RequestLog, epoch: now, ticked: now,
		shards:  min(1<<bits.Len(uint(runtime.GOMAXPROCS(0)*2-1)), maxShards),
		history: history{window: int(config.Window / time.Second)},
		minute:  now.Unix() / 60,
		stop:    make(chan struct{}), done: make(chan struct{}),
	}
	m.operations.Store(&map[string]*Operation{})
	m.arriving = newOperation(m, Unmatched, totalID)
	m.wallOffset.Store(now.UnixNano())
	m.process = newProcessReader()
	m.usage = m.process.read()
	if err := m.register(); err != nil {
		return nil, fmt.Errorf("instrument: register metrics: %w", err)
	}
	go m.sample()
	return m, nil
}

// Close ends the Monitor's goroutine. Requests may still be counted, and the
// endpoints still answer, but figures by the second end here.
func (m *Monitor) Close() {
	m.closing.Do(func() { close(m.stop) })
	<-m.done
}

// Registry holds the metrics that MetricsHandler serves: a program may register
// its own there too.
func (m *Monitor) Registry() *prometheus.Registry { return m.registry }

// Observe counts a request of an operation that took d and has just ended; it
// failed if err is not nil. Operation saves the look-up.
func (m *Monitor) Observe(operation string, d time.Duration, err error) {
	m.Operation(operation).Observe(d, err)
}

// Operation finds or makes the operation of a name. Names should be few: of those
// beyond Config.MaxOperations, all are counted as Other.
func (m *Monitor) Operation(name string) *Operation {
	if o, ok := (*m.operations.Load())[name]; ok {
		return o
	}
	return m.grow(name)
}

func (m *Monitor) grow(name string) *Operation {
	name = strings.ToValidUTF8(name, "\uFFFD") // Prometheus refuses all metrics over one that is not
	if name == "" {
		name = Unnamed
	}
	if known := *m.operations.Load(); len(known) >= m.config.MaxOperations {
		if o, ok := known[name]; ok {
			return o
		}
		if o, ok := known[Other]; ok {
			return o
		}
	}
	m.growing.Lock()
	defer m.growing.Unlock()
	known := *m.operations.Load()
	if _, ok := known[name]; !ok && len(known) >= m.config.MaxOperations {
		m.crowded.Do(func() {
			m.config.Logger.Warn("Too many operations, further ones are counted together", "operation", name, "maxOperations", m.config.MaxOperations, "countedAs", Other)
		})
		name = Other
	}
	if o, ok := known[name]; ok {
		return o
	}
	o := newOperation(m, name, len(known)+1)
	grown := maps.Clone(known)
	grown[name] = o
	m.operations.Store(&grown)
	return o
}

// byName lists the operations sorted by name.
func (m *Monitor) byName() []*Operation {
	return slices.SortedFunc(maps.Values(*m.operations.Load()), func(a, b *Operation) int { return strings.Compare(a.name, b.name) })
}

// inFlight counts the requests that have begun and not ended.
func (m *Monitor) inFlight() int64 {
	total, _ := m.arriving.inFlight()
	for _, o := range *m.operations.Load() {
		n, _ := o.inFlight()
		total += n
	}
	return total
}

// clock is the time since the epoch: cheaper than the time of day.
func (m *Monitor) clock() time.Duration { return time.Since(m.epoch) }

// wall is the time of day at a reading of the clock.
func (m *Monitor) wall(clock time.Duration) time.Time {
	return time.Unix(0, m.wallOffset.Load()+int64(clock))
}
