package instrument

import (
	"context"
	"log/slog"
	"runtime"
	"slices"
	"time"
)

const (
	logEvery = 30 * time.Second
	elevated = 2000 // goroutines from which their number is a warning
	high     = 5000 // goroutines above which it is an error
	// setBack is how far the wall clock may be behind the second that a timer was
	// set to before it counts as set back.
	setBack = 2 * time.Second
)

// sample closes a second at every full second of the wall clock.
func (m *Monitor) sample() {
	defer close(m.done)
	timer := time.NewTimer(0)
	defer timer.Stop()
	logged := time.Now()
	for {
		now := time.Now()
		next := now.Truncate(time.Second).Add(time.Second)
		timer.Reset(next.Sub(now))
		select {
		case <-m.stop:
			return
		case <-timer.C:
		}
		now = time.Now()
		if early := next.Sub(now.Round(0)); early > 0 && early < setBack {
			continue // the wall clock was slowed while the timer ran
		}
		m.tick(now)
		if now.Sub(logged) >= logEvery {
			logged = logged.Add(logEvery)
			m.logGoroutines()
		}
	}
}

func (m *Monitor) logGoroutines() {
	level, message := slog.LevelDebug, "Goroutine count"
	n := runtime.NumGoroutine()
	switch {
	case n > high:
		level, message = slog.LevelError, "Goroutine count is high"
	case n >= elevated:
		level, message = slog.LevelWarn, "Goroutine count is elevated"
	}
	m.config.Logger.Log(context.Background(), level, message, "service", m.config.Service, "goroutines", n)
}

// tick closes the second before now.
func (m *Monitor) tick(now time.Time) {
	m.wallOffset.Store(now.UnixNano() - int64(now.Sub(m.epoch)))
	m.mu.Lock()
	defer m.mu.Unlock()
	s := &second{unix: now.Unix() - 1, gauges: m.gauge(now), packed: m.advance()}
	m.history.append(s)
	if minute := now.Unix() / 60; minute != m.minute {
		if m.requestLog != nil && minute > m.minute {
			m.requestLog.Snapshot(m.snapshot(minute * 60))
		}
		m.minute = minute
	}
}

// advance packs what every operation counted since the last tick.
func (m *Monitor) advance() []byte {
	var (
		total interval
		dense [slots]uint64
		parts []byte
	)
	for _, o := range *m.operations.Load() {
		delta := o.advance()
		if delta.requests == 0 {
			continue
		}
		parts = pack(parts, o.id, delta)
		total.add(delta)
		for _, b := range delta.bins {
			dense[b.slot] += b.count
		}
	}
	if total.requests == 0 {
		return nil
	}
	for slot, n := range dense {
		if n > 0 {
			total.bins = append(total.bins, bin{slot, n})
		}
	}
	return slices.Concat(pack(nil, totalID, total), parts)
}

// gauge reads the process; shares are of the time since the last tick.
func (m *Monitor) gauge(now time.Time) gauges {
	before, elapsed := m.usage, now.Sub(m.ticked)
	m.usage, m.ticked = m.process.read(), now
	g := gauges{
		inFlight: m.inFlight(), goroutines: runtime.NumGoroutine(), memory: m.usage.alloc,
		gcs: m.usage.gcs - before.gcs, gcPause: (m.usage.gcPause - before.gcPause).Seconds(),
	}
	if m.usage.cpuKnown && elapsed > 0 {
		available := elapsed.Seconds() * float64(runtime.GOMAXPROCS(0))
		g.cpu, g.cpuKnown = 100*(m.usage.cpu-before.cpu).Seconds()/available, true
	}
	return g
}

// snapshot sums up the minute that ends at a Unix second. The caller holds mu.
func (m *Monitor) snapshot(end int64) Snapshot {
	s := Snapshot{Time: time.Unix(end, 0), Span: time.Minute, InFlight: m.inFlight()}
	s.Span = min(s.Span, max(s.Time.Sub(m.epoch.Round(0)), time.Second))
	for _, past := range m.history.after(end - 61) {
		if past.unix >= end {
			break
		}
		for _, total := range past.intervals() {
			s.Requests += total.requests
			s.Errors += total.errors
			s.Total += time.Duration(total.sum) //nolint:gosec // of one minute
			break                               // the first interval is of all operations
		}
	}
	return s
}
