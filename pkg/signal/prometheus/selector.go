package prometheus

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// Matchers reads label matchers as they stand between braces. Written anew, they cannot
// end the braces that they are put into, whatever they hold.
func Matchers(text string) ([]*labels.Matcher, error) {
	return parser.NewParser(parser.Options{}).ParseMetricSelector("{" + text + "\n}") // a comment ends before the brace
}

// parseSelector reads the matchers of a service as they stand between braces, such
// as `job="orders", env=~"prod.*"`, and writes them anew.
func parseSelector(selector string) (string, error) {
	if strings.TrimSpace(selector) == "" {
		return "", errors.New(`setting services[].selector is empty: write the labels of the service, such as job="orders"`)
	}
	matchers, err := Matchers(selector)
	if err != nil {
		return "", fmt.Errorf(`setting services[].selector %q is no list of label matchers, write it without braces, such as job="orders": %w`, selector, err)
	}
	if !slices.ContainsFunc(matchers, func(m *labels.Matcher) bool { return !m.Matches("") }) {
		return "", fmt.Errorf(`setting services[].selector %q fits whatever has no such label: name a label that the service has, such as job="orders"`, selector)
	}
	written := make([]string, len(matchers))
	for i, m := range matchers {
		if m.Name == model.MetricNameLabel {
			return "", fmt.Errorf(`setting services[].selector %q names a metric: leave the name out, labels alone select a service`, selector)
		}
		written[i] = m.String()
	}
	return strings.Join(written, ","), nil
}

// metric selects the series of a name, with further matchers.
func (s *Source) metric(name string, matchers ...string) string {
	return name + "{" + strings.Join(append([]string{s.selector}, matchers...), ",") + "}"
}

// named is a matcher of several names.
func named(names []string) string {
	return labels.MustNewMatcher(labels.MatchRegexp, model.MetricNameLabel, strings.Join(names, "|")).String()
}
