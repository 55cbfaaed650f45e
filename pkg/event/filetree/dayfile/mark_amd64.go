package dayfile

import "golang.org/x/sys/cpu"

var hasAVX2 = cpu.X86.HasAVX2 && cpu.X86.HasBMI1 && cpu.X86.HasPOPCNT

// markLines finds the ends of the lines of b, from the beginning of a line on,
// and how many quotes they hold. It returns how many it marked: 0 only where no
// line of b has its end in it.
func markLines(b []byte, marks *[marksAtOnce]mark) int {
	if hasAVX2 {
		if n := markLinesAVX2(b, marks); n > 0 {
			return n
		}
	}
	return markLinesPortable(b, marks)
}

// markLinesAVX2 looks at whole blocks of 64 bytes, and does not go on where the
// lines of one more block may be more than it may mark.
//
//go:noescape
func markLinesAVX2(b []byte, marks *[marksAtOnce]mark) int
