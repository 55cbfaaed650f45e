package dayfile

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math/bits"
	"strings"

	"github.com/heartline-monitor/heartline/pkg/wallclock"
)

// Count reads a span and counts its lines per minute and class. This is the
// loop that everything over long ranges waits for: a line as the existing writer
// writes it costs a few comparisons: where it ends was found for many at once.
func (s Schema) Count(ctx context.Context, file io.ReaderAt, span Span) (*Minutes, error) {
	n := &counter{tally: newTally(), schema: s}
	c := newChunks(file, span, chunkSize)
	defer c.release()
	for {
		ch, err := c.next(ctx)
		if errors.Is(err, io.EOF) {
			n.flush()
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

	head  [4]uint64             // the last canonical line up to its minute, see sameMinute
	hour  wallclock.Stamp       // when its hour begins
	row   int                   // of its minute
	found [1 << slotBits]slot   // the classes met, by their packed names
	fresh [1 << slotBits]uint32 // counted in this minute, not yet in counts

	marks   [marksAtOnce]mark
	touched uint64 // bits of the entries of fresh that are not 0
}

func (n *counter) add(ch chunk) {
	rest := ch.bytes
	if n.schema.canonicalLog && !ch.cut {
		for marked := n.logs(rest); marked > 0; marked = n.logs(rest) {
			rest = rest[marked:]
		}
	}
	for len(rest) > 0 {
		end := bytes.IndexByte(rest, '\n') + 1
		if end == 0 {
			end = len(rest)
		}
		n.other(Line{Bytes: bytes.TrimSpace(rest[:end]), Cut: ch.cut, Last: ch.last})
		rest = rest[end:]
	}
}

// logs counts the first log lines of b, up to the offset it returns; 0 where b
// holds no line with its end.
func (n *counter) logs(b []byte) int {
	var from mark
	for _, to := range n.marks[:markLines(b, &n.marks)] {
		line := b[from.end:to.end]
		if !n.canonical(line, to.quotes-from.quotes) {
			n.other(Line{Bytes: bytes.TrimSpace(line)})
		}
		from = to
	}
	return int(from.end)
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
	c, row := n.class(class), n.tally.row(minuteOf(n.record.Stamp))
	n.counts[c][row]++
	n.head = [4]uint64{} // the next canonical line may be older than this one
}

func minuteOf(s wallclock.Stamp) wallclock.Stamp { return s.Floor(60) }

// Where the parts of a canonical log line are.
const (
	minuteAt = len(timePrefix)
	levelAt  = stampEnd + len(levelPrefix)
)

var (
	prefixB = binary.LittleEndian.Uint64([]byte(levelPrefix))
	prefixC = binary.LittleEndian.Uint64([]byte(levelPrefix)[8:])
	prefixD = binary.LittleEndian.Uint64([]byte(levelPrefix)[len(levelPrefix)-8:])
	prefixE = binary.LittleEndian.Uint64([]byte(messagePrefix))
	prefixF = binary.LittleEndian.Uint64([]byte(messagePrefix)[len(messagePrefix)-8:])
)

// canonicalQuotes is how many quotes stand in a log line in the existing writer's
// form, those of its message left out, which are escaped.
const canonicalQuotes = 12

// canonical counts a log line, its line end included, if it is in the existing
// writer's form.
func (n *counter) canonical(line []byte, quotes uint32) bool {
	if len(line) < shortestLine || quotes != canonicalQuotes {
		return false
	}
	head := (*[levelAt + 8]byte)(line)
	if !(n.sameMinute(head) || n.enter(head)) || head[16+minuteAt] != ':' || head[17+minuteAt]-'0' > 5 || head[18+minuteAt]-'0' > 9 ||
		load(head[stampEnd:]) != prefixB || load(head[stampEnd+8:]) != prefixC || load(head[levelAt-8:]) != prefixD {
		return false
	}
	key, length := shortText(load(head[levelAt:]))
	messageAt := levelAt + length + len(messagePrefix)
	if length == 0 || load(line[levelAt+length:]) != prefixE || load(line[messageAt-8:]) != prefixF || !endsMessage(line) {
		return false
	}
	i := slotOf(key)
	if n.found[i].key != key && !n.meet(key) {
		return false
	}
	n.fresh[i]++
	n.touched |= 1 << i
	return true
}

// shortestLine is more than a line's fixed parts take, so that they can be looked
// at without a look at the length.
const shortestLine = levelAt + 8 + len(messagePrefix) + 2

func load(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }

// sameMinute reports whether a line begins as the canonical line before did, up
// to the minute of its time.
func (n *counter) sameMinute(head *[levelAt + 8]byte) bool {
	return load(head[0:]) == n.head[0] && load(head[8:]) == n.head[1] && load(head[16:]) == n.head[2] && load(head[18:]) == n.head[3]
}

// enter goes to the minute of a line that begins as a canonical one.
func (n *counter) enter(head *[levelAt + 8]byte) bool {
	begins := [4]uint64{load(head[0:]), load(head[8:]), load(head[16:]), load(head[18:])}
	minute, ok := wallclock.TwoDigits(head[minuteAt+len("2006-01-02 15:"):])
	if !ok || minute > 59 {
		return false
	}
	if begins[0] != n.head[0] || begins[1] != n.head[1] || begins[2] != n.head[2] {
		s, ok := wallclock.Parse(head[minuteAt:stampEnd], ' ')
		if !ok || string(head[:minuteAt]) != timePrefix {
			return false
		}
		n.hour = s.Floor(3_600)
	}
	n.flush()
	n.head = begins
	n.row = n.tally.row(n.hour + wallclock.Stamp(60*minute))
	return true
}

// flush adds what was counted since the minute was entered.
func (n *counter) flush() {
	for ; n.touched != 0; n.touched &= n.touched - 1 {
		i := bits.TrailingZeros64(n.touched)
		n.counts[n.found[i].class][n.row] += n.fresh[i]
		n.fresh[i] = 0
	}
}

// endsMessage reports whether a line ends with a quote that is not escaped and
// the end of the object.
func endsMessage(line []byte) bool {
	end := len(line) - len("\"}\n")
	if line[end+1] == '\r' {
		end--
	}
	return line[end] == '"' && line[end+1] == '}' && !escaped(line[:end])
}

// slot is one entry of a small table from packed names to classes.
type slot struct {
	key   uint64
	class int
}

// slotBits makes a table of few entries, of which levels take some.
const slotBits = 6

// slotOf is the entry of a packed name. Levels follow each other without a
// pattern, so that a table without branches is worth it.
func slotOf(key uint64) uint64 { return key * 0x9E3779B97F4A7C15 >> (64 - slotBits) }

// meet puts a packed name into the table, and reports false for one that needs a
// closer look.
func (n *counter) meet(key uint64) bool {
	name := binary.LittleEndian.AppendUint64(nil, key)
	text := string(name[:bytes.IndexByte(name, '"')])
	if !isPlain(text) {
		return false
	}
	n.flush()
	n.found[slotOf(key)] = slot{key, n.class(text)}
	return true
}

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
