package filetree

import (
	"context"
	"hash/fnv"
	"strconv"
	"strings"
	"time"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/event/filetree/dayfile"
)

// Where the values of a record are, in the order of the schema's keys.
const (
	logLevel, logMessage                                = 0, 1
	alarmResult, alarmMessage, alarmReceivers, alarmMD5 = 0, 1, 2, 3
	heartbeatUser, heartbeatHost, heartbeatScript       = 0, 1, 2
	overhead                                            = 200 // bytes that an event takes beside its texts
)

// Heartbeats implements event.Store.
func (s *Store) Heartbeats(ctx context.Context, r event.PageRequest) (event.Page[event.Heartbeat], error) {
	return readPage(ctx, s, event.Heartbeats, r, func(f dayFile, id string, at time.Time, v []dayfile.Value) (event.Heartbeat, int) {
		h := event.Heartbeat{
			ID: id, Time: at, Direction: f.item.direction, Item: f.item.name,
			User: v[heartbeatUser].String(), Host: v[heartbeatHost].String(), Script: v[heartbeatScript].String(),
		}
		return h, overhead + len(h.User) + len(h.Host) + len(h.Script)
	})
}

// Logs implements event.Store.
func (s *Store) Logs(ctx context.Context, r event.PageRequest) (event.Page[event.Log], error) {
	return readPage(ctx, s, event.Logs, r, func(f dayFile, id string, at time.Time, v []dayfile.Value) (event.Log, int) {
		l := newLog(f, id, at, v)
		return l, overhead + len(l.Message)
	})
}

func newLog(f dayFile, id string, at time.Time, v []dayfile.Value) event.Log {
	return event.Log{
		ID: id, Time: at, Direction: f.item.direction, Item: f.item.name,
		Level: v[logLevel].String(), Message: v[logMessage].String(),
	}
}

// Alarms implements event.Store.
func (s *Store) Alarms(ctx context.Context, r event.PageRequest) (event.Page[event.Alarm], error) {
	return readPage(ctx, s, event.Alarms, r, func(f dayFile, id string, at time.Time, v []dayfile.Value) (event.Alarm, int) {
		a := event.Alarm{
			ID: id, Time: at, Direction: f.item.direction, Item: f.item.name,
			MD5: v[alarmMD5].String(), Receivers: strings.Fields(v[alarmReceivers].String()),
			SendResult: v[alarmResult].String(), Message: v[alarmMessage].String(),
		}
		return a, overhead + len(a.Message) + 16*len(a.Receivers)
	})
}

// identity makes ids of the events of one day file: they stay what they are
// while the file is only appended to.
func identity(path string) func(offset int64) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(path))
	prefix := strconv.FormatUint(h.Sum64(), 36) + "-"
	return func(offset int64) string { return prefix + strconv.FormatInt(offset, 36) }
}

// matcher decides on the lines of one kind whether the filter selects them. It
// is not safe for concurrent use.
type matcher struct {
	kind    event.Kind
	filter  event.Filter
	class   event.Dimension // level or send result; empty where lines have none
	classes map[string]bool // what was decided on a class before
	byClass bool
}

func newMatcher(kind event.Kind, f event.Filter) *matcher {
	m := &matcher{kind: kind, filter: f, class: classOf(kind), classes: map[string]bool{}}
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

// match decides on one record.
func (m *matcher) match(v []dayfile.Value) bool {
	if m.byClass {
		raw, _ := v[0].Plain()
		ok, known := m.classes[string(raw)]
		if !known {
			ok = m.matchClass(v[0].String())
			m.classes[string(raw)] = ok
		}
		if !ok {
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
	if raw, ok := message.Plain(); ok {
		return m.filter.Text.MatchBytes(raw)
	}
	return m.filter.Text.Match(message.String())
}
