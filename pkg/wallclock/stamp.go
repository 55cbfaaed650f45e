// Package wallclock reads what clocks showed, as scripts and services write it
// down without a zone, and finds the instants that are meant.
package wallclock

import "time"

// Stamp is a wall clock reading in seconds: the Unix time at which a clock set
// to UTC would show it. Which instant it means depends on the zone of who wrote it.
type Stamp int64

// Length is how long the text of every stamp is.
const Length = len(time.DateTime)

var daysBefore = [...]int{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365}

// Parse reads "2006-01-02 15:04:05", with this separator between the date and the
// time of day, and reports whether text is a date and time that exist, wherever the
// clocks are changed.
func Parse[T string | []byte](text T, separator byte) (Stamp, bool) {
	if len(text) != Length || text[4] != '-' || text[7] != '-' || text[10] != separator || text[13] != ':' || text[16] != ':' {
		return 0, false
	}
	century, ok1 := TwoDigits(text[0:])
	decade, ok2 := TwoDigits(text[2:])
	month, ok3 := TwoDigits(text[5:])
	dayOfMonth, ok4 := TwoDigits(text[8:])
	hour, ok5 := TwoDigits(text[11:])
	minute, ok6 := TwoDigits(text[14:])
	second, ok7 := TwoDigits(text[17:])
	if !(ok1 && ok2 && ok3 && ok4 && ok5 && ok6 && ok7) || hour > 23 || minute > 59 || second > 59 {
		return 0, false
	}
	days, ok := daysSinceEpoch(century*100+decade, month, dayOfMonth)
	return Stamp(days)*86_400 + Stamp(hour*3_600+minute*60+second), ok
}

// TwoDigits reads the number that a text of two characters or more begins with.
func TwoDigits[T string | []byte](text T) (int, bool) {
	tens, ones := text[0]-'0', text[1]-'0'
	return int(tens)*10 + int(ones), tens <= 9 && ones <= 9
}

// daysSinceEpoch counts days of the Gregorian calendar from 1970-01-01.
func daysSinceEpoch(year, month, dayOfMonth int) (int, bool) {
	if year < 1 || month < 1 || month > 12 || dayOfMonth < 1 {
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
	if dayOfMonth > length {
		return 0, false
	}
	before := year - 1
	days := before*365 + before/4 - before/100 + before/400 + daysBefore[month-1] + dayOfMonth - 1
	if month > 2 {
		days += leap
	}
	const epoch = 719_162 // days from 0001-01-01 to 1970-01-01
	return days - epoch, true
}

// StampOf is what a clock of the given zone shows at t.
func StampOf(t time.Time, zone *time.Location) Stamp {
	_, offset := t.In(zone).Zone()
	return Stamp(t.Unix() + int64(offset))
}

// Floor is the last multiple of a length, in seconds, that is not after s.
func (s Stamp) Floor(length Stamp) Stamp {
	beyond := s % length
	if beyond < 0 {
		beyond += length
	}
	return s - beyond
}

// String is the text of a stamp, with a blank between the date and the time of day.
func (s Stamp) String() string { return time.Unix(int64(s), 0).UTC().Format(time.DateTime) }
