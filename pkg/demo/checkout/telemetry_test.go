package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	collectorlogs "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	collectortraces "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"
)

// backend takes OTLP over HTTP and keeps it.
type backend struct {
	*httptest.Server

	mu     sync.Mutex
	traces []*collectortraces.ExportTraceServiceRequest
	logs   []*collectorlogs.ExportLogsServiceRequest
	others []string
}

func newBackend(t *testing.T) *backend {
	t.Helper()
	b := &backend{}
	b.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b.mu.Lock()
		defer b.mu.Unlock()
		traces, logs := &collectortraces.ExportTraceServiceRequest{}, &collectorlogs.ExportLogsServiceRequest{}
		switch r.URL.Path {
		case "/v1/traces":
			read(t, r, traces)
			b.traces = append(b.traces, traces)
		case "/otlp/v1/logs", "/v1/logs":
			read(t, r, logs)
			b.logs = append(b.logs, logs)
		default:
			b.others = append(b.others, r.URL.Path)
		}
	}))
	t.Cleanup(b.Close)
	return b
}

func read(t *testing.T, r *http.Request, into proto.Message) {
	body := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		unpacked, err := gzip.NewReader(r.Body)
		if err != nil {
			t.Error(err)
			return
		}
		body = unpacked
	}
	raw, err := io.ReadAll(body)
	if err == nil {
		err = proto.Unmarshal(raw, into)
	}
	if err != nil {
		t.Error(err)
	}
}

// serveOneRequest runs the service until it has served a request, and returns what
// it logged.
func serveOneRequest(t *testing.T) string {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var logs bytes.Buffer
	listening := make(chan struct{}, 1)
	out := &heard{until: "listens on", stop: func() { listening <- struct{}{} }}
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, []string{"-listen", "127.0.0.1:0", "-begin", "burst"}, out, &logs) }()
	<-listening
	_, address, found := strings.Cut(strings.TrimSpace(out.String()), "listens on ")
	require.True(t, found)
	get(t, address+"/products/7")
	stop()
	require.NoError(t, <-ended)
	return logs.String()
}

func get(t *testing.T, url string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusOK, response.StatusCode)
	http.DefaultClient.CloseIdleConnections()
}

func TestTracesAndLogsOfOneRequestMeetWhereTheEnvironmentSays(t *testing.T) {
	b := newBackend(t)
	t.Setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", b.URL+"/v1/traces")
	t.Setenv("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", b.URL+"/otlp/v1/logs")
	t.Setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment=demo")
	serveOneRequest(t)

	require.NotEmpty(t, b.traces)
	require.NotEmpty(t, b.logs)
	require.Empty(t, b.others)
	spans, lines := b.traces[0].ResourceSpans[0], b.logs[0].ResourceLogs[0]
	require.Contains(t, spans.Resource.String(), `string_value:"checkout"`)
	require.Contains(t, spans.Resource.String(), "deployment.environment")
	require.Contains(t, lines.Resource.String(), `string_value:"checkout"`)

	traces := map[string]bool{}
	for _, sent := range b.traces {
		for _, scope := range sent.ResourceSpans[0].ScopeSpans {
			for _, span := range scope.Spans {
				traces[string(span.TraceId)] = true
			}
		}
	}
	for _, line := range lines.ScopeLogs[0].LogRecords {
		require.Len(t, line.TraceId, 16)
		require.Contains(t, traces, string(line.TraceId), line.Body.GetStringValue())
	}
}

func TestOneEndpointTakesBoth(t *testing.T) {
	b := newBackend(t)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", b.URL)
	serveOneRequest(t)
	require.NotEmpty(t, b.traces)
	require.NotEmpty(t, b.logs)
}

func TestNothingIsSentUnasked(t *testing.T) {
	b := newBackend(t)
	for name, environment := range map[string]map[string]string{
		"no endpoint":  {},
		"switched off": {"OTEL_EXPORTER_OTLP_ENDPOINT": b.URL, "OTEL_SDK_DISABLED": "true"},
		"one by one":   {"OTEL_EXPORTER_OTLP_ENDPOINT": b.URL, "OTEL_TRACES_EXPORTER": "none", "OTEL_LOGS_EXPORTER": "none"},
	} {
		t.Run(name, func(t *testing.T) {
			for variable, value := range environment {
				t.Setenv(variable, value)
			}
			serveOneRequest(t)
			require.Empty(t, b.traces)
			require.Empty(t, b.logs)
		})
	}
}

func TestAServiceWhoseTracesNobodyTakesGoesOnAndSaysSo(t *testing.T) {
	b := newBackend(t)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", b.URL)
	b.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "500")
	require.Contains(t, serveOneRequest(t), "Telemetry")
}
