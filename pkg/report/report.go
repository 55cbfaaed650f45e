// Package report makes the performance report of a service: its figures over a
// span of time, their grades, and advice. What is not known is said and neither
// graded nor advised on.
package report

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/heartline-monitor/heartline/pkg/band"
	"github.com/heartline-monitor/heartline/pkg/signal"
)

// Report is the report of one service.
type Report struct {
	Service  string
	From, To time.Time
	Figures  []Figure
	Notes    []string // what limits the figures
}

// Figure is one number of a report.
type Figure struct {
	Name     string
	Value    float64 // in Unit; NaN where nothing is known
	Unit     signal.Unit
	Grade    string // the name of a band; empty where the figure has no grade
	Severity band.Severity
	Advice   string // empty where nothing is wrong, or nothing is known
}

// figure says how one number is asked for and judged.
type figure struct {
	name   string
	signal signal.Signal
	stat   signal.Stat
	scale  *band.Scale
	advice string // where the grade is a warning or worse
}

// figures stand in the order in which a report shows them. The grades and the
// advice are those of the existing tools.
var figures = []figure{
	{name: "Requests", signal: signal.Requests},
	{name: "Success rate", signal: signal.Success, scale: &band.Success,
		advice: "Fewer than 95 % of the requests succeeded: check the model, and what it is fed with."},
	{name: "Average latency", signal: signal.Latency, stat: signal.Avg, scale: &band.Latency,
		advice: "A request takes more than 500 ms on average: use a lighter model or better hardware."},
	{name: "Median latency", signal: signal.Latency, stat: signal.P50},
	{name: "p95 latency", signal: signal.Latency, stat: signal.P95},
	{name: "p99 latency", signal: signal.Latency, stat: signal.P99},
	{name: "Longest request", signal: signal.Latency, stat: signal.Max},
	{name: "Average QPS", signal: signal.QPS, scale: &band.Throughput},
	{name: peakName, signal: signal.QPS, scale: &band.PeakThroughput,
		advice: "There were more than 50 requests per second at the peak: add load balancing."},
	{name: "Most in flight", signal: signal.InFlight, stat: signal.Max},
	{name: "Average CPU", signal: signal.CPU, stat: signal.Avg},
	{name: "Highest CPU", signal: signal.CPU, stat: signal.Max},
	{name: "Average memory usage", signal: signal.MemoryUsage, stat: signal.Avg},
	{name: "Highest memory usage", signal: signal.MemoryUsage, stat: signal.Max},
	{name: "Average memory", signal: signal.Memory, stat: signal.Avg},
	{name: "Highest memory", signal: signal.Memory, stat: signal.Max, scale: &band.Memory,
		advice: "The heap grew beyond 3 GiB: see whether it falls again, else look for a leak."},
	{name: "Average goroutines", signal: signal.Goroutines, stat: signal.Avg},
	{name: "Most goroutines", signal: signal.Goroutines, stat: signal.Max, scale: &band.Goroutines,
		advice: "There were more than 3000 goroutines: see whether they become fewer again, else look for a leak."},
}

// peakName is the one figure that is the highest of many windows.
const peakName = "Peak QPS"

// Build asks a source for every figure it has over the time from from to to.
func Build(ctx context.Context, service signal.Service, src signal.Source, from, to time.Time) (Report, error) {
	if !to.After(from) {
		return Report{}, fmt.Errorf("the report's range ends (%s) before it begins (%s)", to.Format(time.RFC3339), from.Format(time.RFC3339))
	}
	missing, err := src.Missing(ctx)
	if err != nil {
		return Report{}, err
	}
	r := Report{Service: service.Name, From: from, To: to}
	for _, f := range figures {
		if _, cannot := missing[f.signal]; cannot {
			continue
		}
		value, notes, err := f.read(ctx, src, from, to)
		if _, unsupported := errors.AsType[*signal.Unsupported](err); unsupported {
			missing[f.signal] = err.Error()
			continue
		}
		if err != nil {
			return Report{}, fmt.Errorf("%s of %s: %w", strings.ToLower(f.name), service.Name, err)
		}
		r.add(f, value, notes)
	}
	r.noteMissing(service.Kind, missing)
	return r, nil
}

func (f figure) read(ctx context.Context, src signal.Source, from, to time.Time) (float64, []string, error) {
	w := signal.Windows{Starts: []time.Time{from.UTC()}, End: to.UTC()}
	if f.name == peakName {
		w = Cut(from, to)
	}
	a, err := src.Read(ctx, signal.Request{Signal: f.signal, Stat: f.stat, Windows: w})
	if err != nil {
		return 0, nil, err
	}
	if len(a.Series) != 1 {
		return 0, nil, fmt.Errorf("the source answered %d series and not one", len(a.Series))
	}
	return highest(a.Series[0].Values), a.Notes, nil
}

// Cut cuts a range into minutes, or longer windows where there would be more
// than a source answers at once. The last one may be shorter, but not shorter
// than half of the others: its rate would say little.
func Cut(from, to time.Time) signal.Windows {
	const most = 45_000
	step := time.Minute
	for _, longer := range []time.Duration{5 * time.Minute, time.Hour, 24 * time.Hour} {
		if to.Sub(from)/step > most {
			step = longer
		}
	}
	w := signal.Windows{Starts: []time.Time{from.UTC()}, End: to.UTC()}
	for start := from.Add(step); to.Sub(start) >= step/2; start = start.Add(step) {
		w.Starts = append(w.Starts, start.UTC())
	}
	return w
}

// highest leaves out what is not known.
func highest(values []float64) float64 {
	top := math.NaN()
	for _, v := range values {
		if !math.IsNaN(v) && !(v <= top) {
			top = v
		}
	}
	return top
}

func (r *Report) add(f figure, value float64, notes []string) {
	made := Figure{Name: f.name, Value: value, Unit: unit(f.signal)}
	if f.scale != nil {
		if b, ok := f.scale.Of(value); ok {
			made.Grade, made.Severity = b.Name, b.Severity
			if b.Severity >= band.Warning {
				made.Advice = f.advice
			}
		}
	}
	r.Figures = append(r.Figures, made)
	for _, n := range notes {
		if !slices.Contains(r.Notes, n) {
			r.Notes = append(r.Notes, n)
		}
	}
}

func unit(s signal.Signal) signal.Unit {
	d, err := signal.Define(s)
	if err != nil {
		return signal.Count
	}
	return d.Unit
}

// noteMissing says which figures the report would have of another service of the
// same kind.
func (r *Report) noteMissing(kind signal.Kind, missing map[signal.Signal]string) {
	for _, s := range slices.Sorted(maps.Keys(missing)) {
		d, err := signal.Define(s)
		if err != nil || d.Cannot[kind] != "" || !slices.ContainsFunc(figures, func(f figure) bool { return f.signal == s }) {
			continue
		}
		r.Notes = append(r.Notes, fmt.Sprintf("%s is not known: %s.", d.Label, missing[s]))
	}
}

// Advice lists that of every figure.
func (r Report) Advice() []string {
	var all []string
	for _, f := range r.Figures {
		if f.Advice != "" {
			all = append(all, f.Advice)
		}
	}
	return all
}

// Text is the value as people write it, with its unit.
func (f Figure) Text() string {
	if math.IsNaN(f.Value) {
		return "no data"
	}
	switch f.Unit {
	case signal.Seconds:
		return seconds(f.Value)
	case signal.Percent:
		return fmt.Sprintf("%.2f %%", f.Value)
	case signal.Bytes:
		return fmt.Sprintf("%.1f MiB", f.Value/(1<<20))
	case signal.RequestsPerSecond:
		return fmt.Sprintf("%.2f req/s", f.Value)
	}
	if f.Value == math.Trunc(f.Value) {
		return fmt.Sprintf("%.0f", f.Value)
	}
	return fmt.Sprintf("%.1f", f.Value)
}

// seconds writes a time in the unit in which it has one to three digits.
func seconds(s float64) string {
	switch {
	case s >= 1:
		return fmt.Sprintf("%.2f s", s)
	case s >= 1e-3:
		return fmt.Sprintf("%.1f ms", s*1e3)
	}
	return fmt.Sprintf("%.0f µs", s*1e6)
}
