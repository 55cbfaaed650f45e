//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/plugin"
	"github.com/heartline-monitor/heartline/pkg/query"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

// result is what a child process says of its work.
type result struct {
	First  time.Duration // the work, nothing of ours cached
	Again  time.Duration // the same once more, 0 where that is not measured
	Answer int           // how many lines or errors were found, to be checked
	Peak   uint64        // most memory the process had resident, bytes
}

// needle is the text that is searched for; matching ignores case.
const needle = "refused"

// work is a panel that is measured.
type work struct {
	queries []query.Query // asked together
	span    event.Range
	again   bool                           // measured a second time, in the same process
	answer  func(data.Frames) (int, error) // what the first query found
}

// works are what is measured, each in a process of its own.
var works = map[string]work{
	"counts": {
		queries: []query.Query{&query.Logs{Format: query.FormatCount, Grouping: query.Grouping{GroupBy: []event.Dimension{event.Level}, Interval: "1m"}}},
		span:    all, again: true, answer: errorLines,
	},
	"newest":         {queries: []query.Query{&query.Logs{Limit: 1_000}}, span: all, answer: rows},
	"search":         {queries: []query.Query{&query.Logs{Levels: query.List{"Error"}, Text: needle, Limit: query.MaxLimit}}, span: lastDay, answer: rows},
	"requests day":   {queries: rateAndP95("1m"), span: lastDay, again: true, answer: requestsAt(time.Minute)},
	"requests month": {queries: rateAndP95("1h"), span: all, again: true, answer: requestsAt(time.Hour)},
}

// rateAndP95 are the queries of a panel over a request log.
func rateAndP95(interval string) []query.Query {
	return []query.Query{
		&query.Signals{Signal: signal.QPS, Interval: interval},
		&query.Signals{Signal: signal.Latency, Stat: signal.P95, Interval: interval},
	}
}

// requestsAt adds up the requests behind rates over intervals.
func requestsAt(interval time.Duration) func(data.Frames) (int, error) {
	return func(frames data.Frames) (int, error) {
		if len(frames) != 1 || len(frames[0].Fields) != 2 {
			return 0, errors.New("the answer is not one series")
		}
		sum := 0.0
		for i := range frames[0].Rows() {
			rate, err := frames[0].FloatAt(1, i)
			if err != nil {
				return 0, err
			}
			sum += rate * interval.Seconds()
		}
		return int(math.Round(sum)), nil
	}
}

// runWork does one piece of work in this process, through the data source as
// Grafana makes it, the frames of the answer included.
func runWork(ctx context.Context, name string, c corpus) (result, error) {
	w, ok := works[name]
	if !ok {
		return result{}, fmt.Errorf("unknown work %q", name)
	}
	source, err := open(ctx, c)
	if err != nil {
		return result{}, err
	}
	var r result
	if r.First, r.Answer, err = w.do(ctx, source); err != nil {
		return r, err
	}
	if w.again {
		if r.Again, r.Answer, err = w.do(ctx, source); err != nil {
			return r, err
		}
	}
	r.Peak, err = peakMemory()
	return r, err
}

// open makes a data source on the corpus.
func open(ctx context.Context, c corpus) (backend.QueryDataHandler, error) {
	root, err := filepath.Abs(c.root())
	if err != nil {
		return nil, err
	}
	if err := os.Setenv("GF_PLUGIN_ALLOWED_PATHS", filepath.Dir(root)); err != nil {
		return nil, err
	}
	requests, err := filepath.Abs(c.requestLog())
	if err != nil {
		return nil, err
	}
	settings, err := json.Marshal(map[string]any{
		"events":   map[string]string{"kind": "filetree", "path": root, "timezone": "UTC"},
		"services": []map[string]string{{"name": "requests", "kind": string(signal.RequestLog), "path": requests, "timezone": "UTC"}},
	})
	if err != nil {
		return nil, err
	}
	instance, err := plugin.NewDatasource(ctx, backend.DataSourceInstanceSettings{UID: "bench", JSONData: settings})
	if err != nil {
		return nil, err
	}
	return instance.(backend.QueryDataHandler), nil
}

// do asks the queries and returns what the answer took and holds.
func (w work) do(ctx context.Context, source backend.QueryDataHandler) (time.Duration, int, error) {
	request := &backend.QueryDataRequest{}
	for i, q := range w.queries {
		body, err := query.Encode(q)
		if err != nil {
			return 0, 0, err
		}
		request.Queries = append(request.Queries, backend.DataQuery{
			RefID: string(rune('A' + i)), QueryType: string(q.Type()), JSON: body, MaxDataPoints: 1_000,
			TimeRange: backend.TimeRange{From: w.span.From, To: w.span.To},
		})
	}
	start := time.Now()
	response, err := source.QueryData(ctx, request)
	took := time.Since(start)
	if err != nil {
		return 0, 0, err
	}
	for _, answer := range response.Responses {
		if answer.Error != nil {
			return 0, 0, answer.Error
		}
	}
	found, err := w.answer(response.Responses["A"].Frames)
	return took, found, err
}

// errorLines is the sum of the series of level Error.
func errorLines(frames data.Frames) (int, error) {
	for _, f := range frames {
		for _, field := range f.Fields {
			if field.Labels["level"] != "Error" {
				continue
			}
			sum := 0.0
			for i := range field.Len() {
				n, err := field.FloatAt(i)
				if err != nil {
					return 0, err
				}
				sum += n
			}
			return int(sum), nil
		}
	}
	return 0, errors.New("the answer has no series of level Error")
}

// rows is how many lines the answer has.
func rows(frames data.Frames) (int, error) {
	if len(frames) != 1 {
		return 0, fmt.Errorf("the answer has %d frames and not one", len(frames))
	}
	return frames[0].RowLen()
}

// peakMemory is the most memory this process had resident so far, in bytes.
func peakMemory() (uint64, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	_, rest, found := strings.Cut(string(status), "VmHWM:")
	if !found {
		return 0, errors.New("/proc/self/status has no VmHWM")
	}
	kib, err := strconv.ParseUint(strings.Fields(rest)[0], 10, 64)
	return kib << 10, err
}
