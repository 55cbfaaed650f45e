package baseline

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/heartline-monitor/heartline/pkg/cmd/heartline/internal/vitals"
)

const fileVersion = 1

// Baseline is what is normal for a service, as a file keeps it. A figure that the
// service does not have is null.
type Baseline struct {
	Version    int       `json:"version"`
	URL        string    `json:"url"`
	Recorded   time.Time `json:"recorded"` // when the run began
	Duration   float64   `json:"duration_seconds"`
	Interval   float64   `json:"interval_seconds"`
	Goroutines *Summary  `json:"goroutines"`
	Memory     *Summary  `json:"memory_bytes"`
	QPS        *Summary  `json:"qps"`
}

// New makes a baseline of a run.
func New(url string, s Schedule, run *Run) (*Baseline, error) {
	b := &Baseline{
		Version: fileVersion, URL: url, Recorded: run.Start.UTC(), Duration: s.Duration.Seconds(), Interval: s.Interval.Seconds(),
		Goroutines: run.Summary(vitals.Goroutines), Memory: run.Summary(vitals.Memory), QPS: run.Summary(vitals.QPS),
	}
	if b.Goroutines == nil && b.Memory == nil {
		return nil, errors.New("the app told neither goroutines nor memory: record for longer, or see that it serves them")
	}
	return b, nil
}

func (b *Baseline) summary(f vitals.Figure) *Summary {
	if f.Name == vitals.Goroutines.Name {
		return b.Goroutines
	}
	return b.Memory
}

// Read reads a file that Write wrote.
func Read(path string) (*Baseline, error) {
	const remedy = "record it anew with heartline record-baseline"
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("baseline %s does not exist: record it with heartline record-baseline, or name it with --file", path)
	}
	if err != nil {
		return nil, fmt.Errorf("baseline: %w", err)
	}
	var b Baseline
	dec := json.NewDecoder(bytes.NewReader(content))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&b); err != nil {
		return nil, fmt.Errorf("baseline %s is none: %w: %s", path, err, remedy)
	}
	if b.Version != fileVersion {
		return nil, fmt.Errorf("baseline %s is of version %d, this heartline reads version %d: %s", path, b.Version, fileVersion, remedy)
	}
	for _, s := range []*Summary{b.Goroutines, b.Memory} {
		if s != nil && !(s.Average > 0 && !math.IsInf(s.Average, 0)) {
			return nil, fmt.Errorf("baseline %s has an average of %v: %s", path, s.Average, remedy)
		}
	}
	if b.Goroutines == nil && b.Memory == nil {
		return nil, fmt.Errorf("baseline %s has neither goroutines nor memory: %s", path, remedy)
	}
	return &b, nil
}

// Write writes the baseline to a file, whole or not at all.
func (b *Baseline) Write(path string) error {
	content, err := json.MarshalIndent(b, "", "  ")
	if err != nil {
		return fmt.Errorf("baseline: %w", err)
	}
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("baseline: %w", err)
	}
	defer func() { _ = os.Remove(file.Name()) }() // fails where it was renamed
	_, err = file.Write(append(content, '\n'))
	if err = errors.Join(err, file.Chmod(0o644), file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("baseline: %w", err)
	}
	return nil
}
