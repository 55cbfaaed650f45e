package dayfile

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math/bits"
	"strings"
)

// Count reads a span and counts its lines per minute and class. This is the
// loop that everything over long ranges waits for: a line as the existing writer
// writes it costs a few comparisons and two searches for a byte.
func (s Schema) Count(ctx context.Context, file io.ReaderAt, span Span) (*Minutes, error) {
	n := &counter{tally: newTally(), schema: s}
	c := newChunks(file, span, chunkSize)
	for {
		ch, err := c.next(ctx)
		if errors.Is(err, io.EOF) {
			return n.minutes(), nil
		}
		if err != nil {
			return nil, err
		}
		n.add(ch)
	}
}

type counter struct {
	*tally
	schema Schema
	record Record
	// The minute of the line before: its text and its row.
	hour, minute uint64
	at           int
	slots        [1 << slotBits]slot
}

func (n *counter) add(ch chunk) {
	rest := ch.bytes
	for len(rest) > 0 {
		if n.schema.canonicalLog && !ch.cut {
			rest = rest[n.canonical(rest):]
		}
		if len(rest) == 0 {
			return
		}
		end := bytes.IndexByte(rest, '\n') + 1
		if end == 0 {
			end = len(rest)
		}
		n.other(Line{Bytes: bytes.TrimSpace(rest[:end]), Cut: ch.cut, Last: ch.last})
		rest = rest[end:]
	}
}

// other counts a line in any form.
func (n *counter) other(l Line) {
	if len(l.Bytes) == 0 {
		return
	}
	if !n.schema.Parse(l, &n.record) {
		if !l.inProgress() {
			n.stats.Unreadable++
		}
		return
	}
	if l.Cut {
		n.stats.Cut++
	}
	class := ""
	if n.schema.Class {
		class = n.record.Values[0].String()
	}
	c, row := n.class(class), n.row(minuteOf(n.record.Stamp))
	n.counts[c][row]++
	n.hour = 0 // the row of the canonical line before is no longer the newest
}

func minuteOf(s Stamp) Stamp { return Stamp(floorDiv(int64(s), 60) * 60) }

// Where the parts of a canonical log line are.
const (
	minuteAt = len(timePrefix)
	levelAt  = stampEnd + len(levelPrefix)
)

var (
	prefixA = binary.LittleEndian.Uint64([]byte(timePrefix))
	prefixB = binary.LittleEndian.Uint64([]byte(levelPrefix))
	prefixC = binary.LittleEndian.Uint64([]byte(levelPrefix)[8:])
	prefixD = binary.LittleEndian.Uint64([]byte(levelPrefix)[len(levelPrefix)-8:])
	prefixE = binary.LittleEndian.Uint64([]byte(messagePrefix))
	prefixF = binary.LittleEndian.Uint64([]byte(messagePrefix)[len(messagePrefix)-8:])
)

// canonical counts log lines in the existing writer's form from the beginning
// of b and returns where the first line in another form begins.
func (n *counter) canonical(b []byte) int {
	pos := 0
	for {
		line := b[pos:]
		if len(line) < levelAt+8+len(messagePrefix)+2 {
			return pos
		}
		head := line[:levelAt+8]
		if binary.LittleEndian.Uint64(head) != prefixA || head[8] != ' ' || head[9] != '"' ||
			binary.LittleEndian.Uint64(head[stampEnd:]) != prefixB ||
			binary.LittleEndian.Uint64(head[stampEnd+8:]) != prefixC ||
			binary.LittleEndian.Uint64(head[levelAt-8:]) != prefixD {
			return pos
		}
		key, length := shortText(binary.LittleEndian.Uint64(head[levelAt:]))
		messageAt := levelAt + length + len(messagePrefix)
		if length == 0 || binary.LittleEndian.Uint64(line[levelAt+length:]) != prefixE ||
			binary.LittleEndian.Uint64(line[messageAt-8:]) != prefixF {
			return pos
		}
		size := bytes.IndexByte(line[messageAt:], '\n')
		if size < 2 || !closed(line[messageAt:messageAt+size]) {
			return pos
		}
		if !n.enter(head[minuteAt:stampEnd]) {
			return pos
		}
		class := n.short(key)
		if class < 0 {
			return pos
		}
		n.counts[class][n.at]++
		pos += messageAt + size + 1
	}
}

// closed reports whether a message, its closing quote and brace included, ends
// the line: no quote before the last one closes it.
func closed(tail []byte) bool {
	if tail[len(tail)-1] == '\r' {
		tail = tail[:len(tail)-1]
	}
	n := len(tail) - len(`"}`)
	if n < 0 || tail[n] != '"' || tail[n+1] != '}' || escaped(tail[:n]) {
		return false
	}
	for at := 0; ; {
		quote := bytes.IndexByte(tail[at:n], '"')
		if quote < 0 {
			return true
		}
		at += quote
		if !escaped(tail[:at]) {
			return false
		}
		at++
	}
}

// enter makes at the row of the stamp's minute.
func (n *counter) enter(stamp []byte) bool {
	hour, minute := binary.LittleEndian.Uint64(stamp), binary.LittleEndian.Uint64(stamp[8:])
	if hour == n.hour && minute == n.minute {
		tens, ones := stamp[17]-'0', stamp[18]-'0'
		return stamp[16] == ':' && tens <= 5 && ones <= 9
	}
	s, ok := ParseStamp(stamp)
	if !ok {
		return false
	}
	n.hour, n.minute = hour, minute
	n.at = n.row(minuteOf(s))
	return true
}

// slot is one entry of a small table from packed names to classes.
type slot struct {
	key   uint64
	class int
}

// short is the class of a short name, -1 where the name needs a closer look.
// Levels follow each other without a pattern, so a table without branches is
// worth it.
func (n *counter) short(key uint64) int {
	known := &n.slots[key*0x9E3779B97F4A7C15>>(64-slotBits)]
	if known.key == key {
		return known.class
	}
	name := binary.LittleEndian.AppendUint64(nil, key)
	text := string(name[:bytes.IndexByte(name, '"')])
	if !isPlain(text) {
		return -1
	}
	*known = slot{key, n.class(text)}
	return known.class
}

const slotBits = 6

// isPlain reports whether a name is plain ASCII.
func isPlain(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' || r == '\\' })
}

// shortText finds the closing quote in the 8 bytes and returns what stands up to
// it, packed, and how long the text before it is; 0 where there is none. The
// quote belongs to the key, so that no key is 0 and none the key of another text
// with NULs behind it.
func shortText(b uint64) (key uint64, length int) {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	x := b ^ (ones * '"')
	found := (x - ones) & ^x & tops
	if found == 0 {
		return 0, 0
	}
	length = bits.TrailingZeros64(found) / 8
	return b & (1<<(8*length+8) - 1), length
}
