package plugin

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/live"

	"github.com/heartline-monitor/heartline/pkg/event"
	"github.com/heartline-monitor/heartline/pkg/query"
)

const (
	// maxChannel is the longest channel id that Grafana takes.
	maxChannel = 160
	// maxTails bounds the channels that are remembered.
	maxTails = 1_000

	// maxRemembered bounds the lines of one second that are remembered.
	maxRemembered = 10_000

	// spelledOut begins the path of a channel that has its query in it, so that
	// any instance of the plugin can serve it; remembered begins that of one whose
	// query was too long for it.
	spelledOut = "tail/q/"
	remembered = "tail/h/"
)

// tails knows the channels of one data source that were given out: what each
// follows, and up to which line its subscribers were served.
type tails struct {
	uid    string
	id     int64 // uids are unique within an organisation only
	memory *memory
}

// memory holds the channels of all data sources. It outlives their instances, so
// that a stream goes on where it was when settings are changed.
type memory struct {
	mu     sync.Mutex
	byKey  map[string]*tail
	oldest []string // keys in the order in which they were added
}

// channels is the memory of this process.
var channels = newMemory()

func newMemory() *memory { return &memory{byKey: map[string]*tail{}} }

type tail struct {
	query json.RawMessage // of remembered paths only
	sent  position
}

// position is the last second of which lines were sent, and which of its lines:
// others of the same second may be written yet.
type position struct {
	second time.Time
	ids    map[string]bool
}

// channel is the id of the channel with this path.
func (t *tails) channel(path string) string {
	return live.Channel{Scope: live.ScopeDatasource, Namespace: t.uid, Path: path}.String()
}

// path names the channel that follows a query: the same for the same lines,
// whatever the range, the limit and the order of the rows above them.
func (t *tails) path(q *query.Logs) (string, error) {
	raw, err := json.Marshal(&query.Logs{Scope: q.Scope, Levels: q.Levels, Text: q.Text})
	if err != nil {
		return "", fmt.Errorf("name the channel of a live query: %w", err)
	}
	path := spelledOut + base64.RawURLEncoding.EncodeToString(raw)
	if len(t.channel(path)) <= maxChannel {
		return path, nil
	}
	sum := sha256.Sum256(raw)
	path = remembered + hex.EncodeToString(sum[:16])
	t.memory.mu.Lock()
	defer t.memory.mu.Unlock()
	t.memory.get(t.key(path)).query = raw
	return path, nil
}

// query is what the channel of a path follows; ok is false when nobody knows.
func (t *tails) query(path string) (q *query.Logs, ok bool) {
	var raw json.RawMessage
	if code, found := strings.CutPrefix(path, spelledOut); found {
		decoded, err := base64.RawURLEncoding.DecodeString(code)
		if err != nil {
			return nil, false
		}
		raw = decoded
	} else {
		raw = t.recall(path).query
	}
	// A path comes from a browser: it is checked like any query.
	decoded, _, err := query.Decode(query.TypeLogs, raw)
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

// recall returns what is known of a path.
func (t *tails) recall(path string) tail {
	t.memory.mu.Lock()
	defer t.memory.mu.Unlock()
	if known, ok := t.memory.byKey[t.key(path)]; ok {
		return *known
	}
	return tail{}
}

func (t *tails) key(path string) string { return fmt.Sprintf("%d/%s", t.id, t.channel(path)) }

// get returns the tail of a key and adds it where it is missing. The mutex is
// held.
func (m *memory) get(key string) *tail {
	if known, ok := m.byKey[key]; ok {
		return known
	}
	if len(m.oldest) >= maxTails {
		delete(m.byKey, m.oldest[0])
		m.oldest = m.oldest[1:]
	}
	added := &tail{}
	m.byKey[key] = added
	m.oldest = append(m.oldest, key)
	return added
}
