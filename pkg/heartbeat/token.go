package heartbeat

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// kind is what a word does in a phrase, whichever language it is of.
type kind uint8

const (
	end        kind = iota
	junk            // not understood: no phrase may hold it
	every           // every, each, per, 每
	other           // every other ...: twice the unit
	number          // 10, ten, 十
	half            // half, 半
	unit            // minute, 小时
	adverb          // hourly, daily
	count           // once, twice
	times           // 3 times, 3 次
	weekday         // monday, weekdays, 周一
	timeOfDay       // 08:00, noon
	hourMark        // 8 点
	dayHalf         // am, evening, 下午
	at              // at 8
	dayOfMonth      // 1st, 1 号
	through         // to, -, 至
	noise           // the, run, 执行: says nothing
)

// token is one word of a phrase.
type token struct {
	kind kind
	text string
	n    float64  // of number, count; timeOfDay: minutes since midnight; dayHalf: see inHalf
	span span     // of unit, adverb
	days weekdays // of weekday
}

// Values of a dayHalf token.
const (
	morning = iota
	midday
	afternoon
	night
)

// clean makes texts comparable: lower case, half-width, simplified characters, single spaces, no quotes around, no full stop.
func clean(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～': // the full-width forms of ASCII
			r -= '！' - '!'
		case unicode.IsSpace(r) || unicode.IsControl(r):
			return ' '
		case unicode.Is(unicode.Cf, r): // zero-width spaces, byte order marks
			return -1
		}
		if simple, ok := simplified[r]; ok {
			return simple
		}
		return unicode.ToLower(r)
	}, strings.ToValidUTF8(text, "\uFFFD"))
	text = strings.Trim(strings.Join(strings.Fields(text), " "), " \"'`“”‘’「」")
	return strings.TrimRight(text, " .,;:!。、…")
}

// lex splits a cleaned text into tokens. Punctuation that only separates is left out, as are words that say nothing.
func lex(text string) []token {
	var tokens []token
	runes := []rune(text)
	for len(runes) > 0 {
		t, length := lexNext(tokens, runes)
		if t.kind != noise {
			tokens = append(tokens, t)
		}
		runes = runes[length:]
	}
	return tokens
}

func lexNext(before []token, runes []rune) (t token, length int) {
	r := runes[0]
	switch {
	case r == '.' && len(runes) > 1 && isDigit(runes[1]): // .5
		return lexNumber(runes)
	case unicode.IsSpace(r) || strings.ContainsRune(".,;:!?&\"'()[]~。、", r):
		return token{kind: noise}, 1
	case isDigit(r):
		return lexNumber(runes)
	case unicode.Is(unicode.Han, r) || r == '〇':
		return lexHan(before, runes)
	case unicode.IsLetter(r):
		return lexWord(runes)
	case strings.ContainsRune("-–—−", r):
		return token{kind: through, text: "-"}, 1
	case r == '/':
		return token{kind: every, text: "/"}, 1
	case r == '@':
		return token{kind: at, text: "@"}, 1
	}
	return token{kind: junk, text: string(r)}, 1
}

// lexNumber reads 10, 1.5 or a time of day such as 8:00 or 08:00:00.
func lexNumber(runes []rune) (t token, length int) {
	length = lengthOf(runes, func(r rune) bool { return isDigit(r) || r == '.' || r == ':' })
	text := strings.TrimRight(string(runes[:length]), ".:")
	length = len(text)
	if strings.Contains(text, ":") {
		minutes, err := parseClock(text)
		if err != nil {
			return token{kind: junk, text: text}, length
		}
		return token{kind: timeOfDay, text: text, n: float64(minutes)}, length
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return token{kind: junk, text: text}, length
	}
	return token{kind: number, text: text, n: n}, length
}

// parseClock returns the minutes since midnight; seconds are left out.
func parseClock(text string) (int, error) {
	parts := strings.Split(text, ":")
	if len(parts) > 3 {
		return 0, fmt.Errorf("no time of day: %s", text)
	}
	limits := []int{24, 59, 59}
	values := make([]int, 3)
	for i, part := range parts {
		v, err := strconv.Atoi(part)
		if err != nil || v < 0 || v > limits[i] || len(part) > 2 {
			return 0, fmt.Errorf("no time of day: %s", text)
		}
		values[i] = v
	}
	return (values[0]*60 + values[1]) % (24 * 60), nil
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func lengthOf(runes []rune, in func(rune) bool) int {
	for i, r := range runes {
		if !in(r) {
			return i
		}
	}
	return len(runes)
}
