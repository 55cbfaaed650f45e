package signal

import (
	"fmt"
	"slices"
	"strings"
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
	worstStats   = []Stat{Max, Avg, Min}
	ofRequests   = []Dimension{Operation, Status, Database, Collection}
	ofOutcomes   = []Dimension{Operation, Database, Collection}
	ofProcesses  = []Dimension{Role}
)

// dimensionsOf are the dimensions that services of a kind can have.
var dimensionsOf = map[Kind][]Dimension{
	RequestLog: {Operation, Status},
	App:        {Operation, Status},
	Go:         {Operation, Status},
	Milvus:     {Operation, Status, Database, Collection, Role, State, QueueType},
}

const (
	notInLog   = "a request log has no figures of the process: read it from the app (kind app) or from Prometheus (kind go)"
	onlyInLog  = "only the snapshots of a request log tell how much of the machine's memory is used: use memory, in bytes"
	onlyMilvus = "only Milvus has it: read one from the Prometheus that scrapes it (kind milvus)"
	notInApp   = "a running app tells of its heap only: use memory, or read the app from Prometheus (kind go)"
	notCounted = "Milvus does not count the requests that it works on: use queue for those that wait"
)

var (
	notOfLogs     = map[Kind]string{RequestLog: notInLog}
	onlyOfLogs    = map[Kind]string{App: onlyInLog, Go: onlyInLog, Milvus: strings.Replace(onlyInLog, "use memory", "use residentMemory", 1)}
	onlyOfMilvus  = map[Kind]string{RequestLog: onlyMilvus, App: onlyMilvus, Go: onlyMilvus}
	onlyOfScrapes = map[Kind]string{RequestLog: notInLog, App: notInApp}
)

// Catalogue lists every signal in the order in which editors offer them.
var Catalogue = []Definition{
	{Signal: QPS, Label: "QPS", Unit: RequestsPerSecond, SplitBy: ofRequests,
		Description: "Requests per second, failed ones included"},
	{Signal: Latency, Label: "Latency", Unit: Seconds, Stats: latencyStats, SplitBy: ofRequests,
		Description: "How long requests took, failed ones included; of Milvus, those that succeeded"},
	{Signal: Success, Label: "Success rate", Unit: Percent, SplitBy: ofOutcomes,
		Description: "Share of requests that succeeded; nothing where there was none"},
	{Signal: Errors, Label: "Error rate", Unit: Percent, SplitBy: ofOutcomes,
		Description: "Share of requests that failed; nothing where there was none"},
	{Signal: Rejections, Label: "Rejections", Unit: Percent, SplitBy: ofOutcomes, Cannot: onlyOfMilvus,
		Description: "Share of requests that were rejected or rate limited before any work was done; nothing where there was none"},
	{Signal: Requests, Label: "Requests", Unit: Count, SplitBy: ofRequests,
		Description: "Number of requests in each interval"},
	{Signal: InFlight, Label: "In flight", Unit: Count, Stats: gaugeStats, Cannot: map[Kind]string{Milvus: notCounted},
		Description: "Requests that have begun and not ended (in a request log: those whose time overlaps)"},
	{Signal: Queue, Label: "Queue", Unit: Count, Stats: gaugeStats, SplitBy: []Dimension{QueueType}, Cannot: onlyOfMilvus,
		Description: "Tasks that wait in the queues of the proxies"},
	{Signal: CPU, Label: "CPU", Unit: Percent, Stats: gaugeStats, SplitBy: ofProcesses,
		Description: "Processor time in use, of all that the process may use; in a request log, of the whole machine"},
	{Signal: Memory, Label: "Memory", Unit: Bytes, Stats: gaugeStats, SplitBy: ofProcesses,
		Description: "Memory of the heap in use", Cannot: map[Kind]string{RequestLog: notInLog + ", or ask for memoryUsage"}},
	{Signal: ResidentMemory, Label: "Resident memory", Unit: Bytes, Stats: gaugeStats, SplitBy: ofProcesses, Cannot: onlyOfScrapes,
		Description: "Memory that the process holds, that of C and C++ code included"},
	{Signal: MemoryUsage, Label: "Memory usage", Unit: Percent, Stats: gaugeStats,
		Description: "Share of the machine's memory in use", Cannot: onlyOfLogs},
	{Signal: Goroutines, Label: "Goroutines", Unit: Count, Stats: gaugeStats, SplitBy: ofProcesses,
		Description: "Goroutines that exist", Cannot: notOfLogs},
	{Signal: GC, Label: "GC cycles", Unit: PerSecond, SplitBy: ofProcesses,
		Description: "Garbage collections per second", Cannot: notOfLogs},
	{Signal: GCPause, Label: "GC pauses", Unit: Percent, SplitBy: ofProcesses,
		Description: "Share of the time in which garbage collection stopped the world", Cannot: notOfLogs},
	{Signal: Segments, Label: "Segments", Unit: Count, Stats: gaugeStats, SplitBy: []Dimension{State}, Cannot: onlyOfMilvus,
		Description: "Segments that are stored, dropped ones left out"},
	{Signal: Entities, Label: "Entities", Unit: Count, Stats: gaugeStats, SplitBy: []Dimension{Database, Collection}, Cannot: onlyOfMilvus,
		Description: "Entities that are stored, loaded or not"},
	{Signal: CheckpointLag, Label: "Checkpoint lag", Unit: Seconds, Stats: worstStats, Cannot: onlyOfMilvus,
		Description: "How far the checkpoint of the slowest channel is behind; nothing where there is no channel"},
	{Signal: Quota, Label: "Quota exceeded", Unit: Count, SplitBy: []Dimension{State}, Cannot: onlyOfMilvus,
		Description: "1 while a quota is exceeded and requests are denied, 0 while none is"},
	{Signal: Nodes, Label: "Nodes", Unit: Count, Stats: gaugeStats, SplitBy: ofProcesses, Cannot: onlyOfMilvus,
		Description: "Nodes and coordinators that are registered; a standalone has one for each of its roles"},
	{Signal: Age, Label: "Age", Unit: Seconds,
		Description: "How long ago, at the end of the range, the service was heard of last"},
	{Signal: Up, Label: "Up", Unit: Count, SplitBy: ofProcesses,
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

// Dimensions are those by which the signal can be split where a service of the kind
// gives it; none where the kind never has the signal.
func (d Definition) Dimensions(k Kind) []Dimension {
	if _, cannot := d.Cannot[k]; cannot {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(d.SplitBy), func(dim Dimension) bool { return !slices.Contains(dimensionsOf[k], dim) })
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
