package baseline

import (
	"fmt"
	"math"

	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/vitals"
)

// What is thought of a figure.
const (
	Normal  = "normal"
	Grown   = "grown"   // beyond the limit, and no longer
	Leak    = "leak"    // it grows steadily
	Unknown = "unknown" // the service, or the baseline, does not have it
)

// Comparison is a figure beside its baseline.
type Comparison struct {
	Figure   vitals.Figure `json:"-"`
	Name     string        `json:"name"`
	Unit     string        `json:"unit"`
	Verdict  string        `json:"verdict"`
	Baseline *Summary      `json:"baseline"`
	Now      *Summary      `json:"now"`
	Growth   *float64      `json:"growth_percent"` // of the average
	Trend    *Trend        `json:"trend"`          // null where there are too few samples
}

// Compare judges goroutines and memory of a run: by how much their averages are
// above the baseline, the limit being a share, and whether they grow during the run.
func (b *Baseline) Compare(run *Run, limit float64) []Comparison {
	var all []Comparison
	for _, f := range []vitals.Figure{vitals.Goroutines, vitals.Memory} {
		c := Comparison{Figure: f, Name: f.Name, Unit: string(f.Unit()), Verdict: Unknown, Baseline: b.summary(f), Now: run.Summary(f)}
		if t, ok := trendOf(run.known(f)); ok {
			t.Steady = t.Steady && (f.Name != vitals.Memory.Name || run.collected())
			c.Trend = &t
		}
		if growth := share(c.Baseline, c.Now); !math.IsNaN(growth) {
			percent := 100 * growth
			c.Growth, c.Verdict = &percent, Normal
			if growth > limit {
				c.Verdict = Grown
			}
		}
		if c.Trend != nil && c.Trend.Steady {
			c.Verdict = Leak
		}
		all = append(all, c)
	}
	return all
}

// Load says how the rate of requests differs, "" where that is not known: it may
// explain why a service has grown.
func (b *Baseline) Load(run *Run) string {
	was, now := b.QPS, run.Summary(vitals.QPS)
	if was == nil || now == nil {
		return ""
	}
	return fmt.Sprintf("%s then, %s now", vitals.QPS.Text(was.Average), vitals.QPS.Text(now.Average))
}

// share is by which share of itself an average has grown, NaN where that cannot be said.
func share(was, now *Summary) float64 {
	if was == nil || now == nil || was.Average <= 0 {
		return math.NaN()
	}
	return now.Average/was.Average - 1
}
