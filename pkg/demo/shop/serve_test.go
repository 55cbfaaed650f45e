package shop

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
)

func TestStepsOfEveryOperationAddUpToItsWork(t *testing.T) {
	for _, o := range operations {
		var shares float64
		for _, s := range o.steps {
			shares += s.share
		}
		require.InDelta(t, 1, shares, 1e-9, o.pattern)
	}
}

// recording makes a shop whose spans are kept.
func recording(t *testing.T, o Options, sampler sdktrace.Sampler) (*Shop, *tracetest.SpanRecorder) {
	t.Helper()
	spans := tracetest.NewSpanRecorder()
	o.Traces = sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans), sdktrace.WithSampler(sampler))
	return newShop(t, o), spans
}

// untilOneFails asks for an order until the answer is a failure.
func untilOneFails(t *testing.T, h http.Handler) {
	t.Helper()
	for id := range uint64(1000) {
		if get(t, h, "/orders/7", strconv.FormatUint(id, 16)).Code == http.StatusBadGateway {
			return
		}
	}
	t.Fatal("no request of a thousand fails")
}

func TestRequestsAndTheirStepsAreSpansOfOneTrace(t *testing.T) {
	s, spans := recording(t, Options{Seed: 1}, sdktrace.AlwaysSample())
	get(t, s.Handler(), "/products/12", "7")
	ended := spans.Ended()
	require.Len(t, ended, 3)
	read, stock, request := ended[0], ended[1], ended[2]
	require.Equal(t, "GET /products/{id}", request.Name())
	require.Equal(t, trace.SpanKindServer, request.SpanKind())
	require.Equal(t, "read product", read.Name())
	require.Equal(t, "read stock", stock.Name())
	for _, step := range []sdktrace.ReadOnlySpan{read, stock} {
		require.Equal(t, request.SpanContext().SpanID(), step.Parent().SpanID())
		require.Equal(t, request.SpanContext().TraceID(), step.SpanContext().TraceID())
		require.Equal(t, codes.Unset, step.Status().Code)
	}
}

func TestTheLastStepOfAFailedRequestIsToBlame(t *testing.T) {
	s, spans := recording(t, Options{Seed: 1, Begin: "errors"}, sdktrace.AlwaysSample())
	untilOneFails(t, s.Handler())
	ended := spans.Ended()
	request := ended[len(ended)-1]
	require.Equal(t, codes.Error, request.Status().Code)
	require.Equal(t, codes.Error, ended[len(ended)-2].Status().Code)
	require.Equal(t, errPayment.Error(), ended[len(ended)-2].Status().Description)
	require.Equal(t, codes.Unset, ended[len(ended)-3].Status().Code)
}

// openMetrics scrapes the shop as Prometheus does that keeps exemplars.
func openMetrics(t *testing.T, h http.Handler) string {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", http.NoBody)
	r.Header.Set("Accept", "application/openmetrics-text; version=1.0.0")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Body.String()
}

func TestMetricsNameTheTraceOfASampledRequest(t *testing.T) {
	s, spans := recording(t, Options{Seed: 1}, sdktrace.AlwaysSample())
	get(t, s.Handler(), "/products/12", "7")
	id := spans.Ended()[0].SpanContext().TraceID().String()
	require.Contains(t, openMetrics(t, s.Handler()), `# {trace_id="`+id+`"}`)

	s, _ = recording(t, Options{Seed: 1}, sdktrace.NeverSample())
	get(t, s.Handler(), "/products/12", "7")
	require.NotContains(t, openMetrics(t, s.Handler()), "trace_id", "nobody could open it")
}

func TestRequestsAreLoggedByWhatCameOfThem(t *testing.T) {
	var out bytes.Buffer
	s := newShop(t, Options{Seed: 1, Begin: "errors", Requests: slog.New(slog.NewJSONHandler(&out, nil))})
	untilOneFails(t, s.Handler())
	var lines []map[string]any
	for line := range strings.Lines(out.String()) {
		var one map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &one))
		require.Equal(t, "GET /orders/{id}", one["operation"])
		require.Positive(t, one["seconds"])
		lines = append(lines, one)
	}
	last := lines[len(lines)-1]
	require.Equal(t, "ERROR", last["level"])
	require.Equal(t, "Request failed", last["msg"])
	require.Equal(t, errPayment.Error(), last["error"])
	for _, line := range lines[:len(lines)-1] {
		require.Equal(t, "INFO", line["level"])
		require.Equal(t, "Request served", line["msg"])
	}
}
