package standin

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Describe and Collect make a Process a collector of Prometheus.
func (p *Process) Describe(out chan<- *prometheus.Desc) {
	for _, f := range p.descs {
		out <- f.desc
	}
}

// Collect works the life out until now and hands out its state.
func (p *Process) Collect(out chan<- prometheus.Metric) {
	p.world.mu.Lock()
	defer p.world.mu.Unlock()
	p.world.advance()
	for _, s := range p.series {
		if p.hides(s) {
			continue
		}
		if err := s.collect(out); err != nil {
			out <- prometheus.NewInvalidMetric(s.desc, err)
		}
	}
}

// hides says whether a series belongs to a role that a standalone has lost.
func (p *Process) hides(s *series) bool {
	return p.Role == standalone && p.lostRole("querynode") && strings.HasPrefix(s.Name, "milvus_querynode_")
}

// Handler serves the first process and the knobs: a standalone is all in one.
func (w *World) Handler() http.Handler { return w.processes[0].Handler() }

// Handler serves a process as Milvus serves its metrics port: /metrics, /healthz and
// /livez. In addition /steer lists the knobs (GET), sets them (PUT, with a query
// parameter for each) and turns them back (DELETE).
func (p *Process) Handler() http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(p)
	metrics := promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", p.unlessDown(metrics))
	healthy := p.unlessDown(http.HandlerFunc(func(out http.ResponseWriter, _ *http.Request) { fmt.Fprint(out, "OK") }))
	mux.Handle("GET /healthz", healthy)
	mux.Handle("GET /livez", healthy)
	mux.HandleFunc("GET /steer", p.world.list)
	mux.HandleFunc("PUT /steer", p.world.steer)
	mux.HandleFunc("DELETE /steer", func(out http.ResponseWriter, in *http.Request) {
		p.world.Reset()
		p.world.list(out, in)
	})
	return mux
}

func (p *Process) unlessDown(next http.Handler) http.Handler {
	return http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		if p.down() {
			http.Error(out, "the stand-in plays dead: turn the knobs down or nodesLost back", http.StatusServiceUnavailable)
			return
		}
		next.ServeHTTP(out, in)
	})
}

func (p *Process) down() bool {
	p.world.mu.Lock()
	defer p.world.mu.Unlock()
	return p.world.knobs["down"] > 0 || p.gone()
}

func (w *World) list(out http.ResponseWriter, _ *http.Request) {
	out.Header().Set("Content-Type", "application/json")
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(w.Knobs()) // the client is gone
}

func (w *World) steer(out http.ResponseWriter, in *http.Request) {
	to, err := settings(in)
	if err == nil {
		err = w.Steer(to)
	}
	if err != nil {
		http.Error(out, err.Error(), http.StatusBadRequest)
		return
	}
	w.list(out, in)
}

// settings reads knobs and their values from the query of a request.
func settings(in *http.Request) (map[string]float64, error) {
	to := map[string]float64{}
	for name, values := range in.URL.Query() {
		v, err := strconv.ParseFloat(values[len(values)-1], 64)
		if err != nil {
			return nil, fmt.Errorf("knob %s cannot be %q: use a number", name, values[len(values)-1])
		}
		to[name] = v
	}
	if len(to) == 0 {
		return nil, fmt.Errorf("no knob was given: write it as /steer?load=2 (GET /steer lists all)")
	}
	return to, nil
}
