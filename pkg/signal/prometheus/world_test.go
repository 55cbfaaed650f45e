package prometheus_test

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/heartline-monitor/heartline/pkg/signal"
	"github.com/heartline-monitor/heartline/pkg/signal/signaltest"
)

const (
	scrape       = 20 * time.Second
	cores        = 4
	bucketFactor = 1.5
)

// bucketBounds go from a millisecond to an hour and a half; the first is for
// requests that took no time.
var bucketBounds = func() []float64 {
	bounds := []float64{0}
	for bound := 0.001; bound < 6_000; bound *= bucketFactor {
		bounds = append(bounds, bound)
	}
	return append(bounds, math.Inf(1))
}()

// exposition writes what a Prometheus that scrapes the service of a world at
// every multiple of the interval has of it, in OpenMetrics. Requests have the
// names of OpenTelemetry's conventions. Gauges are written at the times of their
// readings; the first scrape is a moment after the start.
func exposition(w signaltest.World) string {
	e := processOf(w)
	e.requests(w)
	return e.String()
}

// processOf writes what the process tells of itself.
func processOf(w signaltest.World) *metrics {
	e := &metrics{target: `job="shop",instance="127.0.0.1:8080"`}
	e.add("up", "", w.Start.Add(time.Millisecond), 1)
	for at := w.Start.Add(scrape); !at.After(w.Now); at = at.Add(scrape) {
		e.add("up", "", at, 1)
	}
	for _, r := range w.Readings {
		e.add("http_server_active_requests", "", r.Time, r.InFlight)
		e.add("go_memstats_alloc_bytes", "", r.Time, r.Memory)
		e.add("go_goroutines", "", r.Time, r.Goroutines)
	}
	at := w.Start
	process := func(until time.Time, total signaltest.Reading) {
		for ; !at.After(until) && !at.After(w.Now); at = at.Add(scrape) {
			e.add("process_cpu_seconds_total", "", at, total.CPU)
			e.add("go_gc_duration_seconds_count", "", at, total.GC)
			e.add("go_gc_duration_seconds_sum", "", at, total.GCPause)
			e.add("go_sched_gomaxprocs_threads", "", at, cores)
		}
	}
	var total signaltest.Reading
	for _, r := range w.Readings {
		process(r.Time, total)
		total.CPU += r.CPU / 100 * cores * scrape.Seconds()
		total.GC += r.GC
		total.GCPause += r.GCPause
	}
	process(w.Now, total)
	return e
}

// metrics are samples by series: a text of OpenMetrics keeps a series together.
type metrics struct {
	target string
	series map[string]*strings.Builder
}

func (e *metrics) add(name, labels string, at time.Time, v float64) {
	if e.series == nil {
		e.series = map[string]*strings.Builder{}
	}
	id := name + "{" + e.target + labels + "}"
	if e.series[id] == nil {
		e.series[id] = &strings.Builder{}
	}
	fmt.Fprintf(e.series[id], "%s %s %d.%03d\n", id, strconv.FormatFloat(v, 'g', -1, 64), at.Unix(), at.Nanosecond()/1e6)
}

// String is the text.
func (e *metrics) String() string {
	var all strings.Builder
	for _, id := range slices.Sorted(maps.Keys(e.series)) {
		all.WriteString(e.series[id].String())
	}
	return all.String() + "# EOF\n"
}

// requests writes the histogram of each operation and status.
func (e *metrics) requests(w signaltest.World) {
	for k, requests := range byOperationAndStatus(w) {
		code := map[string]string{signal.StatusSuccess: "200", signal.StatusError: "500"}[k.status]
		e.histogram(w, duration, fmt.Sprintf(",http_route=%q,http_response_status_code=%q", k.operation, code), 1, requests)
	}
}

type operationAndStatus struct{ operation, status string }

// byOperationAndStatus gives the requests by time; one kind there is always.
func byOperationAndStatus(w signaltest.World) map[operationAndStatus][]signaltest.Request {
	of := map[operationAndStatus][]signaltest.Request{{"GET /", signal.StatusSuccess}: nil}
	for _, r := range w.Requests {
		k := operationAndStatus{r.Operation, r.Status}
		of[k] = append(of[k], r)
	}
	for _, requests := range of {
		byTime(requests)
	}
	return of
}

func byTime(requests []signaltest.Request) []signaltest.Request {
	slices.SortFunc(requests, func(a, b signaltest.Request) int { return a.Time.Compare(b.Time) })
	return requests
}

// counter writes how many requests there were.
func (e *metrics) counter(w signaltest.World, name, labels string, requests []signaltest.Request) {
	n := 0
	for at := w.Start; !at.After(w.Now); at = at.Add(scrape) {
		for n < len(requests) && requests[n].Time.Before(at) {
			n++
		}
		e.add(name, labels, at, float64(n))
	}
}

// histogram writes how long requests took, in units of which a second has perSecond.
func (e *metrics) histogram(w signaltest.World, name, labels string, perSecond float64, requests []signaltest.Request) {
	counts, sum := make([]int, len(bucketBounds)), 0.0
	for at := w.Start; !at.After(w.Now); at = at.Add(scrape) {
		for len(requests) > 0 && requests[0].Time.Before(at) {
			i, _ := slices.BinarySearchFunc(bucketBounds, requests[0].Seconds, cmp.Compare)
			counts[i]++
			sum += requests[0].Seconds * perSecond
			requests = requests[1:]
		}
		all := 0
		for i, bound := range bucketBounds {
			all += counts[i]
			e.add(name+"_bucket", labels+`,le="`+strconv.FormatFloat(bound*perSecond, 'g', -1, 64)+`"`, at, float64(all))
		}
		e.add(name+"_count", labels, at, float64(all))
		e.add(name+"_sum", labels, at, sum)
	}
}

const duration = "http_server_request_duration_seconds"
