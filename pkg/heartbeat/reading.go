package heartbeat

import (
	"errors"
	"strings"
)

// readSpan reads "10 minutes", "day", "half an hour", "1.5 h", "一个半小时".
func (p *phrase) readSpan() error {
	n, bare := 1.0, true
	if t := p.peek(0); t.kind == number {
		n, bare = t.n, false
		p.skip(1)
	}
	if p.peek(0).text == "a" && p.peek(1).kind == half { // one and a half hours
		p.skip(1)
	}
	if p.peek(0).kind == half {
		if bare {
			n = 0
		}
		n, bare = n+0.5, false
		p.skip(1)
	}
	for !bare && (p.peek(0).text == "a" || p.peek(0).text == "an" || p.peek(0).kind == through) { // half an hour, 10-minute
		p.skip(1)
	}
	t := p.peek(0)
	switch {
	case t.kind == adverb && (bare || n == 0.5):
		p.every = true
	case t.kind != unit && t.kind == end:
		return errors.New("the unit of time is missing")
	case t.kind != unit:
		return p.unexpected()
	}
	p.skip(1)
	return p.addSpan(n, bare, t.span)
}

// addSpan appends to the span; only smaller units may follow larger ones that had a number.
func (p *phrase) addSpan(n float64, bare bool, unit span) error {
	if p.spanGiven() && (bare || p.bare || unit.typical() >= p.unit.typical()) {
		return errors.New("it names two periods")
	}
	if n*unit.typical().Hours() > longestPeriod.Hours() {
		return errors.New("the period is longer than ten years")
	}
	p.span, p.unit, p.bare = p.span.plus(unit.times(n)), unit, bare
	return nil
}

// readWeekdays reads one day or a range of days.
func (p *phrase) readWeekdays() error {
	first := p.peek(0).days
	p.days |= first
	p.skip(1)
	if p.peek(0).kind != through {
		return nil
	}
	last := p.peek(1)
	if last.kind != weekday || last.days == workdays || first == workdays {
		return p.unexpected()
	}
	for d := first; d != last.days; d = d.tomorrow() {
		p.days |= d
	}
	p.days |= last.days
	p.skip(2)
	return nil
}

// readDayHalf reads "in the evening" or 下午. Without a time of day ("每天凌晨") it says nothing of use.
func (p *phrase) readDayHalf(t token) error {
	switch following := p.peek(1).kind; {
	case len(p.clocks) > 0 && following != number && following != timeOfDay, // it would have to be of the time before
		following == dayHalf: // 早晚各一次 is two
		return p.unexpected()
	}
	p.half, p.halfGiven, p.partOfDay = int(t.n), true, true
	p.skip(1)
	return nil
}

// readAt reads "at 8"; the at of "at 08:00" or "at 10 minute intervals" says nothing.
func (p *phrase) readAt() error {
	p.skip(1)
	if p.peek(0).kind == number && p.peek(1).kind != unit {
		return p.readClock()
	}
	return nil
}

// readClock reads "08:00", "8 pm", "3点半", "8时30分", "noon".
func (p *phrase) readClock() error {
	t := p.peek(0)
	p.skip(1)
	minutes := int(t.n)
	switch {
	case t.kind == number && (t.n != float64(minutes) || t.n > 24):
		return errors.New("no such time of day")
	case t.kind == number:
		minutes *= 60
		if k := p.peek(0); k.kind == hourMark || k.text == "时" {
			p.skip(1)
			minutes += p.readMinutes()
		}
	case !strings.Contains(t.text, ":"):
		p.partOfDay = true // noon
	}
	if h := p.peek(0); h.text == "am" || h.text == "pm" {
		if len(p.clocks) > 0 && !p.halfGiven {
			return p.unexpected() // "at 8 and 10 pm": who knows about the 8
		}
		p.half, p.halfGiven = int(h.n), true
		p.skip(1)
	}
	if p.halfGiven {
		minutes = inHalf(minutes, p.half)
	}
	p.clocks = append(p.clocks, minutes%(24*60))
	return nil
}

// readMinutes reads what may follow 8点.
func (p *phrase) readMinutes() int {
	t := p.peek(0)
	switch {
	case t.kind == half:
		p.skip(1)
		return 30
	case t.kind == number && t.n < 60 && p.peek(1).text == "分":
		p.skip(2)
		return int(t.n)
	}
	return 0
}

// inHalf turns a time on the twelve-hour dial into one of the day. At night, one to four are hours of the morning.
func inHalf(minutes, half int) int {
	hour := minutes / 60
	switch {
	case hour > 12:
		return minutes
	case half == morning || half == night:
		if hour == 12 {
			return minutes - 12*60
		}
		if half == night && hour > 4 {
			return minutes + 12*60
		}
	case half == midday && hour < 11, half == afternoon && hour < 12:
		return minutes + 12*60
	}
	return minutes
}
