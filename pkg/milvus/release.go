// Package milvus knows what Milvus exposes: every metric family of the releases
// that Heartline supports, as their source code defines them, and in which units.
// Dashboards, rules and tests are held against it.
package milvus

import (
	"embed"
	"encoding/json"
	"fmt"
	"slices"
)

// The metric families, one line each, of the Go code, of the collectors of the Go
// runtime and the process, and of the C++ core (those that are known).
//
//go:embed metrics/*.json
var files embed.FS

// Type is the type of a metric family, in Prometheus' words.
type Type string

// The types.
const (
	Counter   Type = "counter"
	Gauge     Type = "gauge"
	Histogram Type = "histogram"
	Summary   Type = "summary"
)

// Family is one metric family.
type Family struct {
	Name    string    `json:"name"`
	Type    Type      `json:"type"`
	Labels  []string  `json:"labels"` // its own, without le, quantile and what a scrape adds
	Help    string    `json:"help"`
	Buckets []float64 `json:"buckets"` // upper bounds of a histogram, where they are known
	Note    string    `json:"note"`
}

// Series lists the names under which a Prometheus stores the family.
func (f Family) Series() []string {
	switch f.Type {
	case Histogram:
		return []string{f.Name + "_bucket", f.Name + "_sum", f.Name + "_count"}
	case Summary:
		return []string{f.Name, f.Name + "_sum", f.Name + "_count"}
	}
	return []string{f.Name}
}

// Release is what one version of Milvus exposes.
type Release struct {
	Version string   `json:"version"`
	Source  string   `json:"source"` // where the definitions were read
	Go      []Family `json:"go"`
	Runtime []Family `json:"runtime"`
	Core    []Family `json:"core"`
}

// Versions are the releases that are known, the oldest first.
var Versions = []string{"2.5.14", "2.6.7", "2.6.8"}

// Load reads what a version exposes; it fails for one that is not in Versions.
func Load(version string) (*Release, error) {
	if !slices.Contains(Versions, version) {
		return nil, fmt.Errorf("the metrics of Milvus %q are not known: use one of %q", version, Versions)
	}
	body, err := files.ReadFile("metrics/" + version + ".json")
	if err != nil {
		return nil, fmt.Errorf("the metrics of Milvus %s: %w", version, err)
	}
	var r Release
	if err := json.Unmarshal(body, &r); err != nil {
		return nil, fmt.Errorf("the metrics of Milvus %s: %w", version, err)
	}
	return &r, nil
}

// Families are all of the release.
func (r *Release) Families() []Family { return slices.Concat(r.Go, r.Runtime, r.Core) }
