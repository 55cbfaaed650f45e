package dashboard

import (
	sdk "github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// columns is the width of Grafana's grid.
const columns = 24

// section is a row of a dashboard and the panels below it.
type section struct {
	id     uint32
	title  string
	panels []drawn
	// collapsed hides the panels until somebody opens the row, and spares their queries.
	collapsed bool
}

// lay adds sections to a dashboard, one below the other. A panel goes as high as
// it fits, and there as far to the left, so that low panels pile up beside a high one.
func lay(board *sdk.DashboardBuilder, sections ...section) *sdk.DashboardBuilder {
	var top uint32
	for _, s := range sections {
		row := sdk.NewRowBuilder(s.title).Id(s.id).GridPos(sdk.GridPos{Y: top, W: columns, H: 1})
		panels, end := s.placed(top + 1)
		if s.collapsed {
			for _, p := range panels {
				row.WithPanel(p)
			}
			board.WithRow(row)
			top++
			continue
		}
		board.WithRow(row)
		for _, p := range panels {
			board.WithPanel(p)
		}
		top = end
	}
	return board
}

// placed are the panels of a section from a line of the grid on, and where they end.
func (s section) placed(top uint32) (panels []drawn, end uint32) {
	end = top
	var filled [columns]uint32
	for x := range filled {
		filled[x] = top
	}
	for _, p := range s.panels {
		x, y := place(filled[:], p.width)
		p.at = sdk.GridPos{X: x, Y: y, W: p.width, H: p.height}
		panels = append(panels, p)
		for i := x; i < x+p.width; i++ {
			filled[i] = y + p.height
		}
		end = max(end, y+p.height)
	}
	return panels, end
}

// place finds the highest place, and of several the leftmost, for a panel of a width.
func place(filled []uint32, width uint32) (x, y uint32) {
	for at := range uint32(len(filled)) - width + 1 { //nolint:gosec // 24
		var reach uint32
		for _, f := range filled[at : at+width] {
			reach = max(reach, f)
		}
		if at == 0 || reach < y {
			x, y = at, reach
		}
	}
	return x, y
}
