package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"go.opentelemetry.io/contrib/bridges/otelslog"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploghttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.39.0"

	"github.com/heartline-monitor/heartline/pkg/demo/shop"
)

// flushTimeout is how long the last spans and log lines may take to be sent.
const flushTimeout = 3 * time.Second

// telemetry sends traces, and a log line for each request, over OTLP. What is not
// asked for by the environment is nil, and costs nothing.
type telemetry struct {
	traces *sdktrace.TracerProvider
	logs   *sdklog.LoggerProvider
}

// openTelemetry reads the variables that OpenTelemetry defines for this: traces go
// to OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, logs to OTEL_EXPORTER_OTLP_LOGS_ENDPOINT,
// both otherwise to OTEL_EXPORTER_OTLP_ENDPOINT, by HTTP. The exporters and the
// sampler read their own: OTEL_EXPORTER_OTLP_HEADERS, OTEL_TRACES_SAMPLER and the
// like. What cannot be sent is told to the logger.
func openTelemetry(ctx context.Context, logger *slog.Logger) (*telemetry, error) {
	t := &telemetry{}
	if !asked("TRACES") && !asked("LOGS") {
		return t, nil
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { logger.Warn("Telemetry cannot be sent", "error", err) }))
	about, err := resource.New(ctx, resource.WithAttributes(semconv.ServiceName(shop.Name)), resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("read OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	if asked("TRACES") {
		to, err := otlptracehttp.New(ctx)
		if err != nil {
			return nil, fmt.Errorf("export traces: %w", err)
		}
		t.traces = sdktrace.NewTracerProvider(sdktrace.WithBatcher(to), sdktrace.WithResource(about))
	}
	if asked("LOGS") {
		to, err := otlploghttp.New(ctx)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("export logs: %w", err), t.close(ctx))
		}
		t.logs = sdklog.NewLoggerProvider(sdklog.WithProcessor(sdklog.NewBatchProcessor(to)), sdklog.WithResource(about))
	}
	return t, nil
}

// asked reports whether the environment says where a signal, TRACES or LOGS, goes to.
func asked(signal string) bool {
	return os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT")+os.Getenv("OTEL_EXPORTER_OTLP_"+signal+"_ENDPOINT") != "" &&
		os.Getenv("OTEL_"+signal+"_EXPORTER") != "none" && os.Getenv("OTEL_SDK_DISABLED") != "true"
}

// instrument makes the shop tell of its requests.
func (t *telemetry) instrument(o *shop.Options) {
	if t.traces != nil {
		o.Traces = t.traces
	}
	if t.logs != nil {
		o.Requests = slog.New(otelslog.NewHandler(shop.Name, otelslog.WithLoggerProvider(t.logs)))
	}
}

// close sends what is left, also when the context has ended.
func (t *telemetry) close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), flushTimeout)
	defer cancel()
	var errs []error
	if t.traces != nil {
		errs = append(errs, t.traces.Shutdown(ctx))
	}
	if t.logs != nil {
		errs = append(errs, t.logs.Shutdown(ctx))
	}
	return errors.Join(errs...)
}
