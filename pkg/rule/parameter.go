package rule

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/common/model"
)

// Parameter is a number, a length of time or a text that an operator may want to
// change: ${Name} stands for it in the rules of its scope.
type Parameter struct{ Name, Value, Unit, Reason string }

// Words are the value and the unit as people say them: a length of time has its unit in
// its value, which is taken apart.
func (p Parameter) Words() (value, unit string) {
	if p.Unit == "" {
		if d, err := parseDuration(p.Value); err == nil {
			return countOf(d)
		}
	}
	return p.Value, p.Unit
}

// Documented lists the parameters of a rule as its runbook does: the limit in words.
func (r Rule) Documented() []Parameter {
	var all []Parameter
	if len(r.Terms) > 0 {
		all = append(all, Parameter{"limit", r.Limit.words(), r.Limit.Unit, r.Limit.Reason})
	}
	for _, p := range r.Parameters {
		value, unit := p.Words()
		all = append(all, Parameter{p.Name, value, unit, p.Reason})
	}
	return all
}

// in says a length of time in words, anything else as it is.
func (p Parameter) in(prose bool) string {
	d, err := parseDuration(p.Value)
	if !prose || p.Unit != "" || err != nil {
		return p.Value
	}
	value, unit := countOf(d)
	if value == "1" {
		unit = strings.TrimSuffix(unit, "s")
	}
	return value + " " + unit
}

// takes says why another value cannot take the place of the parameter's.
func (p Parameter) takes(value string) error {
	if _, err := parseDuration(p.Value); err == nil && p.Unit == "" {
		if _, err := parseDuration(value); err != nil {
			return fmt.Errorf("%q is no length of time: write one such as %s", value, p.Value)
		}
		return nil
	}
	if isNumber(p.Value) && !isNumber(value) {
		return fmt.Errorf("%q is no number: write one such as %s", value, p.Value)
	}
	return nil
}

func isNumber(text string) bool {
	_, err := strconv.ParseFloat(text, 64)
	return err == nil
}

// parseDuration reads a length of time as Prometheus writes it, such as 5m or 1d12h.
func parseDuration(text string) (time.Duration, error) {
	d, err := model.ParseDuration(text)
	return time.Duration(d), err
}

func countOf(d time.Duration) (value, unit string) {
	if d >= time.Hour && d%time.Hour == 0 {
		return strconv.Itoa(int(d / time.Hour)), "hours"
	}
	return strconv.FormatFloat(d.Minutes(), 'f', -1, 64), "minutes"
}
