//go:build !amd64

package dayfile

// markLines finds the ends of the lines of b, from the beginning of a line on,
// and how many quotes they hold. It returns how many it marked: 0 only where no
// line of b has its end in it.
func markLines(b []byte, marks *[marksAtOnce]mark) int { return markLinesPortable(b, marks) }
