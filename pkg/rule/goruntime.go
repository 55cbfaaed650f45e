package rule

import (
	"fmt"
	"strings"
	"time"

	"github.com/heartline-monitor/heartline/pkg/band"
	"github.com/heartline-monitor/heartline/pkg/dashboard"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

// goRuntime are the rules over the processes of Go services.
func goRuntime() Group {
	return Group{
		File: "go-runtime.yaml", Name: "go runtime", Folder: "Heartline", Interval: time.Minute,
		Rules: []Rule{
			goroutinesElevated(), goroutinesHigh(), goroutinesLeak(),
			memoryElevated(), memoryHigh(), memoryDangerous(),
			goroutinesGrow(), memoryGrows(),
		},
	}
}

// shortly is the window of levels, which need no more than to even out one peak.
var shortly = Span{2 * time.Minute, "evens out a single peak; services are read every 15 to 60 seconds"}

// level is a rule about one stretch of a scale. Grafana cannot inhibit one rule by
// another, so the stretches of the rules over a scale do not overlap: at most one of
// them is true of a service.
func level(uid, name string, severity Severity, summary string, of signal.Signal, has string, limit Limit, panel uint32) Rule {
	return Rule{
		UID: uid, Name: name, Severity: severity, Summary: summary,
		Firing:   service + ` has ` + has + `.`,
		Resolved: service + ` has ` + has + `: this alert is over, a milder or worse one may have taken its place.`,
		Terms:    just(everywhere(of, signal.Avg), shortly), Limit: limit, For: twoLooks, NoData: NoDataKeepsLast,
		Dashboard: dashboard.GoRuntimeUID, Panel: panel,
	}
}

const (
	soManyGoroutines = `{{ printf "%.0f" .Value }} goroutines`
	soMuchMemory     = `{{ humanize1024 .Value }}B on its heap`
)

func goroutinesElevated() Rule {
	return level("heartline-goroutines-elevated", "HeartlineGoroutinesElevated", Warning,
		"A Go service has more goroutines than usual", signal.Goroutines, soManyGoroutines, Limit{
			Is: Between, Value: band.Goroutines.Begin("attention"), Until: band.Goroutines.Begin("alert"), Unit: "goroutines",
			Reason: "keep watching; expected only above 50 requests per second",
		}, dashboard.GoroutinesPanel)
}

func goroutinesHigh() Rule {
	return level("heartline-goroutines-high", "HeartlineGoroutinesHigh", Critical,
		"A Go service has far too many goroutines", signal.Goroutines, soManyGoroutines, Limit{
			Is: Between, Value: band.Goroutines.Begin("alert"), Until: band.Goroutines.Begin("danger"), Unit: "goroutines",
			Reason: "more than any load explains: look at the logs",
		}, dashboard.GoroutinesPanel)
}

func goroutinesLeak() Rule {
	return level("heartline-goroutines-leak", "HeartlineGoroutinesLeak", Critical,
		"A Go service leaks goroutines", signal.Goroutines, soManyGoroutines, Limit{
			Is: AtLeast, Value: band.Goroutines.Begin("danger"), Unit: "goroutines",
			Reason: "a leak: restart before memory ends",
		}, dashboard.GoroutinesPanel)
}

func memoryElevated() Rule {
	return level("heartline-memory-elevated", "HeartlineMemoryElevated", Info,
		"The heap of a Go service is larger than usual", signal.Memory, soMuchMemory, Limit{
			Is: Between, Value: band.Memory.Begin("attention"), Until: band.Memory.Begin("warning"), Unit: "bytes",
			Reason: "2 GiB: keep watching",
		}, dashboard.HeapPanel)
}

func memoryHigh() Rule {
	return level("heartline-memory-high", "HeartlineMemoryHigh", Warning,
		"The heap of a Go service is large", signal.Memory, soMuchMemory, Limit{
			Is: Between, Value: band.Memory.Begin("warning"), Until: band.Memory.Begin("danger"), Unit: "bytes",
			Reason: "3 GiB: look for what holds it before it is 4",
		}, dashboard.HeapPanel)
}

func memoryDangerous() Rule {
	return level("heartline-memory-dangerous", "HeartlineMemoryDangerous", Critical,
		"The heap of a Go service is so large that it may be killed", signal.Memory, soMuchMemory, Limit{
			Is: AtLeast, Value: band.Memory.Begin("danger"), Unit: "bytes",
			Reason: "4 GiB: many containers end there",
		}, dashboard.HeapPanel)
}

// quarter is the window of growth.
var quarter = Span{15 * time.Minute, "an hour is compared in quarters: long enough for garbage collection and single bursts to even out"}

// step is by how many percent each quarter must be above the one before.
const step = 2

var (
	// steadyGrowth compares five quarters of an hour, the oldest first. It is by how many
	// percent the newest is above the oldest, an hour before it, if each is higher than
	// the one before by the step, and 0 if not: that is the slope test. A burst, a rise to
	// a new level and what a restart leaves behind have a quarter that does not rise, and
	// are no growth. A service that is not known for the whole time has no number.
	steadyGrowth = strings.ReplaceAll(
		"($E / $A - 1) * 100 * ($B > step * $A && $C > step * $B && $D > step * $C && $E > step * $D)",
		"step", fmt.Sprint(1+step/100.0))
	// smallestStep is the slope test as an operator reads it.
	smallestStep = Parameter{
		"step", fmt.Sprintf("more than %d", step), "percent from quarter to quarter",
		"growth by a fifth in an hour is 4.7 percent a quarter: what rises in every quarter is no noise",
	}
)

// grows is a rule about steady growth.
func grows(uid, name, summary, what string, of signal.Signal, panel uint32) Rule {
	var terms []Term
	for i := range 5 {
		terms = append(terms, Term{
			Query: everywhere(of, signal.Avg), Window: quarter, Ended: time.Duration(4-i) * quarter.Length,
		})
	}
	return Rule{
		UID: uid, Name: name, Severity: Warning, Summary: summary,
		Firing:   `The ` + what + ` of ` + service + ` grew by {{ printf "%.0f" .Value }} % within an hour, in every quarter of it.`,
		Resolved: `The ` + what + ` of ` + service + ` does not grow steadily any more ({{ printf "%.0f" .Value }} %).`,
		Terms:    terms, Formula: steadyGrowth,
		Limit: Limit{
			Is: Above, Value: 100 * band.GrowthLimit, Unit: "percent within an hour",
			Reason: "up to a fifth more than before is normal",
		},
		More:      []Parameter{smallestStep},
		For:       Span{10 * time.Minute, "the hour is memory enough; this drops what only just meets the limit"},
		NoData:    NoDataKeepsLast,
		Dashboard: dashboard.GoRuntimeUID, Panel: panel,
	}
}

func goroutinesGrow() Rule {
	return grows("heartline-goroutines-grow", "HeartlineGoroutinesGrow", "The goroutines of a Go service only become more",
		"number of goroutines", signal.Goroutines, dashboard.GoroutineGrowthPanel)
}

func memoryGrows() Rule {
	return grows("heartline-memory-grows", "HeartlineMemoryGrows", "The heap of a Go service only becomes larger",
		"heap", signal.Memory, dashboard.HeapGrowthPanel)
}
