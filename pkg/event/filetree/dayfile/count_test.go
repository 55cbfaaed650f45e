package dayfile

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/wallclock"
)

// perMinute is counts by minute and class.
type perMinute map[string]uint32

func (m *Minutes) perMinute() perMinute {
	counts := perMinute{}
	for c, class := range m.Classes {
		for i, start := range m.Starts {
			if n := m.Counts[c][i]; n > 0 {
				counts[start.String()+" "+class] += n
			}
		}
	}
	return counts
}

// tallied counts the records of a file one by one.
func tallied(s Schema, data []byte) (counts perMinute, stats Stats, stamps []wallclock.Stamp) {
	counts = perMinute{}
	var r Record
	for _, l := range split(data) {
		if !s.Parse(l, &r) {
			if !l.Last {
				stats.Unreadable++
			}
			continue
		}
		class := ""
		if s.Class {
			class = r.Values[0].String()
		}
		counts[(r.Stamp-((r.Stamp%60)+60)%60).String()+" "+class]++
		stamps = append(stamps, r.Stamp)
	}
	return counts, stats, stamps
}

func checkCount(t *testing.T, s Schema, data []byte) {
	t.Helper()
	want, stats, stamps := tallied(s, data)
	for _, n := range []int{1, 3} {
		pieces, err := Split(t.Context(), bytes.NewReader(data), whole(data), n)
		require.NoError(t, err)
		parts := make([]*Minutes, len(pieces))
		for i, piece := range pieces {
			parts[i], err = s.Count(t.Context(), bytes.NewReader(data), piece)
			require.NoError(t, err)
		}
		got := MergeMinutes(parts)
		require.Equal(t, want, got.perMinute(), "%d pieces", n)
		require.Equal(t, stats, got.Stats, "%d pieces", n)
		for i := 1; i < len(got.Starts); i++ {
			require.Less(t, got.Starts[i-1], got.Starts[i])
		}
		if len(stamps) > 0 {
			require.GreaterOrEqual(t, got.Disorder, disorderOf(stamps), "%d pieces", n)
		}
	}
}

func TestCountCountsWhatIsServed(t *testing.T) {
	for _, line := range lineSeeds {
		for _, s := range []Schema{Log, Alarm, Heartbeat} {
			checkCount(t, s, []byte(line))
			checkCount(t, s, []byte(line+"\n"))
			checkCount(t, s, []byte(line+"\r\n"+line+"\n"+line))
		}
	}
	all := strings.Join(lineSeeds, "\n")
	checkCount(t, Log, []byte(all+"\n"))
	checkCount(t, Log, []byte("\xef\xbb\xbf"+all+"\n\n\n\x00\x00\x00\n"))
}

func TestCountCountsLinesOutOfOrder(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(21, 22))
	for _, disorder := range []wallclock.Stamp{0, 30, 600, 90_000} {
		data := file(rng, late(rng, evenly(4_000), disorder))
		checkCount(t, Log, data)
		checkCount(t, Log, data[:len(data)-30])
	}
}

func TestCountMeasuresTheDisorderOfLinesInDifferentForms(t *testing.T) {
	other := fmt.Sprintf(`{"message": "x", "message_level": "Info", "time": %q}`+"\n", (day0 + 3_600).String())
	canonical := logLine(day0, "Info", "x")
	for _, data := range []string{canonical + other + canonical, other + canonical + canonical, canonical + canonical + other, canonical + other + logLine(day0+30, "Info", "x")} {
		checkCount(t, Log, []byte(data))
	}
}

func TestCountCountsALongLineOnceAndSaysItWasCut(t *testing.T) {
	t.Parallel()
	data := []byte(logLine(day0, "Error", "x") + logLine(day0+60, "Fatal", strings.Repeat("y", 2*MaxLine)) + logLine(day0+120, "Error", "z"))
	got, err := Log.Count(t.Context(), bytes.NewReader(data), whole(data))
	require.NoError(t, err)
	require.Equal(t, perMinute{day0.String() + " Error": 1, (day0 + 60).String() + " Fatal": 1, (day0 + 120).String() + " Error": 1}, got.perMinute())
	require.Equal(t, Stats{Cut: 1}, got.Stats)
}

func TestCountOfAGarbageLineThatIsTooLongIsOneUnreadableLine(t *testing.T) {
	t.Parallel()
	data := append(bytes.Repeat([]byte("x"), 2*MaxLine), '\n')
	got, err := Log.Count(t.Context(), bytes.NewReader(data), whole(data))
	require.NoError(t, err)
	require.Equal(t, Stats{Unreadable: 1}, got.Stats)
}

func TestCountGathersClassesBeyondABoundUnderOther(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"L%d", "a long level %d"} {
		var b strings.Builder
		for i := range 3 * maxClasses {
			b.WriteString(logLine(day0+wallclock.Stamp(i), fmt.Sprintf(format, i), "x"))
		}
		data := []byte(b.String() + b.String())
		pieces, err := Split(t.Context(), bytes.NewReader(data), whole(data), 2)
		require.NoError(t, err)
		var parts []*Minutes
		for _, piece := range append(pieces, pieces...) {
			part, err := Log.Count(t.Context(), bytes.NewReader(data), piece)
			require.NoError(t, err)
			parts = append(parts, part)
		}
		for _, m := range append(parts, MergeMinutes(parts)) {
			require.Len(t, m.Classes, maxClasses+1)
			require.Contains(t, m.Classes, OtherClass)
		}
		total := uint32(0)
		for _, n := range MergeMinutes(parts).perMinute() {
			total += n
		}
		require.EqualValues(t, 12*maxClasses, total, "none is lost")
	}
}

func TestMinutesSizeGrowsWithWhatIsHeld(t *testing.T) {
	var sizes []int
	for _, n := range []int{0, 10, 1_000} {
		m, err := Log.Count(t.Context(), bytes.NewReader(file(rand.New(rand.NewPCG(1, 1)), evenly(n))), Span{To: 1 << 30, EOF: true})
		require.NoError(t, err)
		held := 8 * len(m.Starts)
		for _, column := range m.Counts {
			held += 4 * len(column)
		}
		require.GreaterOrEqual(t, m.Size(), held)
		sizes = append(sizes, m.Size())
	}
	require.IsIncreasing(t, sizes)
}

// FuzzCount holds the counting loop against the records that are served.
func FuzzCount(f *testing.F) {
	for _, line := range lineSeeds {
		f.Add([]byte(line+"\n"+line), uint8(0))
	}
	f.Add([]byte(strings.Join(lineSeeds, "\r\n")), uint8(1))
	f.Add(file(rand.New(rand.NewPCG(23, 24)), evenly(30)), uint8(2))
	f.Fuzz(func(t *testing.T, data []byte, kind uint8) {
		checkCount(t, []Schema{Log, Log, Alarm, Heartbeat}[kind%4], data)
	})
}

// FuzzCountLog fuzzes the parts of lines in the existing writer's form, which
// take the shortcut.
func FuzzCountLog(f *testing.F) {
	f.Add("2026-03-05 12:00:00", "Error", "disk full", "2026-03-05 12:00:01", "Info", "ok")
	f.Add("2026-03-05 12:00:00", "\x00", "x", "2026-03-05 12:00:00", "Critical", "y")
	f.Add("2026-03-05 12:00:59", "A\x00", `a\`, "2026-03-05 12:01:00", "A", `a\\`)
	f.Add("2026-03-05 12:00:6a", "Er\nror", `"}`, "2026-03-05 11:59:59", `E\"`, "\r")
	f.Fuzz(func(t *testing.T, time1, level1, message1, time2, level2, message2 string) {
		one := `{"time": "` + time1 + `", "message_level": "` + level1 + `", "message": "` + message1 + `"}` + "\n"
		two := `{"time": "` + time2 + `", "message_level": "` + level2 + `", "message": "` + message2 + `"}` + "\n"
		checkCount(t, Log, []byte(one+two+two+one))
	})
}

// BenchmarkCount measures the loop that long ranges wait for.
func BenchmarkCount(b *testing.B) {
	var text strings.Builder
	rng := rand.New(rand.NewPCG(25, 26))
	for _, s := range evenly(50_000) {
		level := []string{"Info", "Info", "Info", "Debug", "Warning", "Error"}[rng.IntN(6)]
		text.WriteString(logLine(s, level, strings.Repeat("disk usage of /data 95% ", 1+rng.IntN(6))))
	}
	data := []byte(text.String())
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := Log.Count(b.Context(), bytes.NewReader(data), whole(data)); err != nil {
			b.Fatal(err)
		}
	}
}
