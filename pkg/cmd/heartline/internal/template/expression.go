package template

import (
	"regexp"
	"strings"
)

// macro is what the plugin fills into an expression: only it knows the step of
// the answer.
var macro = regexp.MustCompile(`\$\{?__(?:interval(?:_ms)?|rate_interval|range(?:_s|_ms)?)\b\}?`)

// wholeMatcher is a value that is a label matcher by itself, such as
// job="orders".
var wholeMatcher = regexp.MustCompile(`(?s)^\w+(=|!=|=~|!~)".*"$`)

// inQuotes keeps a text what it is between double quotes.
var inQuotes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// Expression puts values into PromQL: those of a variable that can have several
// stand in a regular expression, any other in a quoted text.
func (s Scope) Expression(expr string) (string, error) {
	var kept []string
	masked := macro.ReplaceAllStringFunc(expr, func(written string) string {
		kept = append(kept, written)
		return mark(len(kept) - 1)
	})
	out, err := s.each(masked, func(v Value, format string) string {
		switch {
		case v.Verbatim != "":
			return v.Verbatim
		case format != "":
			return join(v.Texts, format)
		}
		return v.inExpression()
	})
	for i, written := range kept {
		out = strings.ReplaceAll(out, mark(i), written)
	}
	return out, err
}

func (v Value) inExpression() string {
	if !v.Multi {
		text := strings.Join(v.Texts, ",")
		if wholeMatcher.MatchString(text) {
			return text
		}
		return inQuotes.Replace(text)
	}
	quoted := make([]string, len(v.Texts))
	for i, text := range v.Texts {
		quoted[i] = inQuotes.Replace(regexp.QuoteMeta(text))
	}
	if len(quoted) == 1 {
		return quoted[0]
	}
	return "(" + strings.Join(quoted, "|") + ")"
}
