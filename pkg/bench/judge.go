//go:build linux

package main

import (
	"fmt"
	"strconv"
)

// The targets of what services need.
const (
	maxCount = 200.0 // ns
	// maxAllocations leaves room for what a monitor does once a second.
	maxAllocations = 0.005
	// maxSpread is how many times as much a request may cost under one
	// circumstance as under another, neither of which should matter.
	maxSpread = 1.5
	// maxWaiting is what comes between two batches of the request log, of which
	// there are five a second: where more is left, the file does not keep up.
	maxWaiting = logRate / 5
	maxSlower  = 1.01
	maxLive    = 0.05 // of one processor
)

// judge holds what the trials found against the targets, once it is sure that
// they did what they were to do.
func (o outcome) judge() ([]row, error) {
	if o.logging.Rows+int(o.logging.Dropped) != o.logging.Sent {
		return nil, fmt.Errorf("of %d requests %d stand in the request log, and %d were dropped", o.logging.Sent, o.logging.Rows, o.logging.Dropped)
	}
	if want := apps * o.live.Seconds; o.live.Values != want || want == 0 {
		return nil, fmt.Errorf("the stream brought %d values in %d seconds and not %d", o.live.Values, o.live.Seconds, want)
	}
	return append(append(judgeCounting(o.counting), o.logging.judge()...), row{
		work: fmt.Sprintf("live: %d services at 1 Hz, processor time of the plugin", apps), ours: percent(o.live.Processor) + " of one core",
		target: percent(maxLive), missed: o.live.Processor >= maxLive,
	}), nil
}

// judgeCounting holds the costs of counting a request against each other too.
func judgeCounting(costs map[string]cost) (rows []row) {
	for _, name := range ways {
		one, all := costs[name], costs[atMany(name)]
		rows = append(rows, one.judge(name+", 1 goroutine"), all.judge(atMany(name)), even(name+fmt.Sprintf(", %d goroutines and 1", many), all, one))
	}
	rows[0].other, rows[1].other = promhttpName+" "+costs[promhttpName].String(), promhttpName+" "+costs[atMany(promhttpName)].String()
	for _, window := range windows {
		rows = append(rows, even(fmt.Sprintf("%s, beside %d others a second and %d, window of %v", ways[0], fast, slow, window), costs[whileOthers(window, fast)], costs[whileOthers(window, slow)]))
	}
	for _, rate := range []int{slow, fast} {
		short, long := windows[0], windows[1]
		rows = append(rows, even(fmt.Sprintf("%s, window of %v and %v, beside %d others a second", ways[0], long, short, rate), costs[whileOthers(long, rate)], costs[whileOthers(short, rate)]))
	}
	return rows
}

func (c cost) judge(name string) row {
	return row{
		work: "counting a request: " + name, ours: c.String(), target: fmt.Sprintf("%.0f ns, none", maxCount),
		missed: c.Nanoseconds >= maxCount || c.Allocations >= maxAllocations,
	}
}

// even holds the cost under one circumstance against that under another.
func even(work string, ours, other cost) row {
	ratio := ours.Nanoseconds / other.Nanoseconds
	return row{
		work: work, ours: fmt.Sprintf("%.0f ns", ours.Nanoseconds), other: fmt.Sprintf("%.0f ns", other.Nanoseconds),
		ratio: fmt.Sprintf("%.2f", ratio), target: fmt.Sprintf("%.1fx", maxSpread), missed: ratio > maxSpread,
	}
}

func (l logging) judge() []row {
	slower := middle(l.Middle)
	return []row{
		{
			work: fmt.Sprintf("request log: dropped at %d requests/s", logRate), ours: strconv.FormatUint(l.Dropped, 10),
			target: "0", missed: l.Dropped > 0,
		},
		{
			work: "not yet written behind a batch, at the end", ours: fmt.Sprintf("%d rows", l.Waiting),
			target: fmt.Sprintf("%d rows", maxWaiting), missed: l.Waiting > maxWaiting,
		},
		{
			work: fmt.Sprintf("requests of %v beside that, with a request log and without", workload), ratio: fmt.Sprintf("%.3f", slower),
			target: fmt.Sprintf("%.2fx", maxSlower), missed: slower > maxSlower,
		},
		{work: "for comparison: the same, of averages", ratio: fmt.Sprintf("%.3f", middle(l.Average))},
		{work: "processor time of that load, with a request log and without", ours: percent(l.With) + " of one core", other: percent(l.Without)},
	}
}

func (c cost) String() string {
	return fmt.Sprintf("%.0f ns, %.2f allocations", c.Nanoseconds, c.Allocations)
}

func percent(share float64) string { return fmt.Sprintf("%.1f %%", 100*share) }
