package dayfile

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// whole is the span of all of data.
func whole(data []byte) Span { return Span{To: int64(len(data)), EOF: true} }

// split is the plain way to find the lines of data.
func split(data []byte) []Line {
	var lines []Line
	offset := int64(0)
	for piece := range bytes.SplitAfterSeq(data, []byte("\n")) {
		if text := bytes.TrimSpace(piece); len(text) > 0 {
			lines = append(lines, Line{Offset: offset, Bytes: text, Last: !bytes.HasSuffix(piece, []byte("\n"))})
		}
		offset += int64(len(piece))
	}
	return lines
}

// forward collects the lines of a walk.
func forward(t testing.TB, file io.ReaderAt, span Span) []Line {
	t.Helper()
	var lines []Line
	require.NoError(t, Forward(t.Context(), file, span, func(some []Line) error {
		for _, l := range some {
			l.Bytes = bytes.Clone(l.Bytes)
			lines = append(lines, l)
		}
		return nil
	}))
	return lines
}

// build makes a file of lines whose lengths are those that make trouble around
// blocks and chunks: each byte of the plan is one line.
func build(plan []byte) []byte {
	lengths := [...]int{0, 1, 2, 37, 120, 500, 4_095, 4_096, 30_000, blockSize - 1, blockSize, blockSize + 1, 100_000, chunkSize - 1, chunkSize, chunkSize + 1}
	var data []byte
	for i, b := range plan {
		data = append(data, bytes.Repeat([]byte{'a' + byte(i%26)}, lengths[b%16])...)
		switch b >> 4 {
		case 0:
			data = append(data, "\r\n"...)
		case 1:
			data = append(data, "\n \n"...)
		default:
			data = append(data, '\n')
		}
	}
	if len(plan) > 0 && plan[0]&1 == 1 {
		data = append(data, "half a line"...)
	}
	return data
}

func TestForwardFindsTheLinesOfAnyFile(t *testing.T) {
	for name, text := range map[string]string{
		"empty":               "",
		"one line":            "a\n",
		"no line end":         "a",
		"blank lines":         "\n\n a \n\t\n\r\nb\n\n",
		"carriage returns":    "a\r\nb\r\n",
		"half a line at last": "a\nb\nc",
		"spaces at last":      "a\n   ",
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, split([]byte(text)), forward(t, strings.NewReader(text), whole([]byte(text))))
		})
	}
}

func TestForwardFindsLinesAroundChunks(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	for range 10 {
		plan := make([]byte, 1+rng.IntN(30))
		for i := range plan {
			plan[i] = byte(rng.Uint32())
		}
		data := build(plan)
		require.True(t, equalLines(split(data), forward(t, bytes.NewReader(data), whole(data))), "plan %v", plan)
	}
}

// equalLines compares without printing megabytes.
func equalLines(a, b []Line) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Offset != b[i].Offset || a[i].Last != b[i].Last || a[i].Cut != b[i].Cut || !bytes.Equal(a[i].Bytes, b[i].Bytes) {
			return false
		}
	}
	return true
}

// long is a file with one line of n bytes, line end included, between two short
// ones.
func long(n int) []byte {
	return bytes.Join([][]byte{[]byte("first\n"), bytes.Repeat([]byte("x"), n-1), []byte("\nlast\n")}, nil)
}

func TestForwardCutsLinesThatAreTooLong(t *testing.T) {
	t.Parallel()
	for _, n := range []int{MaxLine, MaxLine + 1, 2*MaxLine + 1} {
		data := long(n)
		lines := forward(t, bytes.NewReader(data), whole(data))
		require.Len(t, lines, 3)
		require.Equal(t, "first", string(lines[0].Bytes))
		require.Equal(t, n > MaxLine, lines[1].Cut, n)
		require.Len(t, lines[1].Bytes, min(n-1, MaxLine))
		require.EqualValues(t, 6, lines[1].Offset)
		require.Equal(t, Line{Offset: int64(6 + n), Bytes: []byte("last")}, lines[2])
	}
}

func TestForwardCutsALongLastLine(t *testing.T) {
	t.Parallel()
	for _, end := range []string{"", "\n"} {
		data := append(bytes.Repeat([]byte("x"), 2*MaxLine), end...)
		lines := forward(t, bytes.NewReader(data), whole(data))
		require.Len(t, lines, 1)
		require.True(t, lines[0].Cut)
		require.Equal(t, end == "", lines[0].Last, "a line with its end is no write in progress")
	}
}

func TestForwardServesASpanAndNothingBesides(t *testing.T) {
	data := []byte("a\nbb\nccc\n")
	require.Equal(t, []Line{{Offset: 2, Bytes: []byte("bb")}}, forward(t, bytes.NewReader(data), Span{From: 2, To: 5}))
	require.Equal(t, []Line{{Offset: 5, Bytes: []byte("cc")}}, forward(t, bytes.NewReader(data), Span{From: 5, To: 7}), "the file goes on behind the span")
}

func TestForwardEndsWhereAFileBecameShorter(t *testing.T) {
	lines := forward(t, strings.NewReader("a\nb\nhal"), Span{To: 1 << 20, EOF: true})
	require.Equal(t, []Line{{Bytes: []byte("a")}, {Offset: 2, Bytes: []byte("b")}, {Offset: 4, Bytes: []byte("hal"), Last: true}}, lines)
}

func TestWalksLeaveOutLinesThatAreNotWorthIt(t *testing.T) {
	var text strings.Builder
	for i := range 20_000 {
		text.WriteString(strings.Repeat("x", i%20) + []string{"no", "yes", "no", "no"}[i%4] + "\n")
	}
	data := []byte(text.String())
	span := whole(data)
	span.Worth = func(line []byte) bool { return bytes.HasSuffix(line, []byte("yes")) }
	for _, lines := range [][]Line{forward(t, bytes.NewReader(data), span), backward(t, bytes.NewReader(data), span)} {
		useless := 0
		worthy := slices.DeleteFunc(slices.Clone(lines), func(l Line) bool {
			if !span.Worth(l.Bytes) {
				useless++
				return true
			}
			return false
		})
		all := slices.DeleteFunc(split(data), func(l Line) bool { return !span.Worth(l.Bytes) })
		require.True(t, equalLines(all, worthy))
		require.Less(t, useless, 2*(len(data)/min(blockSize, chunkSize)+2), "those at the ends of blocks")
		require.EqualValues(t, 0, lines[0].Offset)
		require.EqualValues(t, len(data)-len(split(data)[19_999].Bytes)-1, lines[len(lines)-1].Offset)
	}
}

func TestForwardEndsEarlyWithoutAnError(t *testing.T) {
	calls := 0
	data := build(bytes.Repeat([]byte{0xfd}, 10))
	require.NoError(t, Forward(t.Context(), bytes.NewReader(data), whole(data), func([]Line) error { calls++; return ErrStop }))
	require.Equal(t, 1, calls)
	failure := errors.New("the consumer failed")
	require.ErrorIs(t, Forward(t.Context(), bytes.NewReader(data), whole(data), func([]Line) error { return failure }), failure)
}

// broken fails to read behind an offset.
type broken struct{ at int64 }

var errBroken = errors.New("input/output error")

func (b broken) ReadAt(p []byte, off int64) (int, error) {
	for i := range p {
		if off+int64(i) >= b.at {
			return i, errBroken
		}
		p[i] = "0123456789abcde\n"[(off+int64(i))%16]
	}
	return len(p), nil
}

// endless is a line without an end that grows as fast as it is read.
type endless struct{ cancel context.CancelFunc }

func (e endless) ReadAt(p []byte, off int64) (int, error) {
	if off > 3*MaxLine {
		e.cancel()
	}
	return len(p), nil
}

func TestWalksSayWhyTheyCannotRead(t *testing.T) {
	span := Span{To: 1 << 20, EOF: true}
	none := func([]Line) error { return nil }
	require.ErrorIs(t, Forward(t.Context(), broken{at: 300_000}, span, none), errBroken)
	require.ErrorIs(t, Backward(t.Context(), broken{at: 300_000}, span, none), errBroken)
	_, err := Log.Count(t.Context(), broken{at: 300_000}, span)
	require.ErrorIs(t, err, errBroken)
	_, err = SeekTime(t.Context(), broken{}, span, 0, 0)
	require.ErrorIs(t, err, errBroken)
	_, err = SeekAfter(t.Context(), broken{}, span, 0, 0)
	require.ErrorIs(t, err, errBroken)
	_, err = Disorder(t.Context(), broken{}, span)
	require.ErrorIs(t, err, errBroken)
	_, err = Split(t.Context(), broken{}, span, 2)
	require.ErrorIs(t, err, errBroken)
	_, err = LineStart(t.Context(), broken{}, span)
	require.ErrorIs(t, err, errBroken)
}

func TestWalksEndWithTheirContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	file := endless{cancel}
	span := Span{To: 1 << 50, EOF: true}
	none := func([]Line) error { return nil }
	require.ErrorIs(t, Forward(ctx, file, span, none), context.Canceled, "cancelled within a line")
	require.ErrorIs(t, Backward(ctx, file, span, none), context.Canceled)
	_, err := Log.Count(ctx, file, span)
	require.ErrorIs(t, err, context.Canceled)
	_, err = SeekTime(ctx, file, span, 0, 0)
	require.ErrorIs(t, err, context.Canceled)
	_, err = Disorder(ctx, file, span)
	require.ErrorIs(t, err, context.Canceled)
	_, err = Split(ctx, file, span, 2)
	require.ErrorIs(t, err, context.Canceled)
	_, err = LineStart(ctx, file, span)
	require.ErrorIs(t, err, context.Canceled)
}

// FuzzForward holds Forward and the chunks under it against splitting at line
// ends, also where a chunk is smaller than a line.
func FuzzForward(f *testing.F) {
	f.Add([]byte("a\n\nbb\r\n ccc"), uint8(0))
	f.Add([]byte("\n\n\n"), uint8(1))
	f.Add(bytes.Repeat([]byte("0123456789\n"), 9), uint8(2))
	f.Fuzz(func(t *testing.T, data []byte, bits uint8) {
		require.Equal(t, split(data), forward(t, bytes.NewReader(data), whole(data)))
		c := newChunks(bytes.NewReader(data), whole(data), 1<<(bits%6))
		defer c.release()
		var lines []Line
		for {
			ch, err := c.next(t.Context())
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err)
			for _, l := range ch.lines(nil) {
				l.Bytes = bytes.Clone(l.Bytes)
				lines = append(lines, l)
			}
		}
		require.Equal(t, split(data), lines)
	})
}
