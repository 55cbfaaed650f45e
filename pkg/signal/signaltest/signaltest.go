// Package signaltest is the conformance suite of signal.Source: every source has
// to answer as a plain evaluation over what happened does.
//
// A source's test says in a Profile what the source can tell and how exactly,
// writes each World that the suite makes into what the source reads (a file, the
// answers of an HTTP server), and returns the source:
//
//	func TestSourceConforms(t *testing.T) {
//		signaltest.Run(t, signaltest.Profile{Kind: signal.App, Resolution: time.Second, Span: 10 * time.Minute, Percentiles: 0.011},
//			func(t testing.TB, w signaltest.World) signal.Source { ... })
//	}
//
// The source must believe that it is read at World.Now. With a Resolution, the
// edges of all windows fall on its multiples, and so do World.Start and
// World.Now: a source that keeps sums for each second has to add up whole
// seconds only. Readings of a World lie in the middle of each piece of the
// resolution, so that it does not matter whether a range holds its first or its
// last instant. What is scraped at the multiples should hold the requests before
// that instant and the reading before it.
//
// The suite checks besides: that Missing names exactly the signals that Read
// refuses, invalid requests, cancelled contexts, reading from many goroutines at
// once, Close, and that no goroutine is left behind.
package signaltest

import (
	"testing"
	"time"
	_ "time/tzdata" // zones, also where the machine has none

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

// Profile says what a source can tell of a World, and how exactly. The zero
// value is an exact source that has everything its kind can have.
type Profile struct {
	Kind signal.Kind
	// Missing are signals which the source cannot give of any World, beyond those
	// that its kind never has.
	Missing []signal.Signal
	// SplitBy are the dimensions that the source has; splitting by others is
	// Unsupported. Requests are split by operation and status; how a source splits
	// by others is for its own tests.
	SplitBy []signal.Dimension
	// Succeeded says that the source times requests that succeeded only: latencies
	// are of these, and are not split by status.
	Succeeded bool
	// Stats are those of latency that the source has, all where it is empty;
	// others are Unsupported.
	Stats []signal.Stat

	// Resolution is the distance of the source's figures, 0 for a source that
	// has the exact time of each request. Shortest is the shortest window that
	// is asked for, the resolution where it is 0.
	Resolution, Shortest time.Duration
	// Span is how far back the source remembers: no World is longer. 0 is as long
	// as one likes.
	Span time.Duration
	// Overlap says that requests in flight are computed from the times of
	// requests, and not read from a gauge.
	Overlap bool

	// Blur is how far off a request may be counted: an answer is right when it is
	// right for all requests of a window that are further than this from its
	// edges and any choice of those that are nearer.
	Blur time.Duration
	// Relative errors: of counts and rates (of success and error rates, in
	// hundreds of percent), of averages, of the least and largest latency, and of
	// percentiles. A percentile with an error is right when it is that near to
	// one of the two requests it lies between; one without is interpolated.
	Rates, Averages, Extremes, Percentiles float64
}

// Open makes a source that reads a world and cleans up with the test. It is
// called from several tests at once.
type Open func(t testing.TB, w World) signal.Source

// Run checks that the sources which open makes conform. The test that calls it
// must not be parallel: goroutines that a source leaves behind are looked for.
func Run(t *testing.T, p Profile, open Open) {
	t.Helper()
	before := goleak.IgnoreCurrent()
	t.Run("worlds", func(t *testing.T) {
		for _, w := range worlds(t, p) {
			t.Run(w.Name, func(t *testing.T) {
				t.Parallel()
				testWorld(t, newTrial(w, p, open(t, w)))
			})
		}
	})
	goleak.VerifyNone(t, before)
}

// trial is a source under test beside what it reads.
type trial struct {
	World
	profile  Profile
	source   signal.Source
	requests []timed[Request]
	readings []timed[Reading]
}

// timed has the time of something in Unix nanoseconds, which are compared often.
type timed[T any] struct {
	at   int64
	what T
}

func newTrial(w World, p Profile, source signal.Source) trial {
	tr := trial{World: w, profile: p, source: source}
	for _, r := range w.Requests {
		tr.requests = append(tr.requests, timed[Request]{r.Time.UnixNano(), r})
	}
	for _, r := range w.Readings {
		tr.readings = append(tr.readings, timed[Reading]{r.Time.UnixNano(), r})
	}
	return tr
}

func testWorld(t *testing.T, tr trial) {
	for _, part := range []struct {
		name string
		test func(*testing.T, trial)
	}{
		{"signals", testSignals},
		{"heatmap", testHeatmap},
		{"age and up", testAgeAndUp},
		{"missing", testMissing},
		{"refusals", testRefusals},
		{"cancelled", testCancelled},
		{"concurrent", testConcurrent},
	} {
		t.Run(part.name, func(t *testing.T) { part.test(t, tr) })
	}
	require.NotNil(t, tr.source.Location())
	said, err := tr.source.Check(t.Context())
	require.NoError(t, err)
	require.NotEmpty(t, said)
	testClose(t, tr)
}
