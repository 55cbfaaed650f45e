package plugin

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"github.com/grafana/grafana-plugin-sdk-go/live"
)

const (
	// maxChannel is the longest channel id that Grafana takes.
	maxChannel = 160
	// maxChannels bounds the channels that are remembered.
	maxChannels = 1_000
)

// family is what the paths of one kind of channel begin with.
type family struct {
	// spelledOut begins a path that has its query in it, so that any instance of
	// the plugin can serve it; remembered begins that of one whose query was too
	// long for it.
	spelledOut, remembered string
}

// channels names the channels of one data source.
type channels struct {
	uid    string
	id     int64 // uids are unique within an organisation only
	memory *memory
}

// memory holds the channels of all data sources. It outlives their instances, so
// that a stream goes on where it was when settings are changed.
type memory struct {
	mu     sync.Mutex
	byKey  map[string]*entry
	oldest []string // keys in the order in which they were added
}

// given is the memory of this process: the channels that were given out.
var given = newMemory()

func newMemory() *memory { return &memory{byKey: map[string]*entry{}} }

// entry is what is known of one channel.
type entry struct {
	query json.RawMessage // of remembered paths only
	sent  position        // of a channel of log lines
	live  progress        // of a channel of signals
}

// channel is the id of the channel with this path.
func (c *channels) channel(path string) string {
	return live.Channel{Scope: live.ScopeDatasource, Namespace: c.uid, Path: path}.String()
}

// name is the path of the channel that follows a query.
func (c *channels) name(f family, query any) (string, error) {
	raw, err := json.Marshal(query)
	if err != nil {
		return "", fmt.Errorf("name the channel of a live query: %w", err)
	}
	path := f.spelledOut + base64.RawURLEncoding.EncodeToString(raw)
	if len(c.channel(path)) <= maxChannel {
		return path, nil
	}
	sum := sha256.Sum256(raw)
	path = f.remembered + hex.EncodeToString(sum[:16])
	c.memory.mu.Lock()
	defer c.memory.mu.Unlock()
	c.memory.get(c.key(path)).query = raw
	return path, nil
}

// followed is the query that the channel of a path follows, nil when nobody
// knows. A path comes from a browser: what it holds must be checked.
func (c *channels) followed(f family, path string) json.RawMessage {
	if code, found := strings.CutPrefix(path, f.spelledOut); found {
		decoded, err := base64.RawURLEncoding.DecodeString(code)
		if err != nil {
			return nil
		}
		return decoded
	}
	if !strings.HasPrefix(path, f.remembered) {
		return nil
	}
	return c.recall(path).query
}

// recall returns what is known of a path.
func (c *channels) recall(path string) entry {
	c.memory.mu.Lock()
	defer c.memory.mu.Unlock()
	if known, ok := c.memory.byKey[c.key(path)]; ok {
		return *known
	}
	return entry{}
}

func (c *channels) key(path string) string { return fmt.Sprintf("%d/%s", c.id, c.channel(path)) }

// get returns the entry of a key and adds it where it is missing. The mutex is
// held.
func (m *memory) get(key string) *entry {
	if known, ok := m.byKey[key]; ok {
		return known
	}
	if len(m.oldest) >= maxChannels {
		delete(m.byKey, m.oldest[0])
		m.oldest = m.oldest[1:]
	}
	added := &entry{}
	m.byKey[key] = added
	m.oldest = append(m.oldest, key)
	return added
}
