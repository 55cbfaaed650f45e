package shop

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// slow is the time from which on a request is worth a warning.
const slow = time.Second

var errPayment = errors.New("the payment provider does not answer")

// serve works as long as the request's id and the conditions of now say.
func (s *Shop) serve(o *operation, w http.ResponseWriter, r *http.Request) {
	id, err := strconv.ParseUint(r.Header.Get(idHeader), 16, 64)
	if err != nil {
		id = s.unnamed.Add(1)
	}
	rng := generator(s.options.Seed, id)
	took, failed := o.outcome(rng, at(s.from+time.Since(s.start)))
	if !s.work(r.Context(), o, took, failed) {
		return // the customer has gone
	}
	s.tell(r.Context(), o, took, failed)
	if failed {
		http.Error(w, errPayment.Error(), http.StatusBadGateway)
		return
	}
	_, _ = io.WriteString(w, "ok\n")
}

// work goes through the steps of an operation, each a span. Where it fails, the last
// one is to blame. It returns false where the context ends before.
func (s *Shop) work(ctx context.Context, o *operation, took time.Duration, failed bool) bool {
	begins := time.Now()
	var done float64
	for i, step := range o.steps {
		done += step.share
		_, span := s.tracer.Start(ctx, step.name, trace.WithSpanKind(trace.SpanKindClient))
		worked := until(ctx, begins.Add(time.Duration(done*float64(took))))
		switch {
		case !worked:
			span.SetStatus(codes.Error, "the customer has gone")
		case failed && i == len(o.steps)-1:
			span.RecordError(errPayment)
			span.SetStatus(codes.Error, errPayment.Error())
		}
		span.End()
		if !worked {
			return false
		}
	}
	return true
}

// tell writes the line of a request, with its trace in the context.
func (s *Shop) tell(ctx context.Context, o *operation, took time.Duration, failed bool) {
	about := []slog.Attr{slog.String("operation", o.pattern), slog.Float64("seconds", took.Seconds())}
	switch {
	case failed:
		s.options.Requests.LogAttrs(ctx, slog.LevelError, "Request failed", append(about, slog.String("error", errPayment.Error()))...)
	case took >= slow:
		s.options.Requests.LogAttrs(ctx, slog.LevelWarn, "Request was slow", about...)
	default:
		s.options.Requests.LogAttrs(ctx, slog.LevelInfo, "Request served", about...)
	}
}

// sampledTrace is the id of the trace that a context belongs to, empty where nobody
// will see it.
func sampledTrace(ctx context.Context) string {
	span := trace.SpanContextFromContext(ctx)
	if !span.IsSampled() {
		return ""
	}
	return span.TraceID().String()
}
