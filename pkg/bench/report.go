//go:build linux

package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"
)

// The targets.
const (
	maxRatio  = 2.0
	maxMonth  = 1.0 // though the other side has no percentile
	maxAgain  = 10 * time.Millisecond
	maxNewest = 20 * time.Millisecond
	// Of a request log: closed intervals are remembered.
	maxDayAgain   = 20 * time.Millisecond
	maxMonthAgain = 50 * time.Millisecond
	maxPeak       = 150 << 20
)

// row is one line of the table; what is empty was not measured.
type row struct {
	work, ours, other, ratio, target string
	missed                           bool
}

// judge checks that we and the programs found the same, and holds the medians
// against the targets.
func (m *measured) judge(c corpus) ([]row, error) {
	for _, same := range []struct {
		what      string
		got, want int
	}{
		{"error lines counted, by us and by rg", m.answer("counts"), m.answer("rg count")},
		{"error lines found, by us and by rg", m.answer("search"), m.answer("rg search")},
		{"newest lines, found and asked for", m.answer("newest"), 1_000},
		{"lines, counted by wc and generated", m.answer("wc"), c.lines},
		{"requests of a day, by us and by sqlite3", m.answer("requests day"), m.answer("sqlite3 day")},
		{"requests of 30 days, by us and by sqlite3", m.answer("requests month"), m.answer("sqlite3 month")},
	} {
		if same.got != same.want || same.want == 0 {
			return nil, fmt.Errorf("%s: %d and %d", same.what, same.got, same.want)
		}
	}
	rows := []row{
		m.ratio("level counts per minute, nothing cached", "counts", `rg -c '"Error"'`, "rg count", maxRatio),
		m.limit("the same again", "counts again", maxAgain),
		m.limit("newest 1,000 lines", "newest", maxNewest),
		m.ratio("a day's error lines with a text", "search", "rg", "rg search", maxRatio),
		m.ratio("QPS and p95 per minute, one day of a request log", "requests day", "sqlite3", "sqlite3 day", maxRatio),
		m.limit("the same again", "requests day again", maxDayAgain),
		m.ratio("QPS and p95 per hour, all 30 days", "requests month", "sqlite3, per minute", "sqlite3 month", maxMonth),
		m.limit("the same again", "requests month again", maxMonthAgain),
	}
	for _, name := range []string{"counts", "newest", "search", "requests day", "requests month"} {
		rows = append(rows, row{
			work: "most memory: " + name, ours: fmt.Sprintf("%.0f MiB", float64(m.peak[name])/(1<<20)),
			target: fmt.Sprintf("%d MiB", maxPeak>>20), missed: m.peak[name] > maxPeak,
		})
	}
	return append(rows,
		row{work: "for comparison: counting lines", other: "wc -l " + milliseconds(m.wall("wc"))},
		m.processes("processor time of the processes: counts, twice", "counts", "rg", "rg count"),
		m.processes("processor time of the processes: search", "search", "rg", "rg search"),
		m.processes("processor time of the processes: requests of a day, twice", "requests day", "sqlite3", "sqlite3 day"),
		m.processes("processor time of the processes: requests of 30 days, twice", "requests month", "sqlite3", "sqlite3 month"),
	), nil
}

func (m *measured) answer(name string) int { return m.runs[name][0].answer }

func (m *measured) wall(name string) time.Duration {
	return median(m.runs[name], func(r once) time.Duration { return r.wall })
}

func (m *measured) cpu(name string) time.Duration {
	return median(m.runs[name], func(r once) time.Duration { return r.cpu })
}

func median(runs []once, of func(once) time.Duration) time.Duration {
	values := make([]time.Duration, len(runs))
	for i, r := range runs {
		values[i] = of(r)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// ratio holds a time of ours against that of a program.
func (m *measured) ratio(work, ours, program, other string, most float64) row {
	a, b := m.wall(ours), m.wall(other)
	ratio := float64(a) / float64(b)
	return row{
		work: work, ours: milliseconds(a), other: program + " " + milliseconds(b), ratio: fmt.Sprintf("%.2f", ratio),
		target: fmt.Sprintf("%.0fx", most), missed: ratio > most,
	}
}

// limit holds a time of ours against the clock.
func (m *measured) limit(work, ours string, most time.Duration) row {
	took := m.wall(ours)
	return row{work: work, ours: milliseconds(took), target: milliseconds(most), missed: took > most}
}

// processes shows what whole processes took of the processor, which a busy
// machine changes less than the time that passes.
func (m *measured) processes(work, ours, program, other string) row {
	return row{work: work, ours: milliseconds(m.cpu(ours + " process")), other: program + " " + milliseconds(m.cpu(other))}
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}

// report prints the table and returns how many targets were missed.
func report(w io.Writer, rows []row) int {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "median of %d (of what services cost: of each trial)\tHeartline\tcompared with\tratio\ttarget\t\n", repetitions)
	missed := 0
	for _, r := range rows {
		verdict := ""
		switch {
		case r.missed:
			verdict = "MISSED"
			missed++
		case r.target != "":
			verdict = "ok"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", r.work, r.ours, r.other, r.ratio, r.target, verdict)
	}
	_ = table.Flush()
	return missed
}
