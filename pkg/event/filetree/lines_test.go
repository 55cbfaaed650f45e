package filetree_test

import (
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/heartline-monitor/heartline/pkg/event"
)

const dayLog = "LSF/check_disk/log/20260305"

func good(message string) string { return logLine("2026-03-05 12:00:00", "Error", message) }

func TestLinesInAnyFormAreServed(t *testing.T) {
	for name, tt := range map[string]struct {
		file string
		want []string
	}{
		"carriage returns":           {strings.ReplaceAll(good("a")+good("b"), "\n", "\r\n"), []string{"a", "b"}},
		"invalid UTF-8":              {good("\x00")[:0] + strings.Replace(good("磁盘 X"), "X", "\xb4\xc5\xc5\xcc", 1), []string{"磁盘 \uFFFD"}},
		"byte order mark":            {"\xef\xbb\xbf" + good("a") + good("b"), []string{"a", "b"}},
		"byte order marks within":    {good("a") + "\xef\xbb\xbf" + good("b"), []string{"a", "b"}},
		"a NUL in a message":         {strings.Replace(good("a b"), "a b", "a\x00b", 1), []string{"a\x00b"}},
		"another order of keys":      {`{"message": "a", "message_level": "Error", "time": "2026-03-05 12:00:00"}` + "\n", []string{"a"}},
		"compact JSON":               {`{"time":"2026-03-05 12:00:00","message_level":"Error","message":"a"}` + "\n", []string{"a"}},
		"spread JSON":                {`  { "time" : "2026-03-05 12:00:00" , "message_level" : "Error" , "message" : "a" }  ` + "\n", []string{"a"}},
		"messages that are no texts": {strings.Replace(good("X"), `"X"`, `{"disk": [95, null]}`, 1) + strings.Replace(good("X"), `"X"`, "7", 1), []string{`{"disk": [95, null]}`, "7"}},
		"unknown escapes":            {strings.Replace(good("X"), "X", `C:\data \x41 \u12`, 1), []string{`C:\data \x41 \u12`}},
		"lone surrogates":            {strings.Replace(good("X"), "X", `a\ud83d b\udd25`, 1), []string{"a\uFFFD b\uFFFD"}},
		"escaped characters":         {strings.Replace(good("X"), "X", `\u78c1\u76d8 \ud83d\udd25`, 1), []string{"磁盘 🔥"}},
		"control characters":         {strings.Replace(good("X"), "X", "a\tb\x1bc", 1), []string{"a\tb\x1bc"}},
		"further keys":               {strings.Replace(good("a"), "}", `, "pid": 7}`, 1), []string{"a"}},
		"no line end at last":        {good("a") + strings.TrimSuffix(good("b"), "\n"), []string{"a", "b"}},
		"blank lines":                {"\n" + good("a") + "\n \n\r\n" + good("b") + "\n\n", []string{"a", "b"}},
		"empty file":                 {"", []string{}},
		"half a line at last":        {good("a") + good("b")[:40], []string{"a"}},
		"half a character at last":   {good("a") + good("磁")[:len(good("磁"))-5], []string{"a"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := newTree(t)
			tr.write(t, dayLog, tt.file)
			s := tr.store(nil)
			require.Equal(t, tt.want, messages(t, s, march))
			_, problems := everything(t, s, march)
			require.Empty(t, problems)
			counts, problems := byLevel(t, s, march)
			require.Empty(t, problems)
			require.EqualValues(t, len(tt.want), counts["Error"])
		})
	}
}

func TestUnreadableLinesAreCountedAndTheRestIsServed(t *testing.T) {
	for name, tt := range map[string]struct {
		file       string
		unreadable int
	}{
		"garbage":                       {good("a") + "garbage\n" + good("b"), 1},
		"garbage at first and at last":  {"garbage\n" + good("a") + good("b") + "garbage\n", 2},
		"NULs of a crash":               {good("a") + strings.Repeat("\x00", 700) + "\n" + good("b"), 1},
		"a level of NULs":               {good("a") + strings.Replace(good("x"), "Error", "\x00\x00", 1)[:40] + "\n" + good("b"), 1},
		"two torn lines":                {good("a") + good("x")[:30] + "\n" + good("x")[20:] + good("b"), 2},
		"lines that ran into another":   {good("a") + good("x")[:50] + good("y") + good("b"), 1},
		"no time":                       {good("a") + `{"message_level": "Error", "message": "x"}` + "\n" + good("b"), 1},
		"a time that does not exist":    {good("a") + logLine("2026-02-30 12:00:00", "Error", "x") + logLine("2026-03-05 25:00:00", "Error", "x") + good("b"), 2},
		"no message":                    {good("a") + `{"time": "2026-03-05 12:00:00", "message_level": "Error"}` + "\n" + good("b"), 1},
		"other JSON":                    {good("a") + "[]\n\"x\"\n7\nnull\n{}\n" + good("b"), 5},
		"a traceback":                   {good("a") + "Traceback (most recent call last):\n  File \"/x.py\", line 1\nKeyError: 'x'\n" + good("b"), 3},
		"a level that ends in a escape": {good("a") + strings.Replace(good("x"), "Error", `Error\`, 1) + good("b"), 1},
		"GB18030 beyond the quotes":     {good("a") + "\xb4\xc5\xc5\xcc\n" + good("b"), 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := newTree(t)
			tr.write(t, dayLog, tt.file, good("x")[:40]) // a write in progress is no unreadable line
			s := tr.store(nil)
			require.Equal(t, []string{"a", "b"}, messages(t, s, march))
			_, ofPage := everything(t, s, march)
			require.Len(t, ofPage, 1)
			require.Equal(t, dayLog, ofPage[0].Where)
			require.Equal(t, tt.unreadable, ofPage[0].Count)
			require.Contains(t, ofPage[0].What, "unreadable line")
			require.Nil(t, ofPage.Lost(), "single lines are no reason to distrust the rest")
			counts, ofCount := byLevel(t, s, march)
			require.Equal(t, map[string]uint64{"Error": 2}, counts)
			require.Equal(t, ofPage, ofCount)
		})
	}
}

func TestOneLevelOfNULsIsALevel(t *testing.T) {
	tr := newTree(t)
	tr.write(t, dayLog, strings.Replace(good("a"), "Error", "\x00", 1), good("b"), strings.Replace(good("c"), "Error", "Error\x00", 1))
	counts, problems := byLevel(t, tr.store(nil), march)
	require.Empty(t, problems)
	require.Equal(t, map[string]uint64{"\x00": 1, "Error": 1, "Error\x00": 1}, counts)
}

func TestMegabyteLinesAreServedWhole(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	var want []string
	for i := range 6 {
		want = append(want, strings.Repeat("0123456789abcdef", 40_000+i), "short")
	}
	for i, message := range want {
		tr.write(t, dayLog, logLine(time.Date(2026, 3, 5, 12, 0, i, 0, time.UTC).Format(time.DateTime), "Error", message))
	}
	s := tr.store(nil)
	got := messages(t, s, march)
	require.Len(t, got, len(want))
	for i := range want {
		require.True(t, want[i] == got[i], "message %d", i)
	}
	p, err := s.Logs(t.Context(), event.PageRequest{Range: march, Limit: 2})
	require.NoError(t, err)
	require.True(t, p.More)
	require.Equal(t, "short", p.Items[0].Message)
	counts, problems := byLevel(t, s, march)
	require.Empty(t, problems)
	require.Equal(t, map[string]uint64{"Error": 12}, counts)
}

// Not parallel: it measures what is allocated.
func TestALineOfAHundredMegabytesIsServedCutWithinBoundedMemory(t *testing.T) {
	tr := newTree(t)
	head, tail, _ := strings.Cut(good("HERE"), "HERE")
	tr.write(t, dayLog, good("before"), head, "0123456789")
	tr.stretch(t, dayLog, 100<<20)
	tr.write(t, dayLog, tail, good("after"))
	s := tr.store(nil)
	for name, request := range map[string]func() (int, event.Problems){
		"oldest": func() (int, event.Problems) { logs, problems := everything(t, s, march); return len(logs), problems },
		"newest": func() (int, event.Problems) {
			p, err := s.Logs(t.Context(), event.PageRequest{Range: march, Limit: 100})
			require.NoError(t, err)
			require.Equal(t, "after", p.Items[0].Message)
			require.Len(t, p.Items[1].Message, 4<<20-len(head))
			require.True(t, strings.HasPrefix(p.Items[1].Message, "0123456789\x00"))
			require.Equal(t, "before", p.Items[2].Message)
			return len(p.Items), p.Problems
		},
		"count": func() (int, event.Problems) {
			counts, problems := byLevel(t, s, march)
			return int(counts["Error"]), problems
		},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			n, problems := request()
			runtime.ReadMemStats(&after)
			require.Equal(t, 3, n)
			require.Equal(t, event.Problems{{What: "line cut at 4 MiB", Where: dayLog, Count: 1}}, problems)
			require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(64<<20), "bytes allocated in all")
		})
	}
}

func TestAnAnswerOfManyMegabytesIsCutAndSaysSo(t *testing.T) {
	t.Parallel()
	tr := newTree(t)
	for i := range 40 {
		head, tail, _ := strings.Cut(logLine(time.Date(2026, 3, 5, 12, 0, i, 0, time.UTC).Format(time.DateTime), "Error", "HERE"), "HERE")
		tr.write(t, dayLog, head)
		tr.stretch(t, dayLog, 2<<20)
		tr.write(t, dayLog, tail)
	}
	for _, order := range []event.Order{event.NewestFirst, event.OldestFirst} {
		p, err := tr.store(nil).Logs(t.Context(), event.PageRequest{Range: march, Limit: 1_000, Order: order})
		require.NoError(t, err)
		require.True(t, p.More)
		require.NotEmpty(t, p.Problems)
		require.Contains(t, p.Problems[0].String(), "48 MiB")
		require.NotNil(t, p.Problems.Lost())
		require.InDelta(t, 24, len(p.Items), 1)
		second := map[event.Order]int{event.NewestFirst: 39, event.OldestFirst: 0}[order]
		require.Equal(t, second, p.Items[0].Time.Second(), "the first are kept")
	}
}

func TestTextIsFoundInMessagesWithEscapes(t *testing.T) {
	tr := newTree(t)
	tr.write(t, "LSF/check/log/20260305",
		`{"time": "2026-03-05 10:00:00", "message_level": "Error", "message": "one \"refused\" here"}`+"\n"+
			`{"time": "2026-03-05 10:00:01", "message_level": "Error", "message": "two \u0072efused"}`+"\n"+
			`{"time": "2026-03-05 10:00:02", "message_level": "Error", "message": "three \nrefused"}`+"\n"+
			`{"time": "2026-03-05 10:00:03", "message_level": "Error", "message": "four \"other\""}`+"\n")
	for text, want := range map[string]int{"refused": 3, "REFUSED": 3, "nrefused": 0, `"refused"`: 1, "other": 1, "磁盘": 0} {
		parsed, err := event.ParseText(text)
		require.NoError(t, err)
		page, err := tr.store(nil).Logs(t.Context(), event.PageRequest{Filter: event.Filter{Text: parsed}, Range: march, Limit: 10})
		require.NoError(t, err)
		require.Len(t, page.Items, want, text)
	}
}

func TestMonitorIsUnknownWhereItsLatestBeatsCannotBeRead(t *testing.T) {
	tr := newTree(t)
	tr.write(t, "LSF/check/heartbeat/20260305", heartbeatLine("2026-03-05 10:00:00", "hpc01"))
	require.NoError(t, os.Symlink(t.TempDir(), tr.path("LSF/check/heartbeat/20260306")))
	beats, err := tr.store(nil).LastHeartbeats(t.Context(), event.Filter{}, march.To)
	require.NoError(t, err)
	require.True(t, beats.Unknown["LSF/check"], "the link leads out of the tree")
	require.NotNil(t, beats.Problems.Lost())
}
