package instrument

import (
	"encoding/json"
	"net/http"
	"runtime"
)

// health is the answer of existing services, to the field: their dashboards go on
// working.
type health struct {
	Status     string       `json:"status"`
	Goroutines int          `json:"goroutines"`
	Memory     healthMemory `json:"memory"`
}

type healthMemory struct {
	Alloc      uint64 `json:"alloc_mb"`
	TotalAlloc uint64 `json:"total_alloc_mb"`
	Sys        uint64 `json:"sys_mb"`
	GCs        uint64 `json:"num_gc"`
}

const mebibyte = 1 << 20

// HealthHandler serves GET /api/monitor/health. It is public unless Auth.Health is
// set.
func (m *Monitor) HealthHandler() http.Handler {
	handler := http.Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		used := m.used()
		sayJSON(w)
		_ = json.NewEncoder(w).Encode(health{Status: "ok", Goroutines: runtime.NumGoroutine(), Memory: healthMemory{
			Alloc: used.alloc / mebibyte, TotalAlloc: used.totalAlloc / mebibyte, Sys: used.sys / mebibyte, GCs: used.gcs,
		}}) // an error here is a client that has gone
	}))
	if m.config.Auth.Health {
		return m.config.Auth.protect(handler)
	}
	return handler
}

func (m *Monitor) used() usage {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.process.read()
}

// Handler serves GET /api/monitor/health, GET /api/monitor/stats and GET /metrics.
func (m *Monitor) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /api/monitor/health", m.HealthHandler())
	mux.Handle("GET /api/monitor/stats", m.StatsHandler())
	mux.Handle("GET /metrics", m.MetricsHandler())
	return mux
}
