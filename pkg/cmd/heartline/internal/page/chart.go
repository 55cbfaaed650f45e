package page

import (
	"bytes"
	"html/template"
	"image/color"
	"math"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Chart is one series over time.
type Chart struct {
	Title string
	Unit  string // of the values, at the axis
	Times []time.Time
	// Values are one for each time; NaN leaves a gap.
	Values []float64
}

const (
	width  = 24 * vg.Centimeter
	height = 6 * vg.Centimeter
)

var lineColor = color.RGBA{R: 0x1f, G: 0x60, B: 0xc4, A: 0xff}

// draw makes the chart an SVG element.
func (c Chart) draw() (template.HTML, error) {
	p := plot.New()
	p.Y.Label.Text = c.Unit
	p.Y.Min = 0
	if len(c.Times) > 0 {
		p.X.Min, p.X.Max = seconds(c.Times[0]), seconds(c.Times[len(c.Times)-1])
		p.X.Tick.Marker = plot.TimeTicks{Format: layoutOf(c.Times), Time: plot.UnixTimeIn(c.Times[0].Location())}
	}
	p.Add(plotter.NewGrid())
	for _, piece := range c.pieces() {
		if err := add(p, piece); err != nil {
			return "", err
		}
	}
	canvas := vgsvg.New(width, height)
	p.Draw(draw.New(canvas))
	var b bytes.Buffer
	if _, err := canvas.WriteTo(&b); err != nil {
		return "", err
	}
	// Inside of a page an SVG element stands without the head of a file.
	svg := b.Bytes()[max(0, bytes.Index(b.Bytes(), []byte("<svg"))):]
	return template.HTML(svg), nil //nolint:gosec // drawn here; all text in it is escaped by the library
}

// add adds a run of points: a line, or a dot where there is but one.
func add(p *plot.Plot, piece plotter.XYs) error {
	if len(piece) == 1 {
		dot, err := plotter.NewScatter(piece)
		if err != nil {
			return err
		}
		dot.Color, dot.Radius = lineColor, vg.Points(1.5)
		p.Add(dot)
		return nil
	}
	line, err := plotter.NewLine(piece)
	if err != nil {
		return err
	}
	line.Color, line.Width = lineColor, vg.Points(1.2)
	p.Add(line)
	return nil
}

// pieces are the points between gaps.
func (c Chart) pieces() []plotter.XYs {
	var all []plotter.XYs
	var piece plotter.XYs
	for i, v := range c.Values {
		if math.IsNaN(v) {
			if len(piece) > 0 {
				all, piece = append(all, piece), nil
			}
			continue
		}
		piece = append(piece, plotter.XY{X: seconds(c.Times[i]), Y: v})
	}
	if len(piece) > 0 {
		all = append(all, piece)
	}
	return all
}

func seconds(t time.Time) float64 { return float64(t.UnixNano()) / 1e9 }

// layoutOf is how times are written at the axis.
func layoutOf(times []time.Time) string {
	switch span := times[len(times)-1].Sub(times[0]); {
	case span > 48*time.Hour:
		return "01-02"
	case span > 12*time.Hour:
		return "01-02 15:04"
	}
	return "15:04"
}
