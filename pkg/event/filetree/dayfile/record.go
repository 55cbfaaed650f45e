package dayfile

import (
	"bytes"

	"github.com/heartline-monitor/heartline/pkg/wallclock"
)

// Schema names the keys of one kind of line.
type Schema struct {
	Keys     []string // in the order in which Record.Values holds them
	Required int      // how many of the first keys a line must have
	Class    bool     // the first key is what lines are counted by

	canonicalLog bool // lines mostly have the form that parseCanonical reads
}

// The schemas of the three kinds of day files.
var (
	Heartbeat = Schema{Keys: []string{"user", "host", "script"}}
	Log       = Schema{Keys: []string{"message_level", "message"}, Required: 2, Class: true, canonicalLog: true}
	Alarm     = Schema{Keys: []string{"send_alarm_result", "message", "receivers", "md5"}, Required: 2, Class: true}
)

// Record is a line that was read: its time and the values of the schema's keys.
// It refers to the bytes of the line.
type Record struct {
	Offset int64
	Stamp  wallclock.Stamp
	Values []Value
	Cut    bool
}

const (
	timePrefix = `{"time": "`
	stampEnd   = len(timePrefix) + wallclock.Length
)

// Stamp reads the time of the line without looking at the rest of it.
func (l Line) Stamp() (wallclock.Stamp, bool) {
	if len(l.Bytes) > stampEnd && l.Bytes[stampEnd] == '"' && string(l.Bytes[:len(timePrefix)]) == timePrefix {
		return wallclock.Parse(l.Bytes[len(timePrefix):stampEnd], ' ')
	}
	var stamp wallclock.Stamp
	var ok bool
	Fields(l.Bytes, true, func(key []byte, v Value) {
		if string(key) == "time" {
			stamp, ok = wallclock.Parse(v.raw, ' ')
		}
	})
	return stamp, ok
}

// Parse reads the line into r, whose Values it uses again. It reports whether
// the line is readable.
func (s Schema) Parse(l Line, r *Record) bool {
	if s.canonicalLog && !l.Cut && parseCanonical(l, r) {
		return true
	}
	if cap(r.Values) < len(s.Keys) {
		r.Values = make([]Value, len(s.Keys))
	}
	r.Values = r.Values[:len(s.Keys)]
	clear(r.Values)
	r.Offset, r.Cut = l.Offset, l.Cut
	timed := false
	whole := Fields(l.Bytes, l.Cut, func(key []byte, v Value) {
		if string(key) == "time" {
			r.Stamp, timed = wallclock.Parse(v.raw, ' ')
			return
		}
		for i, k := range s.Keys {
			if string(key) == k {
				r.Values[i] = v
			}
		}
	})
	if !whole || !timed {
		return false
	}
	for _, v := range r.Values[:s.Required] {
		if v.raw == nil && !l.Cut {
			return false
		}
	}
	return true
}

// inProgress reports, of a line that did not parse, whether it is a write in
// progress rather than an unreadable line.
func (l Line) inProgress() bool { return l.Last }

// Records walks over the readable lines of a span in the order of the file.
func (s Schema) Records(lines []Line, stats *Stats, r *Record, each func(*Record) error) error {
	for _, l := range lines {
		if !s.Parse(l, r) {
			if !l.inProgress() {
				stats.Unreadable++
			}
			continue
		}
		if l.Cut {
			stats.Cut++
		}
		if err := each(r); err != nil {
			return err
		}
	}
	return nil
}

// How the existing writer goes on behind the time of a log line, and behind its
// level.
const (
	levelPrefix   = `", "message_level": "`
	messagePrefix = `", "message": "`
)

// Level is the level of a log line in the existing writer's form, without a look
// at the rest of the line.
func Level(line []byte) ([]byte, bool) {
	if len(line) < levelAt || string(line[stampEnd:levelAt]) != levelPrefix || string(line[:len(timePrefix)]) != timePrefix {
		return nil, false
	}
	line = line[levelAt:]
	for i, c := range line[:min(len(line), 16)] {
		switch c {
		case '"':
			return line[:i], true
		case '\\':
			return nil, false
		}
	}
	return nil, false
}

// parseCanonical reads a log line as the existing writer writes it. It reports
// false for a line in any other form, readable or not.
func parseCanonical(l Line, r *Record) bool {
	line := l.Bytes
	if len(line) < levelAt || string(line[:len(timePrefix)]) != timePrefix || string(line[stampEnd:levelAt]) != levelPrefix {
		return false
	}
	quote := bytes.IndexByte(line[levelAt:], '"')
	if quote < 0 || line[levelAt+quote-1] == '\\' || !bytes.HasPrefix(line[levelAt+quote:], []byte(messagePrefix)) {
		return false
	}
	tail := line[levelAt+quote+len(messagePrefix):]
	if !closed(tail) {
		return false
	}
	stamp, ok := wallclock.Parse(line[minuteAt:stampEnd], ' ')
	if !ok {
		return false
	}
	level := Value{raw: line[levelAt : levelAt+quote], quoted: true}
	message := Value{raw: tail[:len(tail)-len(`"}`)], quoted: true}
	*r = Record{Offset: l.Offset, Stamp: stamp, Values: append(r.Values[:0], level, message)}
	return true
}

// closed reports whether a message, its closing quote and brace included, ends
// the line: no quote before the last one closes it.
func closed(tail []byte) bool {
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
