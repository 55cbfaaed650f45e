//go:build !unix && !windows

package instrument

import "time"

// processorTime is not to be had here.
func processorTime() (used time.Duration, known bool) { return 0, false }
