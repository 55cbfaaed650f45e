package dayfile

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// plainMarks are the marks of the lines of b, found byte by byte.
func plainMarks(b []byte) []mark {
	var found []mark
	quotes, escape := uint32(0), false
	for i, c := range b {
		switch {
		case c == '\n':
			found = append(found, mark{uint32(i + 1), quotes})
			escape = false
		case c == '"' && !escape:
			quotes++
		}
		escape = c == '\\' && !escape
	}
	return found
}

// checkMarks holds both implementations against plainMarks. What is left behind
// the last mark is asked for again, as it is when lines are counted.
func checkMarks(t *testing.T, b []byte) {
	t.Helper()
	want := plainMarks(b)
	for name, markLines := range map[string]func([]byte, *[marksAtOnce]mark) int{"markLines": markLines, "portable": markLinesPortable} {
		var marks [marksAtOnce]mark
		var found []mark
		var last mark
		for n := markLines(b, &marks); n > 0; n = markLines(b[last.end:], &marks) {
			before := last
			for _, m := range marks[:n] {
				last = mark{before.end + m.end, before.quotes + m.quotes}
				found = append(found, last)
			}
		}
		require.Equal(t, want, found, "%s of %q", name, b)
	}
}

func TestMarkLinesFindsEveryLineEndAndItsQuotes(t *testing.T) {
	for _, text := range []string{
		"", "\n", `"`, `\`, "\\\n\"\n", strings.Repeat("\n", 3*marksAtOnce), strings.Repeat(`\`, 200) + "\"\n",
		strings.Repeat(`\`, 201) + "\"\n", strings.Repeat(`"\"`, 100) + "\n", strings.Repeat("x", 63) + "\n\"\n", logLine(day0, "Info", `say "no"`),
	} {
		checkMarks(t, []byte(text))
	}
}

func TestMarkLinesOfAnyLengthAndAlignment(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(31, 32))
	const letters = "xxxxxxxxxxx\n\"\"\\\\"
	for length := range 201 {
		for alignment := range 64 {
			memory := make([]byte, alignment+length+100)
			for i := range memory {
				memory[i] = letters[rng.IntN(len(letters))]
			}
			checkMarks(t, memory[alignment:][:length])
		}
	}
}

func TestMarkLinesMarksNoLineBesideTheSlice(t *testing.T) {
	b := slices.Concat(slices.Repeat([]byte("x"), 100), slices.Repeat([]byte("\n"), 100))
	require.Zero(t, markLines(b[:100], new([marksAtOnce]mark)))
}

// FuzzMarkLines holds what finds line ends and quotes against looking at each byte.
func FuzzMarkLines(f *testing.F) {
	for _, line := range lineSeeds {
		f.Add([]byte(line+"\n"+line+"\r\n"), uint8(0))
	}
	f.Add([]byte(`"\"\\"`+"\n"), uint8(61))
	f.Fuzz(func(t *testing.T, data []byte, before uint8) {
		// Short inputs reach all places of a block behind so many other bytes.
		checkMarks(t, slices.Concat(slices.Repeat([]byte("x"), int(before)), data, []byte("\n"), slices.Repeat(data, 4)))
	})
}
