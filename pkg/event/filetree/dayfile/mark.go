package dayfile

import "bytes"

// mark is the end of a line among many lines.
type mark struct {
	end    uint32 // behind its line end
	quotes uint32 // that are not escaped, in it and in the lines before it
}

// marksAtOnce is how many lines are marked in one go: those of a chunk, mostly.
const marksAtOnce = 512 + marksPerBlock

// marksPerBlock is how many lines may end in one block of the assembly routine.
const marksPerBlock = 64

// markLinesPortable does what markLines does, on every processor.
func markLinesPortable(b []byte, marks *[marksAtOnce]mark) int {
	quotes, pos := 0, 0
	for i := range marks {
		end := bytes.IndexByte(b[pos:], '\n')
		if end < 0 {
			return i
		}
		quotes += quotesIn(b[pos : pos+end])
		pos += end + 1
		marks[i] = mark{uint32(pos), uint32(quotes)} //nolint:gosec // a chunk is at most twice MaxLine long
	}
	return len(marks)
}

// quotesIn counts the quotes that are not escaped.
func quotesIn(b []byte) int {
	n := bytes.Count(b, []byte{'"'})
	for {
		at := bytes.IndexByte(b, '\\') + 1
		if at == 0 || at == len(b) {
			return n
		}
		if b[at] == '"' {
			n--
		}
		b = b[at+1:]
	}
}
