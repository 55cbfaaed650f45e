package verify

import (
	"slices"

	"github.com/grafana/grafana-plugin-sdk-go/data"
)

// Kind is what was checked.
type Kind string

// The kinds of checks.
const (
	KindVariable   Kind = "variable"
	KindAnnotation Kind = "annotation"
	KindPanel      Kind = "panel"
	KindRule       Kind = "rule"
)

// Report is what verification found.
type Report struct {
	DataSource string  `json:"dataSource"`
	Health     string  `json:"health"`
	Seconds    float64 `json:"seconds"`
	Checks     []Check `json:"checks"`
}

// Check is one query that was asked, or would have been.
type Check struct {
	Kind Kind `json:"kind"`
	// Dashboard is its title; of a rule, "folder / group".
	Dashboard string `json:"dashboard"`
	// Panel is the title of the panel or rule, or the name of the variable or annotation.
	Panel   string `json:"panel"`
	PanelID int    `json:"panelId,omitempty"`
	RefID   string `json:"refId,omitempty"`
	// Type is "logs count" and the like.
	Type    string  `json:"type,omitempty"`
	Series  int     `json:"series"`
	Rows    int     `json:"rows"`
	Seconds float64 `json:"seconds"`
	// State is what the condition of a rule says: "normal", "firing 2"; of a panel
	// "not given" where no selected service can give what it shows, or there is no Prometheus, and a notice says why.
	State   string   `json:"state,omitempty"`
	Notices []string `json:"notices,omitempty"`
	// Problem is why the check fails, empty when it does not.
	Problem string `json:"problem,omitempty"`
	// Skipped is why nothing was asked.
	Skipped string `json:"skipped,omitempty"`

	points  []float64 // for a sparkline
	lenient bool      // the query bears that nothing can give what it asks
}

const notGiven = "not given"

// name is how problems and allowances name the check.
func (c Check) name() string { return c.Dashboard + "/" + c.Panel }

// measure takes over what the frames hold.
func (c *Check) measure(frames data.Frames) {
	for _, f := range frames {
		c.Series += series(f)
		c.Rows += f.Rows()
		if f.Meta == nil {
			continue
		}
		for _, n := range f.Meta.Notices {
			if !slices.Contains(c.Notices, n.Text) {
				c.Notices = append(c.Notices, n.Text)
			}
		}
	}
}

// series counts the fields that are drawn: those beside the time of a frame of
// time series, else the frame itself.
func series(f *data.Frame) int {
	if f.Meta != nil && f.Meta.Type.IsTimeSeries() {
		return max(0, len(f.Fields)-1)
	}
	if len(f.Fields) == 0 {
		return 0
	}
	return 1
}

// Problems are the checks that failed.
func (r *Report) Problems() []Check {
	return r.having(func(c Check) bool { return c.Problem != "" })
}

// Skipped are the checks that were not asked.
func (r *Report) Skipped() []Check {
	return r.having(func(c Check) bool { return c.Skipped != "" })
}

func (r *Report) having(wanted func(Check) bool) []Check {
	var found []Check
	for _, c := range r.Checks {
		if wanted(c) {
			found = append(found, c)
		}
	}
	return found
}

func (r *Report) has(name string) bool {
	return slices.ContainsFunc(r.Checks, func(c Check) bool { return c.Kind == KindPanel && c.name() == name })
}
