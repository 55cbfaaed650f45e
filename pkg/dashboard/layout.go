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
}

// lay adds sections to a dashboard, one below the other. A panel goes as high as
// it fits, and there as far to the left, so that low panels pile up beside a high one.
func lay(board *sdk.DashboardBuilder, sections ...section) *sdk.DashboardBuilder {
	var top uint32
	for _, s := range sections {
		board.WithRow(sdk.NewRowBuilder(s.title).Id(s.id).GridPos(sdk.GridPos{Y: top, W: columns, H: 1}))
		var filled [columns]uint32
		for x := range filled {
			filled[x] = top + 1
		}
		for _, p := range s.panels {
			x, y := place(filled[:], p.width)
			p.at = sdk.GridPos{X: x, Y: y, W: p.width, H: p.height}
			board.WithPanel(p)
			for i := x; i < x+p.width; i++ {
				filled[i] = y + p.height
			}
			top = max(top, y+p.height)
		}
	}
	return board
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
