package cluster

import (
	"fmt"
	"strings"

	"github.com/prometheus/prometheus/promql/parser"
)

// Selector reads label matchers as they stand between braces, and writes them anew:
// whatever they hold, they cannot end the braces that they are put into.
func Selector(text string) (string, error) {
	matchers, err := parser.NewParser(parser.Options{}).ParseMetricSelector("{" + text + "\n}") // a comment ends before the brace
	if err != nil {
		return "", fmt.Errorf(`%q is no list of label matchers, write it without braces, such as job=~"milvus.*": %w`, text, err)
	}
	written := make([]string, len(matchers))
	for i, m := range matchers {
		written[i] = m.String()
	}
	return strings.Join(written, ", "), nil
}
