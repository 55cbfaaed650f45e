package requestlog

import (
	"github.com/shirou/gopsutil/v4/cpu"
	"github.com/shirou/gopsutil/v4/mem"

	"github.com/heartline-monitor/heartline/pkg/instrument"
)

// machine is how much of the machine is in use, in percent; nil where that is not
// to be had.
type machine struct{ memory, cpu any }

// readMachine reads it; the processors' share is that since the last reading.
func readMachine() (m machine) {
	if used, err := cpu.Percent(0, false); err == nil && len(used) == 1 {
		m.cpu = used[0]
	}
	if used, err := mem.VirtualMemory(); err == nil {
		m.memory = used.UsedPercent
	}
	return m
}

// snapshot is a row of performance_snapshots.
type snapshot struct {
	instrument.Snapshot
	machine machine
}

// row is in the units of the table: milliseconds and percent. The columns allow no
// null: a minute without requests has qps 0, no time taken and nothing failed.
func (s snapshot) row(times *stamp) []any {
	average, success := 0.0, 100.0
	if s.Requests > 0 {
		n := float64(s.Requests)
		average = float64(s.Total) * millisPerNs / n
		success = 100 * (n - float64(s.Errors)) / n
	}
	return []any{
		times.format(s.Time.UnixNano()), float64(s.Requests) / s.Span.Seconds(), average, success,
		s.InFlight, s.machine.memory, s.machine.cpu,
	}
}
