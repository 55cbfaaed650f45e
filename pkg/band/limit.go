package band

import (
	"math"
	"slices"
)

// The limits on which alert rules and dashboards agree where there is no scale of
// more than two bands.
const (
	LatencyLimit     = 1.0   // seconds, on average: slower is more than slow
	CPULimit         = 90.0  // percent of the processor time that the service may use
	MemoryUsageLimit = 80.0  // percent of the machine's memory
	SilenceLimit     = 300.0 // seconds since a service was heard of last
)

// Begin is the lowest value of the band with a name, NaN where the scale has no
// such band.
func (s Scale) Begin(name string) float64 {
	i := slices.IndexFunc(s.Bands, func(b Band) bool { return b.Name == name })
	if i < 0 {
		return math.NaN()
	}
	return s.Bands[i].From
}
