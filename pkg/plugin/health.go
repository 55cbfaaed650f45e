package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/grafana/dskit/concurrency"
	"github.com/grafana/grafana-plugin-sdk-go/backend"
)

// The states of a part.
const (
	partOK    = "ok"
	partError = "error"
	partOff   = "off"
)

// servicePart begins the name of the part of a service.
const servicePart = "service "

// checkTimeout is the most that the check of one part may take: people wait.
const checkTimeout = 10 * time.Second

// part is one part of a data source as its health check shows it.
type part struct {
	Name    string `json:"name"`
	Status  string `json:"status"`
	Message string `json:"message"`
}

// CheckHealth implements backend.CheckHealthHandler: it names each part and says
// what is wrong with it.
func (d *Datasource) CheckHealth(ctx context.Context, _ *backend.CheckHealthRequest) (*backend.CheckHealthResult, error) {
	parts := append([]part{d.checkSettings()}, d.checkParts(ctx)...)
	res := &backend.CheckHealthResult{Status: backend.HealthStatusOk}
	on, message := summary(parts)
	for _, p := range parts {
		if p.Status == partError {
			res.Status = backend.HealthStatusError
		}
	}
	if on == 0 && res.Status == backend.HealthStatusOk {
		res.Status = backend.HealthStatusError
		message = "nothing is configured: name the store of check scripts (events.kind and events.path), services, or a Prometheus (metrics.url)"
	}
	res.Message = message
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

// checkParts checks the store, the services and Prometheus side by side, each
// within its time.
func (d *Datasource) checkParts(ctx context.Context) []part {
	checks := []check{{name: "check scripts", off: d.events.settings == nil, why: errNotConfigured, run: d.checkEvents}}
	for _, one := range d.services.settings {
		checks = append(checks, check{name: servicePart + one.Name, run: func(ctx context.Context) (string, error) { return d.services.check(ctx, one) }})
	}
	if d.metrics.settings != nil {
		checks = append(checks, check{name: "prometheus", run: func(ctx context.Context) (string, error) { return d.metrics.check(ctx, d.now()) }})
	}
	parts := make([]part, len(checks))
	_ = concurrency.ForEachJob(ctx, len(checks), serviceWorkers, func(ctx context.Context, i int) error {
		parts[i] = d.part(ctx, checks[i])
		return nil
	})
	return parts
}

// check is how one part is checked.
type check struct {
	name string
	off  bool
	why  error // why it is off
	run  func(context.Context) (string, error)
}

func (d *Datasource) part(ctx context.Context, c check) part {
	switch {
	case d.broken != nil:
		return part{Name: c.name, Status: partOff, Message: "not checked, because settings are wrong"}
	case c.off:
		return part{Name: c.name, Status: partOff, Message: c.why.Error()}
	}
	p := part{Name: c.name, Status: partOK}
	err := within(ctx, checkTimeout, func(ctx context.Context) error {
		var err error
		p.Message, err = c.run(ctx)
		return err
	})
	if err != nil {
		_, _, err = classify(err)
		p.Status, p.Message = partError, err.Error()
	}
	return p
}

func (d *Datasource) checkEvents(ctx context.Context) (string, error) {
	store, err := d.events.Store()
	if err != nil {
		return "", err
	}
	return store.Check(ctx)
}

// check says whether a service can be read, and what it is.
func (s *services) check(ctx context.Context, one serviceSettings) (string, error) {
	source, err := s.Source(one)
	if err != nil {
		return "", err
	}
	return source.Check(ctx)
}

// summary says in a few words how the parts are: what is wrong first, and of
// services that are well only how many. It counts the parts that are on.
func summary(parts []part) (on int, message string) {
	const most = 3 // errors that are said, the details have all
	var wrong, well []string
	services := 0
	for _, p := range parts {
		switch {
		case p.Status == partError:
			on++
			wrong = append(wrong, fmt.Sprintf("%s: %s", p.Name, p.Message))
		case p.Status == partOK && strings.HasPrefix(p.Name, servicePart):
			on++
			services++
		case p.Status == partOK && p.Message != "":
			on++
			well = append(well, fmt.Sprintf("%s: %s", p.Name, p.Message))
		}
	}
	if services > 0 {
		well = append(well, fmt.Sprintf("services that answer: %d", services))
	}
	if more := len(wrong) - most; more > 0 {
		wrong = append(wrong[:most], fmt.Sprintf("%d more parts have errors", more))
	}
	return on, strings.Join(append(wrong, well...), "; ")
}
