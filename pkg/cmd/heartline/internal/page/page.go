// Package page writes the performance report of a service as one HTML file that
// needs nothing else: its style and its charts are in it.
package page

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"time"
)

// Page is a report as it is shown.
type Page struct {
	Service  string
	From, To time.Time // in the zone in which they are to be read
	Figures  []Figure
	Advice   []string
	Notes    []string
	Charts   []Chart
}

// Figure is one line of the table of figures.
type Figure struct {
	Name, Text, Grade string
}

//go:embed page.html
var source string

var layout = template.Must(template.New("page").Funcs(template.FuncMap{
	"time":  func(t time.Time) string { return t.Format("2006-01-02 15:04:05 MST") },
	"class": class,
}).Parse(source))

// class is the style of a grade: the names are those of the bands.
func class(grade string) string {
	switch grade {
	case "excellent", "good", "normal":
		return "good"
	case "needs attention", "slow", "high", "warning", "alert", "danger":
		return "bad"
	}
	return "plain"
}

// Write writes the page.
func (p Page) Write(w io.Writer) error {
	drawn := make([]drawing, 0, len(p.Charts))
	for _, c := range p.Charts {
		svg, err := c.draw()
		if err != nil {
			return fmt.Errorf("draw %s: %w", c.Title, err)
		}
		drawn = append(drawn, drawing{Title: c.Title, SVG: svg})
	}
	return layout.Execute(w, struct {
		Page
		Drawn []drawing
	}{p, drawn})
}

type drawing struct {
	Title string
	SVG   template.HTML
}
