package plugin

import (
	"maps"
	"time"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/query"
)

// maxRemembered bounds the lines of one second that are remembered.
const maxRemembered = 10_000

// logLines are the channels of new log lines.
var logLines = family{spelledOut: "tail/q/", remembered: "tail/h/"}

// tails knows the channels of log lines that were given out: what each follows,
// and up to which line its subscribers were served.
type tails struct{ channels }

// position is the last second of which lines were sent, and which of its lines:
// others of the same second may be written yet.
type position struct {
	second time.Time
	ids    map[string]bool
}

// path names the channel that follows a query: the same for the same lines,
// whatever the range, the limit and the order of the rows above them.
func (t *tails) path(q *query.Logs) (string, error) {
	return t.name(logLines, &query.Logs{Scope: q.Scope, Levels: q.Levels, Text: q.Text})
}

// query is what the channel of a path follows; ok is false when nobody knows.
func (t *tails) query(path string) (q *query.Logs, ok bool) {
	decoded, _, err := query.Decode(query.TypeLogs, t.followed(logLines, path))
	if err != nil {
		return nil, false
	}
	q, ok = decoded.(*query.Logs)
	return q, ok
}

// sent notes which lines, oldest first, the subscribers of a path have; end is
// the instant up to which there were no others.
func (t *tails) sent(path string, lines []event.Log, end time.Time) {
	next := position{second: end, ids: map[string]bool{}}
	// A line from the future, of a host whose clock is ahead, must not hide others.
	if n := len(lines); n > 0 && lines[n-1].Time.Before(end) {
		next.second = lines[n-1].Time
	}
	for i := len(lines) - 1; i >= 0 && !lines[i].Time.Before(next.second); i-- {
		next.ids[lines[i].ID] = true
	}
	t.memory.mu.Lock()
	defer t.memory.mu.Unlock()
	known := t.memory.get(t.key(path))
	switch {
	case next.second.Before(known.sent.second):
	case next.second.Equal(known.sent.second):
		// A new map: the old one may be read without the lock.
		if len(known.sent.ids) < maxRemembered {
			maps.Copy(next.ids, known.sent.ids)
		}
		known.sent = next
	default:
		known.sent = next
	}
}

// since is where to go on with a path; ok is false when nothing was sent.
func (t *tails) since(path string) (p position, ok bool) {
	p = t.recall(path).sent
	return p, !p.second.IsZero()
}
