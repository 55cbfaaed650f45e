package app

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/signal"
)

func BenchmarkPoll(b *testing.B) {
	a, s := newStub(b)
	requests := map[string][]float64{}
	for i := range 20 {
		for j := range 20 {
			requests[fmt.Sprintf("GET /%d", i)] = append(requests[fmt.Sprintf("GET /%d", i)], 0.005*math.Pow(1.05, float64(i*j%60)))
		}
	}
	a.live(900, requests)
	var last, rest []byte
	a.behave(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("since") == "0" {
			_, _ = w.Write(rest)
			return
		}
		_, _ = w.Write(last)
	})
	answer := map[string]any{
		"version": 1, "service": "checkout", "start": a.start, "sketch": map[string]any{"gamma": gamma}, "now": a.clock.now(), "history": a.history,
	}
	figures := map[string]any{
		"requests_total": 1234567, "errors_total": 1234, "requests": 24000, "errors": 24, "qps": 400.123456, "in_flight": 3, "success_rate": 99.9, "error_rate": 0.1,
		"latency_seconds": map[string]any{"avg": 0.0123456789, "min": 0.00123456, "max": 0.123456789, "p50": 0.0123456789, "p90": 0.0223456789, "p95": 0.0323456789, "p99": 0.0823456789},
	}
	operations := []any{}
	for name := range requests {
		one := maps.Clone(figures)
		one["operation"] = name
		operations = append(operations, one)
	}
	answer["total"], answer["operations"] = figures, operations
	encode := func() []byte {
		body, err := json.Marshal(answer)
		require.NoError(b, err)
		return body
	}
	for i := range a.history {
		delete(a.history[i], "operations")
	}
	rest = encode()
	for b.Loop() {
		b.StopTimer()
		a.live(1, requests)
		next := a.history[len(a.history)-1]
		delete(next, "operations")
		answer["now"], answer["history"] = a.clock.now(), []any{next}
		last = encode()
		b.StartTimer()
		only(b, s, signal.Latency, signal.P95, over(a.clock.now(), 1, time.Second))
	}
}
