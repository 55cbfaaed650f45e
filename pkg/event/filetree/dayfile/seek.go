package dayfile

import (
	"context"
	"errors"
	"io"
	"math"

	"github.com/heartline-monitor/heartline/pkg/wallclock"
)

// Unsorted is the disorder of a file that must be read whole to be exact.
const Unsorted = wallclock.Stamp(math.MaxInt64 / 4)

// SeekTime finds an offset, the beginning of a line, before which no line has a
// stamp at or after target, as long as no line is more than disorder seconds
// older than one before it. It reads a few blocks only.
func SeekTime(ctx context.Context, file io.ReaderAt, span Span, target, disorder wallclock.Stamp) (int64, error) {
	if disorder >= Unsorted {
		return span.From, nil
	}
	target -= disorder
	lo, hi := span.From, span.To
	for hi-lo > blockSize {
		middle := lo + (hi-lo)/2
		at, stamp, ok, err := firstStamp(ctx, file, Span{From: middle, To: hi, EOF: span.EOF && hi == span.To})
		if err != nil {
			return 0, err
		}
		if ok && stamp < target {
			lo = at
		} else {
			hi = middle
		}
	}
	return lo, nil
}

// SeekAfter finds an offset behind which no line has a stamp at or before
// target, under the same condition.
func SeekAfter(ctx context.Context, file io.ReaderAt, span Span, target, disorder wallclock.Stamp) (int64, error) {
	if disorder >= Unsorted {
		return span.To, nil
	}
	target += disorder
	end := span.To
	lo, hi := span.From, span.To
	for hi-lo > blockSize {
		middle := lo + (hi-lo)/2
		at, stamp, ok, err := firstStamp(ctx, file, Span{From: middle, To: hi, EOF: span.EOF && hi == span.To})
		switch {
		case err != nil:
			return 0, err
		case !ok:
			hi = middle
		case stamp > target:
			end, hi = at, middle
		default:
			lo = middle
		}
	}
	return end, nil
}

// firstStamp reads the first line with a time that begins after span.From.
func firstStamp(ctx context.Context, file io.ReaderAt, span Span) (at int64, stamp wallclock.Stamp, ok bool, err error) {
	c := newChunks(file, span, probeSize)
	defer c.release()
	c.limit = probeSize // times stand at the beginning
	partial := true     // the first line read is the rest of one that began before the span
	for {
		ch, err := c.next(ctx)
		if errors.Is(err, io.EOF) {
			return 0, 0, false, nil
		}
		if err != nil {
			return 0, 0, false, err
		}
		for at := 0; at < len(ch.bytes); partial = false {
			l := Line{Offset: ch.offset + int64(at)}
			l.Bytes, at = cutFirst(ch.bytes, at)
			if stamp, ok := l.Stamp(); ok && !partial {
				return l.Offset, stamp, true, nil
			}
		}
	}
}

// probeSize is how much is read for a look at one stamp: some lines.
const probeSize = 4 << 10

const (
	// Whole is the size up to which a file is read whole rather than searched.
	Whole = 256 << 10
	// tolerated is the disorder that a search allows for: clocks set back by an
	// hour, and writers that are late.
	tolerated = wallclock.Stamp(2 * 3_600)
	// samples of a day are 45 minutes apart, more or less: a clock that was set
	// back by more than tolerated shows as two that descend by more than stepBack.
	samples  = 32
	stepBack = tolerated / 8
)

// Disorder tells how far out of order the lines of a span have to be expected.
// Small files are read whole, so theirs does not matter. Of a large one a few
// lines are looked at, and unless their times ascend it is Unsorted.
func Disorder(ctx context.Context, file io.ReaderAt, span Span) (wallclock.Stamp, error) {
	size := span.To - span.From
	if size <= Whole {
		return Unsorted, nil
	}
	newest, seen := -Unsorted, span.From
	for i := range int64(samples) {
		piece := Span{From: span.From + size/samples*i, To: span.To, EOF: span.EOF}
		if piece.From < seen {
			continue // within a long line
		}
		at, stamp, ok, err := firstStamp(ctx, file, piece)
		if err != nil {
			return 0, err
		}
		if !ok {
			break
		}
		seen = at
		if stamp < newest-stepBack {
			return Unsorted, nil
		}
		newest = max(newest, stamp)
	}
	return tolerated, nil
}

// Split cuts a span into about n pieces that begin where lines begin.
func Split(ctx context.Context, file io.ReaderAt, span Span, n int) ([]Span, error) {
	var pieces []Span
	from := span.From
	for i := range int64(n) {
		at := span.From + (span.To-span.From)/int64(n)*(i+1)
		if i == int64(n)-1 || at >= span.To {
			break
		}
		end, _, err := lineEnd(ctx, file, Span{From: max(at, from), To: span.To})
		if err != nil {
			return nil, err
		}
		if end > from && end < span.To {
			pieces = append(pieces, Span{From: from, To: end})
			from = end
		}
	}
	return append(pieces, Span{From: from, To: span.To, EOF: span.EOF}), nil
}
