//go:build linux

package main

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/heartline-monitor/heartline/pkg/instrument"
)

// cost is what counting one request takes.
type cost struct {
	Nanoseconds float64 // processor time
	Allocations float64
}

// variant is a way to count a request under some circumstances.
type variant struct {
	name       string
	goroutines int
	begin      func() func(i int) // what one goroutine repeats
	taken      []cost
}

// many is how many goroutines count at the same time.
const many = 8

// countRequests measures every variant in turn, several times.
func countRequests(ctx context.Context, short bool) map[string]cost {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	rounds, requests := 11, 800_000
	if short {
		rounds, requests = 3, 200_000
	}
	variants := variants(ctx)
	for range rounds {
		for _, v := range variants {
			v.taken = append(v.taken, burst(v.goroutines, requests/v.goroutines, v.begin))
		}
	}
	costs := map[string]cost{}
	for _, v := range variants {
		var times, allocations []float64
		for _, c := range v.taken {
			times, allocations = append(times, c.Nanoseconds), append(allocations, c.Allocations)
		}
		costs[v.name] = cost{middle(times), middle(allocations)}
	}
	return costs
}

// ways are the ways to count a request that are ours.
var ways = []string{"Middleware", "Begin and End", "Observe"}

// What the middleware is measured beside: the sliding window, and how many other
// requests the monitor counts per second meanwhile.
const slow, fast = 10, 10_000

var windows = []time.Duration{10 * time.Second, 900 * time.Second}

const promhttpName = "promhttp"

// variants are the ways to count at 1 and at 8 goroutines, and the middleware
// under circumstances that must not matter to it. Other requests go on as long as
// the context lasts.
func variants(ctx context.Context) (all []*variant) {
	m := monitor(instrument.Config{})
	o := m.Operation("GET /orders")
	for name, begin := range map[string]func() func(int){
		ways[0]:      serve(m.Middleware(nothing)),
		ways[1]:      func() func(int) { return func(int) { o.Begin().End(nil) } },
		ways[2]:      func() func(int) { return func(i int) { m.Observe("GET /orders", spread(i), nil) } },
		promhttpName: serve(withPromhttp(nothing)),
	} {
		all = append(all, &variant{name: name, goroutines: 1, begin: begin}, &variant{name: atMany(name), goroutines: many, begin: begin})
	}
	for _, window := range windows {
		for _, rate := range []int{slow, fast} {
			m := monitor(instrument.Config{Window: window})
			go pace(ctx, rate, func(i int) { m.Observe("GET /orders", spread(i), nil) })
			all = append(all, &variant{name: whileOthers(window, rate), goroutines: 1, begin: serve(m.Middleware(nothing))})
		}
	}
	return all
}

func atMany(name string) string { return fmt.Sprintf("%s, %d goroutines", name, many) }

func whileOthers(window time.Duration, rate int) string {
	return fmt.Sprintf("window of %v beside %d/s", window, rate)
}

// monitor makes a monitor with settings that are constants.
func monitor(config instrument.Config) *instrument.Monitor {
	config.Service = "bench"
	m, err := instrument.New(config)
	if err != nil {
		panic(err)
	}
	return m
}

// spread is a latency that changes from request to request, from 1 to 33 ms.
func spread(i int) time.Duration { return time.Millisecond + time.Duration(i%1024)*31*time.Microsecond }

// burst has some goroutines count n requests each, and returns what one took.
func burst(goroutines, n int, begin func() func(i int)) cost {
	var before, after runtime.MemStats
	var running sync.WaitGroup
	runtime.ReadMemStats(&before)
	used := processorTime()
	for range goroutines {
		running.Go(func() {
			count := begin()
			for i := range n {
				count(i)
			}
		})
	}
	running.Wait()
	used = processorTime() - used
	runtime.ReadMemStats(&after)
	requests := float64(goroutines * n)
	return cost{Nanoseconds: float64(used) / requests, Allocations: float64(after.Mallocs-before.Mallocs) / requests}
}

var nothing = http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})

// bare is a ResponseWriter without the cost of one.
type bare struct{ header http.Header }

func (w bare) Header() http.Header         { return w.header }
func (w bare) Write(p []byte) (int, error) { return len(p), nil }
func (w bare) WriteHeader(int)             {}

// serve repeats a request without a connection.
func serve(h http.Handler) func() func(int) {
	return func() func(int) {
		r := &http.Request{Method: http.MethodGet, Pattern: "GET /orders", Header: http.Header{}, Body: http.NoBody}
		w := bare{header: http.Header{}}
		return func(int) { h.ServeHTTP(w, r) }
	}
}

// withPromhttp counts with the middlewares of Prometheus' client library: a
// histogram of durations, native like ours, and a counter, by status.
func withPromhttp(next http.Handler) http.Handler {
	duration := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "duration_seconds", NativeHistogramBucketFactor: 1.1}, []string{"code"})
	counter := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "requests_total"}, []string{"code"})
	return promhttp.InstrumentHandlerDuration(duration, promhttp.InstrumentHandlerCounter(counter, next))
}
