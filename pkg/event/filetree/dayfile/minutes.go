package dayfile

import (
	"cmp"
	"slices"

	"github.com/heartline-monitor/heartline/pkg/wallclock"
)

// Minutes counts the lines of a file, or of a part of it, per minute of the
// wall clock and per class (the level of a log, the send result of an alarm).
type Minutes struct {
	Classes  []string
	Starts   []wallclock.Stamp // ascending
	Counts   [][]uint32        // for each of Classes one number for each of Starts
	Disorder wallclock.Stamp   // by how many seconds at most a line is older than one before it
	Stats    Stats
}

// Size is roughly how many bytes of memory it takes.
func (m *Minutes) Size() int {
	return 128 + len(m.Starts)*8 + len(m.Classes)*(len(m.Starts)*4+48)
}

// tally gathers Minutes in the order of the file.
type tally struct {
	starts   []wallclock.Stamp       // of the rows, ascending unless rows is made
	rows     map[wallclock.Stamp]int // start of the minute -> row, made for a file out of order
	counts   [][]uint32              // per class, per row
	classes  []string
	newest   wallclock.Stamp // start of the newest minute so far
	disorder wallclock.Stamp
	stats    Stats
}

func newTally() *tally {
	return &tally{newest: -Unsorted, starts: make([]wallclock.Stamp, 0, minutesOfDay)}
}

// row finds the row of the minute that starts at s. It is called when the minute
// changes from one line to the next, so disorder is measured here; lines of one
// minute may always be out of order.
func (t *tally) row(s wallclock.Stamp) int {
	if s > t.newest {
		t.newest = s
		return t.addRow(s)
	}
	t.disorder = max(t.disorder, t.newest-s+59)
	if t.rows == nil {
		if i, ok := slices.BinarySearch(t.starts, s); ok {
			return i
		}
		t.rows = make(map[wallclock.Stamp]int, len(t.starts))
		for i, start := range t.starts {
			t.rows[start] = i
		}
	}
	if i, ok := t.rows[s]; ok {
		return i
	}
	return t.addRow(s)
}

func (t *tally) addRow(s wallclock.Stamp) int {
	i := len(t.starts)
	t.starts = append(t.starts, s)
	if t.rows != nil {
		t.rows[s] = i
	}
	for c := range t.counts {
		t.counts[c] = append(t.counts[c], 0)
	}
	return i
}

// maxClasses bounds what garbage in place of a level can cost; further classes
// are counted as OtherClass.
const maxClasses = 200

// OtherClass is what lines are counted under when a file has too many classes.
const OtherClass = "(other)"

func (t *tally) class(name string) int {
	if i := slices.Index(t.classes, name); i >= 0 {
		return i
	}
	if len(t.classes) == maxClasses {
		name = OtherClass
	} else if len(t.classes) > maxClasses {
		return maxClasses
	}
	t.classes = append(t.classes, name)
	t.counts = append(t.counts, make([]uint32, len(t.starts), minutesOfDay))
	return len(t.classes) - 1
}

func (t *tally) minutes() *Minutes {
	m := &Minutes{Classes: t.classes, Starts: t.starts, Counts: t.counts, Disorder: max(t.disorder, 59), Stats: t.stats}
	if t.rows == nil && len(t.starts) > minutesOfDay/2 {
		return m // in order, and not much room left over
	}
	order := make([]int, len(t.starts))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(t.starts[a], t.starts[b]) })
	m.Starts = pick(t.starts, order)
	m.Counts = make([][]uint32, len(t.counts))
	for c := range t.counts {
		m.Counts[c] = pick(t.counts[c], order)
	}
	return m
}

func pick[T any](from []T, order []int) []T {
	to := make([]T, len(order))
	for i, at := range order {
		to[i] = from[at]
	}
	return to
}

// minutesOfDay is how many rows a file usually has at the most.
const minutesOfDay = 1_440

// MergeMinutes puts the counts of the parts of one file together, in the order
// of the file.
func MergeMinutes(parts []*Minutes) *Minutes {
	if len(parts) == 1 {
		return parts[0]
	}
	t := newTally()
	for _, part := range parts {
		// Within a part the rows are sorted: its own disorder is known, and that
		// against the parts before it shows at its oldest minute.
		t.disorder = max(t.disorder, part.Disorder)
		for i, start := range part.Starts {
			row := t.row(start)
			for c, name := range part.Classes {
				class := t.class(name)
				t.counts[class][row] += part.Counts[c][i]
			}
		}
		t.stats.Add(part.Stats)
	}
	return t.minutes()
}
