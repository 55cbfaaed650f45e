package prometheus

import (
	"slices"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

// kind is the kind of a metric, which says by which names it is stored.
type kind int

const (
	counter kind = iota
	gauge
	histogram // classic: name_bucket, name_sum, name_count; native: name
)

// candidate is a metric that gives a signal.
type candidate struct {
	name  string
	kind  kind
	scale float64 // from the metric's unit to the signal's; 0 is 1
	note  string  // what to know where this one is used
}

// names are those under which a Prometheus may have the metric.
func (c candidate) names() []string {
	if c.kind == histogram {
		return []string{c.name, c.name + "_bucket", c.name + "_sum", c.name + "_count"}
	}
	return []string{c.name}
}

const (
	upMetric = "up"
	// coresMetric is how many processors a Go process may use.
	coresMetric = "go_sched_gomaxprocs_threads"

	ourRequests = "heartline_requests_total"
	ourDuration = "heartline_request_duration_seconds"
	ourInFlight = "heartline_requests_in_flight"
)

// requestMetrics count requests, durationMetrics time them. The first that a
// service has is used: our own; those of the OpenTelemetry semantic conventions
// for HTTP servers; those that most Go services made by themselves, after the
// examples of client_golang; those of go-grpc-middleware.
var (
	requestMetrics = []candidate{
		{name: ourRequests},
		{name: "http_server_request_duration_seconds", kind: histogram},
		{name: "http_requests_total"},
		{name: "http_request_duration_seconds", kind: histogram},
		{name: "grpc_server_handled_total"},
	}
	durationMetrics = []candidate{
		{name: ourDuration, kind: histogram},
		{name: "http_server_request_duration_seconds", kind: histogram},
		{name: "http_request_duration_seconds", kind: histogram},
		{name: "grpc_server_handling_seconds", kind: histogram},
	}
)

const megabyte = 1 << 20

// processMetrics give the signals that no request tells, the first that a service has.
var processMetrics = map[signal.Signal][]candidate{
	signal.InFlight: {
		{name: ourInFlight, kind: gauge},
		{name: "http_server_active_requests", kind: gauge},
		{name: "http_requests_in_flight", kind: gauge},
		{name: "in_flight_requests", kind: gauge},
	},
	signal.CPU: {{name: "process_cpu_seconds_total", scale: 100}},
	signal.Memory: {
		{name: "go_memstats_alloc_bytes", kind: gauge},
		{name: "go_memstats_heap_alloc_bytes", kind: gauge},
		{name: "oneapi_memory_mb", kind: gauge, scale: megabyte},
	},
	signal.ResidentMemory: {{name: "process_resident_memory_bytes", kind: gauge}},
	signal.Goroutines: {
		{name: "go_goroutines", kind: gauge},
		{name: "go_goroutine_count", kind: gauge},
		{name: "oneapi_goroutines", kind: gauge},
	},
	signal.GC: {{name: "go_gc_duration_seconds_count"}, {name: "go_gc_cycles_total_gc_cycles_total"}},
	signal.GCPause: {
		{name: "go_gc_duration_seconds_sum", scale: 100},
		{name: "go_gc_pauses_seconds_sum", scale: 100, note: "go_gc_pauses_seconds knows pauses by their lower bounds only: the share is somewhat larger"},
	},
	signal.Up:  {{name: upMetric, kind: gauge}},
	signal.Age: {{name: upMetric, kind: gauge}},
}

// candidatesOf are the metrics that give a signal, best first.
func candidatesOf(s signal.Signal) []candidate {
	switch s {
	case signal.QPS, signal.Requests, signal.Success, signal.Errors:
		return requestMetrics
	case signal.Latency:
		return durationMetrics
	default:
		return processMetrics[s]
	}
}

// allNames are the names of every metric of the catalogue.
var allNames = func() []string {
	names := []string{coresMetric}
	for _, d := range signal.Catalogue {
		for _, c := range candidatesOf(d.Signal) {
			names = append(names, c.names()...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}()

// operationLabels name the work of a request, best first: of the first entry of
// which a metric has any label, the first of each group, joined by a blank, such
// as "GET /orders".
var operationLabels = [][][]string{
	{{"operation"}},
	{{"grpc_service"}, {"grpc_method"}},
	{{"http_request_method", "method"}, {"http_route", "route", "handler", "path", "uri", "endpoint"}},
}

// statusLabels tell how a request ended, best first, each with the pattern of
// values that are the server's failures. Those of gRPC are the codes for which the
// OpenTelemetry conventions call a server's call an error.
var statusLabels = []struct{ name, failed string }{
	{"status", "error|5.."},
	{"http_response_status_code", "5.."},
	{"code", "5.."},
	{"status_code", "5.."},
	{"http_status_code", "5.."},
	{"grpc_code", "Unknown|DeadlineExceeded|Unimplemented|Internal|Unavailable|DataLoss"},
}
