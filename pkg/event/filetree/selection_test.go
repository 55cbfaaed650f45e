package filetree

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/event"
)

// offered are events in no order, many of them of the same second.
func offered(rng *rand.Rand, n int) []*picked[string] {
	all := make([]*picked[string], n)
	for i := range all {
		all[i] = &picked[string]{unix: rng.Int64N(int64(n/3 + 1)), path: []string{"a", "b", "c"}[rng.IntN(3)], offset: int64(i), size: 10, event: strconv.Itoa(i)}
	}
	return all
}

func TestSelectionKeepsTheFirstOfAnOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, order := range []event.Order{event.NewestFirst, event.OldestFirst} {
		for _, limit := range []int{1, 2, 49, 50, 51, 100} {
			all := offered(rng, 50)
			s := newSelection[string](limit, order)
			for piece := range slices.Chunk(all, 7) {
				var wanted []*picked[string]
				for _, e := range piece {
					if s.passes(e.unix) {
						wanted = append(wanted, e)
					} else {
						s.skip()
					}
				}
				s.add(wanted)
				require.Less(t, len(s.held), 2*limit+1, "held")
			}
			slices.SortFunc(all, func(a, b *picked[string]) int {
				c := cmp.Or(cmp.Compare(a.unix, b.unix), cmp.Compare(a.path, b.path), cmp.Compare(a.offset, b.offset))
				if order == event.NewestFirst {
					return -c
				}
				return c
			})
			want := []string{}
			for _, e := range all[:min(limit, len(all))] {
				want = append(want, e.event)
			}
			p := s.page()
			require.Equal(t, want, p.Items, "limit %d", limit)
			require.Equal(t, limit < len(all), p.More, "limit %d", limit)
			require.Empty(t, p.Problems)
		}
	}
}

func TestSelectionIsFullOnceOneMoreWasSeen(t *testing.T) {
	s := newSelection[string](2, event.NewestFirst)
	s.add([]*picked[string]{{unix: 10}, {unix: 20}})
	require.False(t, s.full(5), "whether there is more is not known yet")
	s.add([]*picked[string]{{unix: 15}})
	require.True(t, s.full(14))
	require.False(t, s.full(15), "one of the same second may be among the first")
	require.False(t, s.passes(14))
	require.True(t, s.passes(15))
}

func TestSelectionBoundsTheBytesItHolds(t *testing.T) {
	const size = 5 << 20
	s := newSelection[string](1_000, event.NewestFirst)
	for i := range 100 {
		s.add([]*picked[string]{{unix: int64(i), size: size, event: strconv.Itoa(i)}})
		require.LessOrEqual(t, s.bytes, maxAnswer+size)
	}
	p := s.page()
	require.True(t, p.More)
	require.Len(t, p.Items, maxAnswer/size)
	require.Equal(t, "99", p.Items[0])
	require.Len(t, p.Problems, 1)
	one := newSelection[string](10, event.OldestFirst)
	one.add([]*picked[string]{{unix: 1, size: 2 * maxAnswer, event: "huge"}})
	require.Equal(t, []string{"huge"}, one.page().Items, "one is served, however large")
}
