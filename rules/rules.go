// Package rules holds the rule packs that Heartline ships, one file each: alert and
// recording rules in Prometheus' format, with what Heartline adds to it. The format
// is described in docs/rules.md, and read by pkg/rule.
package rules

import "embed"

// Files are the packs.
//
//go:embed *.yml
var Files embed.FS
