// Package signal is the one language for services: what can be known of one (its
// rate, its latency, its success, what it uses), asked in the same words whether
// a request log, the app itself or a Prometheus answers. It knows nothing of
// Grafana and nothing of how a Source finds its figures.
package signal

// Kind says what a service is read from.
type Kind string

// The kinds of service.
const (
	RequestLog Kind = "requestlog" // an SQLite file with a row for each request
	App        Kind = "app"        // the running app's own /api/monitor endpoints
	Go         Kind = "go"         // an instrumented app that a Prometheus scrapes
	Milvus     Kind = "milvus"     // a Milvus, of one process or many, that a Prometheus scrapes
)

// Kinds lists every kind in the order in which editors offer them.
var Kinds = []Kind{RequestLog, App, Go, Milvus}

// Service is one service as the settings name it.
type Service struct {
	Name string // unique in a data source
	Kind Kind
}

// Signal names something that can be known of a service at any time.
type Signal string

// The signals. What each means, its unit and its stats stand in Catalogue.
const (
	QPS            Signal = "qps"
	Requests       Signal = "requests"
	Latency        Signal = "latency"
	Success        Signal = "success"
	Errors         Signal = "errors"
	Rejections     Signal = "rejections"
	InFlight       Signal = "inflight"
	Queue          Signal = "queue"
	CPU            Signal = "cpu"
	Memory         Signal = "memory"
	ResidentMemory Signal = "residentMemory"
	MemoryUsage    Signal = "memoryUsage"
	Goroutines     Signal = "goroutines"
	GC             Signal = "gc"
	GCPause        Signal = "gcPause"
	Segments       Signal = "segments"
	Entities       Signal = "entities"
	CheckpointLag  Signal = "checkpointLag"
	Quota          Signal = "quota"
	Nodes          Signal = "nodes"
	Age            Signal = "age"
	Up             Signal = "up"
)

// Stat says what is made of the many values of a signal within one window.
type Stat string

// The stats. Percentiles of latency are those of linear interpolation between
// closest ranks (Hyndman and Fan, type 7) where a source has every request; a
// source that has a sketch or a histogram says its error in a note.
const (
	Avg Stat = "avg"
	Min Stat = "min"
	Max Stat = "max"
	P50 Stat = "p50"
	P90 Stat = "p90"
	P95 Stat = "p95"
	P99 Stat = "p99"
)

// Quantile is the quantile a stat asks for, from 0 to 1; ok is false for a stat
// that is none.
func (s Stat) Quantile() (q float64, ok bool) {
	q, ok = map[Stat]float64{P50: 0.5, P90: 0.9, P95: 0.95, P99: 0.99}[s]
	return q, ok
}

// Dimension is a property of requests, or of what a service is made of, by which a
// signal can be split.
type Dimension string

// The dimensions.
const (
	Operation  Dimension = "operation"  // what the app calls the work, such as "GET /orders" or "Search"
	Status     Dimension = "status"     // StatusSuccess or StatusError
	Database   Dimension = "database"   // of a Milvus
	Collection Dimension = "collection" // of a Milvus
	Role       Dimension = "role"       // of the processes of a Milvus, such as "querynode"; "standalone" where one has all
	State      Dimension = "state"      // of segments and of quotas
	QueueType  Dimension = "queueType"  // what waits: "ddl", "dml" or "dql"
)

// The values of Status.
const (
	StatusSuccess = "success"
	StatusError   = "error"
)

// Unit is what a signal is measured in.
type Unit string

// The units. Percent goes from 0 to 100.
const (
	RequestsPerSecond Unit = "requests per second"
	Count             Unit = "count"
	Seconds           Unit = "seconds"
	Percent           Unit = "percent"
	Bytes             Unit = "bytes"
	PerSecond         Unit = "per second"
)
