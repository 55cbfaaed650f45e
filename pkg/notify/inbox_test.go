package notify

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// inbox is what local webhooks received.
type inbox struct {
	mu    sync.Mutex
	hooks []hook
	slack map[string][]string // title and text, by path
	url   string
}

// hook is a message to the webhook.
type hook struct {
	Status      string
	GroupLabels map[string]string
	Alerts      []struct {
		Status              string
		Labels, Annotations map[string]string
	}
}

func newInbox(t *testing.T) *inbox {
	t.Helper()
	in := &inbox{slack: map[string][]string{}}
	server := httptest.NewServer(in)
	t.Cleanup(server.Close)
	in.url = server.URL
	return in
}

func (in *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if path, ok := strings.CutPrefix(r.URL.Path, "/slack/"); ok {
		var m struct {
			Attachments []struct{ Title, Text string }
		}
		if err := json.NewDecoder(r.Body).Decode(&m); err != nil || len(m.Attachments) != 1 {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		in.slack[path] = append(in.slack[path], m.Attachments[0].Title+"\n"+m.Attachments[0].Text)
		_, _ = io.WriteString(w, "ok")
		return
	}
	var h hook
	if r.Header.Get("Authorization") != "Bearer KEY" || json.NewDecoder(r.Body).Decode(&h) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	in.hooks = append(in.hooks, h)
}

// told are the alerts that the webhook was told of with a status: name, and what else
// tells them apart, sorted.
func (in *inbox) told(status string) []string {
	in.mu.Lock()
	defer in.mu.Unlock()
	seen := map[string]bool{}
	for _, h := range in.hooks {
		for _, a := range h.Alerts {
			if a.Status == status {
				seen[nameOf(a.Labels)] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// nameOf is the name of the alert, its severity, and where it is.
func nameOf(l map[string]string) string {
	return strings.Join(strings.Fields(strings.Join([]string{l["alertname"], l["severity"], l["job"], l["instance"], l["part"]}, " ")), " ")
}

func (in *inbox) slackOf(path string) string {
	in.mu.Lock()
	defer in.mu.Unlock()
	return strings.Join(in.slack[path], "\n\n")
}

// shared are the alerts of those messages that have several, each once.
func (in *inbox) shared() (out [][]string) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, h := range in.hooks {
		var names []string
		for _, a := range h.Alerts {
			names = append(names, nameOf(a.Labels))
		}
		slices.Sort(names)
		if len(names) > 1 && !slices.ContainsFunc(out, func(o []string) bool { return slices.Equal(o, names) }) {
			out = append(out, names)
		}
	}
	return out
}
