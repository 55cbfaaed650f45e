package heartbeat

import (
	"fmt"
	"slices"
	"strings"
)

// Status is how a script is doing by its heartbeats.
type Status string

// The statuses, from the least to the most alarming.
const (
	New  Status = "new"  // there has never been a beat
	OK   Status = "ok"   // the last beat is recent enough, or exactly at the limit
	Late Status = "late" // past the period and the grace
	Down Status = "down" // past twice the period and the grace; by the classic rule, no beat today or yesterday
)

// Statuses lists all statuses in that order. It must not be changed.
var Statuses = []Status{New, OK, Late, Down}

// ParseStatus reads a status in any case, with spaces around it; any other text is an error.
func ParseStatus(text string) (Status, error) {
	if s := Status(strings.ToLower(strings.TrimSpace(text))); slices.Contains(Statuses, s) {
		return s, nil
	}
	return "", fmt.Errorf("unknown status %q: use new, ok, late or down", shorten(text, 80))
}
