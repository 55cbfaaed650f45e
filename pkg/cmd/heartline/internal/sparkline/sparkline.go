// Package sparkline draws numbers as a line of block characters.
package sparkline

import (
	"math"
	"strings"
)

var levels = []rune("▁▂▃▄▅▆▇█")

// Draw has one character for each value, from 0 to the highest; what is unknown
// (NaN) is a space.
func Draw(values []float64) string {
	highest := 0.0
	for _, v := range values {
		if known(v) {
			highest = max(highest, v)
		}
	}
	var line strings.Builder
	for _, v := range values {
		switch {
		case !known(v):
			line.WriteByte(' ')
		case highest == 0:
			line.WriteRune(levels[0])
		default:
			line.WriteRune(levels[int(math.Round(max(0, v/highest)*float64(len(levels)-1)))])
		}
	}
	return line.String()
}

func known(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
