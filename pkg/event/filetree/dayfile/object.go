package dayfile

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Value is the value of a key, as it stands in the line.
type Value struct {
	raw    []byte // of a string: what is between the quotes
	quoted bool
}

// String decodes the value: a string with its escapes resolved and invalid
// UTF-8 replaced by U+FFFD; anything else as its JSON text.
func (v Value) String() string {
	if !v.quoted || bytes.IndexByte(v.raw, '\\') < 0 {
		return strings.ToValidUTF8(string(v.raw), "\uFFFD")
	}
	return strings.ToValidUTF8(unescape(v.raw), "\uFFFD")
}

// Fields walks over the keys of one JSON object and reports whether the line is
// one, and nothing else. With cut, the line may end inside its last value.
func Fields(line []byte, cut bool, each func(key []byte, v Value)) bool {
	line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
	s := scanner{rest: line, cut: cut}
	if !s.eat('{') {
		return false
	}
	if s.eat('}') {
		return s.atEnd()
	}
	for {
		key, ok := s.text()
		if !ok || !s.eat(':') {
			return false
		}
		v, ok := s.value()
		if !ok {
			return false
		}
		each(key, v)
		if s.eat(',') {
			continue
		}
		return s.cutShort || s.eat('}') && s.atEnd()
	}
}

type scanner struct {
	rest     []byte
	cut      bool
	cutShort bool // the input ended inside a value, as cut allows
}

func (s *scanner) space() {
	s.rest = bytes.TrimLeft(s.rest, " \t\r\n")
}

func (s *scanner) atEnd() bool {
	s.space()
	return len(s.rest) == 0
}

func (s *scanner) eat(c byte) bool {
	s.space()
	if len(s.rest) == 0 || s.rest[0] != c {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

// text reads a string and returns what is between its quotes.
func (s *scanner) text() ([]byte, bool) {
	if !s.eat('"') {
		return nil, false
	}
	for i := 0; ; {
		step := bytes.IndexByte(s.rest[i:], '"')
		if step < 0 {
			raw := s.rest
			s.rest, s.cutShort = nil, s.cut
			return raw, s.cut
		}
		i += step
		if !escaped(s.rest[:i]) {
			raw := s.rest[:i]
			s.rest = s.rest[i+1:]
			return raw, true
		}
		i++
	}
}

// escaped reports whether the byte after b is escaped: an odd number of
// backslashes stands before it.
func escaped(b []byte) bool {
	n := 0
	for n < len(b) && b[len(b)-1-n] == '\\' {
		n++
	}
	return n%2 == 1
}

func (s *scanner) value() (Value, bool) {
	s.space()
	if len(s.rest) > 0 && s.rest[0] == '"' {
		raw, ok := s.text()
		return Value{raw: raw, quoted: true}, ok
	}
	n := 0
	for depth := 0; n < len(s.rest); n++ {
		switch s.rest[n] {
		case '"':
			sub := scanner{rest: s.rest[n:]}
			if _, ok := sub.text(); !ok {
				return Value{}, false
			}
			n = len(s.rest) - len(sub.rest) - 1
			continue
		case '[', '{':
			depth++
			continue
		case ']', '}':
			depth--
		case ',':
		default:
			continue
		}
		if depth < 0 || depth == 0 && s.rest[n] == ',' {
			break
		}
	}
	raw := bytes.TrimSpace(s.rest[:n])
	s.rest = s.rest[n:]
	return Value{raw: raw}, json.Valid(raw)
}

// unescape resolves JSON's escapes. An unknown one is kept as it stands, so that
// no part of a message is lost.
func unescape(raw []byte) string {
	var b strings.Builder
	b.Grow(len(raw))
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' || i+1 == len(raw) {
			b.WriteByte(raw[i])
			continue
		}
		i++
		switch raw[i] {
		case '"', '\\', '/':
			b.WriteByte(raw[i])
		case 'b':
			b.WriteByte('\b')
		case 'f':
			b.WriteByte('\f')
		case 'n':
			b.WriteByte('\n')
		case 'r':
			b.WriteByte('\r')
		case 't':
			b.WriteByte('\t')
		case 'u':
			r, n := codePoint(raw[i-1:])
			if n == 0 {
				b.WriteString(`\u`)
				continue
			}
			b.WriteRune(r)
			i += n - 2
		default:
			b.WriteByte('\\')
			b.WriteByte(raw[i])
		}
	}
	return b.String()
}

// codePoint reads \uXXXX, or a pair of them that forms one character, and
// returns how many bytes it took; 0 when b starts with no such escape.
func codePoint(b []byte) (rune, int) {
	high, ok := hex4(b)
	if !ok {
		return 0, 0
	}
	if !utf16.IsSurrogate(high) {
		return high, 6
	}
	if low, ok := hex4(b[6:]); ok {
		if r := utf16.DecodeRune(high, low); r != utf8.RuneError {
			return r, 12
		}
	}
	return utf8.RuneError, 6
}

func hex4(b []byte) (rune, bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range b[2:6] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// Plain returns the value's bytes when they are its text as they stand: no
// escapes in it. They are valid as long as those of the line.
func (v Value) Plain() ([]byte, bool) {
	return v.raw, bytes.IndexByte(v.raw, '\\') < 0
}
