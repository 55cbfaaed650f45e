package dayfile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
)

// blockSize is how much is read at once from the end: a few hundred lines.
const blockSize = chunkSize

// blockLines is how many lines a block usually has at the most.
const blockLines = 512

// Backward walks over the lines of a span from its end, block by block: each
// gets the lines of one block, in the order of the file. Their bytes are valid
// during the call. Blank lines are left out. It ends without an error when each
// returns ErrStop.
func Backward(ctx context.Context, file io.ReaderAt, span Span, each func([]Line) error) error {
	lent, release := takeBuffer()
	defer release()
	room, giveBack := takeLines()
	defer giveBack()
	buf, lines := lent[:], room[:0]
	size := int64(blockSize)
	for end := span.To; end > span.From; {
		if err := ctx.Err(); err != nil {
			return err
		}
		from := max(span.From, end-size)
		if int64(cap(buf)) < end-from {
			buf = make([]byte, end-from)
		}
		n, err := file.ReadAt(buf[:end-from], from)
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("read the day file at byte %d: %w", from, err)
		}
		block := buf[:n]
		if from > span.From {
			// The first line of the block may begin before it: it belongs to the next one.
			first := bytes.IndexByte(block, '\n')
			if first < 0 || first == len(block)-1 {
				if size < MaxLine {
					size *= 2
					continue
				}
				if from, err = LineStart(ctx, file, Span{From: span.From, To: from}); err != nil {
					return err
				}
				block = nil
			} else {
				from += int64(first) + 1
				block = block[first+1:]
			}
		}
		piece := Span{From: from, To: end, EOF: span.EOF && end == span.To, Worth: span.Worth}
		if lines, err = collect(ctx, file, piece, block, lines[:0]); err != nil {
			return err
		}
		if err := each(lines); err != nil {
			return ignoreStop(err)
		}
		end, size = from, blockSize
	}
	return nil
}

// collect splits a block into lines; where the block is one line too long to be
// held, it is read from its beginning.
func collect(ctx context.Context, file io.ReaderAt, span Span, block []byte, lines []Line) ([]Line, error) {
	if block == nil {
		err := Forward(ctx, file, span, func(long []Line) error {
			for _, l := range long {
				l.Bytes = bytes.Clone(l.Bytes)
				lines = append(lines, l)
			}
			return nil
		})
		return lines, err
	}
	whole := bytes.LastIndexByte(block, '\n') + 1
	lines = chunk{offset: span.From, bytes: block[:whole], worth: span.Worth}.lines(lines)
	return chunk{offset: span.From + int64(whole), bytes: block[whole:], last: span.EOF}.lines(lines), nil
}

// LineStart finds where the line begins that reaches up to span.To.
func LineStart(ctx context.Context, file io.ReaderAt, span Span) (int64, error) {
	buf := make([]byte, chunkSize)
	for end := span.To; end > span.From; {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		from := max(span.From, end-chunkSize)
		n, err := file.ReadAt(buf[:end-from], from)
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, fmt.Errorf("read the day file at byte %d: %w", from, err)
		}
		if i := bytes.LastIndexByte(buf[:n], '\n'); i >= 0 {
			return from + int64(i) + 1, nil
		}
		end = from
	}
	return span.From, nil
}
