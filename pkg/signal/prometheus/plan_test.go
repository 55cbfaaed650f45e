package prometheus_test

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/promql/parser"
	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

var update = flag.Bool("update", false, "write the golden files instead of comparing with them")

func TestQueriesOfEverySignal(t *testing.T) {
	for name, f := range map[string]*fake{
		"ours": shop(),
		"ours-native": func() *fake {
			f := shop()
			for _, suffix := range []string{"_bucket", "_count", "_sum"} {
				delete(f.metrics, "heartline_request_duration_seconds"+suffix)
			}
			f.metrics["heartline_request_duration_seconds"] = []string{"operation"}
			return f
		}(),
		"ours-both-forms": func() *fake {
			f := shop()
			f.metrics["heartline_request_duration_seconds"] = []string{"operation"}
			return f
		}(),
		"ours-before-the-first-request": {metrics: map[string][]string{"up": nil, "heartline_requests_in_flight": nil}},
		"opentelemetry": func() *fake {
			f := &fake{metrics: map[string][]string{"http_server_active_requests": {"http_request_method"}, "up": nil, "process_cpu_seconds_total": nil, "go_goroutine_count": nil}, instances: 3, scrape: time.Minute, bounds: []string{"0.005", "10"}}
			f.histogram("http_server_request_duration_seconds", "http_request_method", "http_route", "http_response_status_code")
			return f
		}(),
		"opentelemetry-native": {metrics: map[string][]string{"http_server_request_duration_seconds": {"http_route", "http_response_status_code"}, "up": nil}},
		"client-golang": func() *fake {
			f := &fake{metrics: map[string][]string{"http_requests_total": {"code", "method"}}, bounds: []string{"1"}}
			f.histogram("http_request_duration_seconds", "handler", "method")
			f.process()
			return f
		}(),
		"summary": {metrics: map[string][]string{
			"http_request_duration_seconds": {"quantile", "handler"}, "http_request_duration_seconds_count": {"handler"}, "http_request_duration_seconds_sum": {"handler"},
		}},
		"grpc": func() *fake {
			f := &fake{metrics: map[string][]string{"grpc_server_handled_total": {"grpc_service", "grpc_method", "grpc_code", "grpc_type"}, "up": nil}}
			f.histogram("grpc_server_handling_seconds", "grpc_service", "grpc_method", "grpc_type")
			return f
		}(),
		"one-api":    {metrics: map[string][]string{"oneapi_goroutines": nil, "oneapi_memory_mb": nil, "go_gc_pauses_seconds_sum": nil, "go_gc_cycles_total_gc_cycles_total": nil}},
		"milvus":     milvusCluster(),
		"milvus-2.5": milvusOf25(),
	} {
		t.Run(name, func(t *testing.T) {
			checkGolden(t, name+".txt", f.everything(t))
		})
	}
}

// everything reads all there is over an hour, in one window and in windows of a
// minute, and writes what was asked and noted.
func (f *fake) everything(t *testing.T) string {
	t.Helper()
	var text strings.Builder
	source := f.source(t)
	kind := cmp.Or(f.kind, signal.Go)
	for _, d := range signal.Catalogue {
		if _, never := d.Cannot[kind]; never {
			continue
		}
		for _, stat := range stats(d) {
			for _, splitBy := range splits(d, kind) {
				fmt.Fprintf(&text, "%s %s %v\n", d.Signal, stat, splitBy)
				answer, err := source.Read(t.Context(), signal.Request{Signal: d.Signal, Stat: stat, SplitBy: splitBy, Windows: last(60, time.Minute)})
				if err != nil {
					require.ErrorAs(t, err, new(*signal.Unsupported))
					fmt.Fprintf(&text, "  ! %s\n", err)
					continue
				}
				_, err = parser.NewParser(parser.Options{}).ParseExpr(answer.Query)
				require.NoError(t, err, answer.Query)
				fmt.Fprintf(&text, "  %s\n", answer.Query)
				for _, note := range answer.Notes {
					fmt.Fprintf(&text, "  # %s\n", note)
				}
			}
		}
	}
	text.WriteString("heatmap\n")
	heat, err := source.Latencies(t.Context(), last(1, time.Hour))
	if err != nil {
		require.ErrorAs(t, err, new(*signal.Unsupported))
		fmt.Fprintf(&text, "  ! %s\n", err)
	} else {
		fmt.Fprintf(&text, "  %s\n", heat.Query)
	}
	return text.String()
}

func stats(d signal.Definition) []signal.Stat {
	if len(d.Stats) == 0 {
		return []signal.Stat{""}
	}
	if d.Signal == signal.Latency {
		return []signal.Stat{signal.P95, signal.Avg, signal.Min, signal.Max}
	}
	return d.Stats[:2]
}

func splits(d signal.Definition, kind signal.Kind) [][]signal.Dimension {
	all := [][]signal.Dimension{nil}
	dims := d.Dimensions(kind)
	if kind == signal.Milvus || slices.Contains([]signal.Signal{signal.QPS, signal.Latency, signal.Success}, d.Signal) {
		for i := range dims {
			all = append(all, dims[:i+1])
		}
	}
	return all
}

func checkGolden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o750))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
		return
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run the test with -update to write the golden file, and look at it")
	require.Equal(t, string(want), got, "run the test with -update when the change is meant")
}
