package dayfile

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// object reads a line and returns its values by key, nil where it is none.
func object(line string, cut bool) map[string]string {
	values := map[string]string{}
	ok := Fields([]byte(line), cut, func(key []byte, v Value) { values[string(key)] = v.String() })
	if !ok {
		return nil
	}
	return values
}

func TestFieldsReadsWhatAPersonWouldUnderstand(t *testing.T) {
	for name, tt := range map[string]struct {
		line string
		want map[string]string
	}{
		"empty object":              {`{}`, map[string]string{}},
		"spaces everywhere":         {" { \"a\" : \"x\" ,\t\"b\" :1 } ", map[string]string{"a": "x", "b": "1"}},
		"compact":                   {`{"a":"x","b":"y"}`, map[string]string{"a": "x", "b": "y"}},
		"byte order mark":           {"\xef\xbb\xbf{\"a\": \"x\"}", map[string]string{"a": "x"}},
		"last of a key named twice": {`{"a": "x", "a": "y"}`, map[string]string{"a": "y"}},
		"empty key and value":       {`{"": ""}`, map[string]string{"": ""}},
		"number":                    {`{"a": -1.5e3}`, map[string]string{"a": "-1.5e3"}},
		"literals":                  {`{"a": null, "b": true}`, map[string]string{"a": "null", "b": "true"}},
		"nested":                    {`{"a": {"b": ["c", "},{", {"d": "\""}]}, "e": []}`, map[string]string{"a": `{"b": ["c", "},{", {"d": "\""}]}`, "e": "[]"}},
		"control characters":        {"{\"a\": \"x\x01\ty\x00\"}", map[string]string{"a": "x\x01\ty\x00"}},
		"every escape":              {`{"a": "\"\\\/\b\f\n\r\t"}`, map[string]string{"a": "\"\\/\b\f\n\r\t"}},
		"unicode escapes":           {`{"a": "\u78c1\u76d8 \u00e9 \u0041"}`, map[string]string{"a": "磁盘 é A"}},
		"surrogate pair":            {`{"a": "\ud83d\udd25"}`, map[string]string{"a": "🔥"}},
		"lone surrogates":           {`{"a": "\ud83d x \udd25"}`, map[string]string{"a": "\uFFFD x \uFFFD"}},
		"high surrogate twice":      {`{"a": "\ud83d\ud83d\udd25"}`, map[string]string{"a": "\uFFFD🔥"}},
		"unknown escapes stay":      {`{"a": "C:\data\x41 \u12g4 \u"}`, map[string]string{"a": `C:\data\x41 \u12g4 \u`}},
		"invalid UTF-8":             {"{\"a\": \"\xb4\xc5\xc5\xcc x\"}", map[string]string{"a": "\uFFFD x"}},
		"invalid UTF-8 and escape":  {"{\"a\": \"\xb4\xc5\\n\"}", map[string]string{"a": "\uFFFD\n"}},
		"escaped backslash at end":  {`{"a": "x\\"}`, map[string]string{"a": `x\`}},
		"backslashes before quote":  {`{"a": "x\\\"y"}`, map[string]string{"a": `x\"y`}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, tt.want, object(tt.line, false))
		})
	}
}

func TestFieldsRefusesWhatIsNoObject(t *testing.T) {
	for _, line := range []string{
		``, `x`, `[]`, `"a"`, `{`, `}`, `{"a"}`, `{"a":}`, `{"a": x}`, `{"a": "x"`, `{"a": "x`, `{"a": "x",}`, `{"a": "x"} y`, `{"a": "x"}{"a": "y"}`,
		`{"a": "x" "b": "y"}`, `{a: "x"}`, `{"a": 'x'}`, `{"a": "x\"}`, `{"a": {"b": "x"}`, `{"a": ["x}`, `{"a": 01}`, `{"a": NaN}`, "\x00\x00", "\xef\xbb\xbf",
	} {
		require.Nil(t, object(line, false), line)
	}
}

func TestFieldsOfACutLineMayEndInsideTheirLastValue(t *testing.T) {
	require.Equal(t, map[string]string{"a": "x", "b": "yy"}, object(`{"a": "x", "b": "yy`, true))
	require.Equal(t, map[string]string{"a": `yy\`}, object(`{"a": "yy\`, true), "inside an escape")
	require.Equal(t, map[string]string{"a": `y\ud8`}, object(`{"a": "y\ud8`, true), "inside a unicode escape")
	require.Equal(t, map[string]string{"a": "y\uFFFD"}, object("{\"a\": \"y\xe7\xa3", true), "inside a character")
	require.Nil(t, object(`{"a": "x", "b`, true), "a key without a value is not served")
	require.Nil(t, object(`x{"a": "y`, true))
}

func TestValueIsPlainWithoutEscapesOnly(t *testing.T) {
	raw, ok := Value{raw: []byte("x"), quoted: true}.Plain()
	require.True(t, ok)
	require.Equal(t, "x", string(raw))
	_, ok = Value{raw: []byte(`x\n`), quoted: true}.Plain()
	require.False(t, ok)
}

var replacements = regexp.MustCompile("\uFFFD+")

// folded makes texts comparable: encoding/json puts a U+FFFD for every byte of
// invalid UTF-8, we put one for a run of them.
func folded(s string) string {
	return replacements.ReplaceAllString(strings.ToValidUTF8(s, "\uFFFD"), "\uFFFD")
}

// plainText is a value as encoding/json gives it: the text of a string, else the
// JSON as it stands.
func plainText(raw json.RawMessage) string {
	var s string
	if len(raw) > 0 && raw[0] == '"' && json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

// lineSeeds are lines in all forms that stores hold.
var lineSeeds = []string{
	`{"time": "2026-03-05 12:00:00", "message_level": "Error", "message": "disk full"}`,
	`{"time": "2026-03-05 12:00:00", "message_level": "Error", "message": "a \"quoted\" text"}`,
	`{"time": "2026-03-05 12:00:00", "message_level": "Critical!", "message": "\u78c1\u76d8"}`,
	`{"time": "2026-03-05 12:00:00", "message_level": "Err\", "message": "x"}`,
	`{"time": "2026-03-05 12:00:00", "message_level": "` + "\x00" + `", "message": "x"}`,
	`{"time": "2026-03-05 12:00:00", "message_level": "", "message": ""}`,
	`{"time": "2026-03-05 12:00:00", "message_level": "Error", "message": "x\\"}`,
	`{"time": "2026-03-05 12:00:00", "message_level": "Error", "message": "x\"}`,
	`{"time": "2026-03-05 12:00:00", "message_level": "Error", "message": "x", "pid": 7}`,
	`{"message": {"a": [1, "}"]}, "message_level": 5, "time": "2026-03-05 12:00:00"}`,
	`{"time":"2026-02-30 12:00:00","message_level":"Info","message":"compact"}`,
	`{"time": "2026-03-05 12:00:60", "message_level": "Info", "message": "no such second"}`,
	"\xef\xbb\xbf" + `{"time": "2026-03-05 12:00:00", "message_level": "Info", "message": "bom"}`,
	`{"time": "2026-03-05 12:00:00", "message_level": "Info", "message": "` + "\xb4\xc5" + `"}`,
	`{"time": "2026-03-05 12:00:00", "user": "root", "host": "10.0.0.1", "script": "/x.py"}`,
	`{"time": "2026-03-05 12:00:00", "md5": "0", "receivers": "a b", "send_alarm_result": "PASSED", "message": "x"}`,
	`{"time": "2026-03-05 12:00:00", "time": "2026-03-05 13:00:00", "message_level": "Info", "message": "x"}`,
	`{"time": "2026-03-05 12:00:00", "message_le`, `garbage`, `{}`, ` `, `{"a": "\ud83d\ud83d\udd25\u00"}`,
}

// FuzzFields holds Fields against encoding/json: what that accepts, Fields must
// accept with the same values.
func FuzzFields(f *testing.F) {
	for _, line := range lineSeeds {
		f.Add([]byte(line), false)
		f.Add([]byte(line), true)
	}
	f.Fuzz(func(t *testing.T, line []byte, cut bool) {
		got := map[string]string{}
		ok := Fields(line, cut, func(key []byte, v Value) {
			got[Value{raw: key, quoted: true}.String()] = v.String()
		})
		var want map[string]json.RawMessage
		if json.Unmarshal(line, &want) != nil || want == nil {
			return
		}
		require.True(t, ok)
		for key, raw := range want {
			if folded(key) != key || strings.ContainsRune(key, '\uFFFD') {
				continue // keys that differ in invalid bytes only are one key to encoding/json
			}
			require.Equal(t, folded(plainText(raw)), folded(got[key]), "key %q", key)
		}
	})
}
