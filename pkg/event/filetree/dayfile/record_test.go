package dayfile

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/wallclock"
)

func parse(s Schema, line string) ([]string, bool) {
	var r Record
	if !s.Parse(Line{Bytes: []byte(line)}, &r) {
		return nil, false
	}
	values := []string{r.Stamp.String()}
	for _, v := range r.Values {
		values = append(values, v.String())
	}
	return values, true
}

func TestParseReadsEveryKindOfLine(t *testing.T) {
	for name, tt := range map[string]struct {
		schema Schema
		line   string
		want   []string
	}{
		"heartbeat":               {Heartbeat, `{"time": "2026-03-05 12:00:00", "user": "root", "host": "h", "script": "/x.py"}`, []string{"2026-03-05 12:00:00", "root", "h", "/x.py"}},
		"heartbeat, time alone":   {Heartbeat, `{"time": "2026-03-05 12:00:00"}`, []string{"2026-03-05 12:00:00", "", "", ""}},
		"log":                     {Log, `{"time": "2026-03-05 12:00:00", "message_level": "Error", "message": "磁盘"}`, []string{"2026-03-05 12:00:00", "Error", "磁盘"}},
		"log, level of no list":   {Log, `{"time": "2026-03-05 12:00:00", "message_level": "Katastrophe", "message": "x"}`, []string{"2026-03-05 12:00:00", "Katastrophe", "x"}},
		"log, empty texts":        {Log, `{"time": "2026-03-05 12:00:00", "message_level": "", "message": ""}`, []string{"2026-03-05 12:00:00", "", ""}},
		"log, escaped":            {Log, `{"time": "2026-03-05 12:00:00", "message_level": "Error", "message": "a\nb \"c\" \\"}`, []string{"2026-03-05 12:00:00", "Error", "a\nb \"c\" \\"}},
		"log, another order":      {Log, `{"message": "x", "message_level": "Error", "time": "2026-03-05 12:00:00"}`, []string{"2026-03-05 12:00:00", "Error", "x"}},
		"log, compact":            {Log, `{"time":"2026-03-05 12:00:00","message_level":"Error","message":"x"}`, []string{"2026-03-05 12:00:00", "Error", "x"}},
		"log, message no string":  {Log, `{"time": "2026-03-05 12:00:00", "message_level": 7, "message": {"a": [1]}}`, []string{"2026-03-05 12:00:00", "7", `{"a": [1]}`}},
		"log, further keys":       {Log, `{"time": "2026-03-05 12:00:00", "message_level": "Info", "message": "x", "pid": 7}`, []string{"2026-03-05 12:00:00", "Info", "x"}},
		"log, byte order mark":    {Log, "\xef\xbb\xbf" + `{"time": "2026-03-05 12:00:00", "message_level": "Info", "message": "x"}`, []string{"2026-03-05 12:00:00", "Info", "x"}},
		"log, last of two times":  {Log, `{"time": "x", "time": "2026-03-05 12:00:00", "message_level": "Info", "message": "x"}`, []string{"2026-03-05 12:00:00", "Info", "x"}},
		"alarm":                   {Alarm, `{"time": "2026-03-05 12:00:00", "md5": "0f", "receivers": "a b", "send_alarm_result": "PASSED", "message": "x"}`, []string{"2026-03-05 12:00:00", "PASSED", "x", "a b", "0f"}},
		"alarm without receivers": {Alarm, `{"time": "2026-03-05 12:00:00", "send_alarm_result": "PASSED", "message": "x"}`, []string{"2026-03-05 12:00:00", "PASSED", "x", "", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := parse(tt.schema, tt.line)
			require.True(t, ok)
			require.Equal(t, tt.want, got)
		})
	}
}

func TestParseRefusesLinesWithoutWhatTheyMustHave(t *testing.T) {
	for _, line := range []string{
		`{"message_level": "Error", "message": "no time"}`,
		`{"time": "yesterday", "message_level": "Error", "message": "x"}`,
		`{"time": "2026-02-30 12:00:00", "message_level": "Error", "message": "x"}`,
		`{"time": "2026-03-05 12:00:00", "message_level": "Error"}`,
		`{"time": "2026-03-05 12:00:00", "message": "x"}`,
		`{"time": "2026-03-05 12:00:00", "message_level": "Error", "message": "x"`,
		`{"time": "2026-03-05 12:00:00", "message_level": "Error", "message": "x"} ` + `{`,
		`{"time": "2026-03-05 12:00:00", "message_level": "Error", "message": "x", "message": }`,
		`{"time": "2026-03-05 12:00:00", "time": "x", "message_level": "Error", "message": "x"}`,
		// Two writes that ran into each other.
		`{"time": "2026-03-05 12:00:00", "message_level": "Error", "mes{"time": "2026-03-05 12:00:00", "message_level": "Error", "message": "x"}`,
		// The backslash escapes the quote: the level does not end there.
		`{"time": "2026-03-05 12:00:00", "message_level": "Err\", "message": "x"}`,
	} {
		_, ok := parse(Log, line)
		require.False(t, ok, line)
	}
}

func TestParseServesWhatThereIsOfACutLine(t *testing.T) {
	var r Record
	require.True(t, Log.Parse(Line{Bytes: []byte(`{"time": "2026-03-05 12:00:00", "message_level": "Error", "message": "very lo`), Cut: true}, &r))
	require.True(t, r.Cut)
	require.Equal(t, "very lo", r.Values[1].String())
	require.True(t, Log.Parse(Line{Bytes: []byte(`{"time": "2026-03-05 12:00:00", "x": "very lo`), Cut: true}, &r), "the level may come later")
	require.Empty(t, r.Values[0].String())
	require.False(t, Log.Parse(Line{Bytes: []byte(`{"x": "very lo`), Cut: true}, &r), "without a time it belongs nowhere")
}

func TestParseLeavesNothingOfTheRecordBefore(t *testing.T) {
	var r Record
	require.True(t, Alarm.Parse(Line{Bytes: []byte(`{"time": "2026-03-05 12:00:00", "md5": "0f", "receivers": "a", "send_alarm_result": "PASSED", "message": "x"}`), Cut: true, Offset: 7}, &r))
	require.True(t, Alarm.Parse(Line{Bytes: []byte(`{"time": "2026-03-05 12:00:01", "send_alarm_result": "FAILED", "message": "y"}`), Offset: 9}, &r))
	require.False(t, r.Cut)
	require.EqualValues(t, 9, r.Offset)
	require.Empty(t, r.Values[2].String())
	require.Empty(t, r.Values[3].String())
}

func TestStampReadsTheTimeOfALineInAnyForm(t *testing.T) {
	want, ok := wallclock.Parse("2026-03-05 12:00:00", ' ')
	require.True(t, ok)
	for _, line := range []string{
		`{"time": "2026-03-05 12:00:00", "message_level": "Error", "message": "x"}`,
		`{"time":"2026-03-05 12:00:00"}`,
		`{"message": "x", "time": "2026-03-05 12:00:00"}`,
		`{"time": "2026-03-05 12:00:00", "message_level": "Er`,
	} {
		got, ok := Line{Bytes: []byte(line)}.Stamp()
		require.True(t, ok, line)
		require.Equal(t, want, got, line)
	}
	for _, line := range []string{``, `x`, `{"time": "2026-03-05 12:0`, `{"message": "\"time\": \"2026-03-05 12:00:00\""}`} {
		_, ok := Line{Bytes: []byte(line)}.Stamp()
		require.False(t, ok, line)
	}
}

func TestLevelLooksNoFurtherThanTheLevel(t *testing.T) {
	for line, want := range map[string]string{
		`{"time": "2026-03-05 12:00:00", "message_level": "Error", "message": "x"}`:                "Error",
		`{"time": "2026-03-05 12:00:00", "message_level": "", "message": "x"}`:                     "",
		`{"time": "2026-03-05 12:00:00", "message_level": "Error", "mess`:                          "Error",
		`{"time": "2026-03-05 12:00:00", "message_level": "Err\u006fr", "message": "x"}`:           "-",
		`{"time": "2026-03-05 12:00:00", "message_level": "a level that is long", "message": "x"}`: "-",
		`{"time":"2026-03-05 12:00:00","message_level":"Error","message":"x"}`:                     "-",
		`{"message": "x", "message_level": "Error", "time": "2026-03-05 12:00:00"}`:                "-",
		`{"time": "2026-03-05 12:00:00", "message_level": "Err`:                                    "-",
		``: "-",
	} {
		level, ok := Level([]byte(line))
		require.Equal(t, want != "-", ok, line)
		if ok {
			require.Equal(t, want, string(level), line)
		}
	}
}

func TestRecordsCountUnreadableLinesButNoWriteInProgress(t *testing.T) {
	good := `{"time": "2026-03-05 12:00:00", "message_level": "Error", "message": "x"}`
	lines := []Line{{Bytes: []byte(good)}, {Bytes: []byte("garbage")}, {Bytes: []byte(good[:40])}, {Bytes: []byte(good)}, {Bytes: []byte(good[:40]), Last: true}}
	var stats Stats
	var r Record
	n := 0
	require.NoError(t, Log.Records(lines, &stats, &r, func(*Record) error { n++; return nil }))
	require.Equal(t, 2, n)
	require.Equal(t, Stats{Unreadable: 2}, stats)
	require.ErrorIs(t, Log.Records(lines, &stats, &r, func(*Record) error { return ErrStop }), ErrStop)
}

// slowLog is Log without the shortcut for lines in the existing writer's form.
var slowLog = Schema{Keys: Log.Keys, Required: Log.Required, Class: Log.Class}

// FuzzParse holds the shortcut for canonical lines against the reading of any
// line, and checks that a readable line has the stamp that a search sees.
func FuzzParse(f *testing.F) {
	for _, line := range lineSeeds {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		l := Line{Bytes: bytes.TrimSpace(line), Offset: 3}
		var fast, slow Record
		ok := Log.Parse(l, &fast)
		require.Equal(t, slowLog.Parse(l, &slow), ok)
		if !ok {
			return
		}
		require.Equal(t, slow.Stamp, fast.Stamp)
		require.Equal(t, slow.Offset, fast.Offset)
		for i := range slow.Values {
			require.Equal(t, slow.Values[i].String(), fast.Values[i].String())
		}
	})
}
