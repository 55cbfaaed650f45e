package dashboard

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLayPilesLowPanelsUpBesideAHighOne(t *testing.T) {
	sized := func(id, width, height uint32) drawn { return number(panel{id: id, width: width, height: height}) }
	built, err := lay(newBoard("uid", "Layout", "", "now-1h"),
		section{10, "First", []drawn{sized(1, 16, 12), sized(2, 8, 5), sized(3, 8, 7), sized(4, 24, 3)}},
		section{11, "Second", []drawn{sized(5, 12, 2), sized(6, 13, 2)}},
	).Build()
	require.NoError(t, err)
	got := map[uint32][4]uint32{}
	for _, p := range built.Panels {
		if p.RowPanel != nil {
			g := p.RowPanel.GridPos
			got[p.RowPanel.Id] = [4]uint32{g.X, g.Y, g.W, g.H}
			continue
		}
		g := p.Panel.GridPos
		got[*p.Panel.Id] = [4]uint32{g.X, g.Y, g.W, g.H}
	}
	require.Equal(t, map[uint32][4]uint32{
		10: {0, 0, 24, 1},
		1:  {0, 1, 16, 12},
		2:  {16, 1, 8, 5},
		3:  {16, 6, 8, 7},
		4:  {0, 13, 24, 3},
		11: {0, 16, 24, 1},
		5:  {0, 17, 12, 2},
		6:  {0, 19, 13, 2}, // 12 and 13 do not fit beside each other
	}, got)
}
