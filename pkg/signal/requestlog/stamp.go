package requestlog

import "time"

// stamp is a wall clock reading: seconds as a clock set to UTC would show them,
// and what is beyond the full second.
type stamp struct {
	seconds int64
	nanos   int64
}

// layout is how writers put times, but for the fraction; some put a blank in
// place of the T.
const layout = "2006-01-02T15:04:05"

var daysBefore = [...]int{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365}

// parseStamp reads "2006-01-02T15:04:05", with a fraction of any number of
// digits or none, and reports whether text is a date and time that exist.
// Digits behind the ninth, which mean less than a nanosecond, are left out.
func parseStamp(text string) (stamp, bool) {
	if len(text) < len(layout) || text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':' || text[10] != 'T' && text[10] != ' ' {
		return stamp{}, false
	}
	century, ok1 := twoDigits(text[0:2])
	decade, ok2 := twoDigits(text[2:4])
	month, ok3 := twoDigits(text[5:7])
	day, ok4 := twoDigits(text[8:10])
	hour, ok5 := twoDigits(text[11:13])
	minute, ok6 := twoDigits(text[14:16])
	second, ok7 := twoDigits(text[17:19])
	if !(ok1 && ok2 && ok3 && ok4 && ok5 && ok6 && ok7) || hour > 23 || minute > 59 || second > 59 {
		return stamp{}, false
	}
	days, ok1 := daysSinceEpoch(century*100+decade, month, day)
	nanos, ok2 := fraction(text[len(layout):])
	return stamp{int64(days)*86_400 + int64(hour*3_600+minute*60+second), nanos}, ok1 && ok2
}

func twoDigits(text string) (int, bool) {
	tens, ones := text[0]-'0', text[1]-'0'
	return int(tens)*10 + int(ones), tens <= 9 && ones <= 9
}

// fraction reads ".123456" as nanoseconds.
func fraction(text string) (nanos int64, ok bool) {
	if text == "" {
		return 0, true
	}
	if text[0] != '.' || len(text) == 1 {
		return 0, false
	}
	unit := int64(100_000_000)
	for i := 1; i < len(text); i++ {
		digit := text[i] - '0'
		if digit > 9 {
			return 0, false
		}
		nanos += int64(digit) * unit
		unit /= 10
	}
	return nanos, true
}

// daysSinceEpoch counts days of the Gregorian calendar from 1970-01-01.
func daysSinceEpoch(year, month, day int) (int, bool) {
	if year < 1 || month < 1 || month > 12 || day < 1 {
		return 0, false
	}
	leap := 0
	if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
		leap = 1
	}
	length := daysBefore[month] - daysBefore[month-1]
	if month == 2 {
		length += leap
	}
	if day > length {
		return 0, false
	}
	before := year - 1
	days := before*365 + before/4 - before/100 + before/400 + daysBefore[month-1] + day - 1
	if month > 2 {
		days += leap
	}
	const epoch = 719_162 // days from 0001-01-01 to 1970-01-01
	return days - epoch, true
}

// furthest is how far from 1970 instants are told apart, in seconds: until 2261.
// Nanoseconds go a little further, so that hours may be added.
const furthest = 9_200_000_000

// unixNano is an instant in nanoseconds, at most the furthest one.
func unixNano(seconds, nanos int64) int64 {
	switch {
	case seconds >= furthest:
		return furthest * 1_000_000_000
	case seconds < -furthest:
		return -furthest * 1_000_000_000
	}
	return seconds*1_000_000_000 + nanos
}

// nanoOf is an instant in nanoseconds, at most the furthest one.
func nanoOf(at time.Time) int64 { return unixNano(at.Unix(), int64(at.Nanosecond())) }
