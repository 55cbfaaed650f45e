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
