package milvus

import (
	_ "embed"
	"encoding/json"
	"slices"
	"sync"
)

//go:embed values.json
var valuesFile []byte

// vocabulary holds the values that labels can have, where Milvus fixes them.
type vocabulary struct {
	Labels   map[string][]string            `json:"labels"`   // in every family that does not say otherwise
	Families map[string]map[string][]string `json:"families"` // by family and label
}

var readVocabulary = sync.OnceValue(func() (v vocabulary) {
	if err := json.Unmarshal(valuesFile, &v); err != nil {
		panic("milvus: values.json: " + err.Error()) // part of the program
	}
	return v
})

// Values lists the values that one of the family's labels can have. It is nil for
// a label without a fixed list (names, ids, channels, nodes), and for one that the
// family does not have.
func (f Family) Values(label string) []string {
	if !slices.Contains(f.Labels, label) {
		return nil
	}
	all := readVocabulary()
	if own, ok := all.Families[f.Name][label]; ok {
		return own
	}
	return all.Labels[label]
}
