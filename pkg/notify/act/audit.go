package act

import (
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"
)

// Outcome is what became of an alert.
type Outcome string

// The outcomes of an alert that a webhook brought.
const (
	OutcomeBegun    Outcome = "begun"
	OutcomeRan      Outcome = "ran"
	OutcomeFailed   Outcome = "failed"
	OutcomeDryRun   Outcome = "dry run"
	OutcomeLimited  Outcome = "rate limited"
	OutcomeRepeated Outcome = "acted upon already"
	OutcomeBusy     Outcome = "too many actions wait"
	OutcomeStopped  Outcome = "heartline act ended before its turn"
	OutcomeNone     Outcome = "no action"
)

// Entry is a line of the audit log.
type Entry struct {
	Time        time.Time         `json:"time"`
	Outcome     Outcome           `json:"outcome"`
	Action      string            `json:"action,omitempty"`
	Alert       string            `json:"alert"`
	Labels      map[string]string `json:"labels,omitempty"`
	StartsAt    time.Time         `json:"startsAt,omitzero"`
	Command     []string          `json:"command,omitempty"`
	ExitCode    *int              `json:"exitCode,omitempty"`
	Seconds     float64           `json:"seconds,omitempty"`
	Output      string            `json:"output,omitempty"` // its end
	Error       string            `json:"error,omitempty"`
	Remote      string            `json:"remote,omitempty"`
	Fingerprint string            `json:"fingerprint,omitempty"`
}

// audit writes entries, one line each.
type audit struct {
	mu  sync.Mutex
	out io.Writer
}

func (a *audit) write(e Entry) error {
	line, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("write the audit log: %w", err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, err := a.out.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("write the audit log: %w", err)
	}
	return nil
}
