package pluginhost

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
)

// maxTail bounds what is kept of the plugin's output, in bytes.
const maxTail = 16 << 10

// maxSaid bounds the lines of it that an error repeats.
const maxSaid = 8

// tail keeps the end of what the plugin wrote to its standard error.
type tail struct {
	mu   sync.Mutex
	kept []byte
}

// Write implements io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, p...)
	if len(t.kept) > maxTail {
		t.kept = bytes.Clone(t.kept[len(t.kept)-maxTail:])
	}
	return len(p), nil
}

// explain adds to an error what the plugin said last: from a panic on, where
// there was one, because the end of a stack trace says little.
func (t *tail) explain(err error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := strings.Split(strings.TrimSpace(string(t.kept)), "\n")
	if lines[0] == "" {
		return err
	}
	from := max(0, len(lines)-maxSaid)
	for i, line := range lines {
		if strings.HasPrefix(line, "panic:") || strings.HasPrefix(line, "fatal error:") {
			from = i
			break
		}
	}
	lines = lines[from:min(from+maxSaid, len(lines))]
	return fmt.Errorf("%w; it said:\n  %s", err, strings.Join(lines, "\n  "))
}
