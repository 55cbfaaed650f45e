package rule

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// ParseSetting reads RULE.PARAMETER=VALUE or PACK.PARAMETER=VALUE. From says where it
// stands, to be named where it is wrong.
func ParseSetting(text, from string) (key string, s Setting, err error) {
	key, value, ok := strings.Cut(text, "=")
	if name, parameter, dotted := strings.Cut(key, "."); !ok || !dotted || name == "" || parameter == "" {
		return "", s, fmt.Errorf("%s %q is no setting: write RULE.PARAMETER=VALUE or PACK.PARAMETER=VALUE, such as MilvusSearchLatencyHigh.limit=2000", from, text)
	}
	return key, Setting{Value: value, From: from}, nil
}

// ParseSettings reads a file of settings: the name of a rule or of a pack, and below it
// parameters with their values. The error is Problems.
func ParseSettings(file string, content []byte) (Settings, error) {
	body, err := document(file, content)
	if err != nil {
		return nil, err
	}
	d := &decoder{file: file}
	settings := Settings{}
	for _, owner := range d.entries(body, "the parameters") {
		for _, p := range d.entries(owner.value, owner.name) {
			text, ok := scalar(p.value)
			if !ok || text == "" && !isText(p.value) {
				d.wrong(p.key, owner.name+"."+p.name+" has no value", "write one behind it")
			}
			settings[owner.name+"."+p.name] = Setting{Value: strings.TrimSpace(text), From: file, Position: positionOf(p.key)}
		}
	}
	return settings, d.problems.err()
}

func isText(n ast.Node) bool {
	_, ok := n.(*ast.StringNode)
	return ok
}
