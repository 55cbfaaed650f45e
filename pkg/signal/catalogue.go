package signal

import (
	"fmt"
	"slices"
)

// Definition says what a signal means, whoever gives it.
type Definition struct {
	Signal      Signal
	Label       string
	Description string
	Unit        Unit
	Stats       []Stat      // the first is the default; empty where there is but one value
	SplitBy     []Dimension // by what the signal can be split where the source has it
	// Cannot holds the kinds that never have the signal, each with the reason
	// and what has it instead.
	Cannot map[Kind]string
}

var (
	latencyStats = []Stat{P95, Avg, Min, Max, P50, P90, P99}
	gaugeStats   = []Stat{Avg, Min, Max}
	ofRequests   = []Dimension{Operation, Status}
)

const (
	notInLog  = "a request log has no figures of the process: read it from the app (kind app) or from Prometheus (kind go)"
	onlyInLog = "only the snapshots of a request log tell how much of the machine's memory is used: use memory, in bytes"
)

// Catalogue lists every signal in the order in which editors offer them.
var Catalogue = []Definition{
	{Signal: QPS, Label: "QPS", Unit: RequestsPerSecond, SplitBy: ofRequests,
		Description: "Requests per second, failed ones included"},
	{Signal: Latency, Label: "Latency", Unit: Seconds, Stats: latencyStats, SplitBy: ofRequests,
		Description: "How long requests took, failed ones included"},
	{Signal: Success, Label: "Success rate", Unit: Percent, SplitBy: []Dimension{Operation},
		Description: "Share of requests that succeeded; nothing where there was none"},
	{Signal: Errors, Label: "Error rate", Unit: Percent, SplitBy: []Dimension{Operation},
		Description: "Share of requests that failed; nothing where there was none"},
	{Signal: Requests, Label: "Requests", Unit: Count, SplitBy: ofRequests,
		Description: "Number of requests in each interval"},
	{Signal: InFlight, Label: "In flight", Unit: Count, Stats: gaugeStats,
		Description: "Requests that have begun and not ended (in a request log: those whose time overlaps)"},
	{Signal: CPU, Label: "CPU", Unit: Percent, Stats: gaugeStats,
		Description: "Processor time in use, of all that the process may use; in a request log, of the whole machine"},
	{Signal: Memory, Label: "Memory", Unit: Bytes, Stats: gaugeStats,
		Description: "Memory of the heap in use", Cannot: map[Kind]string{RequestLog: notInLog + ", or ask for memoryUsage"}},
	{Signal: MemoryUsage, Label: "Memory usage", Unit: Percent, Stats: gaugeStats,
		Description: "Share of the machine's memory in use", Cannot: map[Kind]string{App: onlyInLog, Go: onlyInLog}},
	{Signal: Goroutines, Label: "Goroutines", Unit: Count, Stats: gaugeStats,
		Description: "Goroutines that exist", Cannot: map[Kind]string{RequestLog: notInLog}},
	{Signal: GC, Label: "GC cycles", Unit: PerSecond,
		Description: "Garbage collections per second", Cannot: map[Kind]string{RequestLog: notInLog}},
	{Signal: GCPause, Label: "GC pauses", Unit: Percent,
		Description: "Share of the time in which garbage collection stopped the world", Cannot: map[Kind]string{RequestLog: notInLog}},
	{Signal: Age, Label: "Age", Unit: Seconds,
		Description: "How long ago, at the end of the range, the service was heard of last"},
	{Signal: Up, Label: "Up", Unit: Count,
		Description: "1 when the service can be read now, 0 when it cannot"},
}

// Define finds the definition of a signal.
func Define(s Signal) (Definition, error) {
	i := slices.IndexFunc(Catalogue, func(d Definition) bool { return d.Signal == s })
	if i < 0 {
		return Definition{}, fmt.Errorf("signal %q is unknown: use one of %q", s, Names())
	}
	return Catalogue[i], nil
}

// Names lists every signal.
func Names() []Signal {
	names := make([]Signal, len(Catalogue))
	for i, d := range Catalogue {
		names[i] = d.Signal
	}
	return names
}

// DefaultStat is the stat of a signal where none is asked for, "" for a signal
// that has none.
func (d Definition) DefaultStat() Stat {
	if len(d.Stats) == 0 {
		return ""
	}
	return d.Stats[0]
}

// Allows checks a stat ("" is the default) and dimensions against the definition.
func (d Definition) Allows(stat Stat, splitBy []Dimension) error {
	if stat != "" && !slices.Contains(d.Stats, stat) {
		if len(d.Stats) == 0 {
			return fmt.Errorf("signal %q has no stat: leave stat %q out", d.Signal, stat)
		}
		return fmt.Errorf("signal %q has no stat %q: use one of %q", d.Signal, stat, d.Stats)
	}
	for i, dim := range splitBy {
		if !slices.Contains(d.SplitBy, dim) {
			if len(d.SplitBy) == 0 {
				return fmt.Errorf("signal %q cannot be split: leave splitBy out", d.Signal)
			}
			return fmt.Errorf("signal %q cannot be split by %q: use any of %q", d.Signal, dim, d.SplitBy)
		}
		if slices.Contains(splitBy[:i], dim) {
			return fmt.Errorf("splitBy names %q twice", dim)
		}
	}
	return nil
}
