package dayfile

import "sync"

// buffers and lineLists are used again and again: one query reads hundreds of
// files, and to collect their garbage would cost as much as to read them.
var (
	buffers   = sync.Pool{New: func() any { return new([chunkSize]byte) }}
	lineLists = sync.Pool{New: func() any { return new([blockLines]Line) }}
)

// takeBuffer lends a buffer of chunkSize bytes until it is given back.
func takeBuffer() (buf *[chunkSize]byte, giveBack func()) {
	buf = buffers.Get().(*[chunkSize]byte)
	return buf, func() { buffers.Put(buf) }
}

// takeLines lends room for as many lines as a block usually has.
func takeLines() (lines *[blockLines]Line, giveBack func()) {
	lines = lineLists.Get().(*[blockLines]Line)
	return lines, func() {
		clear(lines[:]) // what they refer to may be megabytes
		lineLists.Put(lines)
	}
}
