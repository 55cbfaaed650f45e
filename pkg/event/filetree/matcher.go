package filetree

import (
	"bytes"
	"strings"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/event/filetree/dayfile"
)

// matcher decides on the lines of one kind whether the filter selects them. It
// is not safe for concurrent use.
type matcher struct {
	kind    event.Kind
	filter  event.Filter
	class   event.Dimension // level or send result; empty where lines have none
	byClass bool            // the filter has a condition on the class
	plain   bool            // the filter's text is never escaped
	decided []decision      // on classes so far, of which there are few
}

// decision is what a filter says of a class as it stands in the lines.
type decision struct {
	class string
	ok    bool
}

func newMatcher(kind event.Kind, f event.Filter) *matcher {
	m := &matcher{kind: kind, filter: f, class: classOf(kind), plain: f.Text.Plain()}
	m.byClass = m.class != "" && f.Has(m.class)
	return m
}

// classOf is the dimension that counts per minute are kept by.
func classOf(kind event.Kind) event.Dimension {
	switch kind {
	case event.Logs:
		return event.Level
	case event.Alarms:
		return event.SendResult
	}
	return ""
}

// byLine reports whether the filter asks for what only the lines tell, so that
// counts per class do not answer it.
func byLine(kind event.Kind, f event.Filter) bool {
	return !f.Text.Empty() && kind != event.Heartbeats ||
		kind == event.Alarms && f.Has(event.Receiver) || kind == event.Heartbeats && f.Has(event.Host)
}

func (m *matcher) matchClass(class string) bool {
	return m.class == "" || m.filter.Match(m.class, class)
}

func (m *matcher) decide(class []byte) bool {
	for _, d := range m.decided {
		if d.class == string(class) {
			return d.ok
		}
	}
	d := decision{string(class), m.matchClass(string(class))}
	if len(m.decided) < maxDecided {
		m.decided = append(m.decided, d)
	}
	return d.ok
}

// maxDecided bounds what garbage in place of levels can cost.
const maxDecided = 32

// worth decides on log lines by a look at the level where that is enough to see
// that a line is not selected; it is nil where the filter asks for no level.
func (m *matcher) worth() func(line []byte) bool {
	if !m.byClass || m.kind != event.Logs {
		return nil
	}
	return func(line []byte) bool {
		level, ok := dayfile.Level(line)
		return !ok || m.decide(level)
	}
}

// match decides on one record.
func (m *matcher) match(v []dayfile.Value) bool {
	if m.byClass {
		if raw, plain := v[0].Plain(); plain && !m.decide(raw) || !plain && !m.matchClass(v[0].String()) {
			return false
		}
	}
	if m.kind == event.Alarms && m.filter.Has(event.Receiver) && !m.filter.Match(event.Receiver, strings.Fields(v[alarmReceivers].String())...) {
		return false
	}
	if m.kind == event.Heartbeats {
		return !m.filter.Has(event.Host) || m.filter.Match(event.Host, v[heartbeatHost].String())
	}
	return m.filter.Text.Empty() || m.matchText(v[1])
}

func (m *matcher) matchText(message dayfile.Value) bool {
	raw, ok := message.Plain()
	if ok {
		return m.filter.Text.MatchBytes(raw)
	}
	// What is not in the line as it stands is not in the message either, unless the
	// text itself may be escaped: decoding is for the few lines that are left.
	if m.plain && !bytes.Contains(raw, []byte(`\u`)) && !m.filter.Text.MatchBytes(raw) {
		return false
	}
	return m.filter.Text.Match(message.String())
}
