package heartbeat

import (
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// phrase is what a text says, gathered word by word; its order hardly matters ("一天两次", "twice a day", "每天两次").
type phrase struct {
	tokens []token
	every  bool // every, each, per, 每 was said

	span   span
	unit   span // the last one of the span: "1 hour 30 minutes" is a span, "30 minutes 1 hour" none
	bare   bool // the span has no number, as in "every day"
	factor int  // 2 after "other"

	count   int // times in the span
	counted bool

	days      weekdays
	clocks    []int // times of day, in minutes since midnight
	half      int   // the half of the day, see inHalf, of the times to come
	halfGiven bool
	partOfDay bool // noon, night: "every" goes with it as with a day
}

func parsePhrase(text string, loc *time.Location) (Schedule, error) {
	if len(text) > longestPhrase {
		return Schedule{}, fmt.Errorf("longer than %d bytes", longestPhrase)
	}
	p := phrase{tokens: lex(withoutRemark(text)), factor: 1, count: 1}
	for len(p.tokens) > 0 {
		if err := p.read(); err != nil {
			return Schedule{}, err
		}
	}
	return p.schedule(loc)
}

// withoutRemark cuts the remark off "every 10 minutes (crontab)", but not off "every hour (weekdays only)".
func withoutRemark(text string) string {
	i := strings.LastIndexByte(text, '(')
	if i < 1 || !strings.HasSuffix(text, ")") {
		return text
	}
	if slices.ContainsFunc(lex(text[i:]), func(t token) bool { return t.kind != junk }) {
		return text
	}
	return text[:i]
}

// peek returns the i-th token from here on, of kind end behind the last.
func (p *phrase) peek(i int) token {
	if i < len(p.tokens) {
		return p.tokens[i]
	}
	return token{}
}

func (p *phrase) skip(n int) { p.tokens = p.tokens[n:] }

func (p *phrase) unexpected() error {
	return fmt.Errorf("cannot make sense of %q", shorten(p.peek(0).text, 20))
}

// read takes in the next words.
func (p *phrase) read() error {
	t, following := p.peek(0), p.peek(1).kind
	switch t.kind {
	case every:
		return p.readEvery(t)
	case other:
		return p.readOther()
	case count:
		p.skip(1)
		return p.setCount(t.n)
	case weekday:
		return p.readWeekdays()
	case unit, adverb, half:
		if second := english["second"]; t.kind == unit && t.span == second.span && (following == unit || following == weekday) {
			return p.readOther() // every second day
		}
		return p.readSpan()
	case number:
		return p.readNumber(t)
	case times: // 10分钟/次
		p.skip(1)
		return p.setCount(1)
	case at:
		return p.readAt()
	case dayHalf:
		return p.readDayHalf(t)
	case timeOfDay:
		return p.readClock()
	case through:
		if following == unit || following == adverb || following == every { // 10-minute, half-hourly
			p.skip(1)
			return nil
		}
	}
	return p.unexpected()
}

func (p *phrase) readEvery(t token) error {
	p.skip(1)
	p.every = true
	// 每隔一天 is every other day, but 每隔一小时 every hour.
	if next := p.peek(0); strings.HasSuffix(t.text, "隔") {
		if next.kind == number && next.n == 1 {
			next = p.peek(1)
		}
		if next.kind == unit && next.span.calendar() {
			p.factor = 2
		}
	}
	return nil
}

func (p *phrase) readOther() error {
	p.skip(1)
	p.factor, p.every = 2, true
	return nil
}

func (p *phrase) setCount(n float64) error {
	switch {
	case p.counted:
		return errors.New("it says twice how many times")
	case n != float64(int(n)) || n < 1 || n > 1e6:
		return fmt.Errorf("%g times is no number of times", n)
	}
	p.count, p.counted = int(n), true
	return nil
}

// readNumber finds out by the words behind it what a number counts.
func (p *phrase) readNumber(t token) error {
	following := p.peek(1)
	switch {
	case following.kind == times:
		p.skip(2)
		return p.setCount(t.n)
	case following.text == "/": // 2/day
		p.skip(2)
		p.every = true
		return p.setCount(t.n)
	case p.bare && p.span.months > 0 && p.isDayOfMonth(following):
		p.skip(2) // a month after the last beat is near enough
		return nil
	case following.kind == hourMark, following.kind == dayHalf, following.text == "时" && (p.bare && p.span.days > 0 || p.days != 0),
		len(p.clocks) > 0 && following.kind != unit:
		return p.readClock()
	case following.kind == dayOfMonth && p.peek(2).kind == unit: // every 2nd day
		p.tokens = slices.Delete(slices.Clone(p.tokens), 1, 2)
		return nil
	}
	return p.readSpan()
}

func (p *phrase) isDayOfMonth(following token) bool {
	return following.kind == dayOfMonth || following.text == "日"
}

func (p *phrase) spanGiven() bool { return p.unit != span{} }

// schedule decides what was meant.
func (p *phrase) schedule(loc *time.Location) (Schedule, error) {
	today, week := span{days: 1}, span{days: 7}
	switch {
	case !p.spanGiven() && p.days == 0 && p.every && p.partOfDay: // every night
		p.span, p.unit = today, today
	case !p.spanGiven() && p.days != 0:
		p.span, p.unit = week, week
	}
	p.span = p.span.times(float64(p.factor))
	if err := p.check(); err != nil {
		return Schedule{}, err
	}
	onDays := p.days != 0 && (p.span == today || p.span == week)
	switch {
	case len(p.clocks) > 0 && (onDays || p.days == 0 && p.span == today):
		return p.atClocks(loc)
	case onDays:
		return newSchedule("every "+p.days.String(), p.days.shortest(), anyTimeOn{p.days, loc})
	case p.count > 1:
		return newDistance(span{clock: (p.span.typical() / time.Duration(p.count)).Round(time.Millisecond)}, loc)
	}
	return newDistance(p.span, loc) // in "every 2 weeks on monday" the day follows from the last beat
}

// check refuses what contradicts itself, and what no pattern can tell.
func (p *phrase) check() error {
	severalDays := p.days != 0 && p.count == bits.OnesCount8(uint8(p.days))
	switch length := p.span.typical(); {
	case !p.spanGiven():
		return errors.New("it names no period")
	case p.bare && !p.every && !p.counted:
		return errors.New("it does not say how many")
	case !p.span.calendar() && (p.days != 0 || len(p.clocks) > 0 || p.partOfDay),
		p.days != 0 && length > day && length < 7*day:
		return errors.New("a rhythm for a part of the day or week takes a cron line")
	case p.count > 1 && len(p.clocks) > 0 && p.count != len(p.clocks),
		p.count > 1 && len(p.clocks) == 0 && p.days != 0 && !severalDays:
		return errors.New("it does not name as many times or days as it says")
	}
	return nil
}

func newDistance(s span, loc *time.Location) (Schedule, error) {
	return newSchedule(s.String(), s.typical(), distance{s, loc})
}

// atClocks makes firings of times of day.
func (p *phrase) atClocks(loc *time.Location) (Schedule, error) {
	on, days := "day", "*"
	if p.days != 0 {
		on, days = p.days.String(), strings.ReplaceAll(p.days.String(), " ", "")
	}
	slices.Sort(p.clocks)
	f := &firings{once: true, loc: loc}
	var clocks []string
	for _, minutes := range slices.Compact(p.clocks) {
		parsed, err := minuteParser.Parse(fmt.Sprintf("%d %d * * %s", minutes%60, minutes/60, days))
		if err != nil {
			return Schedule{}, err
		}
		spec, ok := parsed.(*cron.SpecSchedule)
		if !ok {
			return Schedule{}, p.unexpected()
		}
		spec.Location = time.UTC
		f.specs = append(f.specs, spec)
		clocks = append(clocks, fmt.Sprintf("%02d:%02d", minutes/60, minutes%60))
	}
	return newFirings(fmt.Sprintf("every %s at %s", on, strings.Join(clocks, ", ")), f)
}
