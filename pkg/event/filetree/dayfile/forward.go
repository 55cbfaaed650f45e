package dayfile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
)

// chunkSize is how much is read at once: large enough to make the calls cheap,
// small enough to stay in the processor's cache.
const chunkSize = 64 << 10

// Span is a piece of a file, from the first byte of a line to the end of one.
type Span struct {
	From, To int64
	EOF      bool // To is where the file ended when it was measured

	// Worth, where it is set, decides by a look at a line whether it is handed
	// out. The first and the last line of each block are, to tell how far in time
	// it reaches.
	Worth func(line []byte) bool
}

// chunk is a run of whole lines.
type chunk struct {
	offset int64
	bytes  []byte
	cut    bool // one line that is too long: bytes are its beginning
	last   bool // one line at the end of the file, without a line end
	worth  func([]byte) bool
}

// chunks hands out a span in chunks. The bytes of one are valid until the next
// is asked for.
type chunks struct {
	file    io.ReaderAt
	span    Span
	buf     []byte
	release func() // what buf was lent by
	lo, hi  int    // what of buf is read and not handed out
	pos     int64  // offset in the file of buf[lo]
	limit   int    // longer lines are cut
}

// newChunks reads size bytes at once, a power of two up to chunkSize, less where
// the span is small and more where a line is longer. The chunks must be released.
func newChunks(file io.ReaderAt, span Span, size int) *chunks {
	for size > 1 && int64(size/2) > span.To-span.From {
		size /= 2
	}
	buf, release := takeBuffer()
	return &chunks{file: file, span: span, buf: buf[:size], release: release, pos: span.From, limit: MaxLine}
}

// next returns io.EOF after the last chunk. A file that became shorter ends
// early, which is no error: what is gone is gone.
func (c *chunks) next(ctx context.Context) (chunk, error) {
	copy(c.buf, c.buf[c.lo:c.hi])
	c.lo, c.hi = 0, c.hi-c.lo
	for searched := 0; ; {
		if err := ctx.Err(); err != nil {
			return chunk{}, err
		}
		n, err := c.fill()
		if err != nil {
			return chunk{}, err
		}
		if end := bytes.LastIndexByte(c.buf[searched:c.hi], '\n'); end >= 0 {
			return c.take(searched + end + 1), nil
		}
		switch {
		case c.hi == 0:
			return chunk{}, io.EOF
		case n == 0 && c.hi < len(c.buf):
			out := c.take(c.hi)
			out.last = c.span.EOF
			return out, nil
		case c.hi == len(c.buf) && c.hi >= c.limit:
			return c.cutLine(ctx)
		case c.hi == len(c.buf):
			c.buf = append(c.buf, make([]byte, len(c.buf))...)
		}
		searched = c.hi
	}
}

// fill reads on behind what is held.
func (c *chunks) fill() (int, error) {
	want := min(int64(len(c.buf)-c.hi), c.span.To-c.pos-int64(c.hi))
	if want <= 0 {
		return 0, nil
	}
	n, err := c.file.ReadAt(c.buf[c.hi:c.hi+int(want)], c.pos+int64(c.hi))
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, fmt.Errorf("read the day file at byte %d: %w", c.pos, err)
	}
	c.hi += n
	return n, nil
}

func (c *chunks) take(n int) chunk {
	out := chunk{offset: c.pos, bytes: c.buf[:n], worth: c.span.Worth}
	c.lo = n
	c.pos += int64(n)
	return out
}

// cutLine hands out the beginning of a line that fills the buffer and skips the
// rest of it.
func (c *chunks) cutLine(ctx context.Context) (chunk, error) {
	out := chunk{offset: c.pos, bytes: c.buf[:c.limit], cut: true}
	end, found, err := lineEnd(ctx, c.file, Span{From: c.pos + int64(c.hi), To: c.span.To})
	c.lo, c.hi, c.pos = 0, 0, end
	out.last = c.span.EOF && !found
	return out, err
}

// lineEnd finds the offset behind the first line end in the span, or its end.
func lineEnd(ctx context.Context, file io.ReaderAt, span Span) (end int64, found bool, err error) {
	buf := make([]byte, blockSize)
	for at := span.From; at < span.To; {
		if err := ctx.Err(); err != nil {
			return 0, false, err
		}
		n, err := file.ReadAt(buf[:min(int64(len(buf)), span.To-at)], at)
		if end := bytes.IndexByte(buf[:n], '\n'); end >= 0 {
			return at + int64(end) + 1, true, nil
		}
		at += int64(n)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return 0, false, fmt.Errorf("read the day file at byte %d: %w", at, err)
		}
	}
	return span.To, false, nil
}

// Forward walks over the lines of a span in the order of the file, some at a
// time: their bytes are valid during the call. Blank lines are left out. It ends
// without an error when each returns ErrStop.
func Forward(ctx context.Context, file io.ReaderAt, span Span, each func([]Line) error) error {
	c := newChunks(file, span, chunkSize)
	defer c.release()
	room, giveBack := takeLines()
	defer giveBack()
	lines := room[:0]
	for {
		ch, err := c.next(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		lines = ch.lines(lines[:0])
		if err := each(lines); err != nil {
			return ignoreStop(err)
		}
	}
}

func ignoreStop(err error) error {
	if errors.Is(err, ErrStop) {
		return nil
	}
	return err
}

// lines appends the lines of the chunk that are worth it.
func (ch chunk) lines(lines []Line) []Line {
	for at := 0; at < len(ch.bytes); {
		start := at
		var text []byte
		text, at = cutFirst(ch.bytes, at)
		if len(text) == 0 || ch.worth != nil && start > 0 && at < len(ch.bytes) && !ch.worth(text) {
			continue
		}
		lines = append(lines, Line{Offset: ch.offset + int64(start), Bytes: text, Cut: ch.cut, Last: ch.last})
	}
	return lines
}

// cutFirst returns the line that begins at an offset, without the space around
// it, and where the next one begins.
func cutFirst(b []byte, at int) (text []byte, next int) {
	end := bytes.IndexByte(b[at:], '\n')
	if end < 0 {
		return bytes.TrimSpace(b[at:]), len(b)
	}
	text = b[at : at+end]
	if end < 2 || text[0] != '{' || text[end-1] != '}' {
		text = bytes.TrimSpace(text)
	}
	return text, at + end + 1
}
