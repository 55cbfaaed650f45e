package dayfile

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// backward collects the lines of a walk from the end, in the order of the file.
func backward(t testing.TB, file io.ReaderAt, span Span) []Line {
	t.Helper()
	var blocks [][]Line
	require.NoError(t, Backward(t.Context(), file, span, func(some []Line) error {
		block := slices.Clone(some)
		for i := range block {
			block[i].Bytes = bytes.Clone(block[i].Bytes)
		}
		blocks = append(blocks, block)
		return nil
	}))
	slices.Reverse(blocks)
	return slices.Concat(blocks...)
}

func TestBackwardFindsTheLinesThatForwardFinds(t *testing.T) {
	for name, text := range map[string]string{
		"empty":               "",
		"one line":            "a\n",
		"no line end":         "a",
		"blank lines":         "\n\n a \n\t\n\r\nb\n\n",
		"half a line at last": "a\nb\nc",
		"spaces at last":      "a\n   ",
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, split([]byte(text)), backward(t, strings.NewReader(text), whole([]byte(text))))
		})
	}
}

func TestBackwardFindsLinesAroundBlocks(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 4))
	for range 10 {
		plan := make([]byte, 1+rng.IntN(30))
		for i := range plan {
			plan[i] = byte(rng.Uint32())
		}
		data := build(plan)
		require.True(t, equalLines(split(data), backward(t, bytes.NewReader(data), whole(data))), "plan %v", plan)
	}
}

func TestBackwardCutsLongLinesAsForwardDoes(t *testing.T) {
	t.Parallel()
	for _, n := range []int{MaxLine, MaxLine + 1, 2*MaxLine + 1} {
		data := long(n)
		require.True(t, equalLines(forward(t, bytes.NewReader(data), whole(data)), backward(t, bytes.NewReader(data), whole(data))), n)
	}
	data := bytes.Repeat([]byte("x"), 2*MaxLine)
	require.True(t, equalLines(forward(t, bytes.NewReader(data), whole(data)), backward(t, bytes.NewReader(data), whole(data))))
}

func TestBackwardServesASpanAndNothingBesides(t *testing.T) {
	data := []byte("a\nbb\nccc\n")
	require.Equal(t, []Line{{Offset: 2, Bytes: []byte("bb")}}, backward(t, bytes.NewReader(data), Span{From: 2, To: 5}))
}

func TestBackwardReadsNoMoreThanItIsAskedFor(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789\n"), 100_000)
	read := &counted{ReaderAt: bytes.NewReader(data)}
	calls := 0
	require.NoError(t, Backward(t.Context(), read, whole(data), func(lines []Line) error {
		calls++
		require.Equal(t, "0123456789", string(lines[len(lines)-1].Bytes))
		return ErrStop
	}))
	require.Equal(t, 1, calls)
	require.LessOrEqual(t, read.bytes, blockSize)
	failure := errors.New("the consumer failed")
	require.ErrorIs(t, Backward(t.Context(), read, whole(data), func([]Line) error { return failure }), failure)
}

// counted counts what is read.
type counted struct {
	io.ReaderAt
	bytes int
}

func (c *counted) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.ReaderAt.ReadAt(p, off)
	c.bytes += n
	return n, err
}

func TestBackwardServesWhatIsLeftOfAFileThatBecameShorter(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789\n"), 10_000)
	lines := backward(t, bytes.NewReader(data), Span{To: int64(2 * len(data)), EOF: true})
	require.True(t, equalLines(split(data), lines))
}

func TestLineStartFindsWhereALineBegins(t *testing.T) {
	data := append([]byte("a\nbb\n"), bytes.Repeat([]byte("x"), 2*chunkSize)...)
	for to, want := range map[int64]int64{0: 0, 1: 0, 2: 2, 3: 2, 5: 5, 6: 5, 5 + 2*chunkSize: 5} {
		start, err := LineStart(t.Context(), bytes.NewReader(data), Span{To: to})
		require.NoError(t, err)
		require.Equal(t, want, start, to)
	}
	start, err := LineStart(t.Context(), bytes.NewReader(data), Span{From: 3, To: 4})
	require.NoError(t, err)
	require.EqualValues(t, 3, start, "no further back than the span")
}

// FuzzBackward holds Backward against Forward on files whose lines meet the ends
// of blocks in every way.
func FuzzBackward(f *testing.F) {
	f.Add([]byte{9, 10, 11}, uint16(0), uint16(0))
	f.Add([]byte{0x2a, 0x2b, 0x29, 0x13, 0x00, 0x28}, uint16(70), uint16(3))
	f.Add([]byte{0x2f, 0x2e, 0x2d, 0x24, 0x24}, uint16(1), uint16(60_000))
	f.Fuzz(func(t *testing.T, plan []byte, skip, drop uint16) {
		data := build(plan[:min(len(plan), 12)])
		data = data[:max(0, len(data)-int(drop))]
		span := whole(data)
		if from := bytes.IndexByte(data[min(int(skip), len(data)):], '\n'); from >= 0 {
			span.From = int64(min(int(skip), len(data)) + from + 1)
		}
		file := bytes.NewReader(data)
		require.True(t, equalLines(forward(t, file, span), backward(t, file, span)))
	})
}
