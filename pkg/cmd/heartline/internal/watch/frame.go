package watch

import (
	"fmt"
	"math"
	"strings"
	"time"
	"unicode"

	"github.com/rivo/uniseg"

	"github.com/heartline-monitor/heartline/pkg/band"
	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/sparkline"
	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/vitals"
)

// defaultWidth is that of a frame which is printed once, in columns.
const defaultWidth = 100

// What terminals do when they are told (ECMA-48).
const (
	hideCursor = "\x1b[?25l"
	showCursor = "\x1b[?25h"
	cursorUp   = "\x1b[%dA"
	eraseRest  = "\x1b[K"
	eraseBelow = "\x1b[J"
	plain      = "\x1b[0m"
)

var colours = map[band.Severity]string{
	band.Fine: "\x1b[32m", band.Watch: "\x1b[36m", band.Warning: "\x1b[33m", band.Critical: "\x1b[31m",
}

func (v *View) paint(s band.Severity, text string) string {
	if !v.Colour || text == "" {
		return text
	}
	return colours[s] + text + plain
}

// frame draws a look as lines of at most so many columns.
func (v *View) frame(l look, width int) []string {
	lines := []string{cut(clock(l.at)+"  "+v.Address, width), cut(l.said, width), ""}
	qps := math.NaN()
	for _, r := range l.rows {
		if r.Name == vitals.QPS.Name {
			qps = r.value
		}
		if r.absent != "" {
			continue
		}
		lines = append(lines, v.draw(r, width))
	}
	if note := v.expectation(l.rows, qps); note != "" {
		lines = append(lines, "", cut(note, width))
	}
	return lines
}

// draw shows a figure: its name, its value, its band and how it went.
func (v *View) draw(r row, width int) string {
	name, severity := judged(r.Figure, r.value)
	head := fmt.Sprintf("%-12s %12s  ", r.Label, r.Text(r.value))
	used := uniseg.StringWidth(head) + bandWidth
	if used > width {
		return cut(head+name, width)
	}
	shown := min(len(r.points), width-used)
	return head + v.paint(severity, name) + strings.Repeat(" ", bandWidth-len(name)) + sparkline.Draw(r.points[len(r.points)-shown:])
}

// bandWidth is that of the widest name of a band, and a gap.
const bandWidth = len("needs attention") + 2

func judged(f vitals.Figure, value float64) (string, band.Severity) {
	b, _ := f.Band(value)
	return b.Name, b.Severity
}

// expectation compares the goroutines with what is usual at the request rate.
func (v *View) expectation(rows []row, qps float64) string {
	for _, r := range rows {
		if r.Name != vitals.Goroutines.Name || math.IsNaN(r.value) || math.IsNaN(qps) {
			continue
		}
		usual := band.Expected(qps)
		verdict := "within"
		switch {
		case r.value > usual.High:
			verdict = "more than"
		case r.value < usual.Low:
			verdict = "fewer than"
		}
		return fmt.Sprintf("Goroutines: %s the %.0f to %.0f that are usual at %s", verdict, usual.Low, usual.High, vitals.QPS.Text(qps))
	}
	return ""
}

// goneFrame draws that the service is gone, above what was seen of it last.
func (s *session) goneFrame(l look, width int) []string {
	text := fmt.Sprintf("%s  %s  gone since %s, for %v", clock(l.at), s.Address, clock(s.goneSince), l.at.Sub(s.goneSince).Round(time.Second))
	lines := []string{s.paint(band.Critical, cut(text, width)), cut(l.gone.Error(), width), ""}
	if len(s.seen.rows) == 0 {
		return lines
	}
	seen := s.frame(s.seen, width)
	seen[0] = cut("Last seen at "+clock(s.seen.at), width)
	return append(lines, seen...)
}

func clock(at time.Time) string { return at.UTC().Format("15:04:05Z") }

// line is a look for what is no terminal. was is since when the service was gone
// before it.
func (s *session) line(l look, was time.Time) string {
	var b strings.Builder
	b.WriteString(l.at.UTC().Format(time.RFC3339))
	if l.gone != nil {
		fmt.Fprintf(&b, " gone since %s: %s\n", s.goneSince.UTC().Format(time.RFC3339), cut(l.gone.Error(), math.MaxInt))
		return b.String()
	}
	for _, r := range l.rows {
		if r.absent != "" {
			continue
		}
		fmt.Fprintf(&b, " %s=%s", r.Name, strings.ReplaceAll(r.Text(r.value), " ", ""))
		if name, _ := judged(r.Figure, r.value); name != "" {
			fmt.Fprintf(&b, "(%s)", name)
		}
	}
	if !was.IsZero() {
		fmt.Fprintf(&b, " back after %v", l.at.Sub(was).Round(time.Second))
	}
	return b.String() + "\n"
}

// cut shortens a text to so many columns, and takes out what could command the
// terminal: services say what they like.
func cut(text string, width int) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	if uniseg.StringWidth(text) <= width {
		return text
	}
	var b strings.Builder
	used := 0
	for state := -1; text != ""; {
		var cluster string
		var w int
		cluster, text, w, state = uniseg.FirstGraphemeClusterInString(text, state)
		if used += w; used > width-1 {
			break
		}
		b.WriteString(cluster)
	}
	return b.String() + "…"
}
