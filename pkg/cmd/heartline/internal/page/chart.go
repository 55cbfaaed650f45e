package page

import (
	"bytes"
	"html/template"
	"image/color"
	"math"
	"slices"
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
	margin = vg.Centimeter / 2
)

var lineColor = color.RGBA{R: 0x1f, G: 0x60, B: 0xc4, A: 0xff}

// draw makes the chart an SVG element.
func (c Chart) draw() (template.HTML, error) {
	p := plot.New()
	p.Y.Label.Text = c.Unit
	p.Y.Min = 0
	if len(c.Times) > 0 {
		p.X.Min, p.X.Max = seconds(c.Times[0]), seconds(c.Times[len(c.Times)-1])
		p.X.Tick.Marker = clock{c.Times[0].Location()}
	}
	p.Add(plotter.NewGrid())
	for _, piece := range c.pieces() {
		if err := add(p, piece); err != nil {
			return "", err
		}
	}
	canvas := vgsvg.New(width, height)
	// The labels at the ends stand over the edges of the axes.
	p.Draw(draw.Crop(draw.New(canvas), margin, -2*margin, margin, -margin))
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

// clock marks round times of its zone.
type clock struct{ zone *time.Location }

// rounds are the distances of two marks, the shortest first.
var rounds = []time.Duration{
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
}

// Ticks implements plot.Ticker.
func (c clock) Ticks(from, to float64) []plot.Tick {
	const most = 10
	begin, end := time.Unix(int64(from), 0).In(c.zone), time.Unix(int64(to), 0)
	step, days := time.Duration(0), 1+int(end.Sub(begin)/(most*24*time.Hour))
	if i := slices.IndexFunc(rounds, func(d time.Duration) bool { return end.Sub(begin)/d <= most }); i >= 0 {
		step = rounds[i]
	}
	layout := "15:04"
	if step == 0 {
		layout = "01-02"
	} else if end.Sub(begin) > 12*time.Hour {
		layout = "01-02 15:04"
	}
	var ticks []plot.Tick
	day := time.Date(begin.Year(), begin.Month(), begin.Day(), 0, 0, 0, 0, c.zone)
	for at := day; !at.After(end); {
		if !at.Before(begin) {
			ticks = append(ticks, plot.Tick{Value: seconds(at), Label: at.Format(layout)})
		}
		if step > 0 {
			at = at.Add(step)
		} else {
			at = at.AddDate(0, 0, days)
		}
	}
	return ticks
}
