package requestlog

import "time"

const (
	secondLayout = "2006-01-02T15:04:05"
	microLayout  = secondLayout + ".000000"
)

// stamp writes times as the existing writer does: naive local time with
// microseconds, without the fraction where it is 0.
type stamp struct {
	zone   *time.Location
	second int64
	prefix string // of that second
}

func (s *stamp) format(unixNano int64) string {
	second, micros := unixNano/1e9, unixNano%1e9/1e3
	if second != s.second || s.prefix == "" {
		s.second, s.prefix = second, time.Unix(second, 0).In(s.zone).Format(secondLayout)
	}
	if micros == 0 {
		return s.prefix
	}
	var text [len(microLayout)]byte
	copy(text[:], s.prefix)
	text[len(secondLayout)] = '.'
	for i := len(text) - 1; i > len(secondLayout); i-- {
		text[i] = '0' + byte(micros%10) //nolint:gosec // a digit
		micros /= 10
	}
	return string(text[:])
}
