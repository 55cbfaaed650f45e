package instrument

import "time"

// RequestLog keeps a row for every request and one for every minute;
// requestlog.Writer is one that writes SQLite. Its methods never block.
type RequestLog interface {
	// Record notes a request when it has ended.
	Record(ended time.Time, took time.Duration, failed bool)
	// Snapshot notes a minute when it has ended.
	Snapshot(s Snapshot)
	// Counts are how many rows were written, and how many had to be dropped.
	Counts() (written, dropped uint64)
}

// Snapshot is what happened in one minute of the clock.
type Snapshot struct {
	Time             time.Time     // the end of the minute
	Span             time.Duration // shorter than a minute where the program began in it
	Requests, Errors uint64
	Total            time.Duration // of all requests together
	InFlight         int64         // at the end
}
