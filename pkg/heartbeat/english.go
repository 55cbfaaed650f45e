package heartbeat

import (
	"maps"
	"strings"
	"time"
	"unicode"
)

var english = englishWords()

var englishBasics = map[string]token{
	"every": {kind: every}, "each": {kind: every}, "per": {kind: every}, "a": {kind: every}, "an": {kind: every}, "in": {kind: every},
	"other": {kind: other}, "alternate": {kind: other},
	"half": {kind: half},
	"once": {kind: count, n: 1}, "twice": {kind: count, n: 2}, "thrice": {kind: count, n: 3},
	"time": {kind: times}, "x": {kind: times},
	"at": {kind: at},
	"st": {kind: dayOfMonth}, "nd": {kind: dayOfMonth}, "rd": {kind: dayOfMonth}, "th": {kind: dayOfMonth},
	"to": {kind: through}, "through": {kind: through}, "thru": {kind: through},

	"noon": {kind: timeOfDay, n: 12 * 60}, "midnight": {kind: timeOfDay},
	"am": {kind: dayHalf, n: morning}, "pm": {kind: dayHalf, n: afternoon},
	"morning": {kind: dayHalf, n: morning}, "afternoon": {kind: dayHalf, n: afternoon},
	"evening": {kind: dayHalf, n: night}, "night": {kind: dayHalf, n: night},

	"weekday": {kind: weekday, days: workdays}, "workday": {kind: weekday, days: workdays},
	"working": {kind: weekday, days: workdays}, "business": {kind: weekday, days: workdays},

	"everyday": {kind: adverb, span: span{days: 1}},
	"minutely": {kind: adverb, span: span{clock: time.Minute}}, "hourly": {kind: adverb, span: span{clock: time.Hour}},
	"daily": {kind: adverb, span: span{days: 1}}, "nightly": {kind: adverb, span: span{days: 1}},
	"weekly": {kind: adverb, span: span{days: 7}}, "fortnightly": {kind: adverb, span: span{days: 14}},
	"monthly": {kind: adverb, span: span{months: 1}}, "quarterly": {kind: adverb, span: span{months: 3}},
	"yearly": {kind: adverb, span: span{months: 12}}, "annually": {kind: adverb, span: span{months: 12}},
}

var englishUnits = []struct {
	names string
	span  span
}{
	{"s sec secs second", span{clock: time.Second}},
	{"m min minute", span{clock: time.Minute}},
	{"h hr hrs hour", span{clock: time.Hour}},
	{"d day", span{days: 1}},
	{"w wk wks week weekend", span{days: 7}},
	{"fortnight", span{days: 14}},
	{"mo month", span{months: 1}},
	{"quarter", span{months: 3}},
	{"y yr yrs year", span{months: 12}},
}

const (
	englishNumbers = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen " +
		"eighteen nineteen"
	englishOrdinals = "third fourth fifth sixth seventh eighth ninth tenth"
	englishTens     = "twenty thirty forty fifty sixty seventy eighty ninety"
	englishDays     = "sun sunday mon monday tue tues tuesday wed weds wednesday thu thur thurs thursday fri friday sat saturday"
	englishNoise    = "and the on of run running execute executed check about around approximately approx roughly least exactly " +
		"interval oclock"
)

func englishWords() map[string]token {
	english := maps.Clone(englishBasics)
	for _, u := range englishUnits {
		for name := range strings.FieldsSeq(u.names) {
			english[name] = token{kind: unit, span: u.span}
		}
	}
	numbers := func(words string, first, step int) {
		for i, word := range strings.Fields(words) {
			english[word] = token{kind: number, n: float64(first + i*step)}
		}
	}
	numbers(englishNumbers, 0, 1)
	numbers(englishOrdinals, 3, 1)
	numbers(englishTens, 20, 10)
	for name := range strings.FieldsSeq(englishDays) {
		for d := time.Sunday; d <= time.Saturday; d++ {
			if name[:3] == strings.ToLower(d.String()[:3]) {
				english[name] = token{kind: weekday, days: 1 << d}
			}
		}
	}
	for word := range strings.FieldsSeq(englishNoise) {
		english[word] = token{kind: noise}
	}
	return english
}

// lexWord reads a word of letters; forty-five is one word, half-hourly two.
func lexWord(runes []rune) (t token, length int) {
	length = lengthOf(runes, func(r rune) bool {
		return unicode.IsLetter(r) && !unicode.Is(unicode.Han, r) || r == '\'' || r == '’'
	})
	t = lookUp(string(runes[:length]))
	if t.kind == number && t.n >= 20 && length+1 < len(runes) {
		rest := runes[length+1:]
		ones := lookUp(string(rest[:lengthOf(rest, unicode.IsLetter)]))
		if (runes[length] == '-' || runes[length] == ' ') && ones.kind == number && ones.n >= 1 && ones.n <= 9 {
			return token{kind: number, text: t.text, n: t.n + ones.n}, length + 1 + len([]rune(ones.text))
		}
	}
	return t, length
}

// lookUp finds a word or its singular. Short words have no plural: "ms" is not minutes.
func lookUp(text string) token {
	word := strings.NewReplacer("'", "", "’", "").Replace(text)
	t, ok := english[word]
	if !ok && len(word) > 3 {
		t, ok = english[strings.TrimSuffix(word, "s")]
	}
	if !ok {
		t = token{kind: junk}
	}
	t.text = text
	return t
}
