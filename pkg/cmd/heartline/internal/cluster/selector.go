package cluster

import (
	"fmt"
	"strings"

	"github.com/heartline-monitor/heartline/pkg/signal/prometheus"
)

// Selector reads label matchers as they stand between braces, and writes them anew.
func Selector(text string) (string, error) {
	matchers, err := prometheus.Matchers(text)
	if err != nil {
		return "", fmt.Errorf(`%q is no list of label matchers, write it without braces, such as job=~"milvus.*": %w`, text, err)
	}
	written := make([]string, len(matchers))
	for i, m := range matchers {
		written[i] = m.String()
	}
	return strings.Join(written, ", "), nil
}
