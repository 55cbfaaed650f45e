package dashboard

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLayPilesLowPanelsUpBesideAHighOne(t *testing.T) {
	sized := func(id, width, height uint32) drawn { return number(panel{id: id, width: width, height: height}) }
	built, err := lay(newBoard("uid", "Layout", "", "now-1h", aboutMilvus),
		section{id: 10, title: "First", panels: []drawn{sized(1, 16, 12), sized(2, 8, 5), sized(3, 8, 7), sized(4, 24, 3)}},
		section{id: 11, title: "Second", panels: []drawn{sized(5, 12, 2), sized(6, 13, 2)}},
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

func TestACollapsedSectionTakesOneLineAndKeepsItsPanelsInIt(t *testing.T) {
	sized := func(id uint32) drawn { return number(panel{id: id, width: 12, height: 6}) }
	built, err := lay(newBoard("uid", "Layout", "", "now-1h", aboutMilvus),
		section{id: 10, title: "First", panels: []drawn{sized(1), sized(2), sized(3)}, collapsed: true},
		section{id: 11, title: "Second", panels: []drawn{sized(4)}},
	).Build()
	require.NoError(t, err)
	require.Len(t, built.Panels, 3)
	first, second := built.Panels[0].RowPanel, built.Panels[1].RowPanel
	require.True(t, first.Collapsed)
	require.Len(t, first.Panels, 3)
	require.EqualValues(t, 7, first.Panels[2].GridPos.Y, "below its row, where it is when that is opened")
	require.False(t, second.Collapsed)
	require.EqualValues(t, 1, second.GridPos.Y)
	require.EqualValues(t, 2, built.Panels[2].Panel.GridPos.Y)
	require.Equal(t, []uint32{1, 2, 3, 4}, Dashboard{Dashboard: built}.PanelIDs())
}
