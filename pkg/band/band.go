// Package band holds the named bands and grades by which figures of a service
// are judged: once, for dashboards, alert rules, reports and the command line.
package band

import (
	"math"
	"slices"
)

// Severity says how much a band asks of whoever watches.
type Severity int

// The severities, mildest first.
const (
	Fine     Severity = iota // nothing to do
	Watch                    // look again later
	Warning                  // look into it today
	Critical                 // act now
)

// String is the severity in lower case.
func (s Severity) String() string {
	return [...]string{"fine", "watch", "warning", "critical"}[s]
}

// Band is one named stretch of a scale.
type Band struct {
	Name     string
	From     float64 // the lowest value in it; -Inf for the first of a scale
	Severity Severity
}

// Scale is a list of bands that meets every number.
type Scale struct {
	Name  string // what is judged, e.g. "goroutines"
	Unit  string // of the values, in words
	Bands []Band // ascending by From
}

const gibibyte = 1 << 30

var lowest = math.Inf(-1)

// Goroutines judges the number of goroutines of a Go service: above 2000 keep
// watching, above 5000 look at the logs, above 10000 it leaks.
var Goroutines = Scale{Name: "goroutines", Unit: "goroutines", Bands: []Band{
	{"excellent", lowest, Fine}, {"good", 1_000, Fine}, {"attention", 2_000, Watch},
	{"warning", 3_000, Warning}, {"alert", 5_000, Critical}, {"danger", 10_000, Critical},
}}

// Memory judges the heap of a Go service, in bytes.
var Memory = Scale{Name: "memory", Unit: "bytes", Bands: []Band{
	{"normal", lowest, Fine}, {"good", 1 * gibibyte, Fine}, {"attention", 2 * gibibyte, Watch},
	{"warning", 3 * gibibyte, Warning}, {"danger", 4 * gibibyte, Critical},
}}

// Success grades the share of requests that succeeded, in percent.
var Success = Scale{Name: "success rate", Unit: "percent", Bands: []Band{
	{"needs attention", lowest, Critical}, {"good", 95, Fine}, {"excellent", 99, Fine},
}}

// Latency grades the average time a request takes, in seconds. Up to and
// including 100 ms is excellent, up to and including 500 ms good.
var Latency = Scale{Name: "average latency", Unit: "seconds", Bands: []Band{
	{"excellent", lowest, Fine}, {"good", above(0.1), Fine}, {"slow", above(0.5), Warning},
}}

// Throughput grades the average number of requests per second. A low one is no
// fault: it says that little is asked.
var Throughput = Scale{Name: "average QPS", Unit: "requests per second", Bands: []Band{
	{"low", lowest, Fine}, {"good", 10, Fine}, {"excellent", 20, Fine},
}}

// PeakThroughput judges the highest number of requests per second, of any minute.
var PeakThroughput = Scale{Name: "peak QPS", Unit: "requests per second", Bands: []Band{
	{"normal", lowest, Fine}, {"high", above(50), Warning},
}}

// above is the next number: bands begin at their lowest value, and these limits
// belong to the band below.
func above(v float64) float64 { return math.Nextafter(v, math.Inf(1)) }

// Of finds the band of a value; ok is false for NaN, which says nothing.
func (s Scale) Of(v float64) (b Band, ok bool) {
	if math.IsNaN(v) {
		return Band{}, false
	}
	for _, b := range slices.Backward(s.Bands) {
		if v >= b.From {
			return b, true
		}
	}
	return Band{}, false
}

// Load is how many goroutines a Go service is expected to have at a request rate.
type Load struct {
	FromQPS   float64 // the lowest rate it holds for
	Low, High float64 // goroutines
}

// Loads are ascending by FromQPS. They are a rule of thumb: what matters is that
// the number is stable, not how large it is.
var Loads = []Load{{0, 100, 500}, {10, 500, 1_500}, {50, 1_500, 3_000}, {above(100), 3_000, 5_000}}

// Expected is the load of a request rate; a rate below 0, or NaN, has that of 0.
func Expected(qps float64) Load {
	for _, l := range slices.Backward(Loads) {
		if qps >= l.FromQPS {
			return l
		}
	}
	return Loads[0]
}

// GrowthLimit is by how much goroutines or memory may exceed their baseline, an
// hour after a deployment, before it is more than normal: a fifth.
const GrowthLimit = 0.2
