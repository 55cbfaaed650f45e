// Package grid prints aligned columns on a terminal. It counts the cells that
// characters take, so that Chinese and Latin text line up.
package grid

import (
	"bufio"
	"io"
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
)

// MaxWidth bounds a cell; longer texts are cut and end in an ellipsis.
const MaxWidth = 120

const gap = "  "

// Column is a heading and on which side its cells are aligned.
type Column struct {
	Heading string
	Right   bool
}

// Write prints the headings and the lines, each with a text for every column.
func Write(w io.Writer, columns []Column, lines [][]string) error {
	cells := make([][]cell, 0, len(lines)+1)
	headings := make([]string, len(columns))
	for i, c := range columns {
		headings[i] = c.Heading
	}
	widths := make([]int, len(columns))
	for _, line := range append([][]string{headings}, lines...) {
		row := make([]cell, len(line))
		for i, text := range line {
			row[i] = fit(text)
			widths[i] = max(widths[i], row[i].width)
		}
		cells = append(cells, row)
	}
	out := bufio.NewWriter(w)
	for _, row := range cells {
		// bufio keeps the first error for Flush.
		_, _ = out.WriteString(strings.TrimRight(align(row, columns, widths), " ") + "\n")
	}
	return out.Flush()
}

type cell struct {
	text  string
	width int
}

func align(row []cell, columns []Column, widths []int) string {
	var line strings.Builder
	for i, c := range row {
		if i > 0 {
			line.WriteString(gap)
		}
		pad := strings.Repeat(" ", widths[i]-c.width)
		if columns[i].Right {
			line.WriteString(pad + c.text)
		} else {
			line.WriteString(c.text + pad)
		}
	}
	return line.String()
}

// fit makes one harmless line of a text: line breaks and tabs become visible
// signs, other control characters, which could command the terminal, a
// replacement character; what is too long is cut.
func fit(text string) cell {
	var b strings.Builder
	text = strings.ToValidUTF8(text, "\uFFFD")
	width := 0
	for state := -1; text != ""; {
		var cluster string
		var w int
		cluster, text, w, state = uniseg.FirstGraphemeClusterInString(text, state)
		cluster, w = visible(cluster, w)
		if width+w > MaxWidth-1 && text != "" || width+w > MaxWidth {
			b.WriteString("…")
			return cell{b.String(), width + 1}
		}
		b.WriteString(cluster)
		width += w
	}
	return cell{b.String(), width}
}

func visible(cluster string, width int) (string, int) {
	switch cluster {
	case "\n", "\r\n":
		return "⏎", 1
	case "\t":
		return " ", 1
	}
	if strings.ContainsFunc(cluster, func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
	}) {
		return "\uFFFD", 1
	}
	return cluster, width
}
