package instrument

import (
	"context"
	"math"
	"sync/atomic"
	"time"
	"unicode/utf8"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/types/known/timestamppb"
)

const (
	// traceLabel is what Prometheus' and Grafana's documentation call the label.
	traceLabel = "trace_id"
	// longestTrace keeps label and value within the 128 characters that OpenMetrics
	// allows an exemplar.
	longestTrace = 128 - len(traceLabel)
	// classicBounds is how many bounds the classic histogram has, +Inf left out.
	classicBounds = (lastBound-firstBound)/boundsApart + 1
)

// exemplar is a request that stands for the others in its bucket.
type exemplar struct {
	trace string
	took  time.Duration
	ended time.Time
}

// exemplars are the newest request with a trace in each bucket of the classic
// histogram, the last of them the one without a bound.
type exemplars [classicBounds + 1]atomic.Pointer[exemplar]

// exemplify remembers a request that has just ended, if it belongs to a trace.
func (o *Operation) exemplify(ctx context.Context, begun time.Duration) {
	trace := o.monitor.config.TraceID(ctx)
	if trace == "" || len(trace) > longestTrace || !utf8.ValidString(trace) {
		return
	}
	now := o.monitor.clock()
	e := &exemplar{trace: trace, took: max(now-begun, 1), ended: o.monitor.wall(now)}
	o.exemplars[classicBucket(slotOf(int64(e.took)))].Store(e)
}

// classicBucket is the number of the bucket that a slot is counted in.
func classicBucket(slot int) int {
	return min(max(slot-firstBound+boundsApart-1, 0)/boundsApart, classicBounds)
}

// attach puts the exemplars on their buckets. The bucket without a bound has to be
// there to carry one.
func (e *exemplars) attach(buckets []*dto.Bucket, all uint64) []*dto.Bucket {
	if e == nil {
		return buckets
	}
	for i := range e {
		one := e[i].Load()
		if one == nil {
			continue
		}
		if i == len(buckets) {
			buckets = append(buckets, &dto.Bucket{UpperBound: new(math.Inf(1)), CumulativeCount: &all})
		}
		buckets[i].Exemplar = &dto.Exemplar{
			Label:     []*dto.LabelPair{{Name: new(traceLabel), Value: &one.trace}},
			Value:     new(one.took.Seconds()),
			Timestamp: timestamppb.New(one.ended),
		}
	}
	return buckets
}
