package dayfile

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/wallclock"
)

// day0 is the midnight at which the days of these tests begin.
const day0 = wallclock.Stamp(20_517 * 86_400)

func logLine(at wallclock.Stamp, level, message string) string {
	return fmt.Sprintf(`{"time": %q, "message_level": %q, "message": %q}`+"\n", at.String(), level, message)
}

// evenly spreads the stamps of n lines over a day.
func evenly(n int) []wallclock.Stamp {
	stamps := make([]wallclock.Stamp, n)
	for i := range stamps {
		stamps[i] = day0 + wallclock.Stamp(i*86_400/n)
	}
	return stamps
}

// late makes some lines up to disorder seconds older than those before them.
func late(rng *rand.Rand, stamps []wallclock.Stamp, disorder wallclock.Stamp) []wallclock.Stamp {
	stamps = slices.Clone(stamps)
	for i := range stamps {
		if rng.IntN(3) == 0 {
			stamps[i] -= wallclock.Stamp(rng.Int64N(int64(disorder) + 1))
		}
	}
	return stamps
}

// file writes a line for each stamp, some of them long, and rubbish in between.
func file(rng *rand.Rand, stamps []wallclock.Stamp) []byte {
	var b bytes.Buffer
	for i, s := range stamps {
		switch rng.IntN(40) {
		case 0:
			b.WriteString("garbage\n")
		case 1:
			b.WriteString("\r\n")
		case 2:
			fmt.Fprintf(&b, `{"message_level":"Info","message":"another form","time":"%s"}`+"\n", s.String())
			continue
		case 3:
			b.WriteString(logLine(s, "Info", strings.Repeat("long ", 1_000)))
			continue
		}
		b.WriteString(logLine(s, "Error", fmt.Sprintf("line %d", i)))
	}
	return b.Bytes()
}

// stampsOf reads the time of every line plainly.
func stampsOf(data []byte) map[int64]wallclock.Stamp {
	stamps := map[int64]wallclock.Stamp{}
	var r Record
	for _, l := range split(data) {
		if slowLog.Parse(l, &r) {
			stamps[l.Offset] = r.Stamp
		}
	}
	return stamps
}

func checkSeek(t *testing.T, data []byte, stamps map[int64]wallclock.Stamp, target, disorder wallclock.Stamp) {
	t.Helper()
	from, err := SeekTime(t.Context(), bytes.NewReader(data), whole(data), target, disorder)
	require.NoError(t, err)
	to, err := SeekAfter(t.Context(), bytes.NewReader(data), whole(data), target, disorder)
	require.NoError(t, err)
	for _, at := range []int64{from, to} {
		require.True(t, at == 0 || at == int64(len(data)) || data[at-1] == '\n', "not the beginning of a line")
	}
	for offset, s := range stamps {
		if offset < from && s >= target || offset >= to && s <= target {
			require.Failf(t, "a line is out of reach", "%s at %d, looking for %s between %d and %d", s.String(), offset, target.String(), from, to)
		}
	}
}

func TestSeekKeepsItsPromiseWithinTheDisorder(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 6))
	for _, disorder := range []wallclock.Stamp{0, 1, 59, 3_600} {
		data := file(rng, late(rng, evenly(3_000), disorder))
		stamps := stampsOf(data)
		for range 20 {
			checkSeek(t, data, stamps, day0-3_600+wallclock.Stamp(rng.IntN(26*3_600)), disorder)
		}
	}
}

func TestSeekReadsAFewBlocksOnly(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(7, 8))
	data := file(rng, evenly(20_000))
	read := &counted{ReaderAt: bytes.NewReader(data)}
	target := day0 + 15*3_600
	from, err := SeekTime(t.Context(), read, whole(data), target, 59)
	require.NoError(t, err)
	to, err := SeekAfter(t.Context(), read, whole(data), target, 59)
	require.NoError(t, err)
	require.Less(t, read.bytes, len(data)/8)
	require.Less(t, to-from, int64(len(data)/8), "and both are near")
}

func TestSeekReadsAnUnsortedFileWhole(t *testing.T) {
	data := file(rand.New(rand.NewPCG(9, 10)), evenly(4_000))
	from, err := SeekTime(t.Context(), bytes.NewReader(data), whole(data), day0+43_200, Unsorted)
	require.NoError(t, err)
	require.Zero(t, from)
	to, err := SeekAfter(t.Context(), bytes.NewReader(data), whole(data), day0+43_200, Unsorted)
	require.NoError(t, err)
	require.EqualValues(t, len(data), to)
}

func TestSeekInAFileWithoutTimesFindsItsEnds(t *testing.T) {
	data := bytes.Repeat([]byte("garbage without a time\n"), 20_000)
	from, err := SeekTime(t.Context(), bytes.NewReader(data), whole(data), day0, 0)
	require.NoError(t, err)
	require.Zero(t, from)
	to, err := SeekAfter(t.Context(), bytes.NewReader(data), whole(data), day0, 0)
	require.NoError(t, err)
	require.EqualValues(t, len(data), to)
}

// disorderOf is by how many seconds at most a line is older than one before it.
func disorderOf(stamps []wallclock.Stamp) wallclock.Stamp {
	newest, disorder := stamps[0], wallclock.Stamp(0)
	for _, s := range stamps {
		newest = max(newest, s)
		disorder = max(disorder, newest-s)
	}
	return disorder
}

func TestDisorderIsNeverLessThanTheStepOfAClockThatStaysSet(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(11, 12))
	for _, minutes := range []wallclock.Stamp{1, 60, 115, 121, 130, 150, 180, 400} {
		stamps := evenly(4_000)
		for i := 1_000 + rng.IntN(2_000); i < len(stamps); i++ {
			stamps[i] -= minutes * 60
		}
		data := file(rng, stamps)
		got, err := Disorder(t.Context(), bytes.NewReader(data), whole(data))
		require.NoError(t, err)
		require.GreaterOrEqual(t, got, disorderOf(stamps), "a clock set back by %d minutes", minutes)
	}
}

func TestDisorderOfAFileInOrderIsBounded(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	data := file(rng, late(rng, evenly(5_000), 600))
	got, err := Disorder(t.Context(), bytes.NewReader(data), whole(data))
	require.NoError(t, err)
	require.Less(t, got, Unsorted)
	require.GreaterOrEqual(t, got, wallclock.Stamp(600))
}

func TestDisorderOfASmallFileDoesNotMatter(t *testing.T) {
	data := file(rand.New(rand.NewPCG(15, 16)), evenly(100))
	got, err := Disorder(t.Context(), bytes.NewReader(data), whole(data))
	require.NoError(t, err)
	require.Equal(t, Unsorted, got)
}

func checkSplit(t *testing.T, data []byte, n int) {
	t.Helper()
	pieces, err := Split(t.Context(), bytes.NewReader(data), whole(data), n)
	require.NoError(t, err)
	require.LessOrEqual(t, len(pieces), n)
	at := int64(0)
	for i, p := range pieces {
		require.Equal(t, at, p.From, "the pieces follow each other")
		require.True(t, at == 0 || data[at-1] == '\n', "a piece begins where a line begins")
		require.Equal(t, i == len(pieces)-1, p.EOF)
		at = p.To
	}
	require.EqualValues(t, len(data), at)
}

func TestSplitCoversAFileExactlyOnce(t *testing.T) {
	rng := rand.New(rand.NewPCG(17, 18))
	sorted := file(rng, evenly(1_000))
	for _, data := range [][]byte{nil, []byte("a"), []byte("a\n"), []byte("\n\n\n"), sorted, sorted[:len(sorted)-5], bytes.Repeat([]byte("x"), 300_000), long(300_000)} {
		for _, n := range []int{1, 2, 3, 7, 64} {
			checkSplit(t, data, n)
		}
	}
}

// FuzzSeek checks what SeekTime, SeekAfter and Split promise on random files.
func FuzzSeek(f *testing.F) {
	f.Add(uint64(1), uint16(2_000), uint16(0), int32(43_200), uint8(3))
	f.Add(uint64(2), uint16(3_000), uint16(7_200), int32(86_400), uint8(1))
	f.Add(uint64(3), uint16(900), uint16(59), int32(-1), uint8(200))
	f.Fuzz(func(t *testing.T, seed uint64, lines, disorder uint16, target int32, n uint8) {
		rng := rand.New(rand.NewPCG(seed, 0))
		data := file(rng, late(rng, evenly(1+int(lines%5_000)), wallclock.Stamp(disorder)))
		checkSeek(t, data, stampsOf(data), day0+wallclock.Stamp(target%(3*86_400)), wallclock.Stamp(disorder))
		checkSplit(t, data[:len(data)-rng.IntN(20)], 1+int(n))
	})
}
