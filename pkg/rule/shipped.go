package rule

import (
	"fmt"
	"path/filepath"
)

// Where the packs of Heartline are in the checkout, and where they are rendered to.
const (
	shippedSource     = "rules/*.yml"
	shippedGrafana    = "provisioning/alerting"
	shippedPrometheus = "deploy/prometheus/rules"
)

// Shipped loads the packs of Heartline from root, the folder of the checkout, and
// checks them.
func Shipped(root string) ([]Pack, error) {
	files, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(shippedSource)))
	if err != nil {
		return nil, fmt.Errorf("find rules: %w", err)
	}
	packs, err := LoadFiles(files...)
	if err != nil {
		return nil, err
	}
	return packs, Check(packs)
}

// WriteShipped renders the packs of Heartline below root, the folder of the checkout. A
// dry run writes nothing, and says what would be written.
func WriteShipped(root string, dry bool) ([]Written, error) {
	packs, err := Shipped(root)
	if err != nil {
		return nil, err
	}
	var all []Written
	for _, o := range []Output{
		{For: Grafana, Dir: filepath.Join(root, filepath.FromSlash(shippedGrafana)), Dry: dry},
		{For: Prometheus, Dir: filepath.Join(root, filepath.FromSlash(shippedPrometheus)), Dry: dry},
	} {
		files, _, err := Write(packs, o)
		if err != nil {
			return nil, err
		}
		all = append(all, files...)
	}
	return all, nil
}
