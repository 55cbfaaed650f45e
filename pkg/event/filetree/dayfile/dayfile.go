// Package dayfile reads one day file of a check-script store: JSON objects, one
// a line, appended by several processes, nearly always in the order of time.
//
// Lines are read leniently: what a person would still understand is served
// (control characters, unknown escapes, invalid UTF-8, messages that are no
// strings, keys in another order). A line that is no JSON object with a time is
// unreadable; it is counted, never served. A last line without a line end that
// does not parse is a write in progress: it is neither.
package dayfile

import "errors"

// MaxLine is the longest line served whole, in bytes. Of a longer one the
// fields up to here are served, the last of them cut.
const MaxLine = 4 << 20

// ErrStop ends a walk over lines early without being an error to the caller.
var ErrStop = errors.New("stop reading the day file")

// Line is one line of a day file. Bytes are valid until the next line is read.
type Line struct {
	Offset int64 // where it begins in the file
	Bytes  []byte
	Cut    bool // longer than MaxLine: Bytes hold only its beginning
	Last   bool // at the end of the file, without a line end
}

// Stats says what a walk met.
type Stats struct {
	Unreadable int // lines that are no JSON object of the expected form
	Cut        int // lines longer than MaxLine
}

// Add sums up.
func (s *Stats) Add(o Stats) {
	s.Unreadable += o.Unreadable
	s.Cut += o.Cut
}
