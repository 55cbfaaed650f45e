package instrument_test

import (
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/heartline-monitor/heartline/pkg/instrument"
)

// A service counts what its mux serves, and serves its figures beside it.
func Example() {
	monitor, err := instrument.New(instrument.Config{Service: "checkout"})
	if err != nil {
		log.Fatal(err)
	}
	defer monitor.Close()

	shop := http.NewServeMux()
	shop.HandleFunc("GET /orders/{id}", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, r.PathValue("id")) })

	root := http.NewServeMux()
	root.Handle("/", monitor.Middleware(shop))
	root.Handle("GET /api/monitor/", monitor.Handler())
	root.Handle("GET /metrics", monitor.MetricsHandler())

	// In place of http.ListenAndServe(":8080", root):
	for _, path := range []string{"/orders/1", "/orders/2", "/favicon.ico", "/api/monitor/health"} {
		root.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, http.NoBody))
	}
	stats, err := monitor.Stats()
	if err != nil {
		log.Fatal(err)
	}
	for _, o := range stats.Operations {
		fmt.Println(o.Operation, o.RequestsTotal)
	}
	// Output:
	// (unmatched) 1
	// GET /orders/{id} 2
}

// Work of any kind can be counted: by its duration when it has ended, or from its
// beginning, so that it is in flight meanwhile.
func ExampleMonitor_Operation() {
	monitor, err := instrument.New(instrument.Config{Service: "worker"})
	if err != nil {
		log.Fatal(err)
	}
	defer monitor.Close()
	monitor.Observe("import", 3*time.Second, nil)

	send := monitor.Operation("send mail") // looked up once
	for _, receiver := range []string{"a@example.com", ""} {
		call := send.Begin()
		err := error(nil)
		if receiver == "" {
			err = errors.New("no receiver")
		}
		call.End(err)
	}

	stats, err := monitor.Stats()
	if err != nil {
		log.Fatal(err)
	}
	for _, o := range stats.Operations {
		fmt.Printf("%s: %d requests, %.0f %% succeeded\n", o.Operation, o.Requests, *o.SuccessRate)
	}
	// Output:
	// import: 1 requests, 100 % succeeded
	// send mail: 2 requests, 50 % succeeded
}

// A program's own metrics go to the same page.
func ExampleMonitor_Registry() {
	monitor, err := instrument.New(instrument.Config{Service: "checkout"})
	if err != nil {
		log.Fatal(err)
	}
	defer monitor.Close()
	carts := prometheus.NewGauge(prometheus.GaugeOpts{Name: "checkout_open_carts", Help: "Carts that are not paid yet."})
	monitor.Registry().MustRegister(carts)
	carts.Set(3)
}
