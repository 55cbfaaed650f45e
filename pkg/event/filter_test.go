package event

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func condition(t testing.TB, dim Dimension, op Operator, values ...string) Condition {
	t.Helper()
	c, err := NewCondition(dim, op, values...)
	require.NoError(t, err)
	return c
}

func TestFilterMatchesByEveryOperator(t *testing.T) {
	for name, tt := range map[string]struct {
		op     Operator
		values []string
		yes    []string
		no     []string
	}{
		"one of":           {OneOf, []string{"Error", "Fatal"}, []string{"Error", "Fatal"}, []string{"error", "Err", ""}},
		"one of none":      {OneOf, nil, nil, []string{"Error", ""}},
		"none of":          {NoneOf, []string{"Error", "Fatal"}, []string{"Info", "error", ""}, []string{"Error", "Fatal"}},
		"none of none":     {NoneOf, nil, []string{"Error", ""}, nil},
		"matches":          {Matches, []string{"E.*|Info"}, []string{"Error", "E", "Info"}, []string{"xError", "Information", "error"}},
		"matches anything": {Matches, []string{".*"}, []string{"Error", ""}, nil},
		"matches any case": {Matches, []string{"(?i)error"}, []string{"Error", "ERROR"}, []string{"errors"}},
		"matches not":      {MatchesNot, []string{"E.*|Info"}, []string{"xError", "Information"}, []string{"Error", "Info"}},
		"unicode":          {Matches, []string{`磁盘\p{Han}+`}, []string{"磁盘检查"}, []string{"磁盘", "磁盘x"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := Filter{Conditions: []Condition{condition(t, Level, tt.op, tt.values...)}}
			for _, v := range tt.yes {
				require.True(t, f.Match(Level, v), "%q", v)
			}
			for _, v := range tt.no {
				require.False(t, f.Match(Level, v), "%q", v)
			}
			require.True(t, f.Match(Host, "x"), "other dimensions are left alone")
			require.True(t, f.Has(Level))
			require.False(t, f.Has(Host))
		})
	}
}

func TestFilterNeedsOneHitAmongSeveralValues(t *testing.T) {
	one := Filter{Conditions: []Condition{condition(t, Receiver, OneOf, "ann")}}
	require.True(t, one.Match(Receiver, "bob", "ann"))
	require.False(t, one.Match(Receiver, "bob"))
	require.False(t, one.Match(Receiver))
	none := Filter{Conditions: []Condition{condition(t, Receiver, NoneOf, "ann")}}
	require.False(t, none.Match(Receiver, "bob", "ann"), "one hit excludes")
	require.True(t, none.Match(Receiver))
}

func TestFilterNeedsEveryConditionOnADimension(t *testing.T) {
	f := Filter{Conditions: []Condition{condition(t, Level, Matches, ".*or"), condition(t, Level, NoneOf, "Error")}}
	require.True(t, f.Match(Level, "Minor"))
	require.False(t, f.Match(Level, "Error"))
	require.False(t, f.Match(Level, "Info"))
}

func TestFilterNamesAMonitorByItemOrByDirectionAndItem(t *testing.T) {
	for name, tt := range map[string]struct {
		conditions []Condition
		want       []string
	}{
		"item in every direction": {[]Condition{condition(t, Item, OneOf, "disk")}, []string{"LSF/disk", "host/disk"}},
		"item in one direction":   {[]Condition{condition(t, Item, OneOf, "LSF/disk")}, []string{"LSF/disk"}},
		"not in one direction":    {[]Condition{condition(t, Item, NoneOf, "LSF/disk")}, []string{"host/disk", "host/net"}},
		"not in any direction":    {[]Condition{condition(t, Item, NoneOf, "disk")}, []string{"host/net"}},
		"expression on both":      {[]Condition{condition(t, Item, Matches, "host/.*")}, []string{"host/disk", "host/net"}},
		"expression on the item":  {[]Condition{condition(t, Item, Matches, "n.*")}, []string{"host/net"}},
		"direction":               {[]Condition{condition(t, Direction, OneOf, "host")}, []string{"host/disk", "host/net"}},
		"direction and item":      {[]Condition{condition(t, Direction, OneOf, "host"), condition(t, Item, OneOf, "disk")}, []string{"host/disk"}},
		"no condition":            {nil, []string{"LSF/disk", "host/disk", "host/net"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, m := range []Monitor{{Direction: "LSF", Item: "disk"}, {Direction: "host", Item: "disk"}, {Direction: "host", Item: "net"}} {
				if (Filter{Conditions: tt.conditions}).MatchName(m.Direction, m.Item) {
					got = append(got, m.Name())
				}
			}
			require.Equal(t, tt.want, got)
		})
	}
}

func TestNewConditionSaysWhatIsWrong(t *testing.T) {
	for name, tt := range map[string]struct {
		dim    Dimension
		op     Operator
		values []string
		says   string
	}{
		"dimension":       {"color", OneOf, nil, `unknown filter key "color"`},
		"operator":        {Level, "<", []string{"x"}, `unknown operator "<"`},
		"expression":      {Level, Matches, []string{"("}, `"(" is not a regular expression`},
		"two expressions": {Level, Matches, []string{"a", "b"}, "takes one regular expression, not 2"},
		"no expression":   {Level, MatchesNot, nil, "takes one regular expression, not 0"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := NewCondition(tt.dim, tt.op, tt.values...)
			require.ErrorContains(t, err, tt.says)
		})
	}
}

func TestTextMatchesASubstringInAnyCaseOrARegularExpression(t *testing.T) {
	for _, tt := range []struct {
		text string
		yes  []string
		no   []string
	}{
		{"", []string{"", "x"}, nil},
		{"disk full", []string{"Disk Full", "x DISK FULL y"}, []string{"diskfull", "disk ful", ""}},
		{"E", []string{"e", "xE", "Ex"}, []string{"", "x"}},
		{"100%", []string{"at 100% now"}, []string{"100"}},
		{"磁盘", []string{"检查磁盘", "磁盘 x"}, []string{"磁", "disk"}},
		{"Ärger", []string{"ärger", "ÄRGER", "großer Ärger"}, []string{"arger"}},
		{`\d+`, []string{`a \d+ b`, `\D+`}, []string{"12"}},
		{"/dat", []string{"/data"}, []string{"data"}},
		{"/data/", []string{"data", "/data/x"}, []string{"DATA"}},
		{`/^dis.*l$/`, []string{"disk full"}, []string{"Disk full", "disk fully"}},
		{"/Disk|FULL/i", []string{"disk", "full"}, []string{"x"}},
		{`/磁.\d+%/`, []string{"磁盘95%"}, []string{"磁盘%"}},
		{"//", []string{"http://x"}, []string{"x"}},
		{"/", []string{"a/b"}, []string{"ab"}},
	} {
		text, err := ParseText(tt.text)
		require.NoError(t, err)
		require.Equal(t, tt.text, text.Raw)
		require.Equal(t, tt.text == "", text.Empty())
		for _, m := range tt.yes {
			require.True(t, text.Match(m), "%q in %q", tt.text, m)
			require.True(t, text.MatchBytes([]byte(m)), "%q in %q", tt.text, m)
		}
		for _, m := range tt.no {
			require.False(t, text.Match(m), "%q in %q", tt.text, m)
			require.False(t, text.MatchBytes([]byte(m)), "%q in %q", tt.text, m)
		}
	}
}

func TestParseTextSaysWhatIsWrongWithAnExpression(t *testing.T) {
	_, err := ParseText("/(/")
	require.ErrorContains(t, err, "text filter /(/ is not a regular expression")
	require.ErrorContains(t, err, "leave the slashes off")
}

func TestTextIsFoundInALongMessageOfOneLetterInTime(t *testing.T) {
	message := strings.Repeat("E", 4<<20) // looked through once for each of its letters, this would take minutes
	for text, want := range map[string]bool{"ex": false, "eee": true} {
		parsed, err := ParseText(text)
		require.NoError(t, err)
		require.Equal(t, want, parsed.Match(message))
	}
}

// FuzzText holds the search for plain texts against package strings.
func FuzzText(f *testing.F) {
	f.Add("disk", "the Disk is full")
	f.Add("ee", "EeE")
	f.Add("磁盘", "检查磁盘")
	f.Add("aab", "AAAAAB")
	f.Add("z", strings.Repeat("Z", 300))
	f.Fuzz(func(t *testing.T, raw, message string) {
		text, err := ParseText(raw)
		if err != nil || text.pattern != nil {
			return
		}
		got := text.Match(message)
		require.Equal(t, got, text.MatchBytes([]byte(message)))
		if text.ascii {
			// Letters outside ASCII whose lower case is in it, such as the sign for
			// kelvin, are not meant.
			message = strings.Map(func(r rune) rune {
				if r > 127 {
					return 'é'
				}
				return r
			}, message)
		}
		require.Equal(t, strings.Contains(strings.ToLower(message), strings.ToLower(raw)), got)
	})
}

func TestTextFindsItselfWhateverItsScript(t *testing.T) {
	// The lower case of a letter of another script may be an ASCII letter.
	for _, text := range []string{"İstanbul", "42 \u212a", "straße", "ΣΊΣΥΦΟΣ", "磁盘"} {
		parsed, err := ParseText(text)
		require.NoError(t, err)
		require.True(t, parsed.Match("a "+text+" b"), text)
		require.True(t, parsed.MatchBytes([]byte("a "+text+" b")), text)
	}
}

func TestTextIsPlainWhereJSONWritesItAsItIs(t *testing.T) {
	for text, plain := range map[string]bool{
		"refused": true, "100 %": true, "磁盘": true, "": true,
		"a/b": false, `say "x"`: false, `\d`: false, "a\tb": false, "/x/": false,
	} {
		parsed, err := ParseText(text)
		require.NoError(t, err)
		require.Equal(t, plain, parsed.Plain(), text)
	}
}
