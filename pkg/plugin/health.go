package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
)

// The states of a part.
const (
	partOK    = "ok"
	partError = "error"
	partOff   = "off"
)

// part is one part of a data source as its health check shows it.
type part struct {
	Name    string `json:"name"`
	Status  string `json:"status"`
	Message string `json:"message"`
}

// CheckHealth implements backend.CheckHealthHandler: it names each part and says
// what is wrong with it.
func (d *Datasource) CheckHealth(ctx context.Context, _ *backend.CheckHealthRequest) (*backend.CheckHealthResult, error) {
	parts := []part{d.checkSettings(), d.checkEvents(ctx)}
	res := &backend.CheckHealthResult{Status: backend.HealthStatusOk}
	var said []string
	on := 0
	for _, p := range parts {
		switch p.Status {
		case partError:
			res.Status = backend.HealthStatusError
			said = append(said, fmt.Sprintf("%s: %s", p.Name, p.Message))
		case partOK:
			if p.Message != "" {
				on++
				said = append(said, fmt.Sprintf("%s: %s", p.Name, p.Message))
			}
		}
	}
	if on == 0 && res.Status == backend.HealthStatusOk {
		res.Status = backend.HealthStatusError
		said = []string{"nothing is configured: name the store of check scripts (events.kind and events.path)"}
	}
	res.Message = strings.Join(said, "; ")
	// Grafana shows verboseMessage below the message; parts are for programs.
	details, err := json.Marshal(map[string]any{"parts": parts, "verboseMessage": verbose(parts)})
	if err != nil {
		return nil, fmt.Errorf("encode the health details: %w", err)
	}
	res.JSONDetails = details
	return res, nil
}

// verbose says the state of each part, one a line.
func verbose(parts []part) string {
	lines := make([]string, len(parts))
	for i, p := range parts {
		lines[i] = strings.TrimSuffix(fmt.Sprintf("%s: %s, %s", p.Name, p.Status, p.Message), ", ")
	}
	return strings.Join(lines, "\n")
}

func (d *Datasource) checkSettings() part {
	p := part{Name: "settings", Status: partOK}
	if d.broken != nil {
		p.Status, p.Message = partError, d.broken.Error()
	}
	return p
}

func (d *Datasource) checkEvents(ctx context.Context) part {
	p := part{Name: "check scripts", Status: partOff}
	if d.broken != nil {
		p.Message = "not checked, because settings are wrong"
		return p
	}
	if d.events.settings == nil {
		p.Message = errNotConfigured.Error()
		return p
	}
	store, err := d.events.Store()
	if err == nil {
		p.Message, err = store.Check(ctx)
	}
	p.Status = partOK
	if err != nil {
		_, _, err = classify(err)
		p.Status, p.Message = partError, err.Error()
	}
	return p
}
