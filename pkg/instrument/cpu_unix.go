//go:build unix

package instrument

import (
	"syscall"
	"time"
)

// processorTime is what the process has used, in user and in system mode.
func processorTime() (used time.Duration, known bool) {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0, false
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano()), true
}
