package dayfile

import (
	"slices"

	"github.com/heartline-monitor/heartline/pkg/wallclock"
)

// SumMinutes adds the counts of several files, minute by minute and class by
// class. It returns nil where the files have more classes than Minutes tells
// apart: they stay apart in each file alone.
func SumMinutes(parts []*Minutes) *Minutes {
	sum := &Minutes{}
	for _, part := range parts {
		sum.Starts = union(sum.Starts, part.Starts)
	}
	for _, part := range parts {
		rows := rowsOf(sum.Starts, part.Starts)
		for c, name := range part.Classes {
			column := sum.column(name)
			if column == nil {
				return nil
			}
			for i, n := range part.Counts[c] {
				column[rows[i]] += n
			}
		}
		sum.Disorder = max(sum.Disorder, part.Disorder)
		sum.Stats.Add(part.Stats)
	}
	return sum
}

// column finds or makes the counts of a class, nil where there are too many.
func (m *Minutes) column(name string) []uint32 {
	if c := slices.Index(m.Classes, name); c >= 0 {
		return m.Counts[c]
	}
	if len(m.Classes) == maxClasses {
		return nil
	}
	m.Classes = append(m.Classes, name)
	m.Counts = append(m.Counts, make([]uint32, len(m.Starts)))
	return m.Counts[len(m.Counts)-1]
}

// union merges two ascending lists; files of one day mostly have the same
// minutes, and then it is one of the two.
func union(a, b []wallclock.Stamp) []wallclock.Stamp {
	if len(a) == 0 || slices.Equal(a, b) {
		return b
	}
	both := make([]wallclock.Stamp, 0, max(len(a), len(b)))
	for len(a) > 0 && len(b) > 0 {
		next := min(a[0], b[0])
		both = append(both, next)
		if a[0] == next {
			a = a[1:]
		}
		if b[0] == next {
			b = b[1:]
		}
	}
	return append(append(both, a...), b...)
}

// rowsOf says where each of the minutes stands among all; both ascend.
func rowsOf(all, minutes []wallclock.Stamp) []int {
	rows := make([]int, len(minutes))
	row := 0
	for i, start := range minutes {
		for all[row] != start {
			row++
		}
		rows[i] = row
	}
	return rows
}
