package heartbeat

import (
	"maps"
	"strings"
	"time"
)

// simplified holds the traditional characters of the words below, and the other words for 次.
var simplified = map[rune]rune{
	'鐘': '钟', '鍾': '钟', '時': '时', '週': '周', '個': '个', '兩': '两', '點': '点', '禮': '礼', '號': '号', '間': '间', '執': '执',
	'運': '运', '檢': '检', '測': '测', '監': '监', '約': '约', '與': '与', '頭': '头', '淩': '凌', '裡': '里', '裏': '里', '於': '于',
	'動': '动', '頻': '频', '趟': '次', '遍': '次', '回': '次',
}

var chinese = chineseWords()

var chineseBasics = map[string]token{
	"每": {kind: every}, "每隔": {kind: every}, "隔": {kind: every}, "间隔": {kind: every},
	"半": {kind: half}, "次": {kind: times},
	"点": {kind: hourMark}, "点钟": {kind: hourMark}, "号": {kind: dayOfMonth},
	"到": {kind: through}, "至": {kind: through},

	"秒": {kind: unit, span: span{clock: time.Second}}, "秒钟": {kind: unit, span: span{clock: time.Second}},
	"分": {kind: unit, span: span{clock: time.Minute}}, "分钟": {kind: unit, span: span{clock: time.Minute}},
	"刻": {kind: unit, span: span{clock: 15 * time.Minute}}, "刻钟": {kind: unit, span: span{clock: 15 * time.Minute}},
	"时": {kind: unit, span: span{clock: time.Hour}}, "小时": {kind: unit, span: span{clock: time.Hour}},
	"钟头": {kind: unit, span: span{clock: time.Hour}},
	"天":  {kind: unit, span: span{days: 1}}, "日": {kind: unit, span: span{days: 1}}, "天天": {kind: adverb, span: span{days: 1}},
	"隔天": {kind: adverb, span: span{days: 2}}, "隔日": {kind: adverb, span: span{days: 2}},
	"周": {kind: unit, span: span{days: 7}}, "星期": {kind: unit, span: span{days: 7}}, "礼拜": {kind: unit, span: span{days: 7}},
	"周末": {kind: unit, span: span{days: 7}}, "隔周": {kind: adverb, span: span{days: 14}},
	"月": {kind: unit, span: span{months: 1}}, "隔月": {kind: adverb, span: span{months: 2}},
	"季": {kind: unit, span: span{months: 3}}, "季度": {kind: unit, span: span{months: 3}},
	"年": {kind: unit, span: span{months: 12}},

	"工作日": {kind: weekday, days: workdays},

	"凌晨": {kind: dayHalf, n: morning}, "清晨": {kind: dayHalf, n: morning}, "早晨": {kind: dayHalf, n: morning},
	"早上": {kind: dayHalf, n: morning}, "上午": {kind: dayHalf, n: morning}, "早": {kind: dayHalf, n: morning},
	"中午": {kind: dayHalf, n: midday}, "下午": {kind: dayHalf, n: afternoon},
	"傍晚": {kind: dayHalf, n: night}, "晚上": {kind: dayHalf, n: night}, "晚": {kind: dayHalf, n: night}, "夜里": {kind: dayHalf, n: night},
	"夜间": {kind: dayHalf, n: night}, "夜": {kind: dayHalf, n: night}, "半夜": {kind: dayHalf, n: night}, "深夜": {kind: dayHalf, n: night},
	"正午": {kind: timeOfDay, n: 12 * 60}, "午夜": {kind: timeOfDay},
}

const (
	chineseDigits = "零一二三四五六七八九"
	chineseDays   = "日一二三四五六"
	chineseNoise  = "个 的 各 执行 运行 跑 检查 检测 监控 大约 约 大概 左右 定时 定期 自动 整 和 及 与 在 于 频率 周期"

	longestChinese = 3 // runes of a word in the table
)

func chineseWords() map[string]token {
	chinese := maps.Clone(chineseBasics)
	for word := range strings.FieldsSeq(chineseNoise) {
		chinese[word] = token{kind: noise}
	}
	for i, d := range []rune(chineseDays) {
		for _, week := range []string{"周", "星期", "礼拜"} {
			chinese[week+string(d)] = token{kind: weekday, days: 1 << i}
		}
	}
	for _, week := range []string{"周", "星期", "礼拜"} {
		chinese[week+"天"] = chinese[week+"日"]
	}
	return chinese
}

// lexHan takes the longest word of the table, for Chinese puts no spaces between words.
func lexHan(before []token, runes []rune) (t token, length int) {
	if t, ok := furtherDay(before, runes); ok {
		return t, 1
	}
	if length = lengthOf(runes, isNumeral); length > 0 {
		text := string(runes[:length])
		n, ok := parseNumeral(runes[:length])
		if !ok {
			return token{kind: junk, text: text}, length
		}
		return token{kind: number, text: text, n: float64(n)}, length
	}
	for length = min(longestChinese, len(runes)); length > 0; length-- {
		text := string(runes[:length])
		t, ok := chinese[text]
		if !ok || t.kind == weekday && isNumeral(runes[length-1]) && !endsDay(runes[length:]) {
			continue
		}
		t.text = text
		return t, length
	}
	return token{kind: junk, text: string(runes[:1])}, 1
}

// furtherDay reads the 三 of 周一三五 or 周一、三 or 周一至三.
func furtherDay(before []token, runes []rune) (token, bool) {
	day := strings.IndexRune(chineseDays, runes[0]) / len("日")
	if last := len(before) - 1; last < 0 || !strings.ContainsRune(chineseDays, runes[0]) || !endsDay(runes[1:]) ||
		before[last].kind != weekday && (last < 1 || before[last].kind != through || before[last-1].kind != weekday) {
		return token{}, false
	}
	return token{kind: weekday, text: string(runes[:1]), days: 1 << day}, true
}

// endsDay tells 周一 from 周 followed by 一次 and 五点 from Friday.
func endsDay(rest []rune) bool {
	return len(rest) == 0 || !strings.ContainsRune("次点时", rest[0])
}

func isNumeral(r rune) bool {
	return strings.ContainsRune(chineseDigits+"〇两十百", r)
}

// parseNumeral reads numbers up to 999: 十, 两, 十五, 二十, 一百二十. A row of digits without 十 or 百 is no number: 三五 is "three to five".
func parseNumeral(runes []rune) (n int, ok bool) {
	digit, pending := 0, false
	for _, r := range runes {
		switch r {
		case '十', '百':
			size := map[rune]int{'十': 10, '百': 100}[r]
			if !pending {
				digit = 1
			}
			n, digit, pending = n+digit*size, 0, false
			if n > 999 {
				return 0, false
			}
			continue
		case '〇':
			r = '零'
		case '两':
			r = '二'
		}
		if pending && digit != 0 {
			return 0, false
		}
		digit, pending = strings.IndexRune(chineseDigits, r)/len("零"), true
	}
	return n + digit, true
}
