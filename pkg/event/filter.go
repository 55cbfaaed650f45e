package event

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Dimension is a property by which events are filtered and counted.
type Dimension string

// The dimensions. Not every kind of event has each: see Kind.Dimensions.
const (
	Direction  Dimension = "direction"
	Admin      Dimension = "admin" // who answers for the direction
	Item       Dimension = "monitor"
	Host       Dimension = "host"
	Level      Dimension = "level"
	Receiver   Dimension = "receiver"
	SendResult Dimension = "sendResult"
)

// Dimensions lists every dimension, the widest first.
var Dimensions = []Dimension{Direction, Admin, Item, Host, Level, Receiver, SendResult}

// Dimensions lists those that events of kind k have. The host of a heartbeat is
// where it was written; that of a log or an alarm is where its monitor starts. The
// admin is that of the monitor.
func (k Kind) Dimensions() []Dimension {
	switch k {
	case Heartbeats:
		return []Dimension{Direction, Admin, Item, Host}
	case Logs:
		return []Dimension{Direction, Admin, Item, Host, Level}
	case Alarms:
		return []Dimension{Direction, Admin, Item, Host, Receiver, SendResult}
	}
	return nil
}

// Operator says how a Condition compares.
type Operator string

// The operators, spelt as Grafana's ad hoc filters spell them. Regular
// expressions are anchored at both ends, as in Prometheus.
const (
	OneOf      Operator = "=|"
	NoneOf     Operator = "!=|"
	Matches    Operator = "=~"
	MatchesNot Operator = "!~"
)

// Condition restricts one dimension. Build it with NewCondition.
type Condition struct {
	Dimension Dimension
	Operator  Operator
	Values    []string

	pattern *regexp.Regexp
}

// NewCondition checks its parts and compiles a regular expression. For Matches
// and MatchesNot there is exactly one value, the expression.
func NewCondition(dim Dimension, op Operator, values ...string) (Condition, error) {
	c := Condition{Dimension: dim, Operator: op, Values: values}
	if !slices.Contains(Dimensions, dim) {
		return c, fmt.Errorf("unknown filter key %q: use one of %v", dim, Dimensions)
	}
	switch op {
	case OneOf, NoneOf:
		return c, nil
	case Matches, MatchesNot:
		if len(values) != 1 {
			return c, fmt.Errorf("filter on %s: operator %s takes one regular expression, not %d", dim, op, len(values))
		}
		re, err := regexp.Compile("^(?:" + values[0] + ")$")
		if err != nil {
			return c, fmt.Errorf("filter on %s: %q is not a regular expression (RE2 syntax): %w", dim, values[0], err)
		}
		c.pattern = re
		return c, nil
	}
	return c, fmt.Errorf("filter on %s: unknown operator %q: use =, !=, =|, !=|, =~ or !~", dim, op)
}

// negative says whether the condition excludes what it names.
func (c Condition) negative() bool { return c.Operator == NoneOf || c.Operator == MatchesNot }

// hit reports whether any of the values is one that the condition names.
func (c Condition) hit(values ...string) bool {
	for _, v := range values {
		if c.pattern != nil && c.pattern.MatchString(v) {
			return true
		}
		if c.pattern == nil && slices.Contains(c.Values, v) {
			return true
		}
	}
	return false
}

// Filter selects events: those that meet every condition and whose message
// contains Text. The zero Filter selects all.
type Filter struct {
	Conditions []Condition
	Text       Text
}

// Has reports whether a condition on the dimension is set.
func (f Filter) Has(dim Dimension) bool {
	return slices.ContainsFunc(f.Conditions, func(c Condition) bool { return c.Dimension == dim })
}

// Match reports whether an event whose dimension has these values is selected
// as far as this dimension goes. Several values stand for a property that holds
// more than one, as the receivers of an alarm do: one hit is enough.
func (f Filter) Match(dim Dimension, values ...string) bool {
	for _, c := range f.Conditions {
		if c.Dimension == dim && c.hit(values...) == c.negative() {
			return false
		}
	}
	return true
}

// MatchName reports whether the filter selects a monitor by its direction and
// item. A condition on Item names either the item or "direction/item".
func (f Filter) MatchName(direction, item string) bool {
	return f.Match(Direction, direction) && f.Match(Item, item, direction+"/"+item)
}

// Text matches messages. The zero Text matches every message.
type Text struct {
	Raw     string
	folded  string
	ascii   bool // the text is ASCII; letters of other scripts may have ASCII ones as their lower case
	pattern *regexp.Regexp
}

// ParseText reads a text filter: a substring in any case, or a regular
// expression in slashes, /like this/, with an optional i for any case.
func ParseText(raw string) (Text, error) {
	t := Text{Raw: raw}
	expr, insensitive, ok := cutSlashes(raw)
	if !ok {
		t.folded = strings.ToLower(raw)
		t.ascii = !strings.ContainsFunc(raw, func(r rune) bool { return r > unicode.MaxASCII })
		return t, nil
	}
	if insensitive {
		expr = "(?i)" + expr
	}
	re, err := regexp.Compile(expr)
	if err != nil {
		return t, fmt.Errorf("text filter %s is not a regular expression (RE2 syntax; leave the slashes off to search for a plain text): %w", raw, err)
	}
	t.pattern = re
	return t, nil
}

func cutSlashes(raw string) (expr string, insensitive, ok bool) {
	body, ok := strings.CutPrefix(raw, "/")
	if !ok {
		return "", false, false
	}
	if expr, ok = strings.CutSuffix(body, "/"); ok && expr != "" {
		return expr, false, true
	}
	if expr, ok = strings.CutSuffix(body, "/i"); ok && expr != "" {
		return expr, true, true
	}
	return "", false, false
}

// Empty reports whether the text matches everything.
func (t Text) Empty() bool { return t.folded == "" && t.pattern == nil }

// Plain reports whether the text is a substring in which nothing is written with
// a backslash in JSON, unless as \u.
func (t Text) Plain() bool {
	return t.pattern == nil && !strings.ContainsFunc(t.Raw, func(r rune) bool { return r < ' ' || strings.ContainsRune(`"\/`, r) })
}

// Match reports whether the message is selected.
func (t Text) Match(message string) bool {
	switch {
	case t.pattern != nil:
		return t.pattern.MatchString(message)
	case t.folded == "":
		return true
	}
	if t.ascii {
		return containsFold([]byte(message), t.folded)
	}
	return strings.Contains(strings.ToLower(message), t.folded)
}

// MatchBytes is Match on bytes that are valid only during the call.
func (t Text) MatchBytes(message []byte) bool {
	switch {
	case t.pattern != nil:
		return t.pattern.Match(message)
	case t.folded == "":
		return true
	case t.ascii:
		return containsFold(message, t.folded)
	}
	return bytes.Contains(bytes.ToLower(message), []byte(t.folded))
}

// containsFold looks for an ASCII text in lower case, whatever the case of the
// letters it is compared with.
func containsFold(message []byte, folded string) bool {
	first, other := folded[0], folded[0]
	if 'a' <= first && first <= 'z' {
		other = first - 'a' + 'A'
	}
	// What was found of one case holds until it is passed, so that a long message
	// is read once or twice, whatever is in it.
	for from, next := 0, -1; ; from++ {
		if next < from {
			next = indexFrom(message, from, first)
		}
		if i := bytes.IndexByte(message[from:next], other); i >= 0 {
			from += i
		} else {
			from = next
		}
		if len(message)-from < len(folded) {
			return false
		}
		if equalFold(message[from:from+len(folded)], folded) {
			return true
		}
	}
}

// indexFrom finds c in b from an index on; it is the length of b where there is
// none.
func indexFrom(b []byte, from int, c byte) int {
	if i := bytes.IndexByte(b[from:], c); i >= 0 {
		return from + i
	}
	return len(b)
}

func equalFold(b []byte, folded string) bool {
	for i := range len(folded) {
		c := b[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != folded[i] {
			return false
		}
	}
	return true
}
